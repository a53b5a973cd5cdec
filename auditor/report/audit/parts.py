"""What a report as text is made of: lines and grids, as they are written where there is no terminal."""

from collections.abc import Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """Text in one of rich's styles."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """One line; a terminal breaks it where it is too long."""

    spans: Sequence[Span] = ()
    indent: int = 0
    whole: bool = False
    """Never broken or cut: links and commands are there to be copied."""

    def plain(self) -> Sequence[str]:
        """As it is written where there is no terminal."""
        return (" " * self.indent + "".join(span.text for span in self.spans),)


class Column(NamedTuple):
    """A column of a grid; of numbers unless its cells are `left`."""

    title: str
    left: bool = False
    widest: int | None = None
    """A terminal breaks longer cells; None: it never does."""


class Grid(NamedTuple):
    """Cells below each other, each row in a style."""

    columns: Sequence[Column]
    rows: Sequence[tuple[Sequence[str], str]]

    def plain(self) -> Sequence[str]:
        """As it is written where there is no terminal."""
        cells = [[column.title for column in self.columns], *(row for row, _ in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return [
            "  ".join(
                text.ljust(width) if column.left else text.rjust(width)
                for text, width, column in zip(row, widths, self.columns, strict=True)
            )
            for row in cells
        ]


Part = Line | Grid
