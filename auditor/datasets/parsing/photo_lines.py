"""Text files whose lines name photos, by address, id or file name, and JSON files of such names."""

import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing import bulk
from auditor.datasets.parsing.keys import NO_PHOTO_ID, numbered, photo_id, records_in
from auditor.datasets.parsing.row import NO_ADDRESS, Found, Record, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.tables import layout_of
from auditor.datasets.parsing.text import COLUMNS, by_line, line_batches, line_reader, lines_of
from auditor.pipeline import in_threads


def address_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`: every photo whose address is in the line, whichever field it is in.

    A group ``key`` of the form is the publisher's own key of the line.
    """
    find = _address_finder(line_form)
    return lambda source: by_line(source, find)


Usual = Callable[[np.ndarray, pa.StringArray], tuple[pa.Table, np.ndarray]]
"""From the numbers of lines and their texts to the usual ones, read, and which of the lines those are."""


def lines_at_once(
    source: Source, usual: Usual, read: Callable[[int, str | None], Row]
) -> Iterator[Row | pa.Table]:
    """All lines: the usual ones at once, and what `read` makes of the number and text of each other one."""

    def work(batch: pa.RecordBatch) -> tuple[pa.Table, pa.RecordBatch]:
        table, done = usual(batch.column(0).to_numpy(), batch.column(1))
        return table, batch.filter(pa.array(~done))

    batches = (
        batch.slice(start, bulk.MOST_ROWS)
        for batch in line_batches(source)
        for start in range(0, batch.num_rows, bulk.MOST_ROWS)
    )
    for table, others in in_threads(work, batches):
        yield table
        for number, line in lines_of(others):
            yield read(number, line)


def lines_of_form(form: str, find: Callable[[str], Found]) -> Callable[[Source], Iterator[Row | pa.Table]]:
    """A reader of lines by `find`, which reads those of a usual form at once; see `bulk.rows_of_form`."""

    def usual(rows: np.ndarray, lines: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
        return bulk.rows_of_form(rows, lines, form)

    return lambda source: lines_at_once(source, usual, line_reader(find))


def address_lines_at_once(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row | pa.Table]]:
    """The same reader, which reads lines without Flickr, and the usual ones with it, at once."""
    find = _address_finder(line_form)
    form = bulk.narrowed(line_form)
    if form is None:
        return lambda source: by_line(source, find)

    def usual(rows: np.ndarray, lines: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
        flickr = bulk.matching(lines, bulk.FLICKR)
        done = ~flickr & bulk.matching(lines, form)
        skipped = bulk.skipped_rows(rows[done], NO_ADDRESS)
        at = np.flatnonzero(flickr)
        table, read = _usual_lines(rows[at], lines.filter(pa.array(flickr)), line_form, form)
        done[at[read]] = True
        return pa.concat_tables([skipped, table], promote_options="default"), done

    return lambda source: lines_at_once(source, usual, line_reader(find))


_ADDRESS_FIRST = r"^(?:[0-9A-Za-z_-]+[ \t]+)?(?P<address>https?://[!-~]+)(?P<rest>[ \t].*)?$"
_LONGEST = 8192  # bytes; in a longer text no address is searched for


def _usual_lines(
    rows: np.ndarray, lines: pa.StringArray, line_form: re.Pattern[str], form: str
) -> tuple[pa.Table, np.ndarray]:
    """The lines of one usual address, which stands first or behind the key, and which of `lines` they are."""
    parts = pc.extract_regex(lines, _ADDRESS_FIRST)
    read = bulk.read_addresses([pc.struct_field(parts, "address")])
    usual = read.usual & (read.photo_id > 0) & (pc.binary_length(lines).to_numpy() <= _LONGEST)
    usual &= ~bulk.matching(pc.struct_field(parts, "rest"), bulk.FLICKR)
    keys = None
    if "key" in line_form.groupindex:
        usual &= bulk.matching(lines, form)
        keys = pc.struct_field(pc.extract_regex(lines, form), "key") if line_form.groups == 1 else None
        usual &= keys is not None
    return bulk.usual_rows(rows, read._replace(usual=usual), {"key": keys}), usual


def _address_finder(line_form: re.Pattern[str]) -> Callable[[str], Found]:
    has_key = "key" in line_form.groupindex

    def find(line: str) -> Found:
        if "flic" not in line and "flic" not in line.lower():
            return NO_ADDRESS if line_form.fullmatch(line) else COLUMNS
        match = line_form.fullmatch(line) if has_key else None
        found = records_in((line,), key=match["key"] if match else None)
        if isinstance(found, str):
            return found if line_form.fullmatch(line) else COLUMNS
        return found

    return find


def photo_id_in(line_form: re.Pattern[str]) -> Callable[[str], Found]:
    """What finds the photo id, the publisher's key too, in the first group of lines of `line_form`."""

    def find(line: str) -> Found:
        match = line_form.fullmatch(line)
        return numbered(match[1], match[1]) if match else NO_PHOTO_ID

    return find


def photo_id_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of such lines."""
    find = photo_id_in(line_form)
    return lambda source: by_line(source, find)


def names_in_lines(name_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines in which file names of `name_form` stand, whose first group is the photo id."""

    def find(line: str) -> Found:
        first = name_form.search(line)
        if first is None:
            return NO_PHOTO_ID
        second = name_form.search(line, first.end())
        if second is None:
            return numbered(first[1], first[0])
        names = {first[1]: first[0]}
        for match in name_form.finditer(line, second.start()):
            names.setdefault(match[1], match[0])
        return _named(names)

    return lambda source: by_line(source, find)


def names_in_json(name_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of JSON entries with such file names as keys or values, alone or at the end of a path."""

    def read(source: Source) -> Iterator[Row]:
        layout = layout_of(source)
        for row in layout(source) if layout else ():
            names: dict[str, tuple[str, str | None]] = {}
            for _, value, place in row.cells:
                name = re.split(r"[/\\]", value)[-1] if isinstance(value, str) else ""
                if match := name_form.fullmatch(name):
                    names.setdefault(match[1], (name, place))
            found = _named({number: name for number, (name, _) in names.items()})
            place = next((place for _, place in names.values()), None)
            yield row_of(row.number, found if place is None else placed(found, place))

    return read


def by_name_or_line(
    source: Source, name_form: re.Pattern[str], find: Callable[[str], Found]
) -> Iterator[Row]:
    """What `find` makes of the file's own name, which alone counts if it has the form; else of each line."""
    if name_form.fullmatch(source.member):
        yield row_of(1, placed(find(source.member), ""))
    else:
        yield from by_line(source, find)


def _named(names: Mapping[str, str]) -> Found:
    """The records of photos by id, with the names that they were found by."""
    found = tuple(
        Record(photo_id=number, key=name) for text, name in names.items() if (number := photo_id(text))
    )
    return found or NO_PHOTO_ID
