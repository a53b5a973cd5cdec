"""Conceptual 12M: ``<address>⇥<caption>`` a line, the other way round than CC3M (``cc12m.tsv``)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

_LINE = re.compile(r"https?://[^\t]+\t[^\t]*", re.IGNORECASE)
_TENCENT = re.compile(r".*\t[0-9]+:[0-9.]+\s*")


FORMAT = Format(
    name="cc12m-tsv",
    title="a Conceptual 12M file",
    expects="CC12M's tab-separated lines of address and caption",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE) and not mostly(source.head_lines, _TENCENT),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
