"""Flickr30k: photo ids, one a line (github.com/BryanPlummer/flickr30k_entities), or names with captions.

The captions come as ``<photo id>.jpg#<n>⇥<caption>`` or, in copies, separated by ``|`` or a comma.
"""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_PHOTO_ID, mostly, photo_id
from auditor.datasets.readers._text import by_line
from auditor.datasets.row import Found, Record, Row
from auditor.datasets.sources import Source

_LINE = re.compile(r"\s*([1-9][0-9]*)(?:\.jpg(?:\s*[#|,\t].*)?)?\s*")
# Flickr's ids went past a million in 2004; lists of mostly smaller numbers, such as AVA's, are other sites'.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}(?:\.jpg.*)?\s*")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    photo = photo_id(match[1]) if match else None
    return NO_PHOTO_ID if photo is None else Record(photo_id=photo)


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="flickr30k",
    title="a list of numbers",
    expects="Flickr30k's photo ids, one a line, or its captions",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _TYPICAL),
    read=_read,
)
