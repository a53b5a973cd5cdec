"""``sync``: pull the account from Flickr, or load Flickr's data export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.output import (
    Format,
    FormatOption,
    NoWaitOption,
    OutputOption,
    account_json,
    emit,
    emit_json,
    note,
)
from auditor.cli.session import Session

if TYPE_CHECKING:
    from auditor.account.sync import SyncResult

EXIT_PARTIAL = 3


def sync(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="List everything again, not only what changed.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(help='Load the "Your Flickr Data" export (folder or zip) instead; needs no API key.'),
    ] = None,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Pull your photos, licences and privacy from Flickr; after the first time only what changed."""
    session: Session = context.obj
    result = (
        _from_export(session, export)
        if export is not None
        else _from_flickr(session, full=full, wait=not no_wait)
    )
    if format is Format.json:
        emit_json(sync_json(result), output)
    else:
        emit(_text(result), output)
    if not result.complete:
        note(_incomplete(result))
        raise typer.Exit(EXIT_PARTIAL)


def _from_flickr(session: Session, *, full: bool, wait: bool) -> "SyncResult":
    from auditor.account.sync import sync as pull

    api = session.read_api(wait=wait)
    with session.account_lock("sync"):
        return pull(api, session.store, now=session.clock(), full=full, progress=session.progress)


def _from_export(session: Session, export: Path) -> "SyncResult":
    from auditor.account.data_export import load, save_export

    loaded = load(export, progress=session.progress)
    for warning in loaded.warnings:
        note(f"Warning: {warning}")
    for skipped in loaded.skipped[:20]:
        note(f"Skipped {skipped.name}: {skipped.reason}")
    if len(loaded.skipped) > 20:
        note(f"… and {len(loaded.skipped) - 20:,} more files skipped.")
    with session.account_lock("sync"):
        return save_export(session.store, loaded, now=session.clock())


def sync_json(result: "SyncResult") -> dict[str, Any]:
    """The result as the contract has it."""
    return {
        "schema_version": 1,
        "account": account_json(result.account),
        "photos": result.photos,
        "added": result.added,
        "changed": result.changed,
        "removed": result.removed,
        "complete": result.complete,
        "source": result.source,
        "calls": result.calls,
        "full": result.full,
        "listed": result.listed,
        "flickr_counts": {"total": result.total, "getCounts": result.counted},
        "skipped": result.skipped,
        "incomplete": list(result.incomplete),
    }


def _text(result: "SyncResult") -> str:
    from auditor.text import count, plain

    lines = [
        f"{count(result.photos, 'photo')} of {plain(result.account.username) or result.account.nsid}: "
        f"{result.added:,} added, {result.changed:,} changed, {result.removed:,} removed "
        f"({count(result.calls, 'call')} to Flickr)"
    ]
    lines += [f"Skipped {number:,} rows: {reason}" for reason, number in sorted(result.skipped.items())]
    if result.total is not None and result.counted is not None and result.total != result.counted:
        lines.append(
            f"Flickr counts them in two ways that differ: {result.total:,} in the listing,"
            f" {result.counted:,} by upload date"
        )
    return "\n".join(lines)


def _incomplete(result: "SyncResult") -> str:
    if result.source == "export":
        return f"The export is not complete, photos may be missing: {'; '.join(result.incomplete)}."
    counts = " and ".join(
        f"{number:,}" for number in dict.fromkeys([result.total, result.counted]) if number is not None
    )
    return (
        f"Not complete: {result.listed or 0:,} photos came, Flickr counts {counts or 'nothing'}."
        " Run sync --full again later; until then photos may be missing from audits."
    )
