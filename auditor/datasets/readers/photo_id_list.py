"""A plain list of Flickr photo ids, one a line.

Only for datasets whose publisher says that these numbers are photo ids: the lists of AVA look the same, and
hold the numbers of another site.
"""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_PHOTO_ID, mostly, photo_id
from auditor.datasets.readers._text import by_line
from auditor.datasets.row import Found, Record, Row
from auditor.datasets.sources import Source

# Flickr's ids went past a million in 2004: a list of mostly smaller numbers is not of Flickr.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}\s*")


def _find(line: str) -> Found:
    photo = photo_id(line.strip())
    return NO_PHOTO_ID if photo is None else Record(photo_id=photo)


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="photo-id-list",
    title="a list of numbers",
    expects="a list of Flickr photo ids, one a line",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _TYPICAL),
    read=_read,
)
