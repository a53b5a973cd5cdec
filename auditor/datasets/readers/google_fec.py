"""Google's facial expression comparison set: CSV without header (research.google, "facial expression").

Three times an address and four bounds of a face (columns 1-5, 6-10, 11-15), then the kind of triplet and the
annotators' answers. A row has up to three records.
"""

from itertools import starmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import mask, read_addresses
from auditor.datasets.parsing.keys import record
from auditor.datasets.parsing.photo_lines import lines_at_once
from auditor.datasets.parsing.row import EMPTY, NO_ADDRESS, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, TOO_LONG, lines, split
from auditor.datasets.readers import Format
from auditor.flickr.urls import parse_photos

_ADDRESSES = (0, 5, 10)
_LEAST_COLUMNS = 15
_BOUNDS = r"(?:,[0-9.]+){4}"
_PLAIN, _QUOTED = (
    "^"
    + ",".join(rf"{quote}(?P<picture{place}>http[!#-+\--~]+){quote}{_BOUNDS}" for place in (1, 2, 3))
    + "(?:,[ !#-~]*)?$"
    for quote in ("", '"')
)
"""For RE2: rows in which all addresses are quoted or none, and nothing else is."""


def _is_row(line: str) -> bool:
    fields = split(line)
    return len(fields) >= _LEAST_COLUMNS and all("://" in fields[column] for column in _ADDRESSES)


def _sniff(source: Source) -> bool:
    head = source.head_lines
    return sum(map(_is_row, head)) * 2 > len(head)


def _row(number: int, line: str | None) -> Row:
    fields = split(line) if line else []
    records = tuple(
        record(photo, place=f"line {number}, picture {place}")
        for place, column in enumerate(_ADDRESSES, 1)
        if column < len(fields)
        for photo in parse_photos(fields[column])
    )
    if records:
        return Row(number, records)
    if line is None:
        return Row(number, skipped=TOO_LONG)
    if not line.strip():
        return Row(number, skipped=EMPTY)
    return Row(number, skipped=NO_ADDRESS if len(fields) >= _LEAST_COLUMNS else COLUMNS)


def _usual(rows: np.ndarray, texts: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
    """The rows with pictures of Flickr whose addresses name no owner."""
    quoted = pc.any(pc.starts_with(texts, '"')).as_py()
    found = pc.extract_regex(texts, _QUOTED if quoted else _PLAIN)
    usual = mask(found.is_valid())
    pictures = [read_addresses([address]) for address in found.flatten()]
    for picture in pictures:
        usual &= picture.usual & (picture.nsid == 0) & mask(picture.alias.is_null())
    photos = np.stack([picture.photo_id for picture in pictures], 1)
    usual &= photos.any(axis=1)
    number, place = np.nonzero(photos * usual[:, None])
    texts = [pa.array(numbers).cast(pa.string()) for numbers in (rows[number], place + 1)]
    table = {
        "row": pa.array(rows[number]),
        "photo_id": pa.array(photos[number, place]),
        "original": pa.array(np.stack([picture.original for picture in pictures], 1)[number, place]),
        "record": pc.binary_join_element_wise("line ", texts[0], ", picture ", texts[1], ""),
        "skip": pa.nulls(len(number), pa.string()),
    }
    return pa.table(table), usual


FORMAT = Format(
    name="google-fec-csv",
    title="a file of Google's facial expression triplets",
    expects="Google FEC's CSV rows of three addresses, each with four bounds",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: starmap(_row, lines(source)),
    bulk=lambda source: lines_at_once(source, _usual, _row),
)
