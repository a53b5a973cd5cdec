"""YFCC100M as an SQLite database: the columns of 2014 in one table (``yfcc100m_dataset.sql``)."""

from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import nsids
from auditor.datasets.parsing.keys import NO_PHOTO_ID, license_of, nsid, photo_id
from auditor.datasets.parsing.row import Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC, database, quoted, tables
from auditor.datasets.readers import Format
from auditor.errors import WrongFileError

_TABLE = "yfcc100m_dataset"
_BATCH_ROWS = 1 << 16
_COLUMNS = ("photoid", "uid", "licenseurl", "licensename", "secretoriginal")


def _sniff(source: Source) -> bool:
    return source.head.startswith(MAGIC) and _TABLE.encode() in source.head


_Values: TypeAlias = Sequence[Any]
"""Those of a row, in the order of `_COLUMNS`."""


def _batches(source: Source) -> Iterator[tuple[int, list[_Values]]]:
    """The number of a row, and that and the next ones."""
    with database(source) as connection:
        present = tables(connection).get(_TABLE, [])
        if "photoid" not in present:
            raise WrongFileError(
                f"{source.label} has no table {_TABLE} with a column photoid",
                hint="Check that the dataset's name and the file belong together.",
            )
        wanted = ", ".join(quoted(name) if name in present else "NULL" for name in _COLUMNS)
        rows = connection.execute(f"SELECT {wanted} FROM {_TABLE}")  # noqa: S608 - our own names
        number = 1
        while batch := rows.fetchmany(_BATCH_ROWS):
            yield number, batch
            number += len(batch)


def _row(number: int, values: _Values) -> Row:
    photo, user, url, name, secret = values
    key = photo_id(photo)
    if key is None:
        return Row(number, skipped=NO_PHOTO_ID)
    found = Record(
        photo_id=key,
        nsid=nsid(user),
        license_id=license_of(url, name),
        original=bool(secret),
        record=f"row {number}",
    )
    return row_of(number, found)


def _read(source: Source) -> Iterator[Row]:
    for first, batch in _batches(source):
        yield from starmap(_row, enumerate(batch, first))


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    for first, batch in _batches(source):
        photos, users, urls, names, secrets = zip(*batch, strict=True)
        if {*map(type, photos)} != {int} or {*map(type, users)} != {str}:  # SQLite keeps values of any type
            yield from starmap(_row, enumerate(batch, first))
            continue
        packed = nsids(pa.array(users, pa.string()))
        usual = (np.array(photos) > 0) & (packed > 0)
        numbers = pa.array(np.arange(first, first + len(batch)))
        table = {
            "row": numbers,
            "photo_id": pa.array(photos, pa.int64()),
            "nsid": pa.array(packed),
            "license_id": pa.array(map(license_of, urls, names), pa.int32()),
            "original": pa.array(list(map(bool, secrets))),
            "record": pc.binary_join_element_wise("row", numbers.cast(pa.string()), " "),
            "skip": pa.nulls(len(batch), pa.string()),
        }
        yield pa.table(table).filter(pa.array(usual))
        yield from (_row(first + place, batch[place]) for place in np.flatnonzero(~usual).tolist())


FORMAT = Format(
    name="yfcc-sqlite",
    title="a YFCC100M database",
    expects="YFCC100M's SQLite database with the table yfcc100m_dataset",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
    bulk=_read_at_once,
)
