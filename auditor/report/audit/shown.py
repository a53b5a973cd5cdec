"""What a report of an audit or a check shows, as values: plain text, in its order."""

from dataclasses import dataclass
from typing import Literal

from auditor.audit.result import NotChecked

ABOUT = {
    "faces": "faces",
    "bodies": "people",
    "movement": "movement",
    "geolocation": "geolocation",
    "general": "general",
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as it is named and ranked in reports."""

    name: str
    title: str
    about: str = "general"
    huge: bool = False
    own_list: bool = False

    @property
    def short(self) -> str:
        """The title without what it stands for: ``YFCC100M``."""
        return self.title.partition(" (")[0]

    @property
    def is_face(self) -> bool:
        """Whether it is a collection of faces."""
        return self.about == "faces"

    @property
    def mark(self) -> str:
        """The key of `charts.KINDS` that it stands for in charts and colours."""
        return "own" if self.own_list else "face" if self.is_face else "huge" if self.huge else "other"

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the most personal first, then huge sets, and lists of the user's own last."""
        about = list(ABOUT).index(self.about) if self.about in ABOUT else len(ABOUT)
        return (2 if self.own_list else int(self.huge), about, self.name)

    @property
    def kind(self) -> str:
        """What it is about, in a word."""
        if self.own_list:
            return "your own list"
        return "general, huge" if self.huge else ABOUT.get(self.about, self.about)


@dataclass(frozen=True, slots=True)
class Found:
    """One exposure in words."""

    dataset: Dataset
    place: str
    """``line 12 of adience.txt and 2 more places``."""
    proof: str
    license_then: str | None
    """``collected as CC BY-NC 2.0; today All Rights Reserved``; None where the index recorded no licence."""
    links_original: bool
    inferred: bool
    license_then_id: str | None = None
    not_publishers: str | None = None
    """Whose list it is, where it is not the publisher's own file."""
    license_by_history: str | None = None
    """The licence at that time by Flickr's own history; None: not asked for, or not known."""

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        parts = [f"by {self.proof}, {self.place}", self.license_then]
        parts += ["links to the original file"] if self.links_original else []
        parts += ["inferred"] if self.inferred else []
        parts += [f"in {self.not_publishers}"] if self.not_publishers else []
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo and every dataset it is in, face sets first.

    Of a photo that is no longer in the account only the id (or not even that) is known.
    """

    id: str | None
    url: str | None
    found: tuple[Found, ...]
    title: str = ""
    license: str = ""
    license_id: str | None = None
    taken: str | None = None
    privacy: str = ""
    has_no_cv: bool = False
    thumbnail: str | None = None
    """Address of a small square picture; None where the public can't see one."""
    license_history: str = ""
    """Every licence that it had, by Flickr; empty where that was not asked for."""
    chains: tuple[str, ...] = ()
    """How its datasets were drawn from one another: ``YFCC100M → MegaFace → DiveFace``."""

    @property
    def rank(self) -> tuple[tuple[int, int], int]:
        """Sorts photos in face sets first, those only in huge sets last, then by id."""
        best = min(found.dataset.rank for found in self.found)
        return best[:2], int(self.id or 0)

    @property
    def in_face_set(self) -> bool:
        """Whether one of its datasets is a collection of faces."""
        return any(found.dataset.is_face for found in self.found)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A dataset that was checked."""

    dataset: Dataset
    photos: int
    """Photos of the account in it."""
    gone: int
    """Photos that it ascribes to the account, and that the account's listing lacks."""
    records: int
    built: str
    """Date of the index."""
    sources: tuple[tuple[str, str], ...]
    """File name and the start of its sha256."""
    provenance: str = ""
    """Whose list it is, and where from."""

    @property
    def found(self) -> bool:
        """Whether anything of the account is in it."""
        return bool(self.photos or self.gone)


@dataclass(frozen=True, slots=True)
class MissingGroup:
    """Datasets that were not checked for the same reason."""

    reason: str
    faces: tuple[NotChecked, ...]
    others: tuple[NotChecked, ...]

    @property
    def all(self) -> tuple[NotChecked, ...]:
        """Face sets, then the others."""
        return self.faces + self.others


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file on disk that a dataset holds and the account does not."""

    path: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something the user can do now."""

    why: str
    command: str


@dataclass(frozen=True, slots=True)
class AuditView:
    """A whole audit in words."""

    owner: str
    """Whose account it is: the user name, if there is one, and the NSID."""
    generated: str
    snapshot: str
    headline: str
    tone: Literal["alarm", "neutral", "calm"]
    """How the headline may look: ``calm`` (green) only where nothing limits that nothing was found."""
    cautions: tuple[str, ...]
    """What limits the result; to be said at the top of every format."""
    in_part: tuple[str, ...]
    """Those of them that are about datasets looked in only in part."""
    details: tuple[str, ...]
    """Sentences that follow the headline."""
    indexes: tuple[IndexRow, ...]
    photos: tuple[PhotoRow, ...]
    gone: tuple[PhotoRow, ...]
    gone_title: str
    """What is known of those."""
    files: tuple[FileRow, ...]
    missing: tuple[MissingGroup, ...]
    lineage: tuple[str, ...]
    steps: tuple[Step, ...]
    uploads: tuple[str, ...]
    """What the next uploads will get, and what is recommended."""
    licenses: tuple[str, ...]
    """What each exposed photo was licensed as; empty where Flickr's history was not asked for."""


@dataclass(frozen=True, slots=True)
class TargetView:
    """What was found about one target, in words."""

    target: str
    headline: str
    failed: bool
    photos: tuple[PhotoRow, ...]
    """For a photo that was found itself; for a person every photo that is ascribed to them."""
    is_photo: bool
    notes: tuple[str, ...]
    """How it was looked up, and in which datasets it could not be, or only in part."""


@dataclass(frozen=True, slots=True)
class CheckView:
    """A whole check in words."""

    targets: tuple[TargetView, ...]
    where: tuple[str, ...]
    """In which datasets was looked, in part where that is so, and in how many not."""
