"""Where words go: results to stdout or a file, all else to stderr; questions only to a terminal."""

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from auditor.account.photo import Account


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


FormatOption = Annotated[Format, typer.Option("--format", help="table for people, json for programs.")]
ReportFormatOption = Annotated[ReportFormat, typer.Option("--format", help="How to write the report.")]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Write the result to this file.")]
NoWaitOption = Annotated[
    bool,
    typer.Option(
        "--no-wait", help="Stop with exit code 5 when the hour's calls are used up, instead of waiting."
    ),
]


def emit(result: str, output: Path | None = None) -> None:
    """Write a result to stdout, or to a file that only the user can read."""
    text = result if result.endswith("\n") else result + "\n"
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from auditor.files import storage_error, write_atomic

    if output.is_dir() or not output.parent.is_dir():
        raise UsageError(f"cannot write to {output}", hint="Name a file in a folder that exists.")
    try:
        write_atomic(output, text)
    except OSError as error:
        raise storage_error(output, error) from error
    note(f"Written to {output}")


def columns(output: Path | None) -> int | None:
    """The width of the terminal that a result goes to; None where it goes elsewhere."""
    if output is not None or not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def emit_json(result: Mapping[str, Any], output: Path | None = None) -> None:
    """Write a result as JSON, in ASCII: as escapes, control characters in titles do no harm to a terminal."""
    emit(json.dumps(result, indent=2), output)


def account_json(account: "Account") -> dict[str, Any]:
    """Whose account it is, as several results tell it."""
    return {
        "nsid": account.nsid,
        "username": account.username,
        "path_alias": account.path_alias,
        "is_pro": account.is_pro,
    }


def note(message: str) -> None:
    """Tell the user something beside the result."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def confirm(question: str, *, option: str) -> bool:
    """Ask yes or no on the terminal. Errors: `RefusedError` naming `option` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise RefusedError(f"{question} There is no terminal to ask on", hint=f"Add {option} to say yes.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
