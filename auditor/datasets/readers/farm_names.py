"""Names ``farm<n>_<server>_<photo id>_<secret>_<size>.jpg``, as AADB gives them (github.com/aimerykong).

AADB's own list is a MATLAB file; what can be read are its names, written one a line, or its folder of
pictures.
"""

import re

from auditor.datasets.parsing.keys import mostly, record
from auditor.datasets.parsing.photo_lines import by_name_or_line
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.sources import Source
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


FORMAT = Format(
    name="farm-names",
    title="a list of names farm<n>_<server>_<photo id>_<secret>",
    expects="names farm<n>_<server>_<photo id>_<secret>_<size>.jpg",
    match_keys=("photo_id",),
    certain=False,
    sniff=_sniff,
    read=lambda source: by_name_or_line(source, _MEMBER, _find),
)
