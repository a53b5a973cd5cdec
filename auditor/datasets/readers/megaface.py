"""MegaFace: the devkit's JSON lists of file paths, which are all the index there is (devkit/templatelists).

``{"path": ["876/87667287@N00/4440872808_0.jpg", …]}``: the first three digits of the NSID (first challenge
only), the NSID, photo id and number of the face. The second challenge's lists hold an ``id`` array too, which
says nothing about the photo.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import items
from auditor.datasets.parsing.keys import record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_LIST = re.compile(
    rb'"path"\s*:\s*\[(?:\s*\]|[^][]*"(?:[0-9]{1,3}/)?[0-9]{5,11}@N[0-9]{2}/[0-9]+_)', re.IGNORECASE
)


def _read(source: Source) -> Iterator[Row]:
    for index, path in enumerate(items(source, "path.item")):
        photo = parse_name(path, numbered=True) if isinstance(path, str) else None
        if photo is None or photo.nsid is None:
            yield Row(index + 1, skipped="no path of a Flickr photo")
        else:
            yield Row(index + 1, (record(photo, place=f"path[{index}]", key=path),))


FORMAT = Format(
    name="megaface-list",
    title="a MegaFace list",
    expects='MegaFace\'s JSON list {"path": ["…/<NSID>/<photo id>_<face>.jpg", …]}',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: _LIST.search(source.head) is not None,
    read=_read,
)
