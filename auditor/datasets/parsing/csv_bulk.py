"""CSV rows at once: blocks of lines that Arrow cuts into columns, in the rows and for the reasons of `table`.

Arrow gets only lines that are whole rows: unquoted, or with every quote in its place. A line that opens a
quote may go on over the next lines or have a stray one; such lines are cut as `table` cuts them, one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from auditor.datasets.parsing.bulk import MOST_ROWS, mask, rows_of_form, skipped_rows
from auditor.datasets.parsing.row import EMPTY, Found, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import (
    COLUMNS,
    MAX_LINE_BYTES,
    MAX_QUOTED_LINES,
    TOO_LONG,
    by_fields,
    columns_of,
    cut_rows,
    line_offsets,
    split,
    whole_lines,
)
from auditor.pipeline import in_threads

_LONGEST_QUOTED = 1 << 16  # bytes; Python's csv takes no field of more than 128 KiB
_SPACES = r"[\x09-\x0d\x1c-\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
BOM = b"\xef\xbb\xbf"


class Cut(NamedTuple):
    """Some rows of a table."""

    rows: np.ndarray
    """The lines at which rows start that were cut into columns."""
    columns: Mapping[str, pa.StringArray]
    skipped: Mapping[str, np.ndarray]
    """By reason, the lines of rows without columns."""
    others: Sequence[tuple[int, dict[str, str] | str]]
    """The rows that were cut one by one, as `table` gives them."""

    def parts(self) -> Iterator["Cut"]:
        """The same, with no more rows in each than can be read at once."""
        yield self._slice(0)
        for start in range(MOST_ROWS, len(self.rows), MOST_ROWS):
            yield self._slice(start)._replace(skipped={}, others=())

    def _slice(self, start: int) -> "Cut":
        columns = {name: column.slice(start, MOST_ROWS) for name, column in self.columns.items()}
        return self._replace(rows=self.rows[start : start + MOST_ROWS], columns=columns)


def rows_at_once(
    source: Source,
    wanted: Sequence[str],
    usual: Callable[[Cut], tuple[pa.Table, np.ndarray]],
    find: Callable[[dict[str, str]], Found],
    separator: str = ",",
) -> Iterator[Row | pa.Table]:
    """All rows below the header: `usual` reads those of the usual kind and says which they are.

    Of each other one comes what `find` makes of its fields, of which it may ask for those that are `wanted`.
    """
    columns = columns_of(source, separator)
    cuts = cut_table(source, columns, wanted, separator) if set(wanted) & set(columns) else iter(())
    at_all = False
    for cut, (table, read) in in_threads(lambda cut: (cut, usual(cut)), cuts):
        at_all = True
        yield from (skipped_rows(lines, why) for why, lines in cut.skipped.items() if len(lines))
        yield table
        for place in np.flatnonzero(~read).tolist():
            fields = {name: column[place].as_py() for name, column in cut.columns.items()}
            yield row_of(int(cut.rows[place]), find(fields))
        for number, given in cut.others:
            yield row_of(number, given if isinstance(given, str) else find(given))
    if not at_all:
        yield from by_fields(source, find, separator)


def column_at_once(
    source: Source, column: str, form: str, find: Callable[[dict[str, str]], Found], license_column: str = ""
) -> Iterator[Row | pa.Table]:
    """All rows of a table of which one column holds the keys; see `bulk.rows_of_form`."""

    def usual(cut: Cut) -> tuple[pa.Table, np.ndarray]:
        more = {"license": cut.columns[license_column]} if license_column in cut.columns else {}
        return rows_of_form(cut.rows, cut.columns[column], form, more)

    return rows_at_once(source, [column, *filter(None, [license_column])], usual, find)


def cut_table(
    source: Source, columns: Sequence[str], wanted: Sequence[str], separator: str = ","
) -> Iterator[Cut]:
    """The rows below the header; of those cut by Arrow the `wanted` columns that there are.

    `columns` are those of the header. Nothing comes out of a file whose first line is another: see `table`.
    """
    cutter = _Cutter(columns, wanted, separator)
    row, kept = 1, b""
    at_header = True
    with source.open() as stream:
        blocks = whole_lines(stream, source.line_end)
        block = next(blocks, b"")
        while block != b"":
            following = next(blocks, b"")
            if at_header:
                row, start = _below_header(block or b"", columns, separator)
                if not row:
                    return
                block, at_header = (block or b"")[start:], False
            if block is None:
                yield cutter.nothing()._replace(skipped={TOO_LONG: np.array([row])})
                row += 1
            elif block:
                if not block.isascii():
                    block = block.decode(errors="replace").encode()
                cut, lines, taken = cutter.cut(kept + block, row, last=not following)
                yield from cut.parts()
                row += lines
                kept = (kept + block)[taken:]
            block = following


def _below_header(block: bytes, columns: Sequence[str], separator: str) -> tuple[int, int]:
    """The line below the header and where it starts; 0 where the header is another."""
    start = 0
    for row in count(2):
        end = block.find(b"\n", start) + 1 or len(block)
        line = block[start:end].decode(errors="replace").rstrip("\r\n")
        start = end
        if line.strip():
            return (row if split(line, separator) == list(columns) else 0), start
        if start == len(block):
            break
    return 0, start


class _Cutter:
    """Cuts blocks of one table."""

    def __init__(self, columns: Sequence[str], wanted: Sequence[str], separator: str) -> None:
        self.columns, self.separator = columns, separator
        last = {name: place for place, name in enumerate(columns)}  # of two of one name the last counts
        self.wanted = {name: last[name] for name in wanted if name in last}
        mark = rf"\x{ord(separator):02x}"
        field = rf'(?:[^"{mark}]*|"(?:[^"]|"")*")'
        self.quoted_well = rf"^{field}(?:{mark}{field})*(?:\r?\n)?$"
        self.blank = f"^{_SPACES}*$"

    def nothing(self) -> Cut:
        """No row."""
        return Cut(np.empty(0, np.int64), dict.fromkeys(self.wanted, pa.array([], pa.string())), {}, ())

    def cut(self, block: bytes, row: int, *, last: bool) -> tuple[Cut, int, int]:
        """The rows of a block whose first line is `row`; how many lines and bytes of it were used.

        The end is left to the next block where a row may go on there.
        """
        offsets = line_offsets(block)
        raw = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(block))
        sizes = np.diff(offsets)
        long = sizes > MAX_LINE_BYTES
        hard = long.copy()
        quoted = b'"' in block
        if quoted:
            at = np.flatnonzero(mask(pc.match_substring(raw, '"')))
            hard[at] = ~mask(pc.match_substring_regex(raw.take(pa.array(at)), self.quoted_well))
            hard |= sizes > _LONGEST_QUOTED
        if b"\r" in block:  # Arrow would take one in the middle for the end of the line
            hard |= mask(pc.match_substring_regex(raw, r"\r[^\n]"))
        blank = self._blank(raw, offsets) & ~hard
        others, inside, end = self._one_by_one(raw, np.flatnonzero(hard & ~long), row, last=last)
        inside[end:] = True
        long, blank = long & ~inside, blank & ~inside
        whole = ~(hard | long | blank | inside)
        tables, misfits = self._columns(raw if whole.all() else raw.filter(pa.array(whole)), quoted=quoted)
        rows = row + np.flatnonzero(whole)
        skipped = {
            TOO_LONG: row + np.flatnonzero(long),
            EMPTY: row + np.flatnonzero(blank),
            COLUMNS: rows[misfits],
        }
        return Cut(np.delete(rows, misfits), tables, skipped, others), end, int(offsets[end])

    def _one_by_one(
        self, raw: pa.StringArray, hard: np.ndarray, row: int, *, last: bool
    ) -> tuple[list[tuple[int, dict[str, str] | str]], np.ndarray, int]:
        """The rows that start at the `hard` lines, which lines are inside of such rows, and where to stop."""
        found: list[tuple[int, dict[str, str] | str]] = []
        inside = np.zeros(len(raw), bool)
        for place in map(int, hard):
            if inside[place]:
                continue
            if not last and place + MAX_QUOTED_LINES >= len(raw):
                return found, inside, place
            number, line, fields = next(
                cut_rows(_lines_from(raw, place, row), self.separator, len(self.columns))
            )
            if line is None or not line.strip():
                found.append((number, EMPTY))
            elif fields is None:
                found.append((number, COLUMNS))
            else:
                found.append((number, dict(zip(self.columns, fields, strict=True))))
                more = sum(field.count("\n") for field in fields)  # the ends of the lines it goes on over
                inside[place + 1 : place + 1 + more] = True
        return found, inside, len(raw)

    def _blank(self, raw: pa.StringArray, offsets: np.ndarray) -> np.ndarray:
        """Which lines hold nothing but spaces."""
        first = np.frombuffer(raw.buffers()[2], np.uint8)[offsets[:-1]]
        blank: np.ndarray = (first <= ord(" ")) | (first >= 0x80)  # no letter or digit, and maybe a space
        blank[blank] = mask(pc.match_substring_regex(raw.filter(pa.array(blank)), self.blank))
        return blank

    def _columns(self, lines: pa.StringArray, *, quoted: bool) -> tuple[dict[str, pa.StringArray], list[int]]:
        """The wanted columns of lines that are whole rows, and the lines with too few or too many fields."""
        if not len(lines):
            return dict.fromkeys(self.wanted, lines), []
        data = lines.buffers()[2]
        if data[: len(BOM)].to_pybytes() == BOM:  # which Arrow would take away
            data = pa.py_buffer(BOM + data.to_pybytes())
        fields, misfits = cut_fields(
            data, len(self.columns), self.wanted.values(), self.separator, quoted=quoted
        )
        return {name: fields[place] for name, place in self.wanted.items()}, misfits


def cut_fields(
    data: pa.Buffer, width: int, places: Iterable[int], separator: str, *, quoted: bool
) -> tuple[dict[int, pa.StringArray], list[int]]:
    """The fields at `places` of whole rows of `width` fields, and which rows have more or fewer, from 0."""
    misfits: list[int] = []

    def leave(row: csv.InvalidRow) -> str:
        misfits.append(row.number - 1)
        return "skip"

    names = [str(place) for place in range(width)]
    wanted = {place: names[place] for place in places}
    table = csv.read_csv(
        data,
        csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        csv.ParseOptions(
            delimiter=separator,
            quote_char='"' if quoted else False,
            double_quote=quoted,
            ignore_empty_lines=False,
            invalid_row_handler=leave,
        ),
        csv.ConvertOptions(
            include_columns=list(dict.fromkeys(wanted.values())),
            column_types=dict.fromkeys(wanted.values(), pa.string()),
            check_utf8=False,
        ),
    )
    return {place: table[name].combine_chunks() for place, name in wanted.items()}, misfits


def _lines_from(raw: pa.StringArray, place: int, row: int) -> Iterator[tuple[int, str | None]]:
    """The lines from `place` on, where the first of all is line `row`."""
    for start in range(place, len(raw), MAX_QUOTED_LINES):
        for number, line in enumerate(raw.slice(start, MAX_QUOTED_LINES).to_pylist(), row + start):
            yield number, line.rstrip("\r\n") if len(line.encode()) <= MAX_LINE_BYTES else None
