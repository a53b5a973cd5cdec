"""VGG Face (2015): a text file for each person, in a folder or archive (robots.ox.ac.uk/~vgg/data/vgg_face).

``<number> <address> <left> <top> <right> <bottom> <pose> <score> <curation>``, separated by spaces. About
one row in a hundred is on Flickr.
"""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_ADDRESS, address, mostly, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source

_LINE = re.compile(r"[0-9]+ (\S*://\S.*?)(?: -?[0-9]+(?:\.[0-9]+)?){4,7}\s*")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    photo = address(match[1])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="vgg-face",
    title="a VGG Face list",
    expects="VGG Face's text files of numbered addresses with boxes, one file a person",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
