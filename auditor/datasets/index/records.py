"""Records as the columns of an index: from a reader's rows to Arrow tables, without what may not be kept."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.index.short_texts import PHOTO_ID, ROW, cleaned
from auditor.datasets.parsing.bulk import license_ids
from auditor.datasets.parsing.row import Record, Row, join_key
from auditor.flickr.urls import ORIGINAL_SECRETS, without_original_secret

MAX_RECORD_CHARACTERS = 300
BATCH_ROWS = 1 << 16

_NUMBERS = f"[{PHOTO_ID}{ROW}]"
_MAY_CHANGE = f"(?i)_o|/[pv]|{_NUMBERS}"
"""What every text has that is kept in another form: `cleaned`, or without one of `ORIGINAL_SECRETS`."""

Flat = tuple[object, ...]
"""One record in the order of `SCHEMA`."""

SCHEMA = pa.schema(
    [
        ("photo_id", pa.int64()),
        ("nsid", pa.int64()),
        ("alias", pa.string()),
        ("url_hash", pa.string()),
        ("content_md5", pa.string()),
        ("license_id", pa.int32()),
        ("original", pa.bool_()),
        ("record", pa.string()),
        ("row", pa.int64()),
        ("source", pa.int32()),
        ("key", pa.string()),
        ("parent_key", pa.string()),
    ]
)
"""The columns of a data file. New ones come last, and a file may lack them: being older than they are."""

FIRST_COLUMNS = 10
"""How many columns every data file has."""


def flat(rows: Sequence[Row], source: int, member: str) -> list[Flat]:
    """The records of `rows`, which come from file number `source`, in an archive from its `member`."""
    return [_flat(record, row.number, source, member) for row in rows for record in row.records]


def from_query(rows: pa.Table, source: int, member: str) -> pa.Table:
    """The records of a reader written in SQL; as `flat`, for columns instead of rows."""
    given = {name: rows[name] for name in rows.column_names}
    if "license" in given:
        given["license_id"] = license_ids(given["license"].combine_chunks())
    if member:
        lines = pc.binary_join_element_wise("line", pc.cast(rows["row"], pa.string()), " ")
        given["record"] = pc.binary_join_element_wise(member, given.get("record", lines), ": ")
    if "record" in given:
        given["record"] = _shown_column(given["record"])
    if "key" in given:
        given["key"] = _shown_column(given["key"].cast(pa.string()))
    if "parent_key" in given:
        given["parent_key"] = _shown_column(_join_column(given["parent_key"].cast(pa.string())))
    given["source"] = pa.repeat(pa.scalar(source, pa.int32()), rows.num_rows)
    if "original" not in given:
        given["original"] = pa.repeat(pa.scalar(value=False), rows.num_rows)
    missing = pa.nulls(rows.num_rows)
    return pa.table(
        [given.get(name, missing).cast(kind) for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)],
        schema=SCHEMA,
    )


def gathered(parts: Iterable[pa.Table | list[Flat]]) -> Iterator[pa.Table]:
    """The records put together to tables of a size worth writing: a folder of pictures gives one a file."""
    tables: list[pa.Table] = []
    waiting: list[Flat] = []
    rows = 0
    for part in parts:
        rows += len(part)
        if isinstance(part, list):
            waiting += part
        else:
            tables += [_table(waiting), part] if waiting else [part]
            waiting = []
        if rows >= BATCH_ROWS:
            yield pa.concat_tables([*tables, _table(waiting)])
            tables, waiting, rows = [], [], 0
    if rows:
        yield pa.concat_tables([*tables, _table(waiting)])


def _table(records: Sequence[Flat]) -> pa.Table:
    columns = zip(*records, strict=True) if records else ((),) * len(SCHEMA)
    return pa.Table.from_arrays(
        [_array(values, kind) for values, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA
    )


def _flat(record: Record, row: int, source: int, member: str) -> Flat:
    *values, place, key, parent_key = record
    if member:
        place = member if place == "" else f"{member}: {place or f'line {row}'}"
    return (
        *values,
        place and _shown(place),
        row,
        source,
        key and _shown(key),
        parent_key and _shown(join_key(parent_key)),
    )


def _shown(place: str) -> str:
    """A place or key as it is kept: not endless, and without an original's secret, for it is passed on."""
    place = without_original_secret(cleaned(place))
    return place if len(place) <= MAX_RECORD_CHARACTERS else place[: MAX_RECORD_CHARACTERS - 1] + "…"


def _shown_column(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """`_shown` for a column."""
    if pc.any(pc.match_substring_regex(texts, _MAY_CHANGE)).as_py():
        texts = pc.replace_substring_regex(texts, _NUMBERS, "")
        for pattern, replacement in ORIGINAL_SECRETS:
            texts = pc.replace_substring_regex(texts, pattern, replacement)
    lengths = pc.utf8_length(texts)
    if (pc.max(lengths).as_py() or 0) <= MAX_RECORD_CHARACTERS:
        return texts
    cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, MAX_RECORD_CHARACTERS - 1), "…", "")
    return pc.if_else(pc.greater(lengths, MAX_RECORD_CHARACTERS), cut, texts)


def _join_column(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    """`join_key` for a column."""
    return pc.replace_substring_regex(pc.utf8_lower(pc.utf8_trim_whitespace(keys)), "^0+([0-9]+)$", r"\1")


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell and UTF-8 cannot
        return pa.array(
            [
                value.encode(errors="replace").decode() if isinstance(value, str) else value
                for value in values
            ],
            kind,
        )
