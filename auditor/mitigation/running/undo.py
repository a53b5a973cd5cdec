"""The way back: a plan made from the journal of a run. `undo_plan` is pure.

Undone is what the run changed and what is still as the run left it (`ownership`). Whether Flickr shows it
so is found when the plan is applied, by the same comparison as always. What cannot come back, or is no longer
the run's to undo, is a skip with its reason.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from auditor import clock
from auditor.account.photo import Photo
from auditor.errors import NotAllowedError, UnreachableError
from auditor.flickr.api import ReadApi
from auditor.mitigation.change import Change, ChangeRecord, Skip
from auditor.mitigation.kinds.base import FlickrFacts
from auditor.mitigation.kinds.license import License
from auditor.mitigation.kinds.privacy import SetPrivacy
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.flickr_facts import check_account, offered_licenses
from auditor.mitigation.planning.plan import Plan, new_id
from auditor.mitigation.planning.plan_store import PlanStore
from auditor.mitigation.planning.planner import Budget, with_estimate
from auditor.mitigation.running.journal import Journal, Run
from auditor.mitigation.running.ownership import Event, Ownership, Subject, ownership
from auditor.mitigation.running.photo_state import Reader
from auditor.mitigation.running.verify import resolve

LOST = "who may see a photo comes back; its old links and the faves of people who were shut out do not"
PERMISSIONS = "who may comment and add tags and notes is set back too, to what it was before the run"


def undo_plan(
    run: Run,
    records: Sequence[ChangeRecord],
    events: Sequence[Event],
    *,
    now: datetime,
    facts: FlickrFacts | None = None,
    unhide: bool = False,
) -> Plan:
    """The plan that undoes `run`; `events` are all that was settled about its subjects, by any run.

    `facts`: which licences Flickr offers now, if it was asked. Without `unhide`, photos hidden from searches
    stay hidden.
    """
    owned = ownership(run.run_id, events)
    entries = [_way_back(record, owned, facts or FlickrFacts.unknown(), unhide=unhide) for record in records]
    changes = [entry for entry in entries if isinstance(entry, Change)]
    changes.sort(key=lambda change: (int(change.photo_id), of(change).order))
    privacy = [change for change in changes if change.mitigation == SetPrivacy.name]
    said = {LOST: any(c.note for c in privacy), PERMISSIONS: any(c.details for c in privacy)}
    return Plan(
        plan_id=new_id("undo", now),
        nsid=run.nsid,
        created_at=now,
        snapshot_id=None,
        snapshot_at=now,
        changes=tuple(changes),
        skipped=tuple(entry for entry in entries if isinstance(entry, Skip)),
        warnings=tuple(warning for warning, is_so in said.items() if is_so),
        undoes=run.run_id,
    )


def _way_back(
    record: ChangeRecord, owned: Mapping[Subject, Ownership], facts: FlickrFacts, *, unhide: bool
) -> Change | Skip:
    change, kind = record.change, of(record.change)

    def skip(reason: str) -> Skip:
        return Skip(change.photo_id, reason, change.mitigation)

    if record.state != "done":
        return skip(f"nothing to undo: {_why_not_done(record)}")
    found = owned[change.photo_id, kind.subject(change)]
    if found.lost:
        return skip(f"left alone: {found.lost}")
    if change.mitigation == "hide" and not unhide:
        return skip(
            "stays hidden from searches: it is not known whether it was hidden before; to show it, add"
            " --unhide to the command undo"
        )
    made_by = found.made_by or record
    # What was done again after an undo has ids and permissions of that later time.
    inverse = kind.inverse(replace(record, answer=made_by.answer, before_image=made_by.before_image))
    if isinstance(inverse, str):
        return skip(inverse)
    refusal = of(inverse).refusal(inverse, facts)
    if refusal is None and change.reversible == "no":
        refusal = change.note
    return skip(refusal) if refusal else inverse


def lost_changes(run: Run, journal: Journal) -> dict[int, str]:
    """The changes of an undo that must not be made any more: number → why.

    The undo may have been planned, or have begun, before somebody else changed the same thing.
    """
    if run.undoes is None:
        return {}
    events = [event for event in journal.events(run.undoes) if event.run_id != run.run_id]
    owned = ownership(run.undoes, events)
    found = {}
    for record in journal.records(run.run_id):
        change = record.change
        entry = owned.get((change.photo_id, of(change).subject(change)))
        if entry is None or entry.lost:
            found[record.number] = f"left alone: {entry.lost if entry else f'{run.undoes} did not change it'}"
    return found


def under_way(run_id: str, journal: Journal) -> Plan | None:
    """The plan of an undo of `run_id` that began and has something pending, from the journal alone."""
    started = journal.unfinished_undo(run_id)
    return plan_of(started, journal.records(started.run_id)) if started is not None else None


def prepare_undo(
    run: Run,
    journal: Journal,
    plans: PlanStore,
    *,
    api: ReadApi,
    photos: Sequence[Photo],
    budget: Budget,
    unhide: bool = False,
) -> Plan:
    """The plan to apply for undoing `run`: one that is under way, or a new one, written down.

    Hold the account's lock: what the run is about to do would be left out. Errors: those of reading calls.
    """
    known = under_way(run.run_id, journal)
    if known is not None:
        return known
    if any(record.state == "sent" for record in journal.records(run.run_id)):
        # It was killed in the middle of calls: what became of them decides what there is to undo.
        check_account(api, run.nsid)
        resolve(Reader(api, run.nsid, photos), journal, run.run_id)
    plan = plan_undo(run, journal, photos=len(photos), budget=budget, api=api, unhide=unhide)
    plans.write(plan)
    return plan


def plan_undo(
    run: Run, journal: Journal, *, photos: int, budget: Budget, api: ReadApi | None, unhide: bool
) -> Plan:
    """The plan that undoes `run` as things stand now, with what it costs on an account of so many photos.

    With a client Flickr is asked which licences it offers still.
    """
    records = journal.records(run.run_id)
    available: dict[str, frozenset[str]] = {}
    if api is not None:
        samples = {
            str(record.change.after): record.change.photo_id
            for record in records
            if record.change.mitigation == License.name and record.state == "done"
        }
        with suppress(UnreachableError, NotAllowedError):  # then it is not known, and applying will tell
            available = offered_licenses(api, samples)
    plan = undo_plan(
        run,
        records,
        journal.events(run.run_id),
        now=clock.utc(),
        facts=FlickrFacts({}, available, frozenset()),
        unhide=unhide,
    )
    return with_estimate(plan, photos, budget)


def plan_of(run: Run, records: Sequence[ChangeRecord]) -> Plan:
    """The plan that a run carries out, from the journal alone: going on needs no file."""
    started = datetime.fromtimestamp(run.started_at, UTC)
    return Plan(
        plan_id=run.plan_id,
        nsid=run.nsid,
        created_at=started,
        snapshot_id=None,
        snapshot_at=started,
        changes=tuple(record.change for record in records),
        undoes=run.undoes,
    )


def _why_not_done(record: ChangeRecord) -> str:
    match record.state:
        case "already":
            return "it was already like this before the run"
        case "pending":
            return "the run did not get to it"
        case "sent":
            return "not known whether it was done"
        case _:
            return record.reason or record.state
