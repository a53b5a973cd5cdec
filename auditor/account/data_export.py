"""The account from Flickr's data export ("Your Flickr Data"): the way in without an API key.

The export holds one ``photo_<id>.json`` for each photo, ``account_profile.json`` and the albums, beside much
that is nobody's business here (mail, contacts, faves): of that no file is opened, and of the profile's e-mail
address and the like nothing is kept. Flickr documents no schema; the shapes were gathered from public
descriptions and vary with the years, so every value may be missing or of another type, and a file that can't
be used is reported and skipped.

What an export says was so on the day it was made. Zips keep that day as the date of their files; of files
that were copied since, only the newest date inside them is sure. People keep exports of several years in one
folder, so what holds a profile of its own is an export of its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Final

from auditor import clock
from auditor.account import export_files
from auditor.account.export_files import Location, Member, SkippedFile
from auditor.account.one_export import (
    DAY,
    IS_PROFILE,
    PROFILE,
    Export,
    Reading,
    is_read,
    nsid_of,
    two_accounts,
)
from auditor.account.photo import unix_time
from auditor.account.pictures import ENDINGS
from auditor.account.store import AccountStore
from auditor.account.sync import SyncResult
from auditor.errors import WrongFileError
from auditor.flickr.names import photo_ids_in_name
from auditor.progress import SILENT, Progress
from auditor.text import count, iso

# Others' words and lists that say nothing of the owner's photos.
_NOT_READ = re.compile(
    r".*(?:comment|contact|fave|favou?rite|follow|galler|group|mail|message|testimonial|people|collection|app|stat"
    r"|note|geo|order|setting|block).*"
)
_DAY_IN_NAME = re.compile(r"(?<![0-9])(20[0-9]{2})([-_.]?)([01][0-9])\2([0-3][0-9])(?![0-9])")

_ONE_EXPORT: Final = 14 * 86_400.0
"""Seconds that the dates of two profiles may be apart and yet be of one export, fetched twice or in parts."""


def load(path: Path, *, now: float | None = None, progress: Progress = SILENT) -> Export:
    """Read the export at `path`: a folder with the JSON files, the zips, or both at any depth; or one zip.

    A zip named ``…_part1.zip`` stands for all its parts in the same folder. Of several exports the newest is
    returned, with the others in `earlier`. Errors: `WrongFileError` when there is no export, when it does not
    say whose it is, or when it is of two accounts.
    """
    files, unreadable = export_files.find(path)
    readings = _Exports(path, files, clock.wall() if now is None else now)
    readings.newest.skipped += unreadable
    with progress.task("Reading the export", unit="files") as task:
        for member in export_files.members(path, files):
            readings.take(member)
            task.advance()
    return readings.export()


def save_export(store: AccountStore, export: Export) -> SyncResult:
    """Take `export`, and the earlier ones that lay with it, into the store.

    Photos that it lacks stay: a part of an export can be missing without a trace.
    """
    nsid = export.account.nsid
    before = {photo.id: photo for photo in store.photos(nsid)}
    for one in (*export.earlier, export):
        incomplete = one.incomplete + _against(store, one)
        store.save(
            one.account,
            one.photos,
            taken_at=one.made_at,
            source="export",
            complete=not incomplete,
            full=True,
            dated=one.dated,
            albums=one.albums,
        )
    after = {photo.id: photo for photo in store.photos(nsid)}
    return SyncResult(
        account=store.account(nsid) or export.account,
        source="export",
        photos=len(after),
        added=len(after.keys() - before.keys()),
        changed=sum(before[key] != after[key] for key in before.keys() & after.keys()),
        removed=0,
        complete=not incomplete,
        calls=0,
        full=True,
        skipped=dict(Counter(file.reason for file in export.skipped)),
        listed=len(export.photos),
        incomplete=incomplete,
        as_of=export.made_at,
        dated=export.dated,
    )


def _against(store: AccountStore, export: Export) -> tuple[str, ...]:
    """Why, by what the store already has, the export is not the whole account of today."""
    nsid = export.account.nsid
    snapshot = store.snapshot(nsid)
    if snapshot is None:
        return ()
    if snapshot.taken_at > export.made_at:
        return (
            f"it is older than what is stored: made {_day(export.made_at)}, and what is stored is of"
            f" {_day(snapshot.taken_at)}; what is newer stays",
        )
    told = {photo.id for photo in export.photos}
    lacking = sum(photo.id not in told for photo in store.photos(nsid))
    if not lacking:
        return ()
    known = count(lacking, "photo that is known here is", "photos that are known here are")
    return (
        f"{known} not in this export: deleted since, or a part of the export is missing; what is known stays,"
        " as only a sync with Flickr can tell",
    )


def _day(moment: float) -> str:
    return iso(moment)[:10]


class _Exports:
    """The exports in one place: each folder (or zip with its parts) that holds a profile is one."""

    def __init__(self, path: Path, files: Sequence[Path], now: float) -> None:
        self._path = path
        found = [member for member in export_files.members(path, files) if isinstance(member, Member)]
        members = [member for member in found if is_read(member.base)]
        missing = export_files.missing_parts(files)
        roots = _roots([member for member in members if IS_PROFILE.fullmatch(member.base.lower())])
        self._readings = [Reading(path, missing, now) for _ in roots]
        self._by_folder = dict[tuple[str, ...], Reading]()
        for member in members:
            if member.folder not in self._by_folder:
                near = [max(_common(member.folder, root) for root in folders) for folders in roots]
                place = max(range(len(roots)), key=lambda export: (near[export], export))
                self._by_folder[member.folder] = self._readings[place]
                self._readings[place].named_days |= _days((path.name, *member.folder))
            if member.dated and member.modified < now + DAY:  # else a clock was wrong, and no day is told
                reading = self._by_folder[member.folder]
                reading.dated_at = max(reading.dated_at, member.modified)
        self._media: dict[frozenset[str], Location | None] = {}
        """For each original the ids that its name may mean; None: it is no picture that can be drawn."""
        self._unread: list[str] = []

    @property
    def newest(self) -> Reading:
        return max(self._readings, key=lambda reading: reading.made_at)

    def take(self, member: Member | SkippedFile) -> None:
        """Use `member` when it is of a kind that tells about the owner's photos."""
        if isinstance(member, SkippedFile):
            self.newest.skipped.append(member)
            return
        name = member.base.lower()
        if is_read(name):
            self._by_folder[member.folder].take(member)
        elif ids := photo_ids_in_name(name):
            self._media.setdefault(ids, None)
            if name.endswith(ENDINGS):
                self._media[ids] = member.place
        elif name.endswith(".json") and not _NOT_READ.fullmatch(name):
            self._unread.append(member.name)

    def export(self) -> Export:
        profiles = [reading.profile for reading in self._readings if reading.profile]
        nsids = dict.fromkeys(nsid for profile in profiles if (nsid := nsid_of(profile)))
        if len(nsids) > 1:
            raise two_accounts(self._path, *[*nsids][:2])
        readings = sorted(self._readings, key=lambda reading: reading.made_at)
        nsid = next(iter(nsids), None) or self._owner()
        known = frozenset[str]().union(*(reading.photo_ids for reading in readings))
        *earlier, newest = (reading.export(nsid) for reading in readings)
        orphans = sum(ids.isdisjoint(known) for ids in self._media)
        originals = {
            photo_id: place
            for ids, place in self._media.items()
            if place and len(ids & known) == 1
            for photo_id in ids & known
        }
        incomplete, warnings = newest.incomplete, newest.warnings
        if orphans:
            incomplete += (f"it holds {count(orphans, 'original')} without a photo_<id>.json",)
        if self._unread:
            names = ", ".join(self._unread[:3]) + (", …" if len(self._unread) > 3 else "")
            warnings += (f"{count(len(self._unread), 'file')} of unknown kind were not read: {names}",)
        if earlier:
            days = ", ".join(_day(one.made_at) for one in earlier)
            warnings += (
                f"there are several exports here; that of {_day(newest.made_at)} is the newest, and counts"
                f" (earlier: {days})",
            )
        return replace(
            newest, incomplete=incomplete, warnings=warnings, originals=originals, earlier=tuple(earlier)
        )

    def _owner(self) -> str:
        """Whose photos they are by their page addresses, where no profile says it."""
        told = [one for reading in self._readings for one in reading.told.values()]
        owners = {one.owner for one in told if one.owner}
        if len(owners) == 1:
            return owners.pop()
        found = f"only {count(len(told), 'photo')}" if told else "no photo either"
        skipped = [file for reading in self._readings for file in reading.skipped]
        reasons = [f"{name} is missing" for name in self._readings[0].missing_parts]
        reasons += [f"{file.name}: {file.reason}" for file in skipped[:3]]
        raise WrongFileError(
            f"{self._path} does not say whose photos they are: there is no readable {PROFILE} in it,"
            f" and {found}" + (f" ({'; '.join(reasons)})" if reasons else ""),
            hint="Give the folder that holds all zips of your Flickr data (Account settings, Your Flickr"
            f" Data); {PROFILE} is in the first part.",
        )


def _roots(profiles: Sequence[Member]) -> list[list[tuple[str, ...]]]:
    """For each export the folders that hold a profile of it; the newest export last."""
    roots: list[list[tuple[str, ...]]] = []
    last: Member | None = None
    for profile in sorted(profiles, key=lambda member: (member.dated, member.modified)):
        near = last and last.dated and profile.dated and profile.modified - last.modified <= _ONE_EXPORT
        if last and (near or profile.folder == last.folder):
            roots[-1].append(profile.folder)
        else:
            roots.append([profile.folder])
        last = profile
    return roots or [[()]]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many folders two paths share from the top."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _days(names: Iterable[str]) -> set[float]:
    """The days in names of folders and zips, such as ``flickr-2019-01-02``: unix time of their ends."""
    found = set()
    for match in _DAY_IN_NAME.finditer(" ".join(names)):
        if (midnight := unix_time(f"{match[1]}-{match[3]}-{match[4]}")) is not None:
            found.add(midnight + DAY - 1)
    return found
