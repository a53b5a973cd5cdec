"""From what the policies want to the plan. Pure: nothing here could call Flickr.

Every selected photo ends in a change, a skip with its reason, or both (one mitigation each way).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from auditor.account.photo import Account, Photo
from auditor.account.store import Snapshot
from auditor.mitigation.change import Change, Skip
from auditor.mitigation.kinds.base import GONE, FlickrFacts, PlanContext
from auditor.mitigation.kinds.registry import ASKED, of
from auditor.mitigation.planning import preflight
from auditor.mitigation.planning.plan import MAX_AGE, Plan, new_id
from auditor.mitigation.planning.policy import Actions, Selection


@dataclass(frozen=True, slots=True)
class Budget:
    """What decides how long calls take."""

    calls_per_hour: int
    used: int
    concurrency: int


def make(
    account: Account,
    photos: Sequence[Photo],
    snapshot: Snapshot,
    selection: Selection,
    facts: FlickrFacts,
    *,
    now: datetime,
    budget: Budget,
    advice: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Plan:
    """The plan for `selection`; `photos` is the whole account as of `snapshot`.

    Errors: `RefusedError` when it would put a free account over its limits.
    """
    by_id = {photo.id: photo for photo in photos}
    changes, skipped = draft(selection, by_id, facts)
    if account.is_pro is not None:  # else the plan says so, and the limit is checked before it is applied
        preflight.check_limits(account, preflight.non_public(photos), changes)
    taken = datetime.fromtimestamp(snapshot.taken_at, UTC)
    skipped = tuple(_was(skip, by_id.get(skip.photo_id), snapshot, now) for skip in skipped)
    plan = Plan(
        plan_id=new_id("plan", now),
        nsid=account.nsid,
        created_at=now,
        snapshot_id=snapshot.id,
        snapshot_at=taken,
        changes=changes,
        skipped=skipped,
        warnings=(
            *warnings,
            *_about_snapshot(snapshot, now),
            *selection.warnings,
            *preflight.warnings(PlanContext(account, by_id, changes, facts)),
        ),
        advice=tuple(advice),
    )
    return with_estimate(plan, len(photos), budget)


def with_estimate(plan: Plan, photos: int, budget: Budget) -> Plan:
    """`plan` with the calls and minutes that it will take on an account of so many photos."""
    estimate = preflight.estimate(
        plan.changes,
        photos=photos,
        calls_per_hour=budget.calls_per_hour,
        used=budget.used,
        concurrency=budget.concurrency,
    )
    return replace(plan, estimated_calls=estimate.calls, estimated_minutes=estimate.minutes)


def draft(
    selection: Selection, photos: Mapping[str, Photo], facts: FlickrFacts
) -> tuple[tuple[Change, ...], tuple[Skip, ...]]:
    """Changes and skips, by photo id and in order of execution; `photos` holds all that are selected."""
    changes: list[Change] = []
    skipped = list(selection.skipped)
    for photo_id, wanted in sorted(selection.wanted.items(), key=lambda entry: int(entry[0])):
        if photo_id in facts.gone:
            skipped.append(Skip(photo_id, GONE))
            continue
        entries = list(_entries(photos[photo_id], wanted, facts))
        found = [entry for entry in entries if isinstance(entry, Change)]
        changes += sorted(found, key=lambda change: of(change).order)
        skipped += [entry for entry in entries if isinstance(entry, Skip)]
    return tuple(changes), tuple(skipped)


def _entries(photo: Photo, wanted: Actions, facts: FlickrFacts) -> Iterator[Change | Skip]:
    for key, value in wanted.items():
        yield from ASKED[key].plan(photo, value, facts, wanted.keys())


def _about_snapshot(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    if not snapshot.complete:
        yield "the last sync or export was incomplete: photos it missed are not in this plan"
    if _too_old(snapshot.taken_at, now):
        source = "the data export" if snapshot.source == "export" else "the last sync"
        day = datetime.fromtimestamp(snapshot.taken_at, UTC).date()
        yield (
            f"{source} is of {day}, over 7 days ago, so this plan cannot be applied: run flickr-auditor sync,"
            " and plan again"
        )


def _too_old(moment: float, now: datetime) -> bool:
    return now.timestamp() - moment > MAX_AGE


def _was(skip: Skip, photo: Photo | None, snapshot: Snapshot, now: datetime) -> Skip:
    """`skip`, but what old evidence calls "already so" was so then.

    A photo can be older than the snapshot: known from an export, and missing from a later incomplete sync.
    """
    told_at = photo.as_of if photo and photo.as_of is not None else snapshot.taken_at
    if not skip.already or not _too_old(told_at, now):
        return skip
    day = datetime.fromtimestamp(told_at, UTC).date()
    return replace(skip, reason=f"{skip.reason} on {day}, not known now")
