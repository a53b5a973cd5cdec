"""``optout sent|answer|file|recheck|close|status|folder``: what happened to a case, and what is next."""

import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor import clock
from auditor.cli.exit_codes import FOUND
from auditor.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    confirm,
    emit,
    emit_result,
    file_to_write,
    note,
)
from auditor.cli.session import Session
from auditor.optout.case import AnswerClass

if TYPE_CHECKING:
    from auditor.optout.answers import Proposal
    from auditor.optout.case import Case
    from auditor.optout.case_store import Desk
    from auditor.optout.incoming import LinksTaken

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's id, as in `optout status`; last: the newest.")
]
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day it happened (default: today)."),
]


def sent(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Record that the newest letter was sent: the deadline starts."""
    from auditor.optout import workflow

    desk = desk_of(context)
    _emit_case(workflow.sent(desk, case_id, _day(on)), desk, format, output)


def answer(
    context: typer.Context,
    case_id: CaseArgument,
    text_file: Annotated[
        Path | None,
        typer.Option("--text-file", metavar="FILE", help="The text of the answer; kept with the case."),
    ] = None,
    meaning: Annotated[
        AnswerClass | None,
        typer.Option(
            "--as",
            metavar="CLASS",
            help="What the answer says, e.g. confirmed, partly or refuses; if left out, one is suggested.",
        ),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Links of your photos that the publisher sent: they become an index from the publisher.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --links: the dataset of the case that they are in."),
    ] = None,
    on: OnOption = None,
    received: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The date the publisher says it received your letter: the deadline counts from then."
            " Without --text-file and --on the case keeps waiting.",
        ),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Record the publisher's answer, say what it means, and get the reply letter."""
    from auditor.optout import incoming, workflow

    desk = desk_of(context)
    if received:
        case = workflow.acknowledged(desk, case_id, received.date())
        if not (text_file or on or meaning or links):
            _emit_case(case, desk, format, output)
            return
    if links:
        session: Session = context.obj
        case, taken = incoming.take_links(
            desk,
            case_id,
            links,
            indexes=session.settings.indexes,
            dataset=dataset,
            on=_day(on),
            text_file=text_file,
            progress=session.progress,
        )
        _emit_links(case, taken, desk, format, output)
        return
    case, proposal = incoming.take_answer(desk, case_id, on=_day(on), text_file=text_file, meaning=meaning)
    if proposal and (agreed := _agreed(proposal, format)):
        case = incoming.understand(desk, case.id, agreed)
    _emit_case(workflow.reply(desk, case.id), desk, format, output)


def _agreed(proposal: "Proposal", format: Format) -> AnswerClass | None:
    """Show what the answer seems to mean; on a terminal the user agrees or not."""
    from auditor.report.optout.text import proposal_text

    note(proposal_text(proposal))
    if proposal.meaning is None or format is Format.json or not sys.stdin.isatty():
        return None
    return proposal.meaning if confirm("Is that what it says?", option="--as CLASS") else None


def _emit_links(
    case: "Case",
    taken: "LinksTaken",
    desk: "Desk",
    format: Format,
    output: Path | None,
) -> None:
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    links = as_json.links_json(taken.skipped, len(taken.photos))
    words = text.links_text(len(taken.photos), taken.skipped)
    emit_result(
        {**as_json.case_json(case, desk.today), **links},
        f"{words}\n{text.case_text(case, desk.today)}",
        format,
        output,
    )


def close(
    context: typer.Context,
    case_id: CaseArgument,
    on: OnOption = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Close a case: nothing more is expected."""
    from auditor.optout import workflow

    desk = desk_of(context)
    _emit_case(workflow.close(desk, case_id, _day(on)), desk, format, output)


def status(
    context: typer.Context,
    ics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the deadlines to this calendar file.", parser=file_to_write),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show all cases: deadline, what is overdue, and the next step. Exit code 1: one is overdue."""
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text
    from auditor.report.optout.calendar import calendar

    desk = desk_of(context)
    cases, today = desk.store.all(), desk.today
    if ics:
        emit(calendar(cases, clock.utc()), ics)
    emit_result(as_json.status_json(cases, today), text.status_text(cases, today), format, output)
    if any(case.overdue(today) for case in cases):
        raise typer.Exit(FOUND)


def recheck(
    context: typer.Context,
    case_id: CaseArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="All files of the publisher's new index.")
    ],
    include_new: Annotated[
        bool, typer.Option("--include-new", help="Also ask for photos that the first letter did not name.")
    ] = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Look a case's photos up in the publisher's new index; write the follow-up for what is still there."""
    from auditor.optout import next_index
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    session: Session = context.obj
    desk = desk_of(context)
    if nsid := desk.store.get(case_id).nsid:
        session.check_account(nsid)
    done = next_index.recheck(
        desk,
        case_id,
        files,
        include_new=include_new,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    )
    words = text.recheck_text(done.case, done.result, desk.today, include_new=include_new)
    emit_result(as_json.recheck_json(done, desk.today), words, format, output)
    notes(done.warnings, format)


def file(
    context: typer.Context,
    mails: Annotated[list[Path], typer.Argument(metavar="MAIL...", help="Mails as .eml files.")],
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """File incoming mail with the case that it answers, and suggest what it says."""
    from auditor.optout import incoming
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    desk = desk_of(context)
    filed, failures = incoming.file_mails(desk, mails)
    emit_result(as_json.filed_json(filed), text.filed_text(filed, desk.today), format, output)
    if failures:
        raise failures[0]


def folder(
    context: typer.Context,
    case_id: CaseArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Name of the zip (default: in the home folder).",
            parser=file_to_write,
        ),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Put a case into one zip for an authority or a lawyer: letters, answers, proof, chronology."""
    from auditor.files import private_dir, writable_file
    from auditor.report.optout import json as as_json
    from auditor.report.optout.chronology import write_folder
    from auditor.text import plain

    desk = desk_of(context)
    case = desk.store.get(case_id)
    target = writable_file(out or private_dir(desk.letters) / f"{case.id}.zip")
    number = write_folder(desk, case, target)
    emit_result(
        {**as_json.case_json(case, desk.today), "files": [str(target)]},
        f"Case {case.id}: {number} files in {plain(str(target))}",
        format,
        output,
    )


def _emit_case(case: "Case", desk: "Desk", format: Format, output: Path | None) -> None:
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    emit_result(as_json.case_json(case, desk.today), text.case_text(case, desk.today), format, output)


def notes(lines: Iterable[str], format: Format) -> None:
    """What the user should know of a letter before it is sent; JSON has it among its keys."""
    for line in lines if format is Format.table else ():
        note(f"Note: {line}")


def desk_of(context: typer.Context) -> "Desk":
    """What all work on cases needs, of this home."""
    from auditor.optout.case_store import Desk

    session: Session = context.obj
    return Desk.of(session.conn, session.settings)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
