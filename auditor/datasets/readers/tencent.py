"""Tencent ML-Images: an address and ``<class>:<confidence>`` a line (github.com/Tencent/tencent-ml-images).

The photos are those of Open Images; the addresses hold the originals' secrets.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

_LINE = re.compile(r"\S+://\S+(?:\s+[0-9]+:[0-9.]+)+\s*")


FORMAT = Format(
    name="tencent-urls",
    title="a Tencent ML-Images list",
    expects="Tencent ML-Images' lines of an address and class:confidence pairs",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
