"""``runs`` and ``verify``: what was done, and whether Flickr shows it."""

from typing import Annotated

import typer

from auditor.cli.exit_codes import FOUND
from auditor.cli.output import Format, FormatOption, NoWaitOption, OutputOption, columns, emit, emit_result
from auditor.cli.session import Session


def runs(
    context: typer.Context,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """List what was applied and undone, the latest first."""
    from auditor.report.run import runs_json, runs_text

    session: Session = context.obj
    listed = session.journal.runs()
    emit_result(runs_json(listed), runs_text(listed), format, output)


def verify(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of a run (see `runs`); last: the newest.")],
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Read every photo of a run again and compare. Exit code 1: something is not as the run left it."""
    from auditor.mitigation.running.verify import verify_run
    from auditor.report.run import render_run

    session: Session = context.obj
    journal = session.journal
    found = journal.run(run, session.account)
    session.check_account(found.nsid)
    api = session.read_api(wait=not no_wait)
    photos = session.store.photos(found.nsid)
    findings = verify_run(found, journal, api, photos, progress=session.progress)
    result = render_run(
        found, findings, format.value, calls=api.calls, verifying=True, columns=columns(output)
    )
    emit(result, output)
    if any(finding.state == "mismatched" for finding in findings):
        raise typer.Exit(FOUND)
