"""Conceptual Captions (CC3M): ``<caption>⇥<address>`` a line (ai.google.com/research/ConceptualCaptions)."""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_ADDRESS, address, mostly, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source

# Words before the address: neither ImageNet's names of pictures nor DiDeMo's numbers, nor CC12M's address.
_LINE = re.compile(
    r"(?![a-z]+://|n[0-9]{8}_)(?=[^\t]*[^\W\d_])[^\t]*\t(https?://[^\t]+)(?:\t.*)?", re.IGNORECASE
)


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    photo = address(match[1])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="cc3m-tsv",
    title="a Conceptual Captions (CC3M) file",
    expects="CC3M's tab-separated lines of caption and address",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
