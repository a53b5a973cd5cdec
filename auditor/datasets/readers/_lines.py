"""Text files with one address of a photo a line: what most lists of pictures from the web are."""

import re
from collections.abc import Callable, Iterator

from auditor.datasets.readers._photo import NO_ADDRESS, address, record
from auditor.datasets.readers._text import COLUMNS, by_line
from auditor.datasets.row import Found, Row
from auditor.datasets.sources import Source


def address_lines(line_form: re.Pattern[str]) -> Callable[[Source], Iterator[Row]]:
    """A reader of lines of `line_form`, whose first group is the address."""

    def find(line: str) -> Found:
        match = line_form.fullmatch(line)
        if match is None:
            return COLUMNS
        photo = address(match[1])
        return record(photo) if photo else NO_ADDRESS

    return lambda source: by_line(source, find)
