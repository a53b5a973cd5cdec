"""NUS-WIDE: ``NUS-WIDE-urls.txt``, a Windows path, the photo id and four addresses (or ``null``) a line.

(lms.comp.nus.edu.sg, NUS-WIDE.) The fourth address is the original's. The first line is a comment.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_PHOTO_ID, address, mostly, photo_id
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, by_line
from auditor.datasets.readers import Format

_LINE = re.compile(r"\s*\S.*?[\\/][^\\/]*\.jpg\s+([0-9]+)((?:\s+(?:null|\S+://\S+)){1,4})\s*", re.IGNORECASE)


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return "comment" if line.lstrip().startswith("%") else COLUMNS
    photo = photo_id(match[1])
    if photo is None:
        return NO_PHOTO_ID
    addresses = (address(text) for text in match[2].split())
    return Record(photo_id=photo, original=any(found.is_original for found in addresses if found))


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="nus-wide",
    title="NUS-WIDE's list of addresses",
    expects="NUS-WIDE's lines of file name, photo id and addresses",
    match_keys=("photo_id",),
    sniff=lambda source: mostly([line for line in source.head_lines if line[0] != "%"], _LINE),
    read=_read,
)
