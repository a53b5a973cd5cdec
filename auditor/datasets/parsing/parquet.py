"""Parquet files: only the columns that hold keys are read, never pictures, and rows without Flickr in bulk.

The web-scale lists have billions of rows of which one in two hundred leads to Flickr. DuckDB throws out
the others by a search for "flic" (flickr.com, staticflickr.com, flic.kr), on all cores and in
bounded memory; only what is left is parsed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.datasets import duck
from auditor.datasets.parsing.bulk import FLICKR
from auditor.datasets.parsing.packing import damaged
from auditor.datasets.parsing.row import NO_ADDRESS, Found, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.text import plain

_BATCH_ROWS = 1 << 16
_MOST_BYTES = 1024
"""A column of bytes with more in a row, on average, holds pictures and the like."""


def columns(source: Source) -> dict[str, pa.DataType]:
    """The columns and their types; none for a file that is no Parquet or cannot be read."""
    if not source.head.startswith(b"PAR1"):
        return {}
    try:
        with source.file() as path:
            schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return {}
    return dict(zip(schema.names, schema.types, strict=True))


def named(source: Source, *names: str) -> list[str]:
    """The columns with one of these names in whatever case, in the order of `names`."""
    present = {name.lower(): name for name in reversed(columns(source))}
    return [present[name] for name in names if name in present]


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type can hold addresses; some writers leave text marked as plain bytes."""
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_fixed_size_binary,
            pa.types.is_string_view,
            pa.types.is_binary_view,
        )
    )


def is_key(kind: pa.DataType) -> bool:
    """Whether a column of this type can hold addresses or ids, alone or inside of it, and no pictures."""
    if pa.types.is_dictionary(kind):
        return is_key(kind.value_type)
    if pa.types.is_map(kind):
        return is_key(kind.key_type) and is_key(kind.item_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return is_key(kind.value_type)
    if pa.types.is_struct(kind):
        return all(is_key(field.type) for field in kind.fields)
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_integer,
        pa.types.is_decimal,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_temporal,
    )
    return any(test(kind) for test in tests)


def key_columns(source: Source) -> Iterator[tuple[str, ...]]:
    """The columns that can hold addresses or ids, by the names that lead to them.

    Of an object that holds a picture too, as ``image`` of Hugging Face with ``bytes`` and ``path``, the rest.
    """
    waiting: list[tuple[tuple[str, ...], pa.DataType]] = [
        ((name,), kind) for name, kind in reversed(columns(source).items())
    ]
    while waiting:
        way, kind = waiting.pop()
        if is_key(kind) or (is_text(kind) and _is_short(source, way)):
            yield way
        elif pa.types.is_struct(kind):
            waiting += [((*way, field.name), field.type) for field in reversed(kind.fields)]


def _is_short(source: Source, way: Sequence[str]) -> bool:
    """Whether the bytes of a column are too few for pictures: some writers leave text marked as bytes."""
    with source.file() as path:
        metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    parts = [group.column(number) for group in groups for number in range(group.num_columns)]
    size = sum(part.total_uncompressed_size for part in parts if part.path_in_schema == ".".join(way))
    return bool(size <= _MOST_BYTES * metadata.num_rows)


def table(
    source: Source, wanted: Sequence[Sequence[str]], limit: int | None = None
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row counted from 1, the values of the `wanted` of `key_columns`), of all rows or of some `limit`."""
    kinds = columns(source)
    picked = [_whole(way, kinds[way[0]]) for way in wanted]
    with _reading(source) as connection:
        test = "true" if limit is None else f"true LIMIT {limit}"
        for number, *values in _values(connection, source, picked, test, text_only=False):
            yield (
                number,
                tuple(
                    value.decode(errors="replace") if isinstance(value, bytes) else value for value in values
                ),
            )


def _whole(way: Sequence[str], kind: pa.DataType) -> str:
    """The expression for a column.

    A number of 24 bits cannot hold an id but looks like one, so it comes as text with its digits: ``9e+09``.
    """
    name = ".".join(map(_quoted, way))
    for step in way[1:]:
        kind = kind.field(step).type
    return f"format('{{:.7g}}', {name}::DOUBLE)" if pa.types.is_float32(kind) else name


def row_count(source: Source) -> int:
    """How many rows the file has."""
    with _reading(source), source.file() as path:
        return int(pq.read_metadata(path).num_rows)


def rows(source: Source, wanted: Sequence[str], find: Callable[[Sequence[Any]], Found]) -> Iterator[Row]:
    """All rows: what `find` makes of the values of the `wanted` columns."""
    kinds = columns(source)
    picked = [_whole((name,), kinds[name]) for name in wanted]
    with _reading(source) as connection:
        for number, *values in _values(connection, source, picked, "true"):
            yield _row(number, find(values))


def rows_with_links(
    source: Source, links: Sequence[str], others: Sequence[str], find: Callable[[Sequence[Any]], Found]
) -> Iterator[Row]:
    """All rows; those without anything like a Flickr address in the columns `links` come in bulk last."""
    kept = 0
    with _reading(source) as connection:
        wanted = list(map(_quoted, (*links, *others)))
        for number, *values in _values(connection, source, wanted, _any_link(links)):
            kept += 1
            yield _row(number, find(values))
        total = row_count(source)
    if total > kept:
        yield Row(total, skipped=NO_ADDRESS, stands_for=total - kept)


def batches_with_links(
    source: Source, links: Sequence[str], others: Sequence[str]
) -> Iterator[pa.RecordBatch | Row]:
    """`rows_with_links` by columns: the row's number, `links`, `others`; then all other rows."""
    kept = 0
    with _reading(source) as connection:
        for batch in _batches(connection, source, (*links, *others), _any_link(links)):
            kept += batch.num_rows
            yield batch
    total = row_count(source)
    if total > kept:
        yield Row(total, skipped=NO_ADDRESS, stands_for=total - kept)


def batches(source: Source, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """All rows by columns: the row's number, counted from 1, and the `wanted`."""
    with _reading(source) as connection:
        yield from _batches(connection, source, wanted, "true")


def _batches(
    connection: duckdb.DuckDBPyConnection, source: Source, wanted: Sequence[str], test: str
) -> Iterator[pa.RecordBatch]:
    picked = ", ".join(map(_quoted, wanted))
    with source.file() as path:
        relation = connection.sql(
            f"SELECT file_row_number + 1, {picked}"  # noqa: S608 - names are quoted
            f" FROM {duck.parquet(file_row_number=True, binary_as_string=True)} WHERE {test}",
            params=[duck.pattern(path)],
        )
        yield from duck.batches(relation, _BATCH_ROWS)


def _any_link(links: Sequence[str]) -> str:
    # In two thirds of the time of contains(lower(…)), and hardly more than a search that minds case.
    return " OR ".join(f"regexp_matches({_quoted(name)}::VARCHAR, '{FLICKR}')" for name in links)


def _row(number: int, found: Found) -> Row:
    return row_of(number, placed(found, f"row {number}"))


def _values(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    wanted: Sequence[str],
    test: str,
    *,
    text_only: bool = True,
) -> Iterator[tuple[Any, ...]]:
    """(row counted from 1, the values of the expressions `wanted` …) of the rows for which `test` holds.

    With `text_only` bytes are text, and an error where they are none.
    """
    picked = ", ".join(wanted)
    with source.file() as path:
        relation = connection.execute(
            f"SELECT file_row_number + 1, {picked}"  # noqa: S608 - names are quoted
            f" FROM {duck.parquet(file_row_number=True, binary_as_string=text_only)} WHERE {test}",
            [duck.pattern(path)],
        )
        while batch := relation.fetchmany(_BATCH_ROWS):
            yield from batch


@contextmanager
def _reading(source: Source) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duck.connect() as connection:
            yield connection
    except duckdb.OutOfMemoryException:
        raise  # not the file's fault, or not surely
    except (duckdb.Error, pa.ArrowException, UnicodeDecodeError) as error:
        raise damaged(source.label, plain(error, 160)) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
