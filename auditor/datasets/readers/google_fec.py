"""Google's facial expression comparison set: CSV without header (research.google, "facial expression").

Three times an address and four bounds of a face (columns 1-5, 6-10, 11-15), then the kind of triplet and the
annotators' answers. A row has up to three records.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_ADDRESS, record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, EMPTY, TOO_LONG, lines, split
from auditor.datasets.readers import Format
from auditor.flickr.urls import parse_photos

_ADDRESSES = (0, 5, 10)
_LEAST_COLUMNS = 15


def _is_row(line: str) -> bool:
    fields = split(line)
    return len(fields) >= _LEAST_COLUMNS and all("://" in fields[column] for column in _ADDRESSES)


def _sniff(source: Source) -> bool:
    head = source.head_lines
    return sum(map(_is_row, head)) * 2 > len(head)


def _read(source: Source) -> Iterator[Row]:
    for number, line in lines(source):
        fields = split(line) if line else []
        records = tuple(
            record(photo, place=f"line {number}, picture {place}")
            for place, column in enumerate(_ADDRESSES, 1)
            if column < len(fields)
            for photo in parse_photos(fields[column])
        )
        if records:
            yield Row(number, records)
        elif line is None:
            yield Row(number, skipped=TOO_LONG)
        elif not line.strip():
            yield Row(number, skipped=EMPTY)
        else:
            yield Row(number, skipped=NO_ADDRESS if len(fields) >= _LEAST_COLUMNS else COLUMNS)


FORMAT = Format(
    name="google-fec-csv",
    title="a file of Google's facial expression triplets",
    expects="Google FEC's CSV rows of three addresses, each with four bounds",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
