"""Lines and grids on a terminal: in colours where it has them, broken to its width."""

import io
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.report.audit.parts import Grid, Line, Part


def lines(parts: Iterable[Part], columns: int) -> Iterator[str]:
    """The lines of a terminal that is `columns` wide."""
    console = Console(
        file=io.StringIO(),
        width=columns,
        force_terminal=True,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:  # one by one: rich keeps kilobytes for each word of what it has captured
        with console.capture() as capture:
            if isinstance(part, Grid):
                console.print(_table(part))
            elif part.whole:
                console.print(Text(" " * part.indent).append_text(_text(part)), soft_wrap=True)
            else:
                console.print(Padding(_text(part), (0, 0, 0, part.indent)))
        yield from capture.get().splitlines()


def _text(line: Line) -> Text:
    return Text.assemble(*line.spans)


def _table(grid: Grid) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="underline")
    for column in grid.columns:
        table.add_column(
            column.title,
            justify="left" if column.left else "right",
            overflow="fold",
            no_wrap=column.widest is None,
            max_width=column.widest,
        )
    for cells, style in grid.rows:
        table.add_row(*map(Text, cells), style=style or None)
    return table
