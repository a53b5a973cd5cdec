"""All photos of the account as the page filters them: a hundred thousand in memory, a page of them at a time.

An audit takes seconds and a filter must not, so the audit is kept until what it rests on changes: the
snapshot, the store or an index.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from auditor.account.photo import Photo
from auditor.audit.result import AuditResult
from auditor.report.audit import charts
from auditor.report.audit.as_html import charted
from auditor.report.audit.shown import AuditView, PhotoRow
from auditor.report.audit.view import audit_view
from auditor.text import plain

PAGE: Final = 120
"""Photos on one page."""


@dataclass(frozen=True, slots=True)
class LibraryPhoto:
    """One photo of the account, exposed or not."""

    photo: Photo
    title: str
    kind: str
    """A key of `charts.KINDS`; empty: not found in what was checked."""
    sets: tuple[str, ...]
    year: int | None
    license: str
    """A key of `charts.LICENSE_GROUPS`."""
    protections: tuple[str, ...]
    row: PhotoRow | None
    """Its exposures in words."""

    @property
    def id(self) -> str:
        """The photo id."""
        return self.photo.id


@dataclass(frozen=True, slots=True)
class Filter:
    """Which photos, and in which order; every field as it stands in the page's address."""

    q: str = ""
    set: str = ""
    kind: str = ""
    license: str = ""
    protection: str = ""
    privacy: str = ""
    year: str = ""
    order: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Filter":
        """From an address; what is not known is passed over."""
        return cls(**{name: query[name][:200] for name in cls.__slots__ if name in query})

    def query(self) -> dict[str, str]:
        """For an address, without what is empty."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def matches(self, entry: LibraryPhoto) -> bool:
        """Whether `entry` is shown."""
        return (
            (not self.q or self.q.strip().lower() in entry.title.lower() or self.q.strip() == entry.id)
            and (not self.set or self.set in entry.sets)
            and self.kind in {"", entry.kind or "none", "any" if entry.kind else ""}
            and (not self.license or self.license == entry.license)
            and (not self.protection or self.protection in entry.protections)
            and (not self.privacy or self.privacy == (entry.photo.privacy or "unknown"))
            and (not self.year or self.year == str(entry.year or "unknown"))
        )


ORDERS: Final[Mapping[str, Callable[[LibraryPhoto], int | str]]] = {
    "new": lambda entry: -(entry.photo.date_upload or 0),
    "old": lambda entry: entry.photo.date_upload or 0,
    "most": lambda entry: -len(entry.sets),
    "title": lambda entry: entry.title.lower(),
}
"""Sorts of `Filter.order`; without one the library's own order stays: faces first."""


@dataclass(frozen=True, slots=True)
class Library:
    """An account and its audit."""

    result: AuditResult
    view: AuditView
    entries: tuple[LibraryPhoto, ...]
    by_id: Mapping[str, LibraryPhoto]
    split: tuple[charts.Bar, ...]
    """The account in one bar; none where nothing was checked."""
    protection: tuple[charts.Bar, ...]
    of_exposed: str
    """What its shares are of."""

    def find(self, wanted: Filter) -> list[LibraryPhoto]:
        """The photos that match, in order."""
        found = [entry for entry in self.entries if wanted.matches(entry)]
        key = ORDERS.get(wanted.order)
        return sorted(found, key=key) if key else found


def build(result: AuditResult, photos: tuple[Photo, ...]) -> Library:
    """The library of an account from its audit."""
    view = audit_view(result)
    rows = {row.id: row for row in view.photos}
    year = int(view.generated[:4] or 0)
    rank = {photo_id: place for place, photo_id in enumerate(rows)}
    ordered = sorted(photos, key=lambda photo: (rank.get(photo.id, len(rank)), int(photo.id)))
    entries = tuple(_entry(photo, rows.get(photo.id), year) for photo in ordered)
    drawn = [charted(row, year) for row in view.photos]
    return Library(
        result,
        view,
        entries,
        {entry.id: entry for entry in entries},
        split=charts.split(drawn, result.photos) if view.indexes else (),
        protection=charts.protection(drawn),
        of_exposed=charts.exposed(drawn),
    )


def _entry(photo: Photo, row: PhotoRow | None, now: int) -> LibraryPhoto:
    marks = charted(row, now) if row else None
    return LibraryPhoto(
        photo=photo,
        title=plain(photo.title, 120) or "(untitled)",
        kind=marks.kind if marks else "",
        sets=tuple(found.dataset.name for found in row.found) if row else (),
        year=charts.year_taken(photo.date_taken, now),
        license=charts.license_group(photo.license_id),
        protections=marks.protections if marks else (),
        row=row,
    )


class LibraryCache:
    """Keeps a library until what it rests on changes."""

    def __init__(self) -> None:
        self._key: object = None
        self._library: Library | None = None
        self._lock = threading.Lock()

    def get(self, key: object) -> Library | None:
        """The library, if it is the one of `key`."""
        with self._lock:
            return self._library if self._key == key else None

    def keep(self, key: object, library: Library) -> None:
        """Keep the library of `key`."""
        with self._lock:
            self._key, self._library = key, library
