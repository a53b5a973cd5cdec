"""Where words go: results to stdout or a file, all else to stderr; questions only to a terminal."""

import contextlib
import os
import re
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from auditor.errors import AuditorError, RefusedError
from auditor.text import gathered, plain, plain_lines, wrapped


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"


class ReportFormat(StrEnum):
    """How a report is written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    html = "html"


F = TypeVar("F", Format, ReportFormat)

_SUFFIXES: Final = {".json": "json", ".csv": "csv", ".md": "markdown", ".html": "html", ".htm": "html"}

_FOREIGN: Final = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|xlsx?|ods|tsv|jsonl|ndjson|ya?ml|xml|png|jpe?g|svg|zip|gz|parquet)"
)
"""Endings of files that other programs open, and that no report is: a table in report.pdf opens nowhere."""


def _by_name(context: typer.Context, format: F) -> F:
    """The format that was asked for, or else the one that the name of the output file asks for.

    ``audit --output report.html`` wrote a text table into report.html. Click reads the options that were
    given before those that were not, so the file is known here.
    """
    output: Path | None = context.params.get("output")
    source = context.get_parameter_source("format")
    if output is None or (source is not None and source.name != "DEFAULT"):
        return format
    ending = output.suffix.lower()
    wanted = ending if _FOREIGN.fullmatch(ending) else _SUFFIXES.get(ending, "table")
    formats = [known.value for known in type(format)]
    if wanted not in formats:
        printed = " A PDF comes from printing the .html." if ending == ".pdf" and "html" in formats else ""
        raise typer.BadParameter(
            f"{output.name} asks for {wanted}, and this command writes {' or '.join(formats)}:"
            f" choose with --format.{printed}",
            param_hint="--output",
        )
    return type(format)(wanted)


def file_to_write(words: str) -> Path:
    """The file that an option names, once it is certain that it can be written; see `writable_file`.

    As a path, ``newdir/`` is ``newdir``, and the report would be a file in the place of the folder meant.
    """
    from auditor.files import user_path, writable_file

    if not words:
        raise typer.BadParameter("no file is named")
    if os.path.basename(words) in {"", ".", ".."}:  # noqa: PTH119 - the end of it is what `Path` drops
        raise typer.BadParameter(f"cannot write to {plain(words)}: it names a folder. Name a file in it.")
    try:
        return writable_file(user_path(Path(words)))
    except AuditorError as error:
        raise typer.BadParameter(f"{plain(error.message)}. {error.hint}") from error


class Thumbnails(StrEnum):
    """How a page shows pictures."""

    link = "link"
    embed = "embed"
    none = "none"


ThumbnailsOption = Annotated[
    Thumbnails,
    typer.Option(
        "--thumbnails",
        metavar="link|embed|none",
        help="In HTML: link loads them from Flickr when you open it; embed puts them into the file.",
    ),
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format", metavar="table|json", help="table for people, json for programs.", callback=_by_name
    ),
]
ReportFormatOption = Annotated[
    ReportFormat,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="table, json, csv, markdown or html.",
        callback=_by_name,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Write the result to FILE; its ending (.json, .html…) sets the format.",
        parser=file_to_write,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the plan to this file.", parser=file_to_write),
]
NoWaitOption = Annotated[
    bool,
    typer.Option(
        "--no-wait", help="Stop with exit code 5 when the hour's calls are used up, instead of waiting."
    ),
]


def fill_closed_streams() -> frozenset[str]:
    """Open /dev/null in the place of each standard stream that is closed; their names.

    Else the next file that is opened, such as an index, takes the stream's number, and gets what is printed.
    """
    closed = set()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
            closed.add(name)
    return frozenset(closed)


def drop_output() -> None:
    """What is still to be written to stdout goes nowhere, for at the exit it would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit(result: str, output: Path | None = None) -> None:
    """Write a result to stdout, or to a file that only the user can read."""
    emit_parts([result if result.endswith("\n") else result + "\n"], output)


def emit_parts(result: Iterable[str], output: Path | None = None) -> None:
    """As `emit`, part by part: a large report as a whole takes more memory than what it tells of."""
    if output is None:
        for text in gathered(result):
            sys.stdout.write(text)
        sys.stdout.flush()
        return
    from auditor.files import writable_file, write_parts

    write_parts(writable_file(output), gathered(result))
    note(f"Written to {plain(output)}")


def emit_text(text: str, output: Path | None = None) -> None:
    """Write sentences; on a terminal no word and no command is broken."""
    width = columns(output)
    emit("\n".join(wrapped(line, width) for line in text.split("\n")), output)


def columns(output: Path | None) -> int | None:
    """The width of the terminal that a result goes to; None where it goes elsewhere."""
    if output is not None or not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def emit_result(data: Mapping[str, Any], text: str, format: Format, output: Path | None) -> None:
    """Write a result as the user asked for it: `data` for programs (see `json_text`), `text` for people."""
    from auditor.report.json_text import json_text

    if format is Format.json:
        emit(json_text(data), output)
    else:
        emit_text(text, output)


def note(message: str) -> None:
    """Tell the user something beside the result; a full or broken stderr is no reason to stop.

    A message may name a file, and a file may be called anything: what is no text is never sent to a terminal.
    """
    width = _width_of_messages()
    lines = (wrapped(line, width) for line in plain_lines(message).split("\n"))
    with contextlib.suppress(OSError):
        sys.stderr.write("\n".join([*lines, ""]))
        sys.stderr.flush()


def _width_of_messages() -> int | None:
    """Of the terminal that stderr is; None: it is none, or one that does not say, which costs no message."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or None if sys.stderr.isatty() else None
    except OSError:
        return None


def confirm(question: str, *, option: str) -> bool:
    """Ask yes or no on the terminal. Errors: `RefusedError` naming `option` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise RefusedError(
            f"{question} There is no terminal on which to ask you", hint=f"Add {option} to say yes."
        )
    sys.stderr.write(f"{plain_lines(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
