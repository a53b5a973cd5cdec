"""``check``: look single photos and people up, without login."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.exit_codes import FOUND, PARTIAL, UNREADABLE
from auditor.cli.lookup import LookupOption, refuse_both_names, with_lookup
from auditor.cli.output import (
    NoWaitOption,
    OutputOption,
    ReportFormat,
    ReportFormatOption,
    columns,
    emit,
    note,
)
from auditor.cli.session import Session
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.audit.result import CheckedTarget, CheckResult
    from auditor.flickr.target import Target
    from auditor.lookup.asked import Asked


def check(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET...",
            help="Photo link, static link, short link, photo id, NSID, profile or user name; - reads stdin.",
        ),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="File with one target a line; # begins a comment; - is stdin."
        ),
    ] = None,
    lookup: LookupOption = None,
    no_wait: NoWaitOption = False,
    format: ReportFormatOption = ReportFormat.table,
    output: OutputOption = None,
) -> None:
    """Look up photos or people in the local indexes; needs no login. Exit code 1: something was found."""
    from auditor.audit.check import check_home
    from auditor.audit.coverage import nothing_searched
    from auditor.audit.people import resolver_for
    from auditor.cli.indexes import open_indexes
    from auditor.report import render_check

    session: Session = context.obj
    parsed = _targets(targets or [], from_file)
    if not parsed:
        raise UsageError(
            "there is nothing to check", hint="Name a photo link, a photo id or an NSID, or use --from FILE."
        )
    indexes = open_indexes(session)
    resolver = None
    if session.settings.api_key and session.settings.api_secret:
        resolver = resolver_for(parsed, lambda: session.read_api(login=False, wait=not no_wait))

    def answers(asked: "Asked | None") -> "CheckResult":
        if asked:
            refuse_both_names(parsed)
        return check_home(parsed, indexes, resolver, asked)

    result = with_lookup(session, lookup, answers, alone=len(parsed) == 1)
    if not result.indexes and not any(target.cause or target.unanswered for target in result.targets):
        raise nothing_searched(result.not_checked)
    emit(render_check(result, format.value, columns=columns(output)), output)
    for hint in dict.fromkeys(target.cause.hint for target in result.targets if target.cause):
        note(f"  → {hint}")
    if code := _exit_code(result.targets):
        raise typer.Exit(code)


def _targets(words: list[str], from_file: Path | None) -> "list[Target]":
    from auditor.target_lists import entries, read_list, target_of, targets_in

    given = [target for word in words if word != "-" for target in targets_in(word) or [word]]
    if "-" in words or (from_file is not None and str(from_file) == "-"):
        given += [entry.text for entry in entries(_stdin())]
    elif from_file is not None:
        given += [entry.text for entry in read_list(from_file)]
    return [target_of(text) for text in given]


def _stdin() -> str:
    from auditor.target_lists import MAX_BYTES
    from auditor.text_files import decode

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError("stdin gives more than a list may hold", hint="Check what is sent to it.")
    try:
        return decode(data)
    except ValueError as error:
        raise UsageError(f"what stdin gives {error}", hint="Give it as text in UTF-8.") from None


def _exit_code(results: "tuple[CheckedTarget, ...]") -> int:
    if any(result.exposures for result in results):
        return FOUND
    unreadable = sum(result.error is not None for result in results)
    if not unreadable:
        return 0
    if unreadable < len(results):
        return PARTIAL
    return next((result.cause.exit_code for result in results if result.cause), UNREADABLE)
