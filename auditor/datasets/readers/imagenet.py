"""ImageNet's addresses: ``<category>_<number>⇥<address>`` a line (``fall11_urls.txt``, image-net.org)."""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_ADDRESS, address, mostly, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source

_LINE = re.compile(r"n[0-9]{8}_[0-9]+\s+(\S.*)")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    photo = address(match[1])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="imagenet-urls",
    title="ImageNet's list of addresses",
    expects="ImageNet's lines of picture name and address",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
