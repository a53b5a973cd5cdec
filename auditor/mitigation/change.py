"""Changes and skips as values: what a plan consists of, and what becomes of each change in a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Value = str | bool | None | Mapping[str, str | bool]
"""The state of what a change sets, as JSON; each mitigation's module says which form it has."""
Reversible = Literal["yes", "partly", "no"]
State = Literal["pending", "sent", "done", "already", "drifted", "failed"]
"""`sent`: the call went out and no answer is known, so that Flickr has to be asked what became of it."""

OPEN: tuple[State, ...] = ("pending", "sent")


@dataclass(frozen=True, slots=True)
class Change:
    """One mitigation on one photo."""

    photo_id: str
    mitigation: str
    before: Value
    after: Value
    reversible: Reversible
    note: str = ""
    """For the user: what it costs, what will not come back."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What the call needs beyond `after`: the id of the tag to remove, the permissions to restore."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A selected photo, or one mitigation on it, that the plan leaves out; `mitigation` "" : all of them."""

    photo_id: str
    reason: str
    mitigation: str = ""
    already: bool = False
    """It is as wanted, as far as the local store knows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change; `answer` is kept for undo, None: not known yet, read the photo to find out."""

    state: State
    reason: str = ""
    answer: Mapping[str, str] | None = field(default_factory=dict)
    observed: Value = None
    """What was read where it is neither as planned nor as wanted."""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change with its line in the journal."""

    number: int
    change: Change
    state: State = "pending"
    reason: str = ""
    before_image: Mapping[str, object] = field(default_factory=dict)
    answer: Mapping[str, str] = field(default_factory=dict)
    observed: Value = None
    """What was read of a drifted change, or read back instead of what was wanted."""
    verified: bool | None = None
