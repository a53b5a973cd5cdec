"""YFCC100M as an SQLite database: the columns of 2014 in one table (``yfcc100m_dataset.sql``)."""

from collections.abc import Iterator, Sequence
from itertools import starmap
from types import NoneType
from typing import Any

import pyarrow as pa

from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC, batches, database, quoted, tables
from auditor.datasets.parsing.yfcc_columns import COLUMNS, Columns, row, rows_at_once
from auditor.datasets.readers import Format
from auditor.errors import WrongFileError

_TABLE = "yfcc100m_dataset"
_BATCH_ROWS = 1 << 16


def _sniff(source: Source) -> bool:
    return source.head.startswith(MAGIC) and _TABLE.encode() in source.head


def _batches(source: Source) -> Iterator[tuple[int, Sequence[Sequence[Any]]]]:
    """The number of a row, and the values of that and of the next ones."""
    with database(source) as connection:
        present = tables(connection).get(_TABLE, [])
        if "photoid" not in present:
            raise WrongFileError(
                f"{source.label} has no table {_TABLE} with a column photoid",
                hint="Check that the dataset's name and the file belong together.",
            )
        wanted = ", ".join(quoted(name) if name in present else "NULL" for name in COLUMNS)
        number = 1
        for batch in batches(connection, f"SELECT {wanted} FROM {_TABLE}", _BATCH_ROWS):  # noqa: S608 - our own names
            yield number, batch
            number += len(batch)


def _read(source: Source) -> Iterator[Row]:
    for first, batch in _batches(source):
        yield from starmap(row, enumerate(batch, first))


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    for first, batch in _batches(source):
        photos, *texts = zip(*batch, strict=True)
        kinds = set().union(*(map(type, column) for column in texts))
        if {*map(type, photos)} != {int} or not kinds <= {str, NoneType}:  # SQLite keeps values of any type
            yield from starmap(row, enumerate(batch, first))
            continue
        columns = Columns(pa.array(photos, pa.int64()), *(pa.array(column, pa.string()) for column in texts))
        yield from rows_at_once(pa.array(range(first, first + len(batch)), pa.int64()), columns)


FORMAT = Format(
    name="yfcc-sqlite",
    title="a YFCC100M database",
    expects="YFCC100M's SQLite database with the table yfcc100m_dataset",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
    bulk=_read_at_once,
)
