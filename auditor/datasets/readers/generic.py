"""Any file in which a column holds Flickr links, or photo ids if the user says so: for lists without reader.

CSV, TSV, JSON (a column is a key, however deep), JSON Lines, Parquet, SQLite and plain text. Without a
column's name, the one is taken in which most values are addresses of Flickr photos. Bare numbers are
taken for photo ids only in a column the user named: the numbers of other sites look the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from auditor.datasets.parsing import parquet as parquet
from auditor.datasets.parsing.json_items import opens_with, parse_line, scalars
from auditor.datasets.parsing.keys import NO_ADDRESS, address, photo_id, record
from auditor.datasets.parsing.row import Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC, database, quoted, tables
from auditor.datasets.parsing.text import EMPTY, TOO_LONG, lines, split, table
from auditor.datasets.readers import GENERIC, Format
from auditor.errors import WrongFileError
from auditor.progress import SILENT
from auditor.text import plain

_SAMPLE = 2000
"""How many values of a file are looked at to find the column."""
_SEPARATORS = ("\t", ",", ";", "|")
_LINE = "line"
"""The one column of a text without separators."""

NEITHER = "neither a Flickr address nor a photo id"
NO_COLUMN = "no such column"

Value = tuple[int, str | None, Any]
"""Number of the row, place in the file (None: ``line <number>``), and what stands there."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """One way to read a file as columns of values."""

    columns: Callable[[Source], dict[str, list[Any]]]
    """The first values of each column; empty when the file cannot be read this way."""
    values: Callable[[Source, str], Iterator[Value]]
    """All values of one column; a value that could not be read is a `_Unread`."""


class _Unread(str):
    """In the place of a value: why there is none."""

    __slots__ = ()


def generic_format(column: str | None = None, say: Callable[[str], object] = SILENT.say) -> Format:
    """The format of any file with Flickr links in `column`; with None in the column that holds mostly such.

    `say` is told which column of a file was used.
    """
    wanted = f"a column “{column}”" if column else "a column of Flickr photo links (--column names it)"

    def sniff(source: Source) -> bool:
        return _choose(source, column) is not None

    def read(source: Source) -> Iterator[Row]:
        chosen = _choose(source, column)
        if chosen is None:
            raise WrongFileError(f"{source.label} lacks {wanted}", hint="--column names the column of links.")
        layout, name = chosen
        say(f"{source.label}: the Flickr photos are taken from “{plain(name, 80)}”")
        find = _link if column is None else _link_or_id
        for number, place, value in layout.values(source, name):
            found = value if isinstance(value, _Unread) else find(value)
            yield row_of(number, found._replace(record=place) if isinstance(found, Record) else str(found))

    return Format(
        name=GENERIC,
        title="a file with Flickr links",
        expects=f"a CSV, TSV, JSON, Parquet, SQLite or text file with {wanted}",
        match_keys=("photo_id", "owner"),
        sniff=sniff,
        read=read,
    )


def _choose(source: Source, column: str | None) -> tuple[_Layout, str] | None:
    """The layout and column to read: the named one, else the one with the largest share of addresses."""
    candidates = [
        (layout, name, values)
        for layout in _layouts(source)
        for name, values in layout.columns(source).items()
    ]
    if column is not None:
        named = [(layout, name) for layout, name, _ in candidates if _is_called(name, column)]
        only_lines = [(layout, name) for layout, name, _ in candidates if name == _LINE]
        return next(iter(named or (only_lines if len(candidates) == 1 else [])), None)
    scored = [(_share(values), layout, name) for layout, name, values in candidates]
    best = max(scored, key=lambda candidate: candidate[0], default=None)
    return (best[1], best[2]) if best and best[0] > (0.5, 0.0) else None


def _is_called(name: str, wanted: str) -> bool:
    """Whether a column is the wanted one, by its whole name or, in SQLite, without the table's."""
    return wanted.casefold() in (name.casefold(), name.rpartition(".")[2].casefold())


def _share(values: Sequence[Any]) -> tuple[float, float]:
    """Which part of the values are addresses of photos, and which part names the owner too."""
    given = [value for value in values if value not in (None, "")]
    photos = [photo for value in given if (photo := address(value))]
    owners = sum(bool(photo.nsid or photo.path_alias) for photo in photos)
    return (len(photos) / len(given), owners / len(given)) if given else (0.0, 0.0)


def _link(value: object) -> Found:
    photo = address(value)
    return record(photo) if photo else NO_ADDRESS


def _link_or_id(value: object) -> Found:
    if photo := address(value):
        return record(photo)
    if isinstance(value, float) and value.is_integer():  # pandas makes ids floats where some are missing
        value = int(value)
    number = photo_id(value.strip().removesuffix(".0") if isinstance(value, str) else value)
    return NEITHER if number is None else Record(photo_id=number)


def _layouts(source: Source) -> list[_Layout]:
    if source.head.startswith(b"PAR1"):
        return [_Layout(_parquet_columns, _parquet_values)]
    if source.head.startswith(MAGIC):
        return [_Layout(_sqlite_columns, _sqlite_values)]
    if opens_with(source, b"{", b"["):
        if len(source.head_lines) > 1 and isinstance(parse_line(source.head_lines[0]), dict):
            return [_Layout(_json_lines_columns, _json_lines_values)]
        return [_Layout(_json_columns, _json_values)]
    if b"\0" in source.head[:1024] or opens_with(source, b"<"):
        return []
    return [*(_separated(separator) for separator in _SEPARATORS), _Layout(_line_columns, _line_values)]


def _parquet_columns(source: Source) -> dict[str, list[Any]]:
    columns = [name for name, kind in parquet.columns(source).items() if parquet.is_key(kind)]
    rows = parquet.first(source, columns, _SAMPLE) if columns else []
    return {name: [row[number] for row in rows] for number, name in enumerate(columns)}


def _parquet_values(source: Source, column: str) -> Iterator[Value]:
    for number, value in parquet.values(source, column):
        yield number, f"row {number}", value


def _sqlite_columns(source: Source) -> dict[str, list[Any]]:
    with database(source) as connection:
        return {
            f"{table_}.{column}": [
                value
                for (value,) in connection.execute(
                    f"SELECT {quoted(column)} FROM {quoted(table_)} LIMIT {_SAMPLE}"  # noqa: S608 - quoted
                )
            ]
            for table_, columns in tables(connection).items()
            for column in columns
        }


def _sqlite_values(source: Source, column: str) -> Iterator[Value]:
    with database(source) as connection:
        table_, name = next(
            (table_, name)
            for table_, columns in tables(connection).items()
            for name in columns
            if f"{table_}.{name}" == column
        )
        rows = connection.execute(f"SELECT {quoted(name)} FROM {quoted(table_)}")  # noqa: S608 - quoted
        for number, (value,) in enumerate(rows, 1):
            yield number, f"{table_}, row {number}", value


def _json_columns(source: Source) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for path, value in islice(scalars(source), _SAMPLE * 10):
        columns.setdefault(_key(path), []).append(value)
    return columns


def _json_values(source: Source, column: str) -> Iterator[Value]:
    """All values of the key. Of a list, an entry that holds something else only is accounted for too."""
    number = 0
    for entry, inside in groupby(scalars(source), key=_entry):
        found = False
        for path, value in inside:
            if _key(path) == column:
                found = True
                number += 1
                yield number, _place(path), value
        if entry is not None and not found:
            number += 1
            yield number, f"[{entry}]", _Unread(NO_COLUMN)


def _entry(scalar: tuple[Sequence[str | int], Any]) -> int | None:
    """The entry of the file's list in which the value stands; None where the file is no list."""
    first = scalar[0][0]
    return first if isinstance(first, int) else None


def _key(path: Sequence[str | int]) -> str:
    """The last key on the way to a value; in lists of lists there is none."""
    return next((step for step in reversed(path) if isinstance(step, str)), _LINE)


def _place(path: Sequence[str | int]) -> str:
    """``[3].url``, ``images[3].url``, ``["some key"].url``."""
    steps = "".join(
        f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]".replace("'", '"')
        for step in path
    )
    return steps.removeprefix(".")


def _json_lines_columns(source: Source) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for line in source.head_lines:
        for key, value in _leaves(parse_line(line)):
            columns.setdefault(key, []).append(value)
    return columns


def _json_lines_values(source: Source, column: str) -> Iterator[Value]:
    """One value a line: the first below the column's key."""
    for number, line in lines(source):
        if line is None or not line.strip():
            yield number, None, _Unread(TOO_LONG if line is None else EMPTY)
            continue
        found = (value for key, value in _leaves(parse_line(line)) if key == column)
        yield number, None, next(found, _Unread(NO_COLUMN))


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Every text, number, truth value and null with its key; without recursion, for lines can nest deep."""
    waiting = [(_LINE, value)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += reversed(value.items())
        elif isinstance(value, list):
            waiting += [(key, inner) for inner in reversed(value)]
        else:
            yield key, value


def _separated(separator: str) -> _Layout:
    """CSV and its like."""

    def columns(source: Source) -> dict[str, list[Any]]:
        names, below = _header(source.head_lines, separator)
        rows = [fields for line in below if len(fields := split(line, separator)) == len(names)]
        if len(names) < 2 or len(rows) * 2 < len(below):
            return {}
        return {name: [fields[number] for fields in rows] for number, name in enumerate(names)}

    def values(source: Source, column: str) -> Iterator[Value]:
        names, below = _header(source.head_lines, separator)
        given = None if len(below) < len(source.head_lines) else names
        for number, fields in table(source, separator, given):
            yield number, None, _Unread(fields) if isinstance(fields, str) else fields[column]

    return _Layout(columns, values)


def _header(head: list[str], separator: str) -> tuple[list[str], list[str]]:
    """The columns' names, ``column 1`` and so on where there is no header, and the lines below."""
    names = split(head[0], separator) if head else []
    if any(address(name) or name.strip().isdigit() for name in names):
        return [f"column {number}" for number in range(1, len(names) + 1)], head
    return names, head[1:]


def _line_columns(source: Source) -> dict[str, list[Any]]:
    return {_LINE: list(source.head_lines)}


def _line_values(source: Source, _column: str) -> Iterator[Value]:
    for number, line in lines(source):
        yield number, None, _Unread(TOO_LONG) if line is None else line.strip() or _Unread(EMPTY)


FORMAT = generic_format()
