"""From staged records to the data files of an index, sorted by each key, and what is told of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auditor.datasets import duck
from auditor.datasets.index import manifest, records
from auditor.datasets.index.manifest import DataFile, Value
from auditor.datasets.index.orders import ORDERS, Order
from auditor.datasets.index.short_texts import COLUMNS, short_sql
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.files import digest, fsync_path
from auditor.outside import world
from auditor.progress import Progress

_TYPES: Final = {pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.bool_(): "BOOLEAN", pa.string(): "VARCHAR"}
"""What the columns of records are in SQL."""


class Written(NamedTuple):
    """The data files and what is in them: fields of `Manifest`, by its names."""

    files: tuple[DataFile, ...]
    records: int
    photos: int
    owners: int
    keyed: int
    match_keys: tuple[str, ...]
    """Those that any record has."""
    constant: Mapping[str, Value]


def write(
    database: duckdb.DuckDBPyConnection,
    staged: Sequence[Path],
    work: Path,
    progress: Progress,
    *,
    foreign: bool = False,
) -> Written:
    """Write the records of the `staged` files to `work`: all by photo id, then by each other key they have.

    The statistics of `foreign` files prove nothing.
    """
    # Without rows, but with every column: an older index, or a pack of one, has not all of them.
    columns = work / "columns.parquet"
    pq.write_table(records.SCHEMA.empty_table(), columns)
    files = tuple(_sorted(database, [columns, *staged], work, progress, foreign=foreign))
    paths = {file.key: work / file.name for file in files}
    main = paths["photo_id"]
    photos = distinct_photos(main)
    keys = set(paths) if photos else set(paths) - {"photo_id"}
    return Written(
        files=files,
        records=files[0].rows,
        photos=photos,
        owners=distinct_owners(paths["owner"]) if "owner" in paths else 0,
        keyed=_keyed(database, main),
        match_keys=tuple(key for key in MATCH_KEYS if key in keys),
        constant=constants([main]),
    )


def _sorted(
    database: duckdb.DuckDBPyConnection,
    staged: Sequence[Path],
    work: Path,
    progress: Progress,
    *,
    foreign: bool,
) -> Iterator[DataFile]:
    build_id = world().token(8)
    main = work / f"photo_id-{build_id}.parquet"
    with progress.task("Sorting", total=len(ORDERS)) as task:
        for key, order in ORDERS.items():
            path = work / f"{key}-{build_id}.parquet"
            is_main = path == main
            origin = staged if is_main else [main]
            same = {} if foreign and is_main else constants(origin, records.SCHEMA.names[1:])
            rows = _copy(database, order, origin, same, path, shorten=is_main)
            task.advance()
            if rows or is_main:
                fsync_path(path)
                yield DataFile(path.name, key, rows, path.stat().st_size, digest(path))
            else:
                path.unlink()


def _copy(
    database: duckdb.DuckDBPyConnection,
    order: Order,
    origin: Sequence[Path],
    same: Mapping[str, Value],
    target: Path,
    *,
    shorten: bool,
) -> int:
    """Write the records of some files in an order; `shorten` their texts if they are still whole.

    Columns that are the `same` in all records take no part in the sort, which goes through the disk once
    the rows, each as wide as all its columns, are more than memory holds.
    """
    names = [name for name in records.SCHEMA.names if name not in order.without]
    short = {name: f"{short_sql(name)} AS {name}" for name in COLUMNS if shorten}
    varied = ", ".join(short.get(name, name) for name in names if name not in same)
    whole = ", ".join(_constant(name, same[name]) if name in same else name for name in names)
    by = ", ".join(name for name in order.by.split(", ") if name not in same) or "photo_id"
    files = ", ".join(duck.literal(duck.pattern(path)) for path in origin)
    origins = duck.parquet(f"[{files}]", union_by_name=True)
    rest = f"FROM {origins} WHERE {order.which} ORDER BY {by}"
    copied = database.execute(
        f"COPY (FROM (SELECT {varied} {rest}) SELECT {whole})"
        f" TO {duck.literal(str(target.absolute()))} {duck.AS_PARQUET}"
    ).fetchall()
    target.chmod(0o600)
    return int(copied[0][0])


def _keyed(database: duckdb.DuckDBPyConnection, main: Path) -> int:
    query = f"SELECT count(key) FROM {duck.PARQUET}"  # noqa: S608 - own text
    return int(database.execute(query, [duck.pattern(main)]).fetchall()[0][0])


def distinct_photos(path: Path) -> int:
    """Distinct photo ids of the file sorted by them, in little memory."""
    last = np.empty(0, np.int64)
    count = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["photo_id"]):
            ids = np.concatenate((last, batch.column(0).drop_null().to_numpy()))
            count += int(np.count_nonzero(np.diff(ids))) + (1 if not last.size and ids.size else 0)
            last = ids[-1:]
    return count


def distinct_owners(path: Path) -> int:
    """Distinct owners of the file sorted by them, in little memory."""
    last, count = None, 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["nsid", "alias"]):
            nsid, alias = batch.column(0).fill_null(0).to_numpy(), batch.column(1).fill_null("")
            other = pc.not_equal(alias[1:], alias[:-1]).to_numpy(zero_copy_only=False)
            count += int(np.count_nonzero((nsid[1:] != nsid[:-1]) | other))
            count += (nsid[0], alias[0].as_py()) != last
            last = nsid[-1], alias[-1].as_py()
    return count


def constants(files: Iterable[Path], columns: Iterable[str] = manifest.CONSTANT) -> dict[str, Value]:
    """The columns that are the same in all records of some files, with their values, from the statistics."""
    values: dict[str, set[Any]] = {column: set() for column in columns}
    for path in files:
        with pq.ParquetFile(path) as file:
            places = {column: file.schema_arrow.get_field_index(column) for column in values}
            for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
                for column, place in places.items():
                    missing = place < 0  # from an index that is older than the column
                    values[column].add(None if missing else _only_value(group.column(place), group.num_rows))
    return {column: found.pop() for column, found in values.items() if len(found) == 1 and ... not in found}


def _constant(column: str, value: Value) -> str:
    """A column of one value, in SQL."""
    kind = _TYPES[records.SCHEMA.field(column).type]
    return f"CAST({'NULL' if value is None else value} AS {kind}) AS {column}"


def _only_value(chunk: pq.ColumnChunkMetaData, rows: int) -> Any:
    """The value that all `rows` of a column chunk have, or … where they differ or nobody knows."""
    told = chunk.statistics
    if told is None or not told.has_null_count or told.null_count not in (0, rows):
        return ...
    if told.null_count:
        return None
    if not told.has_min_max or isinstance(told.min, str) or told.min != told.max:  # texts may be cut short
        return ...
    return told.min
