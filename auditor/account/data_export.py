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

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Final

from auditor import clock
from auditor.account import export_files
from auditor.account.export_files import Member, Place, SkippedFile
from auditor.account.photo import Account, Photo, album_id, photo_from_export, unix_time
from auditor.account.pictures import ENDINGS
from auditor.account.store import AccountStore
from auditor.account.sync import SyncResult
from auditor.errors import WrongFileError
from auditor.flickr.parse import Json, integer, listing, repaired, table, text
from auditor.flickr.urls import is_photo_id, normalise_nsid, parse_photo, photo_ids_in_name
from auditor.progress import SILENT, Progress
from auditor.text import count, iso, plain

_PROFILE: Final = "account_profile.json"
# Long lists are split into parts (``contacts_part001.json``); so are albums, whatever the parts are called.
_IS_PROFILE = re.compile(r"account_?profile(?![a-z]).*\.json")
_IS_ALBUMS = re.compile(r"(?:photo)?(?:album|set)s?(?![a-z])(?!.*comment).*\.json")
_IS_PHOTO = re.compile(r"photo_.*\.json")
# Beside photo_10000001.json there is photos_comments_part001.json, which is others' words.
_PHOTO_ID_IN_NAME = re.compile(r"photo_([0-9]+)\.json", re.IGNORECASE)
# Others' words and lists that say nothing of the owner's photos.
_NOT_READ = re.compile(
    r".*(?:comment|contact|fave|favou?rite|follow|galler|group|mail|message|testimonial|people|collection|app|stat"
    r"|note|geo|order|setting|block).*"
)
_DAY_IN_NAME = re.compile(r"(?<![0-9])(20[0-9]{2})([-_.]?)([01][0-9])\2([0-3][0-9])(?![0-9])")

_DEFAULTS: Final = ("default_license", "who_can_download_photos", "photostream_safety_level")
_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
# fmt: off
_KNOWN_FIELDS: Final = frozenset({
    "albums", "comment_permissions", "comments", "count_comments", "count_faves", "count_notes", "count_tags",
    "count_views", "date_imported", "date_taken", "description", "exif", "geo", "groups", "id", "license",
    "name", "notes", "original", "people", "photopage", "privacy", "rotation", "safety",
    "tagging_permissions", "tags",
})
# fmt: on
_TOLD_TWICE: Final = "a newer file, or one just as new, has the same photo"
_ONE_EXPORT: Final = 14 * 86_400.0
"""Seconds that the dates of two profiles may be apart and yet be of one export, fetched twice or in parts."""
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds; every file that looks like a photo's is in `photos` or in `skipped`."""

    account: Account
    photos: tuple[Photo, ...]
    """By id."""
    skipped: tuple[SkippedFile, ...]
    warnings: tuple[str, ...]
    """What was read, but not understood."""
    incomplete: tuple[str, ...]
    """Signs that photos of the account are missing here; none: the export seems whole."""
    made_at: float = 0.0
    """Unix time of the day it was made."""
    dated: bool = False
    """The files tell that day; else they are copies, and `made_at` is the newest date inside them."""
    albums: Mapping[str, str] = field(default_factory=dict)
    """Titles by id."""
    originals: Mapping[str, Place] = field(default_factory=dict)
    """Where the pictures of photos lie, by photo id."""
    earlier: tuple["Export", ...] = ()
    """Exports of earlier days that lie in the same place, the oldest first."""

    @property
    def complete(self) -> bool:
        """Nothing speaks against this being the whole account."""
        return not self.incomplete


@dataclass(frozen=True, slots=True)
class _Told:
    """A photo, and what the account as a whole is later judged by."""

    photo: Photo
    owner: str | None
    """The NSID in the photo's page address; None where that has the path alias."""
    license_name: str
    privacy_word: str
    safety_word: str
    unknown_fields: frozenset[str]
    file: str
    modified: float


def load(path: Path, *, now: float | None = None, progress: Progress = SILENT) -> Export:
    """Read the export at `path`: a folder with the JSON files, the zips, or both at any depth; or one zip.

    A zip named ``…_part1.zip`` stands for all its parts in the same folder. Of several exports the newest is
    returned, with the others in `earlier`. Errors: `WrongFileError` when there is no export, when it does not
    say whose it is, or when it is of two accounts.
    """
    files, unreadable = export_files.find(path)
    readings = _Readings(path, files, clock.wall() if now is None else now)
    readings.newest.skipped += unreadable
    with progress.task("Reading the export", unit="files") as task:
        for member in export_files.members(path, files):
            readings.take(member)
            task.advance()
    return readings.export()


def save_export(store: AccountStore, export: Export) -> SyncResult:
    """Take `export`, and the earlier ones that lay with it, into the store.

    Photos are marked as gone only when the export is complete and nothing stored is newer than it.
    """
    nsid = export.account.nsid
    before = {photo.id: photo for photo in store.photos(nsid)}
    for one in (*export.earlier, export):
        incomplete = one.incomplete + _older_than(store, one)
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
        removed=len(before.keys() - after.keys()),
        complete=not incomplete,
        calls=0,
        full=True,
        skipped=dict(Counter(file.reason for file in export.skipped)),
        listed=len(export.photos),
        incomplete=incomplete,
        as_of=export.made_at,
        dated=export.dated,
    )


def _older_than(store: AccountStore, export: Export) -> tuple[str, ...]:
    """Why the export can't tell what is gone: it was made before what the store already has."""
    snapshot = store.snapshot(export.account.nsid)
    if snapshot is None or snapshot.taken_at <= export.made_at:
        return ()
    return (
        f"it is older than what is stored: made {_day(export.made_at)}, and what is stored is of"
        f" {_day(snapshot.taken_at)}; what is newer stays",
    )


def _day(moment: float) -> str:
    return iso(moment)[:10]


class _Readings:
    """The exports in one place: each folder (or zip with its parts) that holds a profile is one."""

    def __init__(self, path: Path, files: Sequence[Path], now: float) -> None:
        self._path = path
        found = [member for member in export_files.members(path, files) if isinstance(member, Member)]
        members = [member for member in found if _is_read(member.base)]
        missing = export_files.missing_parts(files)
        roots = _roots([member for member in members if _IS_PROFILE.fullmatch(member.base.lower())])
        self._readings = [_Reading(path, missing, now) for _ in roots]
        self._by_folder = dict[tuple[str, ...], _Reading]()
        for member in members:
            if member.folder not in self._by_folder:
                near = [max(_common(member.folder, root) for root in folders) for folders in roots]
                place = max(range(len(roots)), key=lambda export: (near[export], export))
                self._by_folder[member.folder] = self._readings[place]
                self._readings[place].named_days |= _days((path.name, *member.folder))
            if member.dated and member.modified < now + _DAY:  # else a clock was wrong, and no day is told
                reading = self._by_folder[member.folder]
                reading.dated_at = max(reading.dated_at, member.modified)
        self._media: dict[frozenset[str], Place | None] = {}
        """For each original the ids that its name may mean; None: it is no picture that can be drawn."""
        self._unread: list[str] = []

    @property
    def newest(self) -> "_Reading":
        return max(self._readings, key=lambda reading: reading.made_at)

    def take(self, member: Member | SkippedFile) -> None:
        """Use `member` when it is of a kind that tells about the owner's photos."""
        if isinstance(member, SkippedFile):
            self.newest.skipped.append(member)
            return
        name = member.base.lower()
        if _is_read(name):
            self._by_folder[member.folder].take(member)
        elif ids := photo_ids_in_name(name):
            self._media.setdefault(ids, None)
            if name.endswith(ENDINGS):
                self._media[ids] = member.place
        elif name.endswith(".json") and not _NOT_READ.fullmatch(name):
            self._unread.append(member.name)

    def export(self) -> Export:
        profiles = [reading.profile for reading in self._readings if reading.profile]
        nsids = dict.fromkeys(nsid for profile in profiles if (nsid := _nsid(profile)))
        if len(nsids) > 1:
            raise WrongFileError(
                f"{self._path} holds exports of two accounts: {' and '.join([*nsids][:2])}",
                hint="Put them in two folders, and use a --home for each account.",
            )
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
            f"{self._path} does not say whose photos they are: there is no readable {_PROFILE} in it,"
            f" and {found}" + (f" ({'; '.join(reasons)})" if reasons else ""),
            hint="Give the folder that holds all zips of your Flickr data (Account settings, Your Flickr"
            f" Data); {_PROFILE} is in the first part.",
        )


def _is_read(name: str) -> bool:
    name = name.lower()
    return any(kind.fullmatch(name) for kind in (_IS_PHOTO, _IS_PROFILE, _IS_ALBUMS))


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
            found.add(midnight + _DAY - 1)
    return found


class _Reading:
    """What has been read of one export so far."""

    def __init__(self, path: Path, missing_parts: list[str], now: float) -> None:
        self.missing_parts = missing_parts
        self.skipped: list[SkippedFile] = []
        self.told: dict[str, _Told] = {}
        self.dated_at = 0.0
        """The newest date that Flickr gave a file."""
        self.named_days: set[float] = set()
        self._path = path
        self._now = now
        self._profile: tuple[Member, Json] | None = None
        self._albums: list[Json] = []
        self._titles: dict[str, str] = {}
        self._newest_inside = 0.0

    @property
    def profile(self) -> Json | None:
        return self._profile[1] if self._profile else None

    @property
    def photo_ids(self) -> frozenset[str]:
        return frozenset(self.told)

    @property
    def made_at(self) -> float:
        """Unix time of the day it was made; where nobody can tell, of the newest thing in it."""
        latest = min(self.dated_at or self._now, self._now)
        named = [day for day in self.named_days if self._newest_inside <= day < latest + _DAY]
        return min(max(named), latest) if named else latest if self.dated_at else self._newest_inside

    def take(self, member: Member) -> None:
        name = member.base.lower()
        content = self._json(member)
        if content is None:
            return
        if _IS_PHOTO.fullmatch(name):
            self._take_photo(member, content)
        elif _IS_PROFILE.fullmatch(name):
            self._take_profile(member, content)
        else:
            self._take_albums(content)

    def export(self, nsid: str) -> Export:
        self._drop_others(nsid)
        albums: dict[str, list[str]] = {}
        for album in self._albums:
            for photo_id in _ids(album.get("photos")):
                albums.setdefault(photo_id, []).append(album_id(album))
        made_at = self.made_at
        photos = tuple(
            replace(told.photo, albums=_united(told.photo.albums, albums.get(photo_id)), as_of=made_at)
            for photo_id, told in sorted(self.told.items(), key=lambda item: int(item[0]))
        )
        profile = self.profile or {}
        settings = table(profile.get("settings"))
        defaults = {name: text(settings[name]) for name in _DEFAULTS if settings.get(name)}
        return Export(
            account=_account(nsid, profile, defaults),
            photos=photos,
            skipped=tuple(self.skipped),
            warnings=self._warnings(),
            incomplete=self._incomplete(albums.keys() | _ids(table(profile.get("showcase")).get("photos"))),
            made_at=made_at,
            dated=bool(self.dated_at),
            albums=self._titles,
        )

    def _take_photo(self, member: Member, content: Json) -> None:
        told = _read_photo(content, member)
        if isinstance(told, str):
            self.skipped.append(SkippedFile(member.name, told))
            return
        dates = [content.get("date_imported")]
        dates += [entry.get("date") for entry in listing(content.get("comments"))]
        dates += [entry.get("date_create") for entry in listing(content.get("tags"))]
        self._saw(unix_time(text(date)) for date in dates)
        self._title(listing(content.get("albums")))
        known = self.told.get(told.photo.id)
        if known is None:
            self.told[told.photo.id] = told
            return
        older, newer = sorted((told, known), key=lambda one: one.modified)
        self.told[told.photo.id] = newer
        self.skipped.append(SkippedFile(older.file, _TOLD_TWICE))

    def _take_profile(self, member: Member, content: Json) -> None:
        if not _nsid(content):
            self.skipped.append(SkippedFile(member.name, "no NSID"))
            return
        if self._profile and _nsid(self._profile[1]) != _nsid(content):
            raise WrongFileError(
                f"{self._path} holds exports of two accounts: {_nsid(self._profile[1])} and {_nsid(content)}",
                hint="Put them in two folders, and use a --home for each account.",
            )
        self._saw([unix_time(text(content.get("join_date")))])
        if self._profile is None or self._profile[0].modified <= member.modified:
            self._profile = (member, content)

    def _take_albums(self, content: Json) -> None:
        """A part of the list of albums, or an album for itself."""
        found = [entry for value in content.values() for entry in listing(value) if "photos" in entry]
        found += [content] if "photos" in content else []
        for album in found:
            self._saw(integer(album.get(name)) for name in ("created", "last_updated"))
        self._title(found)
        self._albums += found

    def _title(self, albums: Iterable[Json]) -> None:
        for album in albums:
            if (key := album_id(album)) and (title := repaired(text(album.get("title"))).strip()):
                self._titles[key] = title

    def _saw(self, dates: Iterable[int | None]) -> None:
        for date in dates:
            if date is not None and self._newest_inside < date <= self._now:
                self._newest_inside = float(date)

    def _json(self, member: Member) -> Json | None:
        """The JSON object in `member`; None: it is in `skipped` now."""
        data = member.read()
        if isinstance(data, SkippedFile):
            self.skipped.append(data)
            return None
        try:
            # Old exports hold broken UTF-8: a wrong letter in a title is no reason to lose a photo.
            content = json.loads(data.decode(json.detect_encoding(data), errors="replace"))
        except (ValueError, RecursionError):
            self.skipped.append(
                SkippedFile(member.name, "no JSON: cut short or damaged" if data else "empty")
            )
            return None
        if not isinstance(content, dict):
            self.skipped.append(SkippedFile(member.name, "no JSON object"))
            return None
        return content

    def _drop_others(self, nsid: str) -> None:
        """Leave out photos whose page is that of somebody else."""
        for photo_id, told in list(self.told.items()):
            if told.owner not in {None, nsid}:
                del self.told[photo_id]
                self.skipped.append(SkippedFile(told.file, "a photo of another account"))

    def _warnings(self) -> tuple[str, ...]:
        told = self.told.values()
        unknown = {
            "licence": Counter(one.license_name for one in told if one.photo.license_id is None),
            "privacy": Counter(one.privacy_word for one in told if one.photo.privacy is None),
            # That it is left out is nothing new; a new word is.
            "safety level": Counter(
                one.safety_word for one in told if one.photo.safety_level is None and one.safety_word
            ),
        }
        warnings = [f"the {what} of {_tally(words)} is not known" for what, words in unknown.items() if words]
        if fields := Counter(name for one in told for name in one.unknown_fields):
            warnings.append(f"fields of unknown meaning were not read: {_tally(fields)}")
        if any(file.reason == _TOLD_TWICE for file in self.skipped):
            warnings.append("some photos are in more than one file; the newest file counts")
        return tuple(warnings)

    def _incomplete(self, mentioned: set[str]) -> tuple[str, ...]:
        """Why this is not the whole account; `mentioned` are the photo ids that other files name."""
        reasons = [f"{name} is missing" for name in self.missing_parts]
        broken = sum(file.reason != _TOLD_TWICE for file in self.skipped)
        if broken:
            reasons.append(f"{count(broken, 'file')} could not be used")
        if not self.told:
            reasons.append("it holds no photo_<id>.json")
        if unseen := len(mentioned - self.told.keys()):
            reasons.append(f"albums or the showcase name {count(unseen, 'photo')} without a photo_<id>.json")
        return tuple(reasons)


def _read_photo(raw: Json, file: Member) -> _Told | str:
    """The photo that `raw` tells, or the reason why it tells none."""
    photo = photo_from_export(raw)
    if isinstance(photo, str):
        return photo
    name = _PHOTO_ID_IN_NAME.fullmatch(file.base)
    if name and name[1] != text(raw.get("id")):
        return "the file's name and its content have different photo ids"
    page = parse_photo(text(raw.get("photopage")))
    return _Told(
        photo=photo,
        owner=page.nsid if page else None,
        license_name=text(raw.get("license"))[:100],
        privacy_word=text(raw.get("privacy"))[:100],
        safety_word=text(raw.get("safety"))[:100],
        unknown_fields=frozenset(map(str, raw.keys() - _KNOWN_FIELDS)),
        file=file.name,
        modified=file.modified,
    )


def _account(nsid: str, profile: Json, defaults: Mapping[str, str]) -> Account:
    alias = text(profile.get("path_alias")).strip()
    return Account(
        nsid=nsid,
        username=repaired(text(profile.get("screen_name"))),
        path_alias=alias if alias and not normalise_nsid(alias) else None,
        is_pro=_YES_NO.get(text(profile.get("pro_user")).strip().lower()),
        defaults=defaults,
    )


def _nsid(profile: Json) -> str:
    return normalise_nsid(text(profile.get("nsid"))) or ""


def _ids(value: object) -> set[str]:
    """The photo ids in a list of them or of objects with one; a "0" stands where a photo was."""
    entries = value if isinstance(value, list) else []
    ids = (text(entry.get("id") if isinstance(entry, Mapping) else entry) for entry in entries)
    return {photo_id for photo_id in ids if is_photo_id(photo_id)}


def _united(one: tuple[str, ...] | None, other: Iterable[str] | None) -> tuple[str, ...] | None:
    """What a photo's own file and the list of albums say; None where neither says anything."""
    if one is None and other is None:
        return None
    return tuple(dict.fromkeys(album for album in (*(one or ()), *(other or ())) if album))


def _tally(words: Counter[str]) -> str:
    """``2 photos ("x") and 1 photo (not told)``, by the three most frequent words."""
    common = words.most_common(3)
    shown = [f"{count(number, 'photo')} ({_quoted(word)})" for word, number in common]
    if others := words.total() - sum(number for _, number in common):
        shown.append(f"{count(others, 'photo')} (other words)")
    return " and ".join(shown)


def _quoted(word: str) -> str:
    return f'"{plain(word, 60)}"' if word else "not told"
