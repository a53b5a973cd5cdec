"""``apply`` and ``undo``: the commands that change something on Flickr, and only what a plan says."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import Format, FormatOption, NoWaitOption, OutputOption, confirm, emit, note
from auditor.cli.plan import load_plan, rendered, write_plan
from auditor.cli.session import Session
from auditor.errors import RefusedError
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.flickr.writing import WriteTransport
    from auditor.mitigation.planning.plan import Plan
    from auditor.mitigation.running.journal import Journal, Run

EXIT_PARTIAL = 3

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def apply(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(help="File or id of a plan.")],
    yes: YesOption = False,
    max_changes: Annotated[
        int | None,
        typer.Option(
            min=0, help="Refuse a larger plan. Default: 500, or a quarter of your photos if that is more."
        ),
    ] = None,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Do exactly what a plan says. Run it again to go on after an interruption."""
    session: Session = context.obj
    loaded = load_plan(session, plan)
    _carry_out(session, loaded, yes=yes, cap=max_changes, wait=not no_wait, format=format, output=output)


def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of a run; see `runs`.")],
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the plan to this file instead of applying it.")
    ] = None,
    unhide: Annotated[
        bool, typer.Option("--unhide", help="Show photos in searches again that the run hid.")
    ] = False,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Undo what a run changed, where nobody changed it since. An undo is a run too, and can be undone."""
    session: Session = context.obj
    if dry_run:
        emit(rendered(session, _new_undo(session, run, unhide=unhide), format.value), output)
        note("Nothing was changed: this is what undo would do.")
        return
    if out is not None:
        write_plan(session, _new_undo(session, run, unhide=unhide), out)
        note(f"Nothing was changed yet. To undo: flickr-auditor apply {out}")
        return
    plan = _undo_under_way(session, run)
    if plan is None:
        # Not beside the run itself: what it is about to do would be left out.
        with session.account_lock("undo"):
            _learn_outcomes(session, run, wait=not no_wait)
            plan = _new_undo(session, run, unhide=unhide)
            write_plan(session, plan, None)
        _tell_left_alone(plan)
    _carry_out(session, plan, yes=yes, cap=None, wait=not no_wait, format=format, output=output)


def _tell_left_alone(plan: "Plan") -> None:
    """What an undo leaves as it is, and why: each reason once."""
    from collections import Counter

    for reason, number in Counter(skip.reason for skip in plan.skipped).items():
        note(f"{count(number, 'change')} not undone: {plain(reason)}")


def _undo_under_way(session: Session, run_id: str) -> "Plan | None":
    """The plan of an undo that began and has something pending, from the journal."""
    from auditor.mitigation.running.journal import Journal
    from auditor.mitigation.running.undo import plan_of

    journal = Journal(session.conn)
    started = journal.unfinished_undo(run_id)
    return plan_of(started, journal.records(started.run_id)) if started is not None else None


def _learn_outcomes(session: Session, run_id: str, *, wait: bool) -> None:
    """Where the run was killed in the middle of calls, ask Flickr what became of them, to undo those too."""
    from auditor.mitigation.planning.flickr_facts import check_account
    from auditor.mitigation.running.journal import Journal
    from auditor.mitigation.running.photo_state import Reader
    from auditor.mitigation.running.verify import resolve

    journal = Journal(session.conn)
    if any(record.state == "sent" for record in journal.records(run_id)):
        run = journal.run(run_id)
        api = session.read_api(wait=wait)
        check_account(api, run.nsid)
        resolve(Reader(api, session.store.photos(run.nsid)), journal, run_id)


def _new_undo(session: Session, run_id: str, *, unhide: bool) -> "Plan":
    """The plan that undoes a run, with what it costs."""
    from auditor.mitigation.planning import planner
    from auditor.mitigation.running.journal import Journal
    from auditor.mitigation.running.undo import undo_plan

    journal = Journal(session.conn)
    run = journal.run(run_id)
    plan = undo_plan(
        run, journal.records(run_id), journal.events(run_id), now=datetime.now(UTC), unhide=unhide
    )
    given = session.settings
    budget = planner.Budget(given.calls_per_hour, 0, given.concurrency)
    return planner.with_estimate(plan, len(session.store.photos(run.nsid)), budget)


def _carry_out(
    session: Session,
    plan: "Plan",
    *,
    yes: bool,
    cap: int | None,
    wait: bool,
    format: Format,  # noqa: A002
    output: Path | None,
) -> None:
    from auditor.mitigation.running.journal import Journal
    from auditor.mitigation.running.run import RunContext, carry_out, check_plan, start

    journal = Journal(session.conn)
    run = journal.run_of(plan.plan_id)
    if run is not None and run.finished_at is not None:
        note("This plan was applied already: there is nothing left to do.")
        _report(journal, run, 0, format, output)
        return
    photos = len(session.store.photos(plan.nsid))
    check_plan(plan, journal, photos, cap, datetime.now(UTC))
    if plan.changes and not yes:
        _ask(session, plan, going_on=run is not None)
    with session.account_lock("undo" if plan.undoes else "apply"):
        transport = _write_transport(session, wait=wait)
        tools = RunContext(
            transport,
            journal,
            session.store,
            concurrency=session.settings.concurrency,
            progress=session.progress,
        )
        run = start(plan, tools)
        try:
            carry_out(run, tools)
        finally:
            clean = _report(journal, run, transport.calls, format, output)
    if not clean:
        raise typer.Exit(EXIT_PARTIAL)


def _ask(session: Session, plan: "Plan", *, going_on: bool) -> None:
    account = session.store.account(plan.nsid)
    name = plain(account.username, 60) if account and account.username else plan.nsid
    if sys.stdin.isatty():
        for warning in plan.warnings:
            note(f"! {plain(warning)}")
    what = f"{count(len(plan.changes), 'change')} to {count(plan.photos, 'photo')} of {name}"
    if not confirm(f"{'Go on with' if going_on else 'Make'} {what}?", option="--yes"):
        raise RefusedError("you said no, so nothing was changed")


def _write_transport(session: Session, *, wait: bool) -> "WriteTransport":
    """The only client that can write, and only with the methods of the mitigations."""
    from auditor.flickr.writing import WriteTransport
    from auditor.mitigation.kinds.registry import WRITE_METHODS

    return WriteTransport(
        session.credentials(),
        session.budget(wait=wait),
        base_url=session.settings.flickr_url,
        progress=session.progress,
        methods=WRITE_METHODS,
    )


def _report(journal: "Journal", run: "Run", calls: int, format: Format, output: Path | None) -> bool:  # noqa: A002
    """Write what became of the run; return whether all of it went as planned."""
    from auditor.report.run import as_findings, render_run

    records = journal.records(run.run_id)
    emit(render_run(run, as_findings(records), format.value, calls=calls), output)
    if any(record.state == "done" for record in records):
        note(f"To check it: flickr-auditor verify {run.run_id}; to undo it: flickr-auditor undo {run.run_id}")
    return not any(record.state in {"failed", "drifted"} or record.verified is False for record in records)
