"""The way back: a plan made from the journal of a run. Pure.

Only what the run really changed is undone; whether somebody changed it since is found when the plan is
applied, by the same comparison as always. What cannot come back is a skip with its reason.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from auditor.mitigation.change import Change, Record, Skip
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.planning.plan import Plan, new_id
from auditor.mitigation.running.journal import Run

LOST = "who may see a photo comes back; its old links and the faves of people who were shut out do not"


def undo_plan(run: Run, records: Sequence[Record], *, now: datetime, unhide: bool = False) -> Plan:
    """The plan that undoes `run`; without `unhide`, photos hidden from searches stay hidden."""
    changes: list[Change] = []
    skipped: list[Skip] = []
    for record in records:
        change = record.change
        if record.state != "done":
            skipped.append(
                Skip(change.photo_id, f"nothing to undo: {_why_not_done(record)}", change.mitigation)
            )
            continue
        if change.mitigation == "hide" and not unhide:
            reason = "stays hidden from searches: nobody knows whether it was before; add --unhide to show it"
            skipped.append(Skip(change.photo_id, reason, change.mitigation))
            continue
        inverse = of(change).inverse(record)
        if isinstance(inverse, str):
            skipped.append(Skip(change.photo_id, inverse, change.mitigation))
        else:
            changes.append(inverse)
    changes.sort(key=lambda change: (int(change.photo_id), of(change).order))
    lost = any(c.mitigation == "privacy" and c.note for c in changes)
    return Plan(
        plan_id=new_id("undo", now),
        nsid=run.nsid,
        created_at=now,
        snapshot_id=None,
        snapshot_at=now,
        changes=tuple(changes),
        skipped=tuple(skipped),
        warnings=(LOST,) if lost else (),
        undoes=run.run_id,
    )


def plan_of(run: Run, records: Sequence[Record]) -> Plan:
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


def _why_not_done(record: Record) -> str:
    match record.state:
        case "already":
            return "it was so before the run"
        case "pending":
            return "the run did not get to it"
        case "sent":
            return "not known whether it was done"
        case _:
            return record.reason or record.state
