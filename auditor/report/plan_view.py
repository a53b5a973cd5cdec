"""A plan, prepared once for every format: one row a change, with what is known of its photo, safe to show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.account.photo import Photo
from auditor.flickr.urls import page_url
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.registry import MITIGATIONS, describe
from auditor.mitigation.planning.plan import Plan, PlanState
from auditor.mitigation.planning.preflight import Estimate
from auditor.text import count, plain

TITLE_LENGTH = 80
_LEADS: Final = {
    "ready": "What would change on Flickr. Nothing has been changed yet.",
    "stale": "Too old to apply. Make a new plan.",
    "spent": "This plan has been applied.",
    "partly-applied": "This plan has been partly applied.",
}
_STATES: Final = {
    "ready": "ready to apply",
    "stale": "stale: too old to apply; make a new one",
    "spent": "already applied; applying it again does nothing",
    "partly-applied": "partly applied; apply it again to continue",
}


@dataclass(frozen=True, slots=True)
class PlannedPhoto:
    """A photo and what will be done to it."""

    id: str
    url: str
    title: str
    privacy: str
    thumbnail: str | None
    """Address of a small square picture; None where the public cannot see one."""
    changes: tuple[Change, ...]
    words: tuple[tuple[str, str], ...]
    """Each change in words, and its note."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in words."""

    plan_id: str
    state: PlanState
    lead: str
    """Whether this is still to come, or done."""
    headline: str
    details: tuple[str, ...]
    kinds: tuple[tuple[str, int, str], ...]
    """Title of a mitigation, how many changes, what Flickr says it does."""
    warnings: tuple[str, ...]
    warnings_title: str
    photos: tuple[PlannedPhoto, ...]
    skipped: tuple[tuple[str, tuple[str, ...]], ...]
    """Reason, photo ids; the most frequent reason first."""


def plan_view(plan: Plan, state: PlanState, photos: Mapping[str, Photo]) -> PlanView:
    """`photos` of the local store by id; those it lacks are shown by their id."""
    changes: dict[str, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(change.photo_id, []).append(change)
    reasons: dict[str, list[str]] = {}
    for skip in plan.skipped:
        reasons.setdefault(plain(skip.reason), []).append(plain(skip.photo_id))
    what = f"undo of {plain(plan.undoes)}" if plan.undoes else "plan"
    estimate = Estimate(plan.estimated_calls, plan.estimated_minutes)
    kinds = {name: sum(change.mitigation == name for change in plan.changes) for name in MITIGATIONS}
    return PlanView(
        plan_id=plan.plan_id,
        state=state,
        lead=_LEADS[state] if changes else "Nothing would change on Flickr.",
        headline=f"{count(len(plan.changes), 'change')} to {count(len(changes), 'photo')}"
        if changes
        else "Nothing to change",
        details=(
            f"{what} {plain(plan.plan_id)}: {_STATES[state] if changes else 'there is nothing to apply'}",
            f"account {plan.nsid}; data of {plan.snapshot_at:%Y-%m-%d %H:%M} UTC; {estimate}",
        ),
        kinds=tuple(
            (MITIGATIONS[name].title, number, MITIGATIONS[name].effect)
            for name, number in kinds.items()
            if number
        ),
        warnings=tuple(plain(line) for line in plan.warnings),
        warnings_title="Before you apply it" if changes and state != "spent" else "What to know about it",
        photos=tuple(_photo(plan.nsid, key, tuple(made), photos.get(key)) for key, made in changes.items()),
        skipped=tuple(
            (reason, tuple(ids)) for reason, ids in sorted(reasons.items(), key=lambda r: -len(r[1]))
        ),
    )


def _photo(nsid: str, photo_id: str, changes: tuple[Change, ...], photo: Photo | None) -> PlannedPhoto:
    return PlannedPhoto(
        id=photo_id,
        # A plan of elsewhere can name a photo of anybody.
        url=page_url(photo_id, nsid if photo else None),
        title=plain(photo.title, TITLE_LENGTH) if photo else "",
        privacy=photo.privacy or "unknown" if photo else "",
        thumbnail=photo.thumbnail if photo else None,
        changes=changes,
        words=tuple((plain(describe(change)), plain(change.note)) for change in changes),
    )


def flat(value: object) -> str:
    """A state of a change in one cell."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
