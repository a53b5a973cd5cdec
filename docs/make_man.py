"""Write docs/flickr-auditor.1 from the program's help and README tables: ``python docs/make_man.py``."""

import re
from pathlib import Path
from typing import Any

from typer.main import get_command

from auditor.cli.app import program
from auditor.cli.commands import GROUPS
from auditor.version import VERSION

PAGE = Path(__file__).with_name("flickr-auditor.1")
README = Path(__file__).parents[1] / "README.md"


def text() -> str:
    """The page as it should be."""
    whole = _context(get_command(program()), "flickr-auditor")
    lines = [
        f'.TH FLICKR-AUDITOR 1 "" "flickr-auditor {VERSION}" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        r"flickr\-auditor \- find your Flickr photos in datasets, protect them, and get them out",
        ".SH SYNOPSIS",
        ".B flickr-auditor",
        r"[\fIOPTIONS\fR] [\fICOMMAND\fR [\fIARGUMENTS\fR]]",
        ".SH DESCRIPTION",
        _roff(whole.command.help),
        ".PP",
        "Alone, on a terminal, it opens the review page in your browser.",
        ".SH OPTIONS",
        *_options(whole),
    ]
    for heading, group in GROUPS.items():
        lines += [f".SH {heading.upper()}"]
        for name in group:
            command = get_command(program(name)).commands[name]  # type: ignore[attr-defined]
            leaves = getattr(command, "commands", None) or {"": command}
            for leaf, found in leaves.items():
                lines += _section(found, f"{name} {leaf}".strip())
    for heading, title in (("EXIT STATUS", "Exit codes"), ("ENVIRONMENT", "Settings")):
        lines += [f".SH {heading}"]
        for words, meaning in _table(title):
            lines += [".TP", f".B {_roff(words)}", _roff(meaning)]
    return "\n".join(lines) + "\n"


def _section(command: Any, name: str) -> list[str]:
    context = _context(command, f"flickr-auditor {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    example = str(command.epilog or "").partition("Example:\n")[2].strip()
    lines = [f".SS {_roff(name)}", rf".B {_roff(f'flickr-auditor {name}')} \fR{_roff(usage)}"]
    for paragraph in str(command.help or "").split("\n\n"):
        lines += [".PP", _roff(" ".join(paragraph.replace("\b", "").split()))]
    lines += _options(context)
    if example:
        lines += [".PP", "Example:", ".PP", ".nf", ".RS", _roff(example), ".RE", ".fi"]
    return lines


def _options(context: Any) -> list[str]:
    lines = []
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[0] != "-h, --help":
            lines += [".TP", f".B {_roff(record[0])}", _roff(record[1])]
    return lines


def _context(command: Any, path: str) -> Any:
    return command.context_class(command, info_name=path, help_option_names=["-h", "--help"])


def _table(title: str) -> list[tuple[str, str]]:
    """The rows of the README's table under a heading."""
    section = README.read_text(encoding="utf-8").partition(f"# {title}\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", section, re.MULTILINE)
    plain = [(words.replace("`", ""), meaning.replace("`", "")) for words, meaning in rows]
    return [row for row in plain if row[0] not in {"code", "variable"} and set(row[0]) != {"-"}]


def _roff(words: str) -> str:
    """Text that no typesetter takes for a request, and whose hyphens can be copied."""
    escaped = words.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
