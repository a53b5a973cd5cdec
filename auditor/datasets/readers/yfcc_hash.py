"""YFCC100M's hash file: ``<photo id>⇥<YFCC hash>`` a line (``yfcc100m_hash.bz2``, multimediacommons.org)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.tab_bulk import Columns, columns_at_once, lines_sql
from auditor.datasets.readers import Format

# 6010978700⇥5b85c5f263745fa9ff83787ba78cfb. Of a byte below 16 only one digit was printed, so hardly more
# than a third of the hashes (15/16 to the power of 16) have all 32.
_LINE = re.compile(r"[1-9][0-9]*\t[0-9a-f]{16,32}")
_LAYOUTS = {2: Columns(0, url_hash=1)}


FORMAT = Format(
    name="yfcc-hash",
    title="a YFCC100M hash file",
    expects="YFCC100M's lines of photo id and hash",
    match_keys=("photo_id", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    sql=lines_sql(_LAYOUTS),
    bulk=columns_at_once(_LAYOUTS),
)
