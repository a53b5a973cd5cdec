"""What a mitigation is. Each is one small module beside this one; `registry` lists them.

To add one: subclass `Mitigation`, name the Flickr methods it writes with, say how its state is read from a
photo, and put an instance into `registry.MITIGATIONS`. A method that no mitigation names cannot be called.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from auditor.account.photo import Photo
from auditor.errors import CallError
from auditor.flickr.api import Pool
from auditor.flickr.parse import Json
from auditor.mitigation.change import Change, Outcome, Record, Value


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may comment and who may add tags and notes: 0 only the owner … 3 everybody (`photos.getPerms`)."""

    comment: str
    add_meta: str


@dataclass(frozen=True, slots=True)
class PhotoState:
    """A photo as just read. What the kind of reading could not tell is None."""

    photo: Photo
    at: float
    """When the answer came, by `auditor.clock.now`: sleep and a clock set back make no reading fresh."""
    tag_ids: Mapping[str, str] | None = None
    """Clean tag → the full id that `removeTag` takes; lists of photos do not tell it."""
    permissions: Permissions | None = None
    groups: frozenset[str] | None = None
    """Ids of the group pools it is in."""


@dataclass(frozen=True, slots=True)
class WriteCall:
    """One call of a method that writes."""

    method: str
    params: Mapping[str, str]


class Unreadable:
    """The type of `UNREADABLE`."""


UNREADABLE: Final = Unreadable()
"""Flickr tells nobody this state."""

GONE = "gone: the photo is no longer on Flickr"


class Mitigation(ABC):
    """One kind of change."""

    name: ClassVar[str]
    title: ClassVar[str]
    """A heading for people, e.g. ``Add a tag``."""
    effect: ClassVar[str]
    """What Flickr says it does to the photo, and what it does not."""
    methods: ClassVar[frozenset[str]]
    """The writing methods it may call."""
    order: ClassVar[int]
    """Lower goes first within a photo, so that a run that breaks off leaves the gentler changes done."""
    reads_permissions: ClassVar[bool] = False
    """The permissions have to be read right before the call."""
    reads_groups: ClassVar[bool] = False
    """The group pools have to be read."""
    readable: ClassVar[bool] = True
    """Whether Flickr tells the state afterwards."""

    @abstractmethod
    def subject(self, change: Change) -> str:
        """What of the photo is changed; a plan holds at most one change of a subject for each photo."""

    @abstractmethod
    def problem(self, change: Change) -> str | None:
        """Why `before`, `after` or `details` are none of this mitigation; None when they are."""

    @abstractmethod
    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        """The state on Flickr, in the form of `before` and `after`."""

    @abstractmethod
    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        """The call that makes the change."""

    def answered(self, change: Change, answer: Json) -> Outcome:
        """What Flickr's answer "ok" means."""
        return Outcome("done")

    @abstractmethod
    def refused(self, change: Change, error: CallError) -> Outcome:
        """What Flickr's error code means; `gone` outcomes are confirmed by reading before they count."""

    def evidence(self, change: Change, seen: PhotoState) -> Mapping[str, str]:
        """What a single reading after the call tells that undo needs."""
        return {}

    @abstractmethod
    def inverse(self, record: Record) -> Change | str:
        """The change that undoes a done one, or why there is none."""

    @abstractmethod
    def describe(self, change: Change) -> str:
        """The change in words, e.g. ``licence: CC BY 2.0 → All Rights Reserved``."""

    def brief(self, change: Change) -> str:
        """The change in words that follow a number of photos: ``3 photos: …``."""
        return self.describe(change)

    def refusal(self, change: Change, facts: "FlickrFacts") -> str | None:
        """Why Flickr is known to refuse `change`; "": it will not for any reason we know; None: not asked."""
        return ""

    def applied(self, photo: Photo, record: Record) -> Photo:
        """`photo` of the local store after the change; itself where the store does not hold the state."""
        return photo

    def show(self, value: Value) -> str:
        """A state in words."""
        return str(value)

    def same(self, one: Value, other: Value) -> bool:
        """Whether two states of one subject, told by different changes, are the same."""
        return one == other


def failed(error: CallError, meaning: str = "") -> Outcome:
    """A permanent error, with Flickr's own words where we know no better."""
    return Outcome("failed", meaning or f"Flickr: {error.text or 'no reason given'} (error {error.code})")


@dataclass(frozen=True, slots=True)
class FlickrFacts:
    """What only Flickr could tell at plan time; empty where it was not asked."""

    groups: Mapping[str, tuple[Pool, ...]]
    """Photo id → the pools it is in; a photo that is missing was not asked about."""
    available: Mapping[str, frozenset[str]]
    """Present licence id → the licence ids that Flickr offers for one photo that has it."""
    gone: frozenset[str]
    """Photos that Flickr no longer had."""

    @classmethod
    def unknown(cls) -> "FlickrFacts":
        """Nothing was asked."""
        return cls({}, {}, frozenset())
