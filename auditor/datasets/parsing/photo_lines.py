"""Text files whose lines name photos, by address, id or file name, and JSON files of such names."""

import re
from collections.abc import Callable, Iterator, Mapping

from auditor.datasets.parsing.keys import NO_ADDRESS, NO_PHOTO_ID, photo_id, records_in
from auditor.datasets.parsing.row import Found, Record, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.tables import layout_of
from auditor.datasets.parsing.text import COLUMNS, by_line


def address_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`: every photo whose address is in the line, whichever field it is in.

    A group ``key`` of the form is the publisher's own key of the line.
    """
    has_key = "key" in line_form.groupindex

    def find(line: str) -> Found:
        if "flic" not in line and "flic" not in line.lower():
            return NO_ADDRESS if line_form.fullmatch(line) else COLUMNS
        match = line_form.fullmatch(line) if has_key else None
        found = records_in((line,), key=match["key"] if match else None)
        if isinstance(found, str):
            return found if line_form.fullmatch(line) else COLUMNS
        return found

    return lambda source: by_line(source, find)


def photo_id_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`, whose first group is the photo id, and the publisher's key too."""

    def find(line: str) -> Found:
        match = line_form.fullmatch(line)
        photo = photo_id(match[1]) if match else None
        return NO_PHOTO_ID if match is None or photo is None else Record(photo_id=photo, key=match[1])

    return lambda source: by_line(source, find)


def names_in_lines(name_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines in which file names of `name_form` stand, whose first group is the photo id."""

    def find(line: str) -> Found:
        first = name_form.search(line)
        if first is None:
            return NO_PHOTO_ID
        second = name_form.search(line, first.end())
        if second is None:
            photo = photo_id(first[1])
            return NO_PHOTO_ID if photo is None else Record(photo_id=photo, key=first[0])
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


def _named(names: Mapping[str, str]) -> Found:
    """The records of photos by id, with the names that they were found by."""
    found = tuple(
        Record(photo_id=number, key=name) for text, name in names.items() if (number := photo_id(text))
    )
    return found or NO_PHOTO_ID
