"""CommonCatalog: Parquet with YFCC100M's columns and the pictures themselves (huggingface.co/common-canvas).

Only the columns with keys are read, never the pictures.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from auditor.datasets.parsing import parquet
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.yfcc_columns import COLUMNS, Columns, find, rows_at_once
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    wanted = parquet.named(source, *COLUMNS)
    names = [name.lower() for name in wanted]

    def found(values: Sequence[Any]) -> Found:
        given = dict(zip(names, values, strict=True))
        return find(*map(given.get, COLUMNS))

    return parquet.rows(source, wanted, found)


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    wanted = parquet.named(source, *COLUMNS)
    photo, *texts = map(parquet.columns(source).get, wanted)
    if not pa.types.is_signed_integer(photo) or not all(map(pa.types.is_string, texts)):
        yield from _read(source)
        return
    names = [name.lower() for name in wanted]
    for batch in parquet.batches(source, wanted):
        rows, photos, *given = batch.columns
        nothing = pa.nulls(len(rows), pa.string())
        columns = dict(zip(names[1:], given, strict=True))
        yield from rows_at_once(
            rows, Columns(photos.cast(pa.int64()), *(columns.get(name, nothing) for name in COLUMNS[1:]))
        )


FORMAT = Format(
    name="commoncatalog-parquet",
    title="a CommonCatalog file",
    expects="CommonCatalog's Parquet with the column photoid",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: bool(parquet.named(source, "photoid")),
    read=_read,
    bulk=_read_at_once,
)
