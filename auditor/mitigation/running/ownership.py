"""Whether the state that a run left is still the run's own: what the journal knows of later changes. Pure.

The state of one subject (a photo's licence, its privacy, one tag) is followed through everything that was
settled about it, run after run. Each change leads from one state to another, and the undo of a change leads
back to the very state it came from; whatever somebody else set in between is a state of its own, even if it
has the same value. So after

    run 1: public → private     undone: → public     the owner: private

the photo is private, but not as run 1 left it: undoing run 1 again would open it. What nobody told the
journal (a change by hand and back again, with no reading in between) cannot be known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.mitigation.change import ChangeRecord, Value
from auditor.mitigation.kinds.registry import of

Subject = tuple[str, str]
"""Photo id, and what of the photo is changed."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change as some run settled it."""

    run_id: str
    undoes: str | None
    """The run that this one undoes."""
    record: ChangeRecord


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whether the state that a change led to is still the run's: while `lost` is empty."""

    lost: str = ""
    """Why it is no longer the run's to undo."""
    made_by: ChangeRecord | None = None
    """The change that last led to this state: the run's own, or one that did it again after an undo."""


def ownership(run_id: str, events: Iterable[Event]) -> Mapping[Subject, Ownership]:
    """What every change of run `run_id` still owns; `events` in the order in which they were settled."""
    by_subject: dict[Subject, list[Event]] = {}
    for event in events:
        change = event.record.change
        by_subject.setdefault((change.photo_id, of(change).subject(change)), []).append(event)
    return {
        subject: _ownership(run_id, happened)
        for subject, happened in by_subject.items()
        if any(event.run_id == run_id and event.record.state == "done" for event in happened)
    }


class _States:
    """The states of one subject, numbered; two with one value are two where somebody else came between."""

    def __init__(self) -> None:
        self.now = 0
        self._last = 0
        self.steps: dict[str, tuple[int, int]] = {}
        """Run → the states that its change led from and to."""

    def follow(self, event: Event) -> bool:
        """Go to the state that a change led to; return whether it undid the one that led here."""
        came_from, led_to = self.steps.get(event.undoes or "", (None, None))
        back = came_from if led_to == self.now else None
        before, self.now = self.now, self._new() if back is None else back
        self.steps[event.run_id] = (before, self.now)
        return back is not None

    def interrupted(self) -> None:
        """Somebody else changed it."""
        self.now = self._new()

    def _new(self) -> int:
        self._last += 1
        return self._last


def _ownership(run_id: str, events: Sequence[Event]) -> Ownership:
    states = _States()
    value: Value = None
    made_by: dict[int, ChangeRecord] = {}
    left: dict[int, str] = {}
    """State → how it ended last, in words."""
    for event in events:
        record = event.record
        kind = of(record.change)
        found = _found(record)
        if found is not None and value is not None and not kind.same(found, value):
            left[states.now] = f"somebody changed it since, as {event.run_id} found"
            states.interrupted()
            value = found
        if record.state == "done":
            before = states.now
            undid = states.follow(event)
            left[before] = f"{'undone already' if undid else 'changed again'} by {event.run_id}"
            made_by[states.now] = record
            value = record.change.after
    own = states.steps[run_id][1]
    return Ownership(made_by=made_by[own]) if own == states.now else Ownership(lost=left[own])


def _found(record: ChangeRecord) -> Value:
    """The state in which a run found the subject before it did anything; None: not told, or not looked at."""
    match record.state:
        case "done":
            return record.change.before
        case "already":
            return record.change.after
        case "drifted":
            return record.observed
        case _:
            return None
