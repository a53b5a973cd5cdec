"""Open Images as lists for Google's Storage Transfer (github.com/cvdfoundation/open-images-dataset).

``open-images-dataset-train0.tsv``: below the line ``TsvHttpData-1.0`` the original's address, its size and
its MD5 in base64, parted by tabs.
"""

from auditor.datasets.parsing.keys import md5_base64, records_in
from auditor.datasets.parsing.row import HEADER, Found, Record
from auditor.datasets.parsing.sources import FLICKR_HOST, Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_TITLE = "TsvHttpData-1.0"
_SIZE_AND_MD5 = 2
"""Columns behind the address; both may be missing."""


def _sniff(source: Source) -> bool:
    return source.head_lines[:1] == [_TITLE] and FLICKR_HOST.search(source.head) is not None


def _find(line: str) -> Found:
    if line == _TITLE:
        return HEADER
    address, *rest = line.split("\t")
    found = records_in((address,))
    if isinstance(found, Record) and len(rest) >= _SIZE_AND_MD5:
        return found._replace(content_md5=md5_base64(rest[1]))
    return found


FORMAT = Format(
    name="open-images-transfer",
    title="an Open Images list for Google's Storage Transfer",
    expects=f"lines of address, size and MD5 below {_TITLE}",
    match_keys=("photo_id", "content_md5"),
    sniff=_sniff,
    read=lambda source: by_line(source, _find),
)
