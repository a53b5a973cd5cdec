"""``sync``: pull the account from Flickr, or load Flickr's data export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.exit_codes import PARTIAL
from auditor.cli.output import (
    Format,
    FormatOption,
    NoWaitOption,
    OutputOption,
    emit_result,
    note,
)
from auditor.cli.session import Session

if TYPE_CHECKING:
    from auditor.account.sync import SyncResult


def sync(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="List everything again, not only what changed.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help='Load the "Your Flickr Data" export (folder or zip) instead; needs no API key.',
        ),
    ] = None,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Pull your photos, licences and privacy from Flickr; after the first time only what changed."""
    from auditor.report import sync as report

    session: Session = context.obj
    result = (
        _from_export(session, export)
        if export is not None
        else _from_flickr(session, full=full, wait=not no_wait)
    )
    if format is Format.json or output is not None or not session.quiet:
        emit_result(report.sync_json(result), report.sync_text(result), format, output)
    if not result.complete:
        note(report.incomplete(result))
        raise typer.Exit(PARTIAL)
    session.hint(f"Next: {_next(session)}")


def _next(session: Session) -> str:
    from auditor.datasets.index import local

    if local.names(session.settings.indexes):
        return "flickr-auditor audit"
    return "flickr-auditor datasets list, to choose the datasets to look in"


def _from_flickr(session: Session, *, full: bool, wait: bool) -> "SyncResult":
    from auditor.account.sync import sync as pull

    api = session.read_api(wait=wait)
    with session.account_lock("sync"):
        return pull(
            api,
            session.store,
            now=session.clock(),
            full=full,
            expected=session.account,
            progress=session.progress,
        )


def _from_export(session: Session, export: Path) -> "SyncResult":
    from auditor.account.data_export import load, save_export

    loaded = load(export, now=session.clock(), progress=session.progress)
    session.check_account(loaded.account.nsid)
    for warning in loaded.warnings:
        note(f"Warning: {warning}")
    for skipped in loaded.skipped[:20]:
        note(f"Skipped {skipped.name}: {skipped.reason}")
    if len(loaded.skipped) > 20:
        note(f"… and {len(loaded.skipped) - 20:,} more files skipped.")
    with session.account_lock("sync"):
        result = save_export(session.store, loaded)
        session.store.save_originals(loaded.account.nsid, loaded.originals)
        return result
