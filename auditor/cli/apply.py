"""``apply`` and ``undo``: the commands that change something on Flickr, and only what a plan says."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor import clock
from auditor.cli.exit_codes import PARTIAL
from auditor.cli.output import (
    Format,
    FormatOption,
    NoWaitOption,
    OutOption,
    OutputOption,
    columns,
    confirm,
    drop_output,
    emit,
    note,
)
from auditor.cli.plan import read_api, rendered
from auditor.cli.session import Session
from auditor.errors import AuditorError, RefusedError
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.mitigation.change import ChangeRecord
    from auditor.mitigation.planning.plan import Plan
    from auditor.mitigation.running.journal import Journal, Run

_MOST_KINDS = 8

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def apply(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Id or file of a plan; last: the newest.")],
    yes: YesOption = False,
    max_changes: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Refuse a larger plan. Default: 500, or a quarter of your photos if that is more.",
        ),
    ] = None,
    foreign: Annotated[
        bool,
        typer.Option("--foreign", help="Apply a plan that was not made here, once you have seen it."),
    ] = False,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Apply a plan. Run it again to resume after an interruption."""
    session: Session = context.obj
    loaded = _may_be_applied(session, plan, foreign=foreign)
    _carry_out(session, loaded, yes=yes, cap=max_changes, wait=not no_wait, format=format, output=output)


def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of a run (see `runs`); last: the newest.")],
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    out: OutOption = None,
    unhide: Annotated[
        bool, typer.Option("--unhide", help="Show photos hidden by the run in searches again.")
    ] = False,
    no_wait: NoWaitOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Undo the changes of a run, where nobody changed them since. An undo is a run too, and can be undone."""
    from auditor.mitigation.running.undo import prepare_undo

    session: Session = context.obj
    journal = session.journal
    found = journal.run_to_undo(run, session.account)
    if dry_run or out is not None:
        planned = _plan_undo(session, found, unhide=unhide)
        if dry_run:
            emit(rendered(session, planned, format.value, output), output)
            note("Nothing was changed: this is what undo would do.")
        if out is not None:
            session.plans.write(planned, out)
            note(f"Nothing was changed yet. To undo: flickr-auditor apply {plain(out)}")
        return
    with session.account_lock("undo"):
        plan = prepare_undo(
            found,
            journal,
            session.plans,
            api=session.read_api(wait=not no_wait),
            photos=session.store.photos(found.nsid),
            budget=session.planned_budget(),
            unhide=unhide,
        )
    for reason, number in Counter(skip.reason for skip in plan.skipped).items():
        note(f"{count(number, 'change')} not undone: {plain(reason)}")
    _carry_out(session, plan, yes=yes, cap=None, wait=not no_wait, format=format, output=output)


def _may_be_applied(session: Session, name: str, *, foreign: bool) -> "Plan":
    """The plan, if this home made it, or if somebody looked at it on this terminal and accepted it."""
    from auditor.mitigation.planning.plan_store import check_origin

    plans = session.plans
    plan = plans.load(name, session.account)
    if not check_origin(plan, plans, foreign=foreign):
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise RefusedError(
                f"nobody has reviewed the plan {plan.plan_id}, which was not made here",
                hint=f"At a terminal: flickr-auditor show {name}",
            )
        note(rendered(session, plan, "table"))
        if not confirm("This plan was not made here. Do you want to apply it?", option="--foreign"):
            raise RefusedError(
                "you said no, so nothing was changed",
                hint=f"To see it photo by photo: flickr-auditor show {name}",
            )
        plans.shown(plan)
    return plans.accept(plan)


def _plan_undo(session: Session, run: "Run", *, unhide: bool) -> "Plan":
    """The plan to look at; nothing is written down."""
    from auditor.mitigation.running.undo import plan_undo

    photos = len(session.store.photos(run.nsid))
    api = read_api(session)
    return plan_undo(
        run, session.journal, photos=photos, budget=session.planned_budget(), api=api, unhide=unhide
    )


def _carry_out(
    session: Session,
    plan: "Plan",
    *,
    yes: bool,
    cap: int | None,
    wait: bool,
    format: Format,
    output: Path | None,
) -> None:
    from auditor.mitigation.running.run import carry_out, check_plan, run_context, start

    session.check_account(plan.nsid)
    journal = session.journal
    run = journal.run_of(plan.plan_id)
    if run is not None and run.finished_at is not None:
        note("This plan was applied already: there is nothing left to do.")
        _report(journal, run, 0, format, output)
        return
    check_plan(plan, journal, len(session.store.photos(plan.nsid)), cap, clock.utc())
    if plan.changes and not yes:
        _ask(session, plan, journal.records(run.run_id) if run is not None else None)
    with session.account_lock("undo" if plan.undoes else "apply"):
        work = run_context(
            session.settings,
            session.credentials(),
            session.budget(wait=wait),
            journal,
            session.store,
            session.progress,
        )
        run = start(plan, work)
        try:
            carry_out(run, work)
        finally:
            clean = _report(journal, run, work.transport.calls, format, output)
    if not clean:
        raise typer.Exit(PARTIAL)


def _ask(session: Session, plan: "Plan", under_way: "Sequence[ChangeRecord] | None") -> None:
    """Ask whether to make the changes, which are named; of a run that is under way those that are left."""
    from auditor.mitigation.change import OPEN
    from auditor.report.plan import named_changes

    account = session.store.account(plan.nsid)
    name = plain(account.username, 60) if account and account.username else plan.nsid
    left = plan.changes
    what = f"Make {count(len(left), 'change')}"
    if under_way is not None:
        left = tuple(record.change for record in under_way if record.state in OPEN)
        what = f"Continue with {len(left):,} of {count(len(under_way), 'change')}"
    if sys.stdin.isatty():
        for warning in plan.warnings:
            note(f"! {plain(warning)}")
    question = f"{what} to {count(len({change.photo_id for change in left}), 'photo')} of {name}?"
    for line in named_changes(left, _MOST_KINDS):
        note(f"  {line}")
    if not confirm(question, option="--yes"):
        raise RefusedError(
            "you said no, so nothing was changed",
            hint="The plan is kept: run the same command again when you have decided.",
        )


def _report(journal: "Journal", run: "Run", calls: int, format: Format, output: Path | None) -> bool:
    """Write what became of the run; return whether all of it went as planned."""
    from auditor.report.run import as_findings, render_run

    records = journal.records(run.run_id)
    with _changes_stay_told(run, records):
        shown = as_findings(records)
        emit(render_run(run, shown, format.value, calls=calls, columns=columns(output)), output)
    if any(record.state == "done" for record in records):
        note(f"To check it: flickr-auditor verify {run.run_id}; to undo it: flickr-auditor undo {run.run_id}")
    return not any(record.state in {"failed", "drifted"} or record.verified is False for record in records)


@contextmanager
def _changes_stay_told(run: "Run", records: "Sequence[ChangeRecord]") -> Iterator[None]:
    """A result that cannot be written (disk full, pipe closed) takes nothing back: say what was done."""
    try:
        yield
    except (AuditorError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            drop_output()
        done = sum(record.state == "done" for record in records)
        note(
            f"The result could not be written: {plain(error)}. {run.run_id} still made"
            f" {count(done, 'change')}; to see them: flickr-auditor verify {run.run_id}"
        )
