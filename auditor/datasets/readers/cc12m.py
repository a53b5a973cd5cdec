"""Conceptual 12M: ``<address>⇥<caption>`` a line, the other way round than CC3M (``cc12m.tsv``)."""

import re
from collections.abc import Iterator

from auditor.datasets.readers import Format
from auditor.datasets.readers._photo import NO_ADDRESS, address, mostly, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source

_LINE = re.compile(r"(https?://[^\t]+)\t[^\t]*", re.IGNORECASE)
_TENCENT = re.compile(r".*\t[0-9]+:[0-9.]+\s*")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    photo = address(match[1])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="cc12m-tsv",
    title="a Conceptual 12M file",
    expects="CC12M's tab-separated lines of address and caption",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE) and not mostly(source.head_lines, _TENCENT),
    read=_read,
)
