"""Write docs/commands.md from the program's own help: ``python docs/make_commands.py``."""

from pathlib import Path
from typing import Any

from typer.main import get_command

from auditor.cli.app import program
from auditor.cli.commands import GROUPS

PAGE = Path(__file__).with_name("commands.md")


def text() -> str:
    """The page as it should be."""
    lines = [
        "# Commands",
        "",
        "Every command with its help, as `--help` prints it. Made by `docs/make_commands.py`.",
        "",
    ]
    for heading, group in GROUPS.items():
        lines += [f"## {heading}", ""]
        for name in group:
            for words in [[name], *([name, leaf] for leaf in subcommands(name))]:
                lines += [f"### {' '.join(words)}", "", "```", _help(words), "```", ""]
    return "\n".join(lines)


def _group(name: str) -> Any:
    return get_command(program(name))


def subcommands(name: str) -> list[str]:
    """The commands of the group `name`; none for a command that is no group."""
    return list(getattr(_group(name).commands[name], "commands", {}))


def _help(words: list[str]) -> str:
    command, path = _group(words[0]), "flickr-auditor"
    for word in words:
        command, path = command.commands[word], f"{path} {word}"
    context = command.context_class(
        command, info_name=path, terminal_width=80, help_option_names=["-h", "--help"]
    )
    return str(command.get_help(context)).strip()


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
