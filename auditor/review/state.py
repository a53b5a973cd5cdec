"""What the pages of one server share: the home, the jobs, the library, the selection."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from auditor.account.photo import Photo
from auditor.audit.run import audit_home
from auditor.datasets.index.local import LocalIndexes, open_indexes
from auditor.errors import AuditorError
from auditor.flickr.login import Login
from auditor.progress import SILENT, Progress
from auditor.review.drops import Drop
from auditor.review.guard import Keys
from auditor.review.jobs import Job, JobProgress, Jobs, JobState
from auditor.review.library import Library, LibraryCache, build
from auditor.review.practice import Practice
from auditor.workspace import Workspace

SUGGESTED: Final[Mapping[str, Sequence[str]]] = {"add_tags": ("no_cv",)}
"""The changes that are ticked for a user who has not chosen any."""
PICTURES: Final = "https://live.staticflickr.com"


class NotReadyError(Exception):
    """What a page needs is being made; `job` says how far it is."""

    def __init__(self, job: str) -> None:
        super().__init__(job)
        self.job = job


class Selection:
    """The photos that are ticked, kept here so that no reload, second tab or closed browser loses them."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._lock = threading.Lock()

    def set(self, photo_ids: Iterable[str], *, ticked: bool) -> None:
        """Tick or untick photos."""
        with self._lock:
            for photo_id in photo_ids:
                if ticked:
                    self._ids[photo_id] = None
                else:
                    self._ids.pop(photo_id, None)

    def clear(self) -> None:
        """Untick all."""
        with self._lock:
            self._ids.clear()

    @property
    def ids(self) -> tuple[str, ...]:
        """In the order in which they were ticked."""
        with self._lock:
            return tuple(self._ids)


@dataclass(frozen=True, slots=True)
class Held:
    """Files that were dropped and are not read yet."""

    what: str
    drop: Drop
    fields: Mapping[str, str]
    """What the form said of them."""


@dataclass
class State:
    """One server's shared state."""

    home: Path | None
    config: Path | None
    account: str | None = None
    """As named with ``--account``."""
    keys: Keys = field(default_factory=Keys)
    jobs: Jobs = field(default_factory=Jobs)
    selection: Selection = field(default_factory=Selection)
    chosen: Mapping[str, Sequence[str]] = field(default_factory=lambda: SUGGESTED)
    """The changes that are ticked: as they were sent, until there is a plan of them."""
    cache: LibraryCache = field(default_factory=LibraryCache)
    login: Login | None = None
    """A login that the browser is at Flickr for."""
    practice: Practice | None = None
    """A sandbox that stands for Flickr for as long as somebody practises."""
    drops: dict[tuple[str, str], Drop] = field(default_factory=dict)
    """Files that are coming, by what they are and the number of the try."""
    held: dict[str, Held] = field(default_factory=dict)
    """Files that have come, by the job that reads them: of one that was paused they are still here."""

    @contextmanager
    def workspace(self, progress: Progress = SILENT) -> Iterator[Workspace]:
        """A workspace for one request or job: SQLite connections are not shared between threads."""
        practises = self.practice is not None
        # The account that was named is a real one, which no pretend Flickr holds.
        space = Workspace(self.home, self.config, account=None if practises else self.account)
        space.__dict__["progress"] = progress
        if self.practice is not None:
            space.__dict__["settings"] = self.practice.settings
        try:
            yield space
        finally:
            space.close()

    def library(self, space: Workspace) -> Library:
        """The account and its audit.

        Errors: `NotSyncedError` before the first sync; `NotReadyError` while a large account is matched.
        """
        nsid = space.store.required_snapshot(space.account).nsid
        key = self._library_key(space, nsid)
        if (library := self.cache.get(key)) is not None:
            return library
        self.jobs.start("library", "Matching your photos with the datasets", "/", self._match)
        job = self.jobs.settle("library")
        if (library := self.cache.get(key)) is not None:
            return library
        raise NotReadyError(job.name if job else "library")

    def _match(self, progress: JobProgress) -> str:
        with self.workspace(progress) as space:
            nsid = space.store.required_snapshot(space.account).nsid
            key = self._library_key(space, nsid)
            indexes = open_indexes(space.settings.indexes)
            photos = tuple(space.store.photos(nsid))
            result = audit_home(space.conn, indexes, nsid=nsid, photos=photos, progress=progress)
            self.cache.keep(key, build(result, photos))
        return "matched"

    def _library_key(self, space: Workspace, nsid: str) -> object:
        indexes = open_indexes(space.settings.indexes)
        return (space.store.snapshot(nsid), space.store.changed_at(nsid), _versions(indexes))

    @property
    def sandbox(self) -> str | None:
        """Address of the sandbox that stands for Flickr; None: the real one."""
        with self.workspace() as space:
            return space.settings.flickr_url

    def pictures_of(self, space: Workspace, nsid: str, photos: Iterable[Photo]) -> dict[str, str | None]:
        """Where the browser gets the pictures of `photos`, by id; None: nowhere.

        From the files of the export where they are here, else from Flickr; a sandbox draws its own.
        """
        own = space.pictures(nsid)
        sandbox = space.settings.flickr_url
        found: dict[str, str | None] = {}
        for photo in photos:
            address = photo.thumbnail
            if own.has(photo.id):
                address = f"/pictures/{photo.id}"
            elif address and sandbox:
                address = sandbox + urlsplit(address).path
            found[photo.id] = address
        return found

    @property
    def pictures(self) -> str:
        """The host of pictures, as a source of the page's policy."""
        try:
            return self.sandbox or PICTURES
        except AuditorError:  # settings that cannot be read: the page that says so has a policy too
            return PICTURES

    @property
    def to_continue(self) -> list[Job]:
        """The paused jobs whose dropped files wait to be read."""
        jobs = (self.jobs.get(name) for name, held in list(self.held.items()) if held.drop.folder.is_dir())
        return [job for job in jobs if job and job.state is JobState.PAUSED]

    @property
    def uploads(self) -> Path:
        """Where dropped files are kept until they are read."""
        with self.workspace() as space:
            return space.settings.home / "dropped"


def _versions(indexes: LocalIndexes) -> tuple[tuple[str, str], ...]:
    return tuple((index.name, index.manifest.built_at) for index in indexes.readable)
