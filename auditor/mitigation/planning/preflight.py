"""What a plan would do to the account as a whole: limits, lost protections, costs. Pure.

Flickr help 13690320471060: a free account holds 1,000 items, of them at most 50 that are not public; "content
on free accounts that exceeds the limits listed above is at risk of deletion". Public, freely licensed photos
are exempt from the rule of 1,000 (blog of 2019-03-08).
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.account.photo import Account, Photo
from auditor.errors import RefusedError
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.base import PlanContext
from auditor.mitigation.kinds.registry import MITIGATIONS, of
from auditor.text import count

FREE_NON_PUBLIC: Final = 50
FREE_ITEMS: Final = 1000
LIMITS_PAGE: Final = "https://www.flickrhelp.com/hc/en-us/articles/13690320471060"

DEFAULT_CAP: Final = 500

_PAGE = 500
_FIXED_CALLS = 6
_SECONDS_A_CALL = 0.4


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan costs."""

    calls: int
    minutes: int

    def __str__(self) -> str:
        time = "less than a minute" if self.minutes < 1 else f"about {self.minutes} min"
        return f"{count(self.calls, 'call')}, {time}"


def check_limits(
    account: Account, non_public: int, changes: Sequence[Change], *, facts: str = "as last synced"
) -> None:
    """Refuse what would put an account that is not known to be Pro over a free one's limit.

    `non_public` counts the account's items that are not public now. Errors: `RefusedError` with the numbers.
    """
    hidden = _becoming_non_public(changes)
    after = non_public + hidden
    if account.is_pro or hidden <= 0 or after <= FREE_NON_PUBLIC:
        return
    untold = ("Flickr did not tell whether your account is Pro; ", "If it is Pro, try again later. ")
    what, how = untold if account.is_pro is None else ("", "")
    opens = any(change.mitigation == "privacy" and change.after == Privacy.PUBLIC for change in changes)
    until = " until others become public" if opens else ""
    raise RefusedError(
        f"{what}a free account may hold {FREE_NON_PUBLIC} non-public items, and Flickr may delete any beyond"
        f" that; yours holds {non_public} ({facts}) and would hold {after}{until}",
        hint=f"{how}Choose at most {max(0, FREE_NON_PUBLIC - non_public)} photos, or make others public"
        " first. Or keep them public, and hide them from search, tag them no_cv or reserve all rights"
        " (--hide-from-search, --add-tag no_cv, --license all-rights-reserved). Flickr Pro has no such limit"
        f" ({LIMITS_PAGE}).",
    )


def cap_of(photos: int) -> int:
    """How many changes a run may make on an account of so many photos, unless the user allows more."""
    return max(DEFAULT_CAP, photos // 4)


def check_cap(changes: int, photos: int, cap: int | None) -> None:
    """Refuse a run larger than the user has in mind. Errors: `RefusedError`."""
    limit = cap_of(photos) if cap is None else cap
    if changes > limit:
        raise RefusedError(
            f"the plan has {changes:,} changes, and the limit is {limit:,}",
            hint=f"Look at it with `flickr-auditor show`; if you want it, add --max-changes {changes}.",
        )


def warnings(context: PlanContext) -> tuple[str, ...]:
    """What the user should know before applying the changes: of each kind, and of the account."""
    of_kinds = (line for kind in MITIGATIONS.values() for line in kind.warnings(context))
    return (*of_kinds, *_about_limits(context), *_about_protection(context))


def non_public(photos: Collection[Photo]) -> int:
    """How many count against a free account's 50; what nobody knows to be public may."""
    return sum(photo.privacy is not Privacy.PUBLIC for photo in photos)


def estimate(
    changes: Sequence[Change], *, photos: int, calls_per_hour: int, used: int, concurrency: int
) -> Estimate:
    """Calls and time to apply `changes` on an account of `photos` photos, with `used` calls spent already."""
    changed = len({change.photo_id for change in changes})
    reads = min(changed, math.ceil(photos / _PAGE)) * 2
    permissions = sum(of(change).reads_permissions for change in changes)
    groups = 2 * len({change.photo_id for change in changes if of(change).reads_groups})
    calls = (len(changes) + reads + permissions + groups + _FIXED_CALLS) if changes else 0
    waits = max(0, calls + used - 1) // calls_per_hour if calls else 0
    seconds = calls * _SECONDS_A_CALL / concurrency + 3600 * waits
    return Estimate(calls, round(seconds / 60))


def _becoming_non_public(changes: Sequence[Change]) -> int:
    """Photos that leave the public; any that come back to it may do so later, or not at all."""
    return sum(change.mitigation == "privacy" and change.before == Privacy.PUBLIC for change in changes)


def _about_limits(context: PlanContext) -> Iterator[str]:
    more = _becoming_non_public(context.changes)
    if (
        context.account.is_pro is None
        and more > 0
        and non_public(context.photos.values()) + more > FREE_NON_PUBLIC
    ):
        yield (
            f"if this is a free account it may hold {FREE_NON_PUBLIC} non-public items only; this plan passes"
            f" that, and apply asks Flickr, and goes on only for Pro ({LIMITS_PAGE})"
        )


def _about_protection(context: PlanContext) -> Iterator[str]:
    limits = context.account.limits
    over = (limits.upload_count or len(context.photos)) > (limits.upload_limit or FREE_ITEMS)
    unprotected = _losing_protection(context.photos, context.changes)
    if unprotected and over and context.account.is_pro is False:
        yield (
            f"your free account holds more than {FREE_ITEMS:,} items; {count(unprotected, 'photo')} will lose"
            f" the protection from deletion that public, freely licensed photos have ({LIMITS_PAGE})"
        )


def _losing_protection(photos: Mapping[str, Photo], changes: Sequence[Change]) -> int:
    losing = set()
    for change in changes:
        photo = photos.get(change.photo_id)
        if photo is None or photo.privacy is not Privacy.PUBLIC or not licenses.get(photo.license_id).free:
            continue
        leaves_public = change.mitigation == "privacy" and change.after != Privacy.PUBLIC
        leaves_free = change.mitigation == "license" and not licenses.get(str(change.after)).free
        if leaves_public or leaves_free:
            losing.add(change.photo_id)
    return len(losing)
