"""How ``--help`` reads: commands by what they are for, each line whole, and usage lines without braces."""

import re
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from auditor.cli.commands import GROUPS


class Leaf(TyperCommand):
    """A command whose usage line shows ``PLAN`` and not ``{PLAN}``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line."""
        return [re.sub(r"^\{(.*)\}(?:\.\.\.)?$", r"\1", piece) for piece in super().collect_usage_pieces(ctx)]


class Listing(TyperGroup):
    """A group whose help never cuts a sentence with an ellipsis."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each group of commands; those of a subcommand in one section."""
        listed = self.list_commands(ctx)
        headings = {name: heading for heading, group in GROUPS.items() for name in group}
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in listed:
            command = self.get_command(ctx, name)
            heading = headings.get(name, "Commands") if ctx.parent is None else "Commands"
            if command is not None and not command.hidden:
                sections.setdefault(heading, []).append((name, _sentence(command.help or "")))
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


_SHORT: Final = 70


def _sentence(text: str) -> str:
    """The first paragraph of a help text where it is short, else its first sentence."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    short = paragraph if len(paragraph) <= _SHORT else paragraph.split(". ")[0]
    return short.removesuffix(".")
