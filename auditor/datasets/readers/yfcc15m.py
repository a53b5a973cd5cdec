"""YFCC15M: OpenAI's subset of YFCC100M, ``<line>⇥<photo id>⇥<YFCC hash>`` (github.com/openai/CLIP)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.tab_bulk import Columns, columns_at_once
from auditor.datasets.readers import Format

_LINE = re.compile(r"[0-9]+\t[1-9][0-9]*\t[0-9a-f]{16,32}")

_SQL = """
WITH cut AS (
    SELECT row, line, string_split(line, chr(9)) AS field FROM lines
)
SELECT
    row,
    photo_id(field[2]) AS photo_id,
    nullif(field[3], '') AS url_hash,
    why_skipped(line, len(field) = 3, photo_id(field[2])) AS skip
FROM cut
"""

FORMAT = Format(
    name="yfcc15m-tsv",
    title="a YFCC15M file",
    expects="YFCC15M's lines of line number, photo id and hash",
    match_keys=("photo_id", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    sql=_SQL,
    bulk=columns_at_once({3: Columns(1, url_hash=2)}),
)
