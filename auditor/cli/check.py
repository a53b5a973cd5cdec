"""``check``: look single photos and people up, without login."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import NoWaitOption, OutputOption, ReportFormat, ReportFormatOption, columns, emit
from auditor.cli.session import Session
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.audit.check import Resolver
    from auditor.audit.result import CheckedTarget
    from auditor.flickr.urls import Target

EXIT_FOUND, EXIT_UNREADABLE, EXIT_PARTIAL = 1, 2, 3


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
        typer.Option("--from", help="File with one target a line; # begins a comment; - is stdin."),
    ] = None,
    no_wait: NoWaitOption = False,
    format: ReportFormatOption = ReportFormat.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Look up photos or people in the local indexes; needs no login. Exit code 1: something was found."""
    from auditor.audit.check import check as look_up
    from auditor.cli.indexes import open_indexes
    from auditor.datasets import catalogue
    from auditor.datasets.index.local import no_index
    from auditor.flickr.urls import classify
    from auditor.report import render_check

    session: Session = context.obj
    parsed = [classify(text) for text in _targets(targets or [], from_file)]
    if not parsed:
        raise UsageError(
            "there is nothing to check", hint="Name a photo link, a photo id or an NSID, or use --from FILE."
        )
    indexes = open_indexes(session).readable
    if not indexes:
        raise no_index()
    results = look_up(parsed, indexes, catalogue.load(), _resolver(session, parsed, wait=not no_wait))
    emit(render_check(results, format.value, columns=columns(output)), output)
    if code := _exit_code(results):
        raise typer.Exit(code)


def _resolver(session: Session, targets: "list[Target]", *, wait: bool) -> "Resolver | None":
    """A client only where a name must be resolved and a key is set.

    Ids and NSIDs are looked up without any call.
    """
    by_name = any(
        target.kind == "username" or (target.owner is not None and target.owner.nsid is None)
        for target in targets
    )
    given = session.settings
    if not by_name or not given.api_key or not given.api_secret:
        return None
    return session.read_api(login=False, wait=wait)


def _targets(words: list[str], from_file: Path | None) -> list[str]:
    lines = [word for word in words if word != "-"]
    if "-" in words or (from_file is not None and str(from_file) == "-"):
        lines += _lines(sys.stdin.read())
    elif from_file is not None:
        try:
            lines += _lines(from_file.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError as error:
            raise UsageError(f"cannot read {from_file}: {error.strerror}") from error
    return lines


def _lines(text: str) -> list[str]:
    """One target a line.

    A comment begins with # at the start of a line or after a space (links may hold a #).
    """
    stripped = (line.split(" #")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _exit_code(results: "tuple[CheckedTarget, ...]") -> int:
    if any(result.exposures for result in results):
        return EXIT_FOUND
    unreadable = sum(result.error is not None for result in results)
    if not unreadable:
        return 0
    return EXIT_UNREADABLE if unreadable == len(results) else EXIT_PARTIAL
