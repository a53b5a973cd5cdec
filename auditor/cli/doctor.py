"""``doctor``: what is set up, what is missing, and how to mend it."""

import typer

from auditor.cli.exit_codes import FOUND
from auditor.cli.output import Format, FormatOption, OutputOption, columns, emit_result
from auditor.cli.session import Session


def doctor(
    context: typer.Context,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show what is set up, what is missing, and the command that fixes it. Exit code 1: something is missing.

    It makes no call to Flickr.
    """
    from auditor.doctor import State, examine
    from auditor.report import doctor as report

    session: Session = context.obj
    checks = list(examine(session.settings))
    text = report.doctor_text(checks, columns=columns(output))
    emit_result(report.doctor_json(checks), text, format, output)
    if any(check.state is State.MISSING for check in checks):
        raise typer.Exit(FOUND)
