"""What an audit and a check find, as values; `auditor.report` writes them out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from auditor.datasets.card import ABOUT
from auditor.datasets.index.lookup import Place
from auditor.datasets.match_keys import MatchKey as MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import AuditorError
from auditor.flickr.target import Target

if TYPE_CHECKING:
    from auditor.account.export_files import SkippedFile
    from auditor.account.photo import Account, Photo
    from auditor.audit.license_facts import LicenseFacts
    from auditor.lookup.asked import Consulted

FRESH: Final = timedelta(days=7)
"""As old may be what a plan is made from."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """A photo met a record: one for each photo and dataset, with the strongest key that proves it."""

    dataset: str
    match_key: MatchKey
    record: str
    """The first place in the publisher's file."""
    records: int
    """How many places; a photo can hold several faces."""
    source: str
    """Name of the index file the first place is in."""
    license_then_id: str | None
    """Flickr's id of the licence that the dataset recorded."""
    license_then: str | None
    """Its name in the licence table."""
    links_original: bool
    """The index holds the original's secret, so it links to the full-size file."""
    certainty: str
    """``published``, or ``inferred`` where the dataset never said that the number is a photo id."""
    record_key: str | None = None
    """The publisher's own key of the first place, such as Open Images' ImageID."""
    places: tuple[Place, ...] = ()
    """The first few places, of all files."""
    provenance: Provenance = Provenance.UNVERIFIED
    """Whose list it is."""
    via: str | None = None
    """The dataset whose index says that this is the photo, where this one gives that one's number only."""
    via_key: str | None = None
    """That number, as `via` writes it."""

    def values(self) -> dict[str, Any]:
        """All fields by name; `dataclasses.asdict` copies deeply, which takes ten times as long."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["places"] = [
            {"source": place.source, "record": place.record, "record_key": place.key} for place in self.places
        ]
        return values


@dataclass(frozen=True, slots=True)
class ExposedPhoto:
    """A photo of today's account and where it stands."""

    photo: "Photo"
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """An exposure with the photo it is of; None where the index gives the owner but no photo id."""

    photo_id: str | None
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class MatchedFile:
    """An original on the user's disk that matches by content and is no photo of the account."""

    path: str
    md5: str
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A publisher's file that an index was built from."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CheckedIndex:
    """A local index that the account was matched against."""

    dataset: str
    title: str
    records: int
    built_at: str
    sources: tuple[SourceFile, ...]
    match_keys: tuple[str, ...]
    about: str
    """One of `auditor.datasets.card.ABOUT`."""
    huge: bool
    own_list: bool = False
    """A list of the user's own: no publisher stands behind it."""
    provenance: Provenance = Provenance.UNVERIFIED
    origin: str = ""
    """The file, registry or pack it came from."""
    obtained_at: str | None = None
    """When a pack or an answer came."""
    in_part: str | None = None
    """Why not all of the dataset was looked in, where it was not."""
    published: str | None = None
    """What the publisher counts, where the index was built from far fewer rows: ``70,000 faces``."""

    def values(self) -> dict[str, Any]:
        """As in JSON."""
        values = asdict(self)
        values["from"] = values.pop("origin")
        values["coverage"] = "part" if self.in_part else "whole"
        return values


class Why(StrEnum):
    """Why a dataset was not checked."""

    NO_INDEX = "no-index"
    EMPTY = "empty-index"
    NO_PARENT = "no-parent"
    DAMAGED = "damaged-index"
    UNASKED = "look-up-failed"
    LEFT_OUT = "left-out"
    NO_KEY = "no-key"
    NO_SUCH_KEY = "no-such-key"


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A dataset that nothing can be said about, and why."""

    dataset: str
    title: str
    why: Why
    reason: str
    """In words, with the way on."""
    about: str

    @property
    def has_index(self) -> bool:
        """Whether there is an index of it, here or in a look-up, that could not say anything."""
        return self.why not in {Why.NO_INDEX, Why.NO_KEY, Why.LEFT_OUT}


@dataclass(frozen=True, slots=True)
class Lineage:
    """Photos found in a dataset from which others were drawn that cannot be checked."""

    dataset: str
    photos: int
    unchecked_children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OriginalsRead:
    """A folder of the user's own files that was matched by content."""

    folder: str
    files: int
    skipped: "tuple[SkippedFile, ...]"


@dataclass(frozen=True, slots=True)
class Since:
    """What an audit that shows new exposures only was limited to, and what it left out."""

    what: str
    """As the user gave it: ``last``, a date, or a file."""
    total_exposed: int
    """Photos of the account that are exposed in all, new or not."""
    total_gone: int
    """Entries of `AuditResult.gone` in all."""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """The account against every local index. Photos are sorted by id as numbers."""

    account: "Account"
    generated_at: str
    """ISO 8601 with offset."""
    snapshot_at: str
    """The time of which the account is: of a sync, or the day an export was made."""
    photos: int
    """How many photos the account holds."""
    indexes: tuple[CheckedIndex, ...]
    not_checked: tuple[NotChecked, ...]
    exposed: tuple[ExposedPhoto, ...]
    gone: tuple[FoundPhoto, ...]
    """What indexes ascribe to this account and its listing of today lacks."""
    lineage: tuple[Lineage, ...] = ()
    files: tuple[MatchedFile, ...] = ()
    originals: OriginalsRead | None = None
    """None: no folder of originals was given."""
    since: Since | None = None
    """None: everything is shown."""
    complete: bool = True
    """Of the account's snapshot: False where photos of the account may be missing."""
    dated: bool = True
    """False: the account is of an export that tells no day; it is of `snapshot_at` or later."""
    source: str = "api"
    """What the account is of: ``api`` or ``export``."""
    only: tuple[str, ...] = ()
    """The datasets that the user asked for; empty: all."""

    lookup: "Consulted | None" = None
    """The look-up that was asked beside the local indexes."""
    license_histories: "Mapping[str, LicenseFacts] | None" = None
    """What Flickr's own history says, by photo id; None: it was not asked for."""

    @property
    def age(self) -> timedelta | None:
        """How old the account's listing was; None where its time is not known."""
        try:
            return datetime.fromisoformat(self.generated_at) - datetime.fromisoformat(self.snapshot_at)
        except (TypeError, ValueError):
            return None

    @property
    def proves_gone(self) -> bool:
        """Whether the photos in `gone` are no longer on Flickr.

        A listing that is old or not whole lacks photos that are there all the same, and nothing in an export
        tells that it is whole.
        """
        fresh = self.age is not None and timedelta() <= self.age <= FRESH  # else a clock was wrong
        return self.source == "api" and self.complete and fresh

    @property
    def anything_found(self) -> bool:
        """Whether the audit ends with exit code 1."""
        return bool(self.exposed or self.gone or self.files)

    @property
    def own_lists(self) -> frozenset[str]:
        """Names of the checked lists that are the user's own."""
        return frozenset(index.dataset for index in self.indexes if index.own_list)

    def by_dataset(self) -> dict[str, int]:
        """Exposed photos of the account in each dataset.

        Face sets first, huge general ones last, then by count.
        """
        counts = Counter(exposure.dataset for exposed in self.exposed for exposure in exposed.exposures)
        rank = {index.dataset: (index.huge, ABOUT.index(index.about)) for index in self.indexes}
        last = (False, len(ABOUT))
        order = sorted(counts, key=lambda name: (rank.get(name, last), -counts[name], name))
        return {name: counts[name] for name in order}

    def by_license(self) -> dict[str, int]:
        """Exposed photos by today's licence id; ``unknown`` where it is not known."""
        counts = Counter(exposed.photo.license_id or "unknown" for exposed in self.exposed)
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class CheckedTarget:
    """What `check` found about one photo or owner."""

    target: Target
    exposures: tuple[FoundPhoto, ...]
    """For a photo its own; for an owner those of every photo that an index ascribes to it."""
    owner: str | None = None
    """NSID, where known."""
    owner_alias: str | None = None
    note: str | None = None
    error: str | None = None
    """Why the target could not be read or looked up."""
    cause: AuditorError | None = None
    """What kept it from being looked up, where it was not the target itself."""
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Dataset → why its index, which is here, says nothing about this target."""
    in_part: Mapping[str, str] = field(default_factory=dict)
    """Dataset → why only a part of its index could say something about this target."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `check` found about all targets, and where it looked."""

    targets: tuple[CheckedTarget, ...]
    """In the order they were given."""
    indexes: tuple[CheckedIndex, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    lookup: "Consulted | None" = None
    """As `AuditResult.lookup`."""
