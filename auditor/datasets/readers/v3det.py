"""V3Det: file names that hold photo id and secret, ``images/n07745046/21_371_29405651261_633d076053_c.jpg``.

(github.com/V3Det/V3Det.) They stand in the ``images`` of the annotation files, in a JSON object from file
name to address, or in a plain list.
"""

import re
from collections.abc import Iterator, Mapping

from auditor.datasets.parsing.json_items import by_entry, members, opens_with
from auditor.datasets.parsing.keys import NO_PHOTO_ID, record, records_in
from auditor.datasets.parsing.row import Found, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

# Category, its number, photo id, secret, size: Bamboo, from which nine in ten come, named its files so.
_PATTERN = r"[0-9]+_[0-9]+_[1-9][0-9]{3,18}_[0-9a-f]{6,16}(?:_[a-z0-9]{1,2})?\.(?:jpe?g|png)"
_NAME = re.compile(rf"(?:.*[/\\])?{_PATTERN}")
_SEEN = re.compile(rb'(?:^|[/\\"\n])' + _PATTERN.encode())


def _find(name: object, url: object = None, place: str | None = None) -> Found:
    key = name.strip() if isinstance(name, str) else None
    found = records_in((url,), place=place, key=key)
    if not isinstance(found, str):
        return found
    photo = parse_name(key, proven=True) if key and _NAME.fullmatch(key) else None
    return record(photo, place=place, key=key) if photo else NO_PHOTO_ID


def _image(image: Mapping[str, object], place: str) -> Found:
    return _find(image.get("file_name"), image.get("url"), f"{place}.id={image.get('id')}")


def _read(source: Source) -> Iterator[Row]:
    if not opens_with(source, b"{"):
        yield from by_line(source, _find)
    elif b'"file_name"' in source.head:
        yield from by_entry(source, "images", _image)
    else:
        for number, (name, url) in enumerate(members(source), 1):
            yield row_of(number, _find(name, url, f'["{name}"]'))


FORMAT = Format(
    name="v3det",
    title="a V3Det list or annotation file",
    expects="V3Det's file names <category>_<n>_<photo id>_<secret>.jpg, in JSON or one a line",
    match_keys=("photo_id",),
    sniff=lambda source: _SEEN.search(source.head) is not None,
    read=_read,
)
