"""Tencent ML-Images: an address and ``<class>:<confidence>`` a line (github.com/Tencent/tencent-ml-images).

The photos are those of Open Images; the addresses hold the originals' secrets.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_ADDRESS, address, mostly, record
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_LINE = re.compile(r"\S+://\S+(?:\s+[0-9]+:[0-9.]+)+\s*")


def _find(line: str) -> Found:
    photo = address(line.split(None, 1)[0])
    return record(photo) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="tencent-urls",
    title="a Tencent ML-Images list",
    expects="Tencent ML-Images' lines of an address and class:confidence pairs",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
