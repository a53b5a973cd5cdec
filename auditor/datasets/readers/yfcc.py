"""YFCC100M: the metadata of 100 million photos and videos (multimediacommons.org).

Tab-separated, without header or quoting, texts URL-encoded.
The release of 2014 has 23 columns (``photoid uid unickname … marker``); the later one has 25, led by a line
number, the photo id and the YFCC hash. They are told apart by the count, for tutorials call the hash the
owner. ``unickname`` is a display name of 2014 and no key. The hash is not indexed here: it is computed from
an address that holds the photo id, so whoever has the one has the other, and leaving it out halves the index.
"""

import re

from auditor.datasets.parsing.keys import NSID
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.tab_bulk import Columns, columns_at_once, lines_sql
from auditor.datasets.readers import Format

# Texts are URL-encoded, and in some copies the NSID is too: 15087210%40N00.
_NSID = NSID.replace("@", "(?:@|%40)")
_START = re.compile(rf"([0-9]+\t[1-9][0-9]*\t[0-9a-f]{{20,32}}|[1-9][0-9]*)\t{_NSID}\t", re.IGNORECASE)
_LAYOUTS = {
    width: Columns(place, nsid=-22, licenses=(-7, -8), original=-3) for width, place in ((25, 1), (23, 0))
}


def _sniff(source: Source) -> bool:
    # One such line tells it, for no other list has as many columns.
    return any(line.count("\t") in (22, 24) and _START.match(line) for line in source.head_lines)


FORMAT = Format(
    name="yfcc-tsv",
    title="a YFCC100M metadata file",
    expects="YFCC100M's tab-separated metadata with 23 or 25 columns",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    sql=lines_sql(_LAYOUTS),
    bulk=columns_at_once(_LAYOUTS),
)
