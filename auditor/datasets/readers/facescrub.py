"""FaceScrub: tab-separated name, image, face, address, box and SHA-256 (vintage.winklerbros.net).

Copies come with and without the header line.
"""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_ADDRESS, address, mostly, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source

_LINE = re.compile(r"[^\t]+\t[0-9]+\t[0-9]+\t(\S[^\t]*)\t-?[0-9]+(?:,-?[0-9]+){3}(?:\t.*)?")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    photo = address(match[1])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="facescrub",
    title="a FaceScrub list",
    expects="FaceScrub's tab-separated lines of name, image id, face id, address and box",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
