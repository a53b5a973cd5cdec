"""YFCC100M's hash file: ``<photo id>⇥<YFCC hash>`` a line (``yfcc100m_hash.bz2``, multimediacommons.org)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.tab_bulk import Columns, columns_at_once
from auditor.datasets.readers import Format

# 6010978700⇥5b85c5f263745fa9ff83787ba78cfb. Of a byte below 16 only one digit was printed, so hardly more
# than a third of the hashes (15/16 to the power of 16) have all 32.
_LINE = re.compile(r"[1-9][0-9]*\t[0-9a-f]{16,32}")

_SQL = """
WITH cut AS (
    SELECT row, line, string_split(line, chr(9)) AS field FROM lines
)
SELECT
    row,
    photo_id(field[1]) AS photo_id,
    nullif(field[2], '') AS url_hash,
    why_skipped(line, len(field) = 2, photo_id(field[1])) AS skip
FROM cut
"""

FORMAT = Format(
    name="yfcc-hash",
    title="a YFCC100M hash file",
    expects="YFCC100M's lines of photo id and hash",
    match_keys=("photo_id", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    sql=_SQL,
    bulk=columns_at_once({2: Columns(0, url_hash=1)}),
)
