"""Any list in which Flickr's photos or members can be found, for files without a reader of their own.

CSV, TSV, JSON, JSON Lines, Parquet, SQLite, XML, mails, plain text, and folders of pictures by their names.
Without a column's name all is taken that is certain, from every column; with it the photos of that column,
whose numbers are then photo ids, and what the rest of the row says about them. See
`auditor.datasets.parsing.columns` and `column_records`.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from auditor.datasets.parsing.column_records import records_of
from auditor.datasets.parsing.columns import Plan, described, plan_for
from auditor.datasets.parsing.describe import no_index
from auditor.datasets.parsing.folders import is_note, is_picture
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import FLICKR_HOST, Source
from auditor.datasets.parsing.tables import SAMPLE, Cell, Layout, TableRow, layout_of, page_rows, sample
from auditor.datasets.readers import GENERIC, Format
from auditor.errors import WrongFileError
from auditor.progress import SILENT
from auditor.text import plain

FILE_NAME = "name"
"""The one column of a folder of pictures."""


MOST_TOLD: Final = 20
"""Files whose columns are listed one by one."""


def generic_format(
    column: str | None = None, say: Callable[[str], object] = SILENT.say, *, any_list: bool = False
) -> Format:
    """The format of any list with Flickr's photos or members: in `column`, or with None wherever they are.

    `say` is told what was found in each column, and what of it is taken. With `any_list` a list is of the
    format even if nothing in it is certain.
    """
    reader = _Reader(column, say, any_list=any_list)
    wanted = f"a column “{column}”" if column else "Flickr photo links (or photo ids: --column names it)"
    return Format(
        name=GENERIC,
        title="a file with Flickr links",
        expects=f"a CSV, TSV, JSON, Parquet, SQLite, XML or text file with {wanted}",
        match_keys=("photo_id", "owner"),
        sniff=reader.sniff,
        read=reader.read,
        advice=reader.advice,
        certain=False,
    )


class _Reader:
    """Reads lists by what their columns hold; see the module."""

    def __init__(self, column: str | None, say: Callable[[str], object], *, any_list: bool) -> None:
        self.column = column
        self.any_list = any_list
        self.say = say
        self.told: set[str] = set()
        self.of_names: dict[Path, Plan] = {}
        """By folder: what the names of all its pictures together tell."""

    def sniff(self, source: Source) -> bool:
        """Whether there is anything to take. A link in a README beside the lists is none of them."""
        if is_note(source.member):
            return False
        found = self._plan(source)
        if found is None:
            return False
        layout, plan = found
        if layout is _name_rows:
            return plan.certain and not isinstance(records_of(_name_row(source.member), plan), str)
        return plan.certain or self.any_list or (self.column is None and source.finds(FLICKR_HOST))

    def read(self, source: Source) -> Iterator[Row]:
        """The rows in which there may be a photo or a member."""
        found = self._plan(source)
        if found is None:
            raise WrongFileError(f"{source.label} is not a list", hint="Give the publisher's file.")
        layout, plan = found
        label = source.path.name if layout is _name_rows else source.label
        if label not in self.told:
            self.told.add(label)
            self._tell(label, plan)
            if layout is page_rows:
                self.say(
                    f"{label}: a saved web page holds the photos that were loaded when it was saved,"
                    " no others: scroll to its end before you save it"
                )
        for row in layout(source):
            records = records_of(row, plan)
            if not isinstance(records, str):
                yield Row(row.number, tuple(records))
            elif row.section in plan.sections or not plan.sections:
                yield Row(row.number, skipped=records)

    def _tell(self, label: str, plan: Plan) -> None:
        """Say what is taken of each column. A folder of side-car JSON is thousands of files alike."""
        if len(self.told) <= MOST_TOLD:
            for words in described(plan):
                self.say(f"{label}: {words}")
        elif len(self.told) == MOST_TOLD + 1:
            self.say(f"The columns of files after the first {MOST_TOLD} are read too, but not listed.")

    def advice(self, source: Source) -> str:
        """What a refused file holds all the same; of a pickle and the like nothing is ever taken."""
        found = None if no_index(source) else self._plan(source)
        if found is None:
            return ""
        _, plan = found
        if self.column is not None and not plan.certain and plan.columns:
            return f"Its columns are: {plain(', '.join(plan.columns), 300)}."
        return "; ".join(described(plan))

    def _plan(self, source: Source) -> tuple[Layout, Plan] | None:
        if source.member and (is_picture(source.member) or not source.head):
            if source.names[0] == source.member or source.path not in self.of_names:
                pictures = islice(filter(is_picture, source.names), SAMPLE)
                self.of_names[source.path] = plan_for(map(_name_row, pictures), self.column)
            return _name_rows, self.of_names[source.path]
        layout = layout_of(source)
        return (layout, plan_for(sample(source, layout), self.column)) if layout else None


def _name_row(name: str) -> TableRow:
    return TableRow(1, [Cell(FILE_NAME, name, "")])


def _name_rows(source: Source) -> Iterator[TableRow]:
    """The name of a picture, which is not opened, as the one row of the file."""
    yield _name_row(source.member)


FORMAT = generic_format()
