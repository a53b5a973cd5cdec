"""What a mitigation is. Each is one small module beside this one, found by `registry`.

A kind says how people ask for it, which Flickr methods it writes with, how its state is read from a photo and
what undoes it. Planner, policy file, command line, preflight, runner and undo know kinds only by what stands
here, so adding one touches nothing else (docs/adding-a-mitigation.md). A method that no kind names cannot be
called.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from auditor.account.photo import Account, Photo
from auditor.errors import CallError
from auditor.flickr.api import Pool
from auditor.flickr.parse import Json
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip, Value


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
    others: bool = False
    """It is somebody else's: nothing of it is changed or kept."""


@dataclass(frozen=True, slots=True)
class WriteCall:
    """One call of a method that writes."""

    method: str
    params: Mapping[str, str]


class Unreadable:
    """The type of `UNREADABLE`."""


UNREADABLE: Final = Unreadable()
"""Flickr tells nobody this state, or did not tell it this time."""

GONE = "gone: the photo is no longer on Flickr"
OTHERS = "left alone: it is a photo of somebody else"


@dataclass(frozen=True, slots=True)
class Option:
    """How people ask for a mitigation."""

    key: str
    """Under ``actions`` in a policy: ``add_tags``."""
    flag: str
    """Of ``plan``: ``--add-tag``."""
    help: str
    metavar: str = ""
    """What the option takes, e.g. ``TAG``; without, it takes nothing."""
    repeatable: bool = False
    """It takes several words, in a policy a list of them."""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """The whole of a plan and of the account, for what a kind has to say before the plan is applied."""

    account: Account
    photos: Mapping[str, Photo]
    """All of the account, by id."""
    changes: Sequence[Change]
    facts: "FlickrFacts"


class Mitigation(ABC):
    """One kind of change."""

    name: ClassVar[str]
    title: ClassVar[str]
    """A heading for people, e.g. ``Add a tag``."""
    effect: ClassVar[str]
    """What Flickr says it does to the photo, and what it does not."""
    methods: ClassVar[frozenset[str]]
    """The writing methods it may call."""
    permission: ClassVar[Literal["write", "delete"]] = "write"
    """What the login has to allow for them; deleting a photo takes more than changing one."""
    order: ClassVar[int]
    """Lower goes first within a photo, so that a run that breaks off leaves the gentler changes done."""
    option: ClassVar[Option | None] = None
    """None: nobody asks for it, only undo makes it."""
    reads_permissions: ClassVar[bool] = False
    """The permissions have to be read right before the call."""
    reads_groups: ClassVar[bool] = False
    """The group pools have to be read."""
    readable: ClassVar[bool] = True
    """Whether Flickr tells the state, before and afterwards."""
    what: ClassVar[str] = "how the photo is"
    """What is read of the photo, as in "Flickr did not say which licence the photo has"."""

    # -- planning --------------------------------------------------------------------------------------------

    def parse(self, text: str) -> Hashable:
        """What a word of the option or policy means. Errors: `UsageError` for one that means nothing."""
        raise NotImplementedError

    def stricter(self, one: Any, other: Any) -> Any:
        """What a photo gets for which policies want both."""
        return one

    def plan(
        self, photo: Photo, wanted: Any, facts: "FlickrFacts", beside: Collection[str]
    ) -> Iterable[Change | Skip]:
        """What makes `photo` as `wanted`: changes, and what is left out with its reason.

        `wanted`: True for a kind without words, else what `parse` made of its word (of several: a frozenset).
        `beside`: the keys of all kinds that are wanted for the photo. Never "already" by something unknown.
        """
        raise NotImplementedError

    def asks_groups(self, photo: Photo, wanted: Any) -> bool:
        """Whether `plan` needs to know the groups of `photo`, which costs a call."""
        return False

    def warnings(self, context: PlanContext) -> Iterator[str]:
        """What the user should know before applying the plan."""
        yield from ()

    def refusal(self, change: Change, facts: "FlickrFacts") -> str | None:
        """Why Flickr is known to refuse `change`; "": it will not for any reason we know; None: not asked."""
        return ""

    # -- running ---------------------------------------------------------------------------------------------

    @abstractmethod
    def subject(self, change: Change) -> str:
        """What of the photo is changed; a plan holds at most one change of a subject for each photo."""

    @abstractmethod
    def problem(self, change: Change) -> str | None:
        """Why `before`, `after` or `details` are none of this mitigation; None when they are."""

    @abstractmethod
    def observed(self, change: Change, seen: PhotoState) -> Value | Unreadable:
        """The state on Flickr, in the form of `before` and `after`; UNREADABLE where the reading lacks it."""

    @abstractmethod
    def request(self, change: Change, seen: PhotoState) -> WriteCall:
        """The call that makes the change."""

    def answered(self, change: Change, answer: Json) -> Outcome:
        """What Flickr's answer "ok" means; "already" is read before it counts."""
        return Outcome("done")

    @abstractmethod
    def refused(self, change: Change, error: CallError) -> Outcome:
        """What Flickr's error code means; `gone` outcomes are confirmed by reading before they count."""

    def evidence(self, change: Change, seen: PhotoState) -> Mapping[str, str]:
        """What a single reading after the call tells that undo needs."""
        return {}

    @abstractmethod
    def inverse(self, record: ChangeRecord) -> Change | str:
        """The change that undoes a done one, or why there is none."""

    # -- words -----------------------------------------------------------------------------------------------

    @abstractmethod
    def describe(self, change: Change) -> str:
        """The change in words, e.g. ``licence: CC BY 2.0 → All Rights Reserved``."""

    def brief(self, change: Change) -> str:
        """The change in words that follow a number of photos: ``3 photos: …``."""
        return self.describe(change)

    def applied(self, photo: Photo, record: ChangeRecord) -> Photo:
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
    asked: frozenset[str] = frozenset()
    """The photos that `available` was asked of: it is certain for them only."""

    @classmethod
    def unknown(cls) -> "FlickrFacts":
        """Nothing was asked."""
        return cls({}, {}, frozenset())
