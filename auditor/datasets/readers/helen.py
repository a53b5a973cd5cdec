"""HELEN, also as a part of 300-W: names ``<photo id>_<n>.jpg`` of pictures or landmark files.

Read from a list of names, or from the folder or archive with the files themselves. That the number is the
photo id was never published; cards of such datasets are marked as inferred. The other parts of 300-W have
names of another form.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import mostly, photo_id
from auditor.datasets.parsing.row import Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_NAME = r"(?!.*@N[0-9]{2}[_/])(?:.*[/\\])?([1-9][0-9]{4,18})_[0-9]{1,3}"  # folders of an owner are MegaFace's
_TYPE = r"\.(?:jpe?g|png|pts)"
_MEMBER = re.compile(f"{_NAME}{_TYPE}", re.IGNORECASE)
_LINE = re.compile(rf"\s*{_NAME}(?:{_TYPE})?\s*", re.IGNORECASE)


def _sniff(source: Source) -> bool:
    return _MEMBER.fullmatch(source.member) is not None or mostly(source.head_lines, _LINE)


def _find(name: str, place: str | None = None) -> Found:
    match = _LINE.fullmatch(name)
    photo = photo_id(match[1]) if match else None
    return "no name with a number of HELEN" if photo is None else Record(photo_id=photo, record=place)


def _read(source: Source) -> Iterator[Row]:
    if _MEMBER.fullmatch(source.member):
        yield row_of(1, _find(source.member, place=""))
    else:
        yield from by_line(source, _find)


FORMAT = Format(
    name="helen-names",
    title="HELEN's file names",
    expects="HELEN's file names <number>_<n>.jpg",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
