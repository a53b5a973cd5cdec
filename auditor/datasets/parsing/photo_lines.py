"""Text files with one photo a line, by address or by id: what most lists of pictures are."""

import re
from collections.abc import Callable, Iterator

from auditor.datasets.parsing.keys import NO_ADDRESS, NO_PHOTO_ID, address, photo_id, record
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, by_line


def address_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`, whose first group is the address."""

    def find(line: str) -> Found:
        match = line_form.fullmatch(line)
        if match is None:
            return COLUMNS
        photo = address(match[1])
        return record(photo) if photo else NO_ADDRESS

    return lambda source: by_line(source, find)


def photo_id_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`, whose first group is the photo id."""

    def find(line: str) -> Found:
        match = line_form.fullmatch(line)
        photo = photo_id(match[1]) if match else None
        return NO_PHOTO_ID if photo is None else Record(photo_id=photo)

    return lambda source: by_line(source, find)
