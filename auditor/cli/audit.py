"""``audit``: which of my photos are in which dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.lookup import LookupOption, asking, local_part
from auditor.cli.output import (
    OutputOption,
    ReportFormat,
    ReportFormatOption,
    Thumbnails,
    ThumbnailsOption,
    columns,
    emit,
    note,
)
from auditor.cli.pictures import page_for
from auditor.cli.session import Session
from auditor.files import user_path

if TYPE_CHECKING:
    from auditor.audit.match import Searched
    from auditor.audit.originals import Originals
    from auditor.audit.result import AuditResult

EXIT_FOUND = 1


def audit(
    context: typer.Context,
    dataset: Annotated[
        list[str] | None,
        typer.Option("--dataset", metavar="NAME", help="Only this dataset; repeatable."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help='Only what is new: since the "last" audit, a date, or an earlier JSON report (its file).',
        ),
    ] = None,
    originals: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Folder of your original files (or export zips): match them by content too.",
        ),
    ] = None,
    license_history: Annotated[
        bool,
        typer.Option(
            "--license-history",
            help="Ask Flickr which licences the exposed photos had, within the hourly call limit.",
        ),
    ] = False,
    lookup: LookupOption = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the charts into this folder too, as PNG and SVG."),
    ] = None,
    format: ReportFormatOption = ReportFormat.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
    thumbnails: ThumbnailsOption = Thumbnails.link,
) -> None:
    """Match your photos against every local index, and a look-up's. Exit code 1: something is exposed."""
    from auditor.report import render_audit
    from auditor.report.audit.sentences import cautions

    session: Session = context.obj
    found = run_audit(session, only=dataset or (), originals=originals, lookup=lookup)
    result = _show_once(session, found, since)
    if license_history:
        result = _with_histories(session, result)
    page = None
    if format is ReportFormat.html:
        shown = [item.photo for item in result.exposed]
        page = page_for(session, result.account.nsid, thumbnails, shown)
    nothing_new = since is not None and not result.anything_found
    # With --quiet for cron, which sends by mail whatever is written.
    if not (nothing_new and session.quiet and format is ReportFormat.table and output is None):
        emit(render_audit(result, format.value, columns=columns(output), page=page), output)
    if format is ReportFormat.csv:  # its rows have no place for a sentence
        for caution in cautions(result):
            note(caution)
    if plots is not None:
        from auditor.report.audit.plots import draw

        note(f"Charts: {', '.join(str(path) for path in draw(result, user_path(plots)))}")
    if not result.indexes:
        note("There is no local index yet, so nothing was checked. Begin with: flickr-auditor datasets list")
    if result.anything_found:
        raise typer.Exit(EXIT_FOUND)


def _with_histories(session: Session, result: "AuditResult") -> "AuditResult":
    """`result` with what Flickr says of the licences of its photos; what it did not say is noted."""
    from auditor.account.license_history import fetch
    from auditor.audit.run import with_license_histories

    ids = [exposed.photo.id for exposed in result.exposed]
    api = session.read_api(login=False, wait=False)
    got = fetch(api, session.conn, ids, now=session.clock(), progress=session.progress)
    if got.unknown:
        note(f"Flickr has no licence history of {got.unknown:,} photos.")
    if got.left:
        note(f"The hour's calls are spent: {got.left:,} licence histories are missing. Run it again later.")
    return with_license_histories(result, session.conn)


def _show_once(session: Session, result: "AuditResult", since: str | None) -> "AuditResult":
    """`result`, or what is new in it; remembers it as shown."""
    from auditor.audit.shown import known_before, only_new, remember

    shown = result
    if since is not None:
        shown = only_new(result, known_before(since, result.account.nsid, session.conn), since)
    remember(result, session.conn, session.clock())
    return shown


def run_audit(
    session: Session, *, only: Sequence[str] = (), originals: Path | None = None, lookup: str | None = None
) -> "AuditResult":
    """Audit the account of this home. Errors: `NotSyncedError` before the first sync."""
    from auditor.audit.run import audit_home
    from auditor.cli.indexes import open_indexes
    from auditor.datasets.index.local import LocalIndexes

    nsid = session.required_nsid()
    with asking(session, lookup, nsid=nsid) as asked:
        if asked and only and not local_part(session, only):
            indexes = LocalIndexes((), {})
        else:
            indexes = open_indexes(session, local_part(session, only) if asked else only)
        here = [index.name for index in indexes.readable]
        remote, unasked = asked.for_account(here, only) if asked else ((), {})
        return audit_home(
            session.conn,
            indexes,
            nsid=nsid,
            only=only,
            originals=_read_originals(session, originals, (*indexes.readable, *remote))
            if originals
            else None,
            asked=remote,
            unasked=unasked,
            progress=session.progress,
        )


def _read_originals(session: Session, folder: Path, indexes: Sequence["Searched"]) -> "Originals | None":
    """The files of `folder`; None when no index could match them, for reading them all takes its time."""
    from auditor.audit import originals
    from auditor.text import plain

    if not any("content_md5" in index.manifest.match_keys for index in indexes):
        note(
            f"The files in {plain(str(folder))} were not read: no local index has checksums of originals."
            " The one of Open Images would: flickr-auditor datasets info open-images"
        )
        return None
    return originals.read(folder, session.conn, progress=session.progress)
