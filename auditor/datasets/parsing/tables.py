"""Any list as rows of named values: CSV and its like, JSON, Parquet, SQLite, NumPy, XML, mails, plain lines.

For files whose own shape nobody has described. Of a row nothing is left out: a line that has not as many
fields as the others comes whole, and every value of a JSON entry comes with the path that leads to it.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain, groupby, islice, pairwise
from typing import Any, NamedTuple

from auditor.datasets.parsing import npy, parquet
from auditor.datasets.parsing.json_items import NO_JSON, opens_with, parse_line, scalars, values_in
from auditor.datasets.parsing.keys import parsed_nsid
from auditor.datasets.parsing.mails import ATTACHED, is_mail, pieces
from auditor.datasets.parsing.row import COMMENT, EMPTY
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC, database, quoted, tables
from auditor.datasets.parsing.text import COLUMNS, TOO_LONG, cut_rows, lines, split
from auditor.datasets.parsing.values import TYPICAL
from auditor.flickr.names import parse_name
from auditor.flickr.urls import parse_owners, parse_photos

LINE = "line"
"""The one column of a text without separators."""
KEY = "key"
"""The column of the keys of a JSON object whose keys are data."""
VALUE = "value"
"""The column of what stands at such keys, where it is no object."""
LINK = "link"
"""The one column of a web page."""
SAMPLE = 2000
"""How many rows of a file are looked at to tell its columns."""

NO_KEYS = "no column of text or numbers"

_SEPARATORS = ("\t", ",", ";", "|", "\x01")  # the last is Hive's
_SPACES = " "
"""Stands for any run of spaces."""
_COMMENT = re.compile(r"\s*(?:[#%]+\s*|sep=.\s*$)", re.IGNORECASE)
"""A remark; or the line in which Excel is told the separator."""
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ELEMENT = re.compile(r"<([\w:.-]+)[^<>]*>([^<]+)<")
_CELLS_OF_ENTRY = 10_000
"""A JSON entry with more values comes in parts: whole lists can be nested in one, and memory is bounded."""
_START = 1024
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r\x01"))
_LEAST_TEXT = 0.95
"""Of the start of a file: a title may have a stray zero in it, a binary file has many."""
_LONGEST_BYTES = 8192
"""Longer bytes are pictures and the like, and no text with an address."""
_KEYS_OF_MAP = 50
"""An object with more keys is a list of entries by key, whatever the keys look like."""


class Cell(NamedTuple):
    """A value and where it is from."""

    column: str
    value: Any
    place: str | None = None
    """Where a person finds it; None stands for ``line <number of the row>``."""


class TableRow(NamedTuple):
    """One row; `section` tells apart the tables of a database and the lists of a JSON file."""

    number: int
    cells: Sequence[Cell]
    unread: str | None = None
    """Why the row has no cells, or is one cell of the whole line."""
    section: str = ""


Layout = Callable[[Source], Iterator[TableRow]]


def layout_of(source: Source) -> Layout | None:
    """How the file is cut into rows; None for pictures, web pages and other files that are no lists."""
    if source.head.startswith(b"PAR1"):
        return _parquet_rows
    if source.head.startswith(MAGIC):
        return _sqlite_rows
    if source.head.startswith(npy.MAGIC):
        return _npy_rows
    if opens_with(source, b"{", b"[") and (values := _values(source)):
        return values
    start = source.head[:_START]
    if len(start.translate(None, _CONTROLS)) < len(start) * _LEAST_TEXT:
        return None
    if opens_with(source, b"<"):
        start = source.head[:1024].lower()
        if not any(tag in start for tag in (b"<!doctype html", b"<html", b"<head")):
            return _xml_rows
        return page_rows if next(page_rows(source), None) else None
    return _mail_rows if is_mail(source) else _separated_rows(source) or _line_rows


def sample(source: Source, layout: Layout) -> list[TableRow]:
    """Rows from the start of the file, enough to tell its columns."""
    if layout is _parquet_rows:
        return list(_parquet_rows(source, SAMPLE))
    return list(islice(layout(source), SAMPLE))


def is_called(column: str, wanted: str) -> bool:
    """Whether a column is the wanted one, by its whole name or by the last part of it."""
    return _comparable(wanted) in (_comparable(column), _comparable(column.rpartition(".")[2]))


@lru_cache(maxsize=1024)
def _comparable(name: str) -> str:
    """The name as people type what they see: without case, runs of spaces, or how an ``ä`` is composed."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def _parquet_rows(source: Source, limit: int | None = None) -> Iterator[TableRow]:
    columns = list(parquet.key_columns(source))
    names = [".".join(way) for way in columns]
    if not columns:
        for number in range(1, parquet.row_count(source) + 1):
            yield TableRow(number, (), NO_KEYS)
    else:
        for number, values in parquet.table(source, columns, limit):
            place = f"row {number}"
            yield TableRow(
                number,
                [
                    Cell(name if inner == LINE else f"{name}.{inner}", one, place)
                    for name, value in zip(names, values, strict=True)
                    for inner, one in _leaves(value)
                ],
            )


def _sqlite_rows(source: Source) -> Iterator[TableRow]:
    with database(source) as connection:
        for table, columns in tables(connection).items():
            names = [f"{table}.{column}" for column in columns]
            wanted = ", ".join(map(quoted, columns))
            rows = connection.execute(f"SELECT {wanted} FROM {quoted(table)}")  # noqa: S608 - quoted
            for number, values in enumerate(rows, 1):
                place = f"{table}, row {number}"
                cells = [Cell(name, _text(value), place) for name, value in zip(names, values, strict=True)]
                yield TableRow(number, cells, section=table)


def _text(value: Any) -> Any:
    """The value; some programs store text as bytes."""
    if isinstance(value, bytes) and len(value) <= _LONGEST_BYTES:
        return value.decode(errors="replace")
    return value


def _npy_rows(source: Source) -> Iterator[TableRow]:
    for number, value in enumerate(npy.rows(source), 1):
        if isinstance(value, list):
            cells = [
                Cell(f"column {nth}", inner)
                for nth, part in enumerate(value, 1)
                for _, inner in _leaves(part)
            ]
        else:
            cells = [Cell(name, inner) for name, inner in _leaves(value)]
        place = f"row {number}"
        yield TableRow(number, [cell._replace(place=place) for cell in cells])


# -- JSON ----------------------------------------------------------------------------------------------------

_Path = tuple[str | int, ...]


def _values(source: Source) -> Layout | None:
    """How the file's JSON is cut into rows; None for text that begins with a bracket."""
    first = [parse_line(line) for line in source.head_lines[:2]]
    if len(first) > 1 and (isinstance(first[0], dict) or all(isinstance(value, list) for value in first)):
        return _json_lines_rows
    several = values_in(source)
    return partial(_json_rows, several=several > 1) if several else None


def _json_rows(source: Source, *, several: bool) -> Iterator[TableRow]:
    """The entries of the file's lists, wherever they are, and of the objects whose keys are data."""
    maps = _maps(path for path, _ in islice(scalars(source, several=several), SAMPLE * 10))
    number = 0
    for entry, inside in groupby(
        scalars(source, several=several), key=lambda scalar: _entry(scalar[0], maps)
    ):
        section = ".".join(step for step in entry[:-1] if isinstance(step, str))
        key = [Cell(KEY, entry[-1], _place(entry))] if entry and isinstance(entry[-1], str) else []
        cells = (Cell(_column(path, len(entry)), value, _place(path)) for path, value in inside)
        while part := list(islice(cells, _CELLS_OF_ENTRY)):
            number += 1
            yield TableRow(number, key + part, section=section)


def _maps(paths: Iterator[_Path]) -> set[_Path]:
    """The objects, by the way to them, whose keys are data: numbers, names of files, links, or many."""
    keys: dict[_Path, dict[str, None]] = {}
    for path in paths:
        for depth, step in enumerate(path):
            if isinstance(step, int):
                break
            keys.setdefault(path[:depth], {})[step] = None
            if depth == 2:  # deeper objects are values of an entry
                break
    return {
        way
        for way, found in keys.items()
        if len(found) > _KEYS_OF_MAP
        or sum(step.isdecimal() or _is_name(step) or _is_link(step) for step in found) * 2 > len(found)
    }


def _entry(path: _Path, maps: set[_Path]) -> _Path:
    for depth, step in enumerate(path):
        if isinstance(step, int) or path[:depth] in maps:
            return path[: depth + 1]
    return ()


def _column(path: _Path, entry: int) -> str:
    """The keys below the entry, ``owner.id``; the position in a list of lists; else the list's own key.

    The key of an entry is data and no name: ``{"url": {"0": "https://…"}}``, as pandas writes, is of ``url``.
    """
    below = path[entry:]
    names = [step for step in below if isinstance(step, str)]
    if names:
        return ".".join(names)
    if below and isinstance(below[0], int):
        return f"column {below[0] + 1}"
    named = next((step for step in reversed(path[: entry - 1]) if isinstance(step, str)), None)
    return named or (VALUE if path and isinstance(path[entry - 1], str) else LINE)


def _place(path: _Path) -> str:
    """``[3].url``, ``images[3].url``, ``["some key"].url``."""
    steps = "".join(
        f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]".replace("'", '"')
        for step in path
    )
    return steps.removeprefix(".")


def _json_lines_rows(source: Source) -> Iterator[TableRow]:
    return _by_line(source, _json_line)


def _json_line(number: int, line: str) -> TableRow:
    value = parse_line(line, decimal=True)
    if value is None:
        return TableRow(number, [Cell(LINE, line)], NO_JSON)
    return TableRow(number, [Cell(name, inner) for name, inner in _leaves(value)])


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Every text, number, truth value and null with its keys; without recursion, for lines can nest deep."""
    waiting = [("", value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [
                (f"{name}.{key}" if name else str(key), inner) for key, inner in reversed(value.items())
            ]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in reversed(value)]
        else:
            yield name or LINE, value


# -- text ----------------------------------------------------------------------------------------------------


def _separated_rows(source: Source) -> Layout | None:
    """The rows of CSV and its like, with the separator that cuts most lines alike; None where none does."""
    head = [line for line in source.head_lines if not _COMMENT.match(line)]
    if not head:
        return None
    (alike, _), separator = max((_consistency(head, separator), separator) for separator in _SEPARATORS)
    if not alike and _consistency(head, _SPACES)[0] == len(head) and all(map(_is_datum, head[0].split())):
        alike, separator = len(head), _SPACES
    return partial(_rows_cut, separator=separator) if alike else None


def _consistency(head: Sequence[str], separator: str) -> tuple[int, int]:
    """How many lines have as many fields as the first, and how many those are; zero for less than half."""
    count = len(_fields(head[0], separator))
    alike = sum(len(_fields(line, separator)) == count for line in head)
    return (alike, count) if count > 1 and alike * 2 >= len(head) else (0, 0)


def _fields(line: str, separator: str) -> list[str]:
    return line.split() if separator == _SPACES else split(line, separator)


def _rows_cut(source: Source, separator: str) -> Iterator[TableRow]:
    names, header = _header(source.head_lines, separator)
    cut: Iterator[tuple[int, str | None, list[str] | None]]
    if separator == _SPACES:
        cut = ((number, line, line.split() if line else None) for number, line in lines(source))
    else:
        cut = cut_rows(lines(source), separator, len(names))
    for number, line, fields in cut:
        if line is None or not line.strip():
            yield TableRow(number, (), TOO_LONG if line is None else EMPTY)
        elif line == header:
            header = None
        elif fields is None or len(fields) != len(names):
            reason = COMMENT if _COMMENT.match(line) else COLUMNS
            yield TableRow(number, [Cell(LINE, line)], reason)
        else:
            yield TableRow(number, [Cell(name, field) for name, field in zip(names, fields, strict=True)])


def _header(head: Sequence[str], separator: str) -> tuple[list[str], str | None]:
    """The columns' names, and the line that they are from: the first, or a comment just above the data.

    They are ``column 1`` and so on where no line names them.
    """
    position = next((number for number, line in enumerate(head) if not _COMMENT.match(line)), 0)
    first = _fields(head[position], separator)
    if not any(_is_datum(field) for field in first):
        return _distinct(first), head[position]
    if position:
        above = _fields(_COMMENT.sub("", head[position - 1], count=1), separator)
        if len(above) == len(first):
            return _distinct(above), head[position - 1]
    return [f"column {number}" for number in range(1, len(first) + 1)], None


def _distinct(names: list[str]) -> list[str]:
    """The names, each in use once: files have columns of one name, or of none."""
    return [
        name.strip() if name.strip() and names.index(name) == number else f"column {number + 1}"
        for number, name in enumerate(names)
    ]


def _is_datum(field: str) -> bool:
    """Whether it is a value and no name of a column."""
    text = field.strip()
    return bool(_NUMBER.fullmatch(text) or _LOCATION.search(text) or parsed_nsid(text) or _is_name(text))


_LOCATION = re.compile(r"://|/.*\.|\\")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?")


def _is_name(text: str) -> bool:
    """Whether it is, or may be, the name of a Flickr photo's file."""
    return parse_name(text, numbered=True) is not None


def _is_link(text: str) -> bool:
    return "flic" in text.lower() and bool(parse_photos(text) or parse_owners(text))


def _line_rows(source: Source) -> Iterator[TableRow]:
    for number, line in _with_cut_links(lines(source)):
        yield _row_or_reason(number, line, _whole_line)


def _whole_line(number: int, line: str) -> TableRow:
    return TableRow(number, [Cell(LINE, line)])


# Mail programs and terminals cut long words at the edge, so that the rest of an id, or of a member's name
# with the id, begins the next line. Only the slash behind it tells it from a number of its own, as a list of
# links and of ids, of years or of counts has them; a rest without one can't be known.
_LINK_AT_END = re.compile(r"flickr\.com/+photos/[^/?#&\s]+(?:/([0-9]{0,19}))?$", re.IGNORECASE)
_REST_OF_ID = re.compile(r"([0-9]{1,12})/(?![0-9])")
_REST_OF_NAME = re.compile(r"[\w@%-]{0,255}/[1-9][0-9]{4,18}(?!\w)")
_NUMBERED = re.compile(r"([0-9]{1,6})/(?!\S)")
"""As threads number what they say: 1/, 2/."""


def _with_cut_links(numbered: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    """The lines with their numbers; a link that seems to go on in the next line has … behind it.

    So it reads as other links that were cut. Where its line has more links, it is a line by itself.
    """
    for (number, line), (_, following) in pairwise(chain(numbered, [(0, None)])):
        if not (line and following and _goes_on(line, following)):
            yield number, line
        else:
            word = line.split()[-1]
            before = line.removesuffix(word)
            if "flic" in before.lower():
                yield number, before
                before = ""
            yield number, f"{before}{word}…"


def _goes_on(line: str, following: str) -> bool:
    """Whether a link ends the line of which the rest seems to begin the following one."""
    of_id, of_name = _REST_OF_ID.match(following), _REST_OF_NAME.match(following)
    link = _LINK_AT_END.search(line) if of_id or of_name else None
    if link is None:
        return False
    if link[1] is None:
        return of_name is not None
    this, next_ = _NUMBERED.match(line), _NUMBERED.match(following)
    counted = this and next_ and int(this[1]) + 1 == int(next_[1])
    return of_id is not None and not counted and int(link[1] + of_id[1]) in TYPICAL


def _mail_rows(source: Source) -> Iterator[TableRow]:
    listed = list(pieces(source))
    for number, text in _with_cut_links(enumerate((piece.text for piece in listed), 1)):
        if text is None or not text.strip():
            yield TableRow(number, (), ATTACHED if text is None else EMPTY)
        else:
            yield TableRow(number, [Cell(LINE, text, listed[number - 1].place)])


_OF_FLICKR = re.compile(
    rb"""(?:saved from url=\([0-9]+\)|rel=["']?canonical["']?\s+href=["']?)https?://(?:www\.)?flickr\.com/"""
)
_IN_FLICKR = re.compile(r"/photos/[^/]+/[1-9][0-9]*(?![^/?#])")
_BETWEEN_ADDRESSES = re.compile(r"[\s<>\"'`]+")
_LONGEST_ADDRESS = 8192


def page_rows(source: Source) -> Iterator[TableRow]:
    """Each address of a photo in a saved web page, once with each name of its owner.

    People in a page may be anybody: who comments, or whose photos Flickr recommends. So only photos are
    taken. Flickr's own pages lead to them without naming the host.
    """
    own = _OF_FLICKR.search(source.head) is not None
    seen: set[tuple[str, str | None, str | None]] = set()
    for word in _words(source):
        text = f"https://www.flickr.com{word}" if own and _IN_FLICKR.match(word) else word
        named = {(photo.photo_id, photo.nsid, photo.path_alias) for photo in parse_photos(text)}
        if not named <= seen:
            seen |= named
            number = len(seen)
            yield TableRow(number, [Cell(LINK, text, f"link {number}")])


def _words(source: Source) -> Iterator[str]:
    """What stands between spaces, brackets and quotes; of endless words only the start."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""
    with source.open() as stream:
        while block := stream.read(1 << 20):
            *words, rest = _BETWEEN_ADDRESSES.split(rest + decoder.decode(block))
            yield from words
            rest = rest[:_LONGEST_ADDRESS]
    yield rest


def _xml_rows(source: Source) -> Iterator[TableRow]:
    """The attributes and texts of each line, without a parser that would have to be trusted."""
    return _by_line(source, _xml_line)


def _xml_line(number: int, line: str) -> TableRow:
    cells = [Cell(name, double or single) for name, double, single in _ATTRIBUTE.findall(line)]
    cells += [Cell(name, text.strip()) for name, text in _ELEMENT.findall(line)]
    return TableRow(number, cells or [Cell(LINE, line)])


def _by_line(source: Source, read: Callable[[int, str], TableRow]) -> Iterator[TableRow]:
    """What `read` makes of the number and text of each line that holds anything."""
    for number, line in lines(source):
        yield _row_or_reason(number, line, read)


def _row_or_reason(number: int, line: str | None, read: Callable[[int, str], TableRow]) -> TableRow:
    if line is None or not line.strip():
        return TableRow(number, (), TOO_LONG if line is None else EMPTY)
    return read(number, line)
