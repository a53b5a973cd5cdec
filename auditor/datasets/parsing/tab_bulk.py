"""Tab-separated files of a hundred million lines: of blocks of lines only the columns that are needed.

Arrow cuts them at the speed of reading, on all cores. Whatever is odd about a line (its number of columns,
its photo id, its NSID, its length, a carriage return in it) leaves it to the format's SQL, which says why.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import matching, nsids, numbers, photo_ids
from auditor.datasets.parsing.csv_bulk import BOM, cut_fields
from auditor.datasets.parsing.keys import ORIGINAL_FORM
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import LINES, MAX_LINE_BYTES, count_byte, cut, line_offsets, whole_lines
from auditor.pipeline import in_threads

Part: TypeAlias = pa.Table | pa.RecordBatch
"""Rows that were read, or lines that were not."""


class Columns(NamedTuple):
    """Where in a line the keys of a record are, from 0, or from -1 at the end."""

    photo_id: int
    nsid: int | None = None
    url_hash: int | None = None
    licenses: Sequence[int] = ()
    """Names or addresses of the licence; the first that is not empty counts."""
    original: int | None = None
    """The original's secret, where it may be."""

    @property
    def places(self) -> list[int]:
        """All of them."""
        given = (self.photo_id, self.nsid, self.url_hash, *self.licenses, self.original)
        return [place for place in given if place is not None]


def lines_sql(layouts: Mapping[int, Columns]) -> str:
    """The `Format.sql` of lines of one of these numbers of columns, which differ in where the photo id is."""
    columns = next(iter(layouts.values()))
    ids = " ".join(f"WHEN {width} THEN {_field(one.photo_id)}" for width, one in layouts.items())
    given = []
    if columns.nsid is not None:
        given.append(f"nsid({_field(columns.nsid)}) AS nsid")
    if columns.url_hash is not None:
        given.append(f"nullif({_field(columns.url_hash)}, '') AS url_hash")
    if columns.licenses:
        names = ", ".join(f"nullif({_field(place)}, '')" for place in columns.licenses)
        given.append(f"coalesce({names}) AS license")
    if columns.original is not None:
        given.append(f"is_secret({_field(columns.original)}) AS original")
    return f"""
        WITH cut AS (
            SELECT row, line, string_split(line, chr(9)) AS field FROM lines
        ), found AS (
            SELECT *, photo_id(CASE len(field) {ids} END) AS photo_id FROM cut
        )
        SELECT
            row, photo_id, {", ".join(given)},
            why_skipped(line, len(field) IN ({", ".join(map(str, layouts))}), photo_id) AS skip
        FROM found
    """  # noqa: S608 - numbers and own names


def _field(place: int) -> str:
    """A column of `Columns` in SQL, which counts from 1, and from -1 at the end."""
    return f"field[{place + 1 if place >= 0 else place}]"


class _Block(NamedTuple):
    """Some lines."""

    content: bytes | None
    """None for one that is too long."""
    row: int
    """The number of the first."""
    lines: int


def columns_at_once(layouts: Mapping[int, Columns]) -> Callable[[Source], Iterator[Part]]:
    """A reader of lines of one of these numbers of columns: the one that most lines at the start have."""

    def read(source: Source) -> Iterator[Part]:
        tabs = [line.count("\t") for line in source.head_lines]
        width = max(layouts, key=lambda width: tabs.count(width - 1))
        work = partial(_read, width=width, columns=layouts[width])
        with source.open() as stream:
            for parts in in_threads(work, _numbered(whole_lines(stream, source.line_end))):
                yield from parts

    return read


def _numbered(blocks: Iterator[bytes | None]) -> Iterator[_Block]:
    row = 1
    for block in blocks:
        lines = 1 if block is None else count_byte(block, b"\n") + (not block.endswith(b"\n"))
        yield _Block(block, row, lines)
        row += lines


def _read(given: _Block, *, width: int, columns: Columns) -> list[Part]:
    """The parts of a block."""
    block, row, number = given
    if block is not None and b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if block is None or b"\r" in block or block.startswith(BOM) or _may_hold_long_line(block):
        return [cut(block, row)]
    if not block.isascii():
        block = block.decode(errors="replace").encode()
    fields, misfits = cut_fields(pa.py_buffer(block), width, columns.places, "\t", quoted=False)
    usual, record = _usual(fields, columns)
    if len(usual) + len(misfits) != number:  # Arrow saw other lines than there are
        return [cut(block, row)]
    rows = np.delete(np.arange(number), misfits)
    table = pa.table({"row": pa.array(rows + row), **record})
    if usual.all() and not misfits:
        return [table]
    left = np.ones(number, bool)
    left[rows[usual]] = False
    offsets = line_offsets(block)
    lines = pa.StringArray.from_buffers(number, pa.py_buffer(offsets), pa.py_buffer(block))
    texts = pc.ascii_rtrim(lines.filter(pa.array(left)), characters="\n")
    others = pa.record_batch([pa.array(np.flatnonzero(left) + row), texts], schema=LINES)
    return [table.filter(pa.array(usual)), others]


def _may_hold_long_line(block: bytes) -> bool:
    """Whether a line may be too long: none is where each half of the greatest length has a line end."""
    step = MAX_LINE_BYTES // 2
    return any(block.find(b"\n", start, start + step) < 0 for start in range(0, len(block) - step, step))


def _usual(fields: Mapping[int, pa.StringArray], columns: Columns) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Which rows are as usual, and the columns of their records."""
    ids = photo_ids(fields[columns.photo_id])
    usual = ids > 0
    record = {"photo_id": numbers(ids)}
    if columns.nsid is not None:
        owners = nsids(fields[columns.nsid])
        usual = usual & (owners > 0)
        record["nsid"] = numbers(owners)
    if columns.url_hash is not None:
        record["url_hash"] = _given(fields[columns.url_hash])
    if columns.licenses:
        record["license"] = pc.coalesce(*(_given(fields[place]) for place in columns.licenses))
    if columns.original is not None:
        record["original"] = pa.array(matching(fields[columns.original], f"^{ORIGINAL_FORM}$"))
    record["skip"] = pa.nulls(len(ids), pa.string())
    return usual, record


def _given(texts: pa.StringArray) -> pa.StringArray:
    """The texts, without those that are empty."""
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
