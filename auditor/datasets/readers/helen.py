"""HELEN, also as a part of 300-W: names ``<photo id>_<n>.jpg`` of pictures or landmark files.

Read from a list of names, or from the folder or archive with the files themselves. That the number is the
photo id was never published; cards of such datasets are marked as inferred. The other parts of 300-W have
names of another form.
"""

import re

from auditor.datasets.parsing.keys import mostly, record
from auditor.datasets.parsing.photo_lines import by_name_or_line
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_NAME = r"(?!\S*@N[0-9]{2}[_/])(?:\S*[/\\])?[1-9][0-9]{4,18}_[0-9]{1,3}"  # folders of an owner are MegaFace's
_TYPE = r"\.(?:jpe?g|png|pts|txt|mat)"
_MEMBER = re.compile(f"{_NAME}{_TYPE}", re.IGNORECASE)
_LINE = re.compile(rf"\s*{_NAME}(?:{_TYPE})?(?:[\s,;]+\S+)?\s*", re.IGNORECASE)
_POINT = re.compile(r"\s*-?[0-9]+(?:\.[0-9]+)?\s*,\s*-?[0-9]+(?:\.[0-9]+)?\s*")
_BETWEEN = re.compile(r"[\s,;]+")


def _sniff(source: Source) -> bool:
    if _MEMBER.fullmatch(source.member):
        return True
    head = source.head_lines  # the annotations of one picture: its name, then the points
    return mostly(head, _LINE) or (mostly(head[1:], _POINT) and _LINE.fullmatch(head[0]) is not None)


def _find(line: str) -> Found:
    if _POINT.fullmatch(line):
        return "point in a face"
    words = _BETWEEN.split(line.strip()) if _LINE.fullmatch(line) else []
    names = {
        photo.photo_id: record(photo, key=name)
        for name in reversed(words)
        if (photo := parse_name(name, numbered=True))
    }
    return tuple(reversed(names.values())) or "no name with a number of HELEN"


FORMAT = Format(
    name="helen-names",
    title="HELEN's file names",
    expects="HELEN's file names <number>_<n>.jpg",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: by_name_or_line(source, _MEMBER, _find),
)
