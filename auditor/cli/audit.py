"""``audit``: which of my photos are in which dataset."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.exit_codes import FOUND
from auditor.cli.indexes import open_indexes
from auditor.cli.lookup import LookupOption, with_lookup
from auditor.cli.output import (
    OutputOption,
    ReportFormat,
    ReportFormatOption,
    Thumbnails,
    ThumbnailsOption,
    columns,
    emit_parts,
    note,
)
from auditor.cli.pictures import page_for
from auditor.cli.session import Session
from auditor.files import user_path
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.audit.result import AuditResult
    from auditor.lookup.asked import Asked


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
    format: ReportFormatOption = ReportFormat.table,
    output: OutputOption = None,
    thumbnails: ThumbnailsOption = Thumbnails.link,
) -> None:
    """Match your photos against every local index, and a look-up's. Exit code 1: something is exposed."""
    from auditor.audit.coverage import nothing_searched
    from auditor.report import audit_parts
    from auditor.report.audit.sentences import cautions

    session: Session = context.obj
    found = _audited(session, dataset or (), originals, lookup)
    if originals and not found.originals:
        note(
            f"The files in {plain(str(originals))} were not read: no local index has checksums of originals."
            " The one of Open Images would: flickr-auditor datasets info open-images"
        )
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
        emit_parts(audit_parts(result, format.value, columns=columns(output), page=page), output)
    if format is ReportFormat.csv:  # its rows have no place for a sentence
        for caution in cautions(result):
            note(caution)
    if plots is not None:
        from auditor.report.audit.plots import draw

        note(f"Charts: {', '.join(str(path) for path in draw(result, user_path(plots)))}")
    if result.photos and not result.indexes:  # exit 0 would read as "nothing found"
        raise nothing_searched(result.not_checked)
    if result.anything_found:
        raise typer.Exit(FOUND)


def _audited(
    session: Session, only: Sequence[str], originals: Path | None, lookup: str | None
) -> "AuditResult":
    from auditor.audit.run import audit_home

    nsid = session.required_nsid()

    def answers(asked: "Asked | None") -> "AuditResult":
        return audit_home(
            session.conn,
            open_indexes(session, only, elsewhere=asked is not None),
            nsid=nsid,
            only=only,
            originals=originals,
            asked=asked,
            progress=session.progress,
        )

    return with_lookup(session, lookup, answers, nsid=nsid)


def _with_histories(session: Session, result: "AuditResult") -> "AuditResult":
    """`result` with what Flickr says of the licences of its photos; what it did not say is noted."""
    from auditor.account.license_history import fetch
    from auditor.audit.run import with_license_histories

    ids = [exposed.photo.id for exposed in result.exposed]
    api = session.read_api(login=False, wait=False)
    got = fetch(api, session.conn, ids, now=session.clock(), progress=session.progress)
    if got.unknown:
        note(f"Flickr has no licence history of {count(got.unknown, 'photo')}.")
    if got.left:
        missing = count(got.left, "licence history is missing", "licence histories are missing")
        note(f"The hour's calls are spent: {missing}. Run it again later.")
    return with_license_histories(result, session.conn)


def _show_once(session: Session, result: "AuditResult", since: str | None) -> "AuditResult":
    """`result`, or what is new in it; remembers it as shown."""
    from auditor.audit.shown import known_before, only_new, remember

    shown = result
    if since is not None:
        shown = only_new(result, known_before(since, result.account.nsid, session.conn), since)
    remember(result, session.conn, session.clock())
    return shown
