"""Is the photo still as the plan saw it? Pure."""

from auditor.mitigation.change import Change, Outcome
from auditor.mitigation.kinds.base import GONE, OTHERS, PhotoState, Unreadable
from auditor.mitigation.kinds.registry import of


def compare(change: Change, seen: PhotoState | None) -> Outcome | None:
    """Why `change` is not to be made on the photo as `seen` (None: gone); None: go ahead.

    Only what the change sets is compared: a new title or another tag is no drift.
    """
    if seen is None:
        return Outcome("drifted", GONE)
    if seen.others:
        return Outcome("drifted", OTHERS)
    mitigation = of(change)
    observed = mitigation.observed(change, seen)
    if isinstance(observed, Unreadable):
        if mitigation.readable:
            raise ValueError(f"{mitigation.what} must be read before it is compared")
        return None
    if observed == change.before:
        return None
    if observed == change.after:
        return Outcome("already", f"it is {mitigation.show(observed)}")
    reason = f"{mitigation.show(observed)} now, {mitigation.show(change.before)} in the plan"
    return Outcome("drifted", reason, observed=observed)
