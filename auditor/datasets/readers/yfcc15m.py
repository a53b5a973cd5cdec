"""YFCC15M: OpenAI's subset of YFCC100M, ``<line>⇥<photo id>⇥<YFCC hash>`` (github.com/openai/CLIP)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.tab_bulk import Columns, columns_at_once, lines_sql
from auditor.datasets.readers import Format

_LINE = re.compile(r"[0-9]+\t[1-9][0-9]*\t[0-9a-f]{16,32}")
_LAYOUTS = {3: Columns(1, url_hash=2)}


FORMAT = Format(
    name="yfcc15m-tsv",
    title="a YFCC15M file",
    expects="YFCC15M's lines of line number, photo id and hash",
    match_keys=("photo_id", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    sql=lines_sql(_LAYOUTS),
    bulk=columns_at_once(_LAYOUTS),
)
