"""Flickr8k: names ``<photo id>_<secret>.jpg``, alone or with ``#<n>`` and a caption (Flickr8k.token.txt)."""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_PHOTO_ID, mostly, photo_id
from auditor.datasets.readers._text import by_line
from auditor.datasets.row import Found, Record, Row
from auditor.datasets.sources import Source

# One published name is odd: 2258277193_586949ec62.jpg.1#0. Copies separate the caption by a comma.
_LINE = re.compile(r"\s*([1-9][0-9]*)_[0-9a-f]{6,16}\.jpg(?:\.[0-9]+)?(?:\s*[#,\t].*)?\s*")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    photo = photo_id(match[1]) if match else None
    return NO_PHOTO_ID if photo is None else Record(photo_id=photo)


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="flickr8k",
    title="a Flickr8k list",
    expects="Flickr8k's file names <photo id>_<secret>.jpg, with or without captions",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
