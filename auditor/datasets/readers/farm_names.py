"""Names ``farm<n>_<server>_<photo id>_<secret>_<size>.jpg``, as AADB gives them (github.com/aimerykong).

AADB's own list is a MATLAB file; what can be read are its names, written one a line, or its folder of
pictures.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import mostly, record
from auditor.datasets.parsing.row import Found, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_NAME = r"(?:.*[/\\])?farm[0-9]{1,2}_[0-9]+_[0-9]+_[0-9a-f]+(?:_[a-z0-9]{1,2})?\.(?:jpe?g|png)"
_MEMBER = re.compile(_NAME, re.IGNORECASE)
_LINE = re.compile(rf"\s*{_NAME}(?:[\s,].*)?", re.IGNORECASE)


def _sniff(source: Source) -> bool:
    return _MEMBER.fullmatch(source.member) is not None or mostly(source.head_lines, _LINE)


def _find(line: str) -> Found:
    name = re.split(r"[\s,]", line.strip(), maxsplit=1)[0]
    photo = parse_name(name, proven=True) if _MEMBER.fullmatch(name) else None
    return record(photo) if photo else "no name of a Flickr photo"


def _read(source: Source) -> Iterator[Row]:
    if _MEMBER.fullmatch(source.member):
        yield row_of(1, placed(_find(source.member), ""))
    else:
        yield from by_line(source, _find)


FORMAT = Format(
    name="farm-names",
    title="a list of names farm<n>_<server>_<photo id>_<secret>",
    expects="names farm<n>_<server>_<photo id>_<secret>_<size>.jpg",
    match_keys=("photo_id",),
    certain=False,
    sniff=_sniff,
    read=_read,
)
