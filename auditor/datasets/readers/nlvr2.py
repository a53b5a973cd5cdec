"""NLVR2: JSON Lines, each a pair of pictures, ``left_url`` and ``right_url`` (github.com/lil-lab/nlvr).

A row has up to two records.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import NO_OBJECT, parse_line
from auditor.datasets.parsing.keys import mostly, record
from auditor.datasets.parsing.row import EMPTY, NO_ADDRESS, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import TOO_LONG, lines
from auditor.datasets.readers import Format
from auditor.flickr.urls import parse_photos

_LINE = re.compile(r'\s*\{.*"(?:left|right)_url"\s*:.*')


def _read(source: Source) -> Iterator[Row]:
    for number, line in lines(source):
        if line is None or not line.strip():
            yield Row(number, skipped=TOO_LONG if line is None else EMPTY)
            continue
        pair = parse_line(line)
        if not isinstance(pair, dict):
            yield Row(number, skipped=NO_OBJECT)
            continue
        key = pair.get("identifier")
        key = key if isinstance(key, str) else None
        records = tuple(
            record(photo, place=f"line {number}, {side}", key=key)
            for side in ("left_url", "right_url")
            for photo in parse_photos(str(pair.get(side)))
        )
        yield Row(number, records, None if records else NO_ADDRESS)


FORMAT = Format(
    name="nlvr2-jsonl",
    title="an NLVR2 file",
    expects='NLVR2\'s lines of JSON objects with "left_url" and "right_url"',
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
