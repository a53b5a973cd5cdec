"""The account from Flickr's data export ("Your Flickr Data"): the way in without an API key.

The export holds one ``photo_<id>.json`` for each photo, ``account_profile.json`` and ``albums.json``, beside
much that is nobody's business here (mail, contacts, faves): of that no file is opened, and of the profile's
e-mail address and the like nothing is kept. Flickr documents no schema; the shapes were gathered from public
descriptions and vary with the years, so every value may be missing or of another type, and a file that can't
be used is reported and skipped.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from auditor.account import export_files
from auditor.account.export_files import Member, SkippedFile
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.account.sync import SyncResult
from auditor.errors import WrongFileError
from auditor.flickr import licenses
from auditor.flickr.parse import Json, integer, listing, table, text
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean
from auditor.flickr.urls import is_photo_id, normalise_nsid, parse_photo, photo_ids_in_name
from auditor.progress import SILENT, Progress
from auditor.text import count, plain

_PROFILE: Final = "account_profile.json"
_ALBUMS: Final = "albums.json"
_PHOTO = re.compile(r"photo_.*\.json", re.IGNORECASE)
_PHOTO_ID_IN_NAME = re.compile(r"photo_([0-9]+)\.json", re.IGNORECASE)
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})(?:\?.*)?$")

_DEFAULTS: Final = ("default_license", "who_can_download_photos", "photostream_safety_level")
_SAFETY: Final = {"safe": 0, "moderate": 1, "restricted": 2}
_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_VIDEO_FORMATS: Final = frozenset(
    {"3gp", "avi", "m2ts", "m4v", "mov", "mp4", "mpeg", "mpg", "mts", "ogg", "ogv", "wmv"}
)
_TOLD_TWICE: Final = "another file tells the same photo, as new or newer"


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
    file: str
    modified: tuple[int, ...]


def load(path: Path, *, progress: Progress = SILENT) -> Export:
    """Read the export at `path`: a folder with the JSON files, the zips, or both at any depth; or one zip.

    A zip named ``…_part1.zip`` stands for all its parts in the same folder. Errors: `WrongFileError` when
    there is no export, when it does not say whose it is, or when it is of two accounts.
    """
    files, unreadable = export_files.find(path)
    reading = _Reading(path, missing_parts=export_files.missing_parts(files), skipped=unreadable)
    with progress.task("Reading the export", unit="files") as task:
        for member in export_files.members(path, files):
            if isinstance(member, SkippedFile):
                reading.skipped.append(member)
            else:
                reading.take(member)
            task.advance()
    return reading.export()


def save_export(store: AccountStore, export: Export, now: float) -> SyncResult:
    """Make `export` the account in the store; `now` is unix time.

    Photos are marked as gone only when the export is complete and nothing stored is newer than it.
    """
    nsid = export.account.nsid
    before = {photo.id: photo for photo in store.photos(nsid)}
    incomplete = export.incomplete + _older_than(before, export)
    store.save(
        export.account, export.photos, taken_at=now, source="export", complete=not incomplete, full=True
    )
    after = {photo.id: photo for photo in store.photos(nsid)}
    return SyncResult(
        account=export.account,
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
    )


def _older_than(stored: Mapping[str, Photo], export: Export) -> tuple[str, ...]:
    """Why the export can't tell what is gone: it was made before photos that the store already has.

    Judged by upload dates, since the dates of files change when they are copied.
    """
    known = {photo.id for photo in export.photos}
    last = max((photo.date_upload or 0 for photo in export.photos), default=0)
    newer = sum(photo.id not in known and (photo.date_upload or 0) > last for photo in stored.values())
    if not newer:
        return ()
    return (f"it is older than what is stored: {count(newer, 'photo')} in the store came after its last one",)


class _Reading:
    """What has been read of an export so far."""

    def __init__(self, path: Path, missing_parts: list[str], skipped: list[SkippedFile]) -> None:
        self.skipped = skipped
        self._path = path
        self._missing_parts = missing_parts
        self._told: dict[str, _Told] = {}
        self._profile: tuple[Member, Json] | None = None
        self._albums: tuple[Member, Json] | None = None
        self._media: set[frozenset[str]] = set()
        """For each original, the ids that its name may mean."""

    def take(self, member: Member) -> None:
        """Use `member` when it is of a kind that tells about the owner's photos."""
        name = member.base.lower()
        if _PHOTO.fullmatch(name):
            self._take_photo(member)
        elif name == _PROFILE:
            self._take_profile(member)
        elif name == _ALBUMS:
            if (content := self._json(member)) is not None:
                self._albums = _newest(self._albums, (member, content))
        elif ids := photo_ids_in_name(name):
            self._media.add(ids)

    def export(self) -> Export:
        account = self._account()
        self._drop_others(account.nsid)
        albums = _album_ids(self._albums[1] if self._albums else {})
        photos = tuple(
            replace(told.photo, albums=_unique(told.photo.albums + tuple(albums.get(photo_id, ()))))
            for photo_id, told in sorted(self._told.items(), key=lambda item: int(item[0]))
        )
        profile = self._profile[1] if self._profile else {}
        settings = table(profile.get("settings"))
        return Export(
            account=replace(
                account, defaults={name: text(settings[name]) for name in _DEFAULTS if settings.get(name)}
            ),
            photos=photos,
            skipped=tuple(self.skipped),
            warnings=self._warnings(),
            incomplete=self._incomplete(albums.keys() | _ids(table(profile.get("showcase")).get("photos"))),
        )

    def _take_photo(self, member: Member) -> None:
        content = self._json(member)
        if content is None:
            return
        told = _read_photo(content, member)
        if isinstance(told, str):
            self.skipped.append(SkippedFile(member.name, told))
            return
        known = self._told.get(told.photo.id)
        if known is None:
            self._told[told.photo.id] = told
            return
        older, newer = sorted((told, known), key=lambda one: one.modified)
        self._told[told.photo.id] = newer
        self.skipped.append(SkippedFile(older.file, _TOLD_TWICE))

    def _take_profile(self, member: Member) -> None:
        content = self._json(member)
        if content is None:
            return
        if normalise_nsid(text(content.get("nsid"))) is None:
            self.skipped.append(SkippedFile(member.name, "no NSID"))
            return
        if self._profile and _nsid(self._profile[1]) != _nsid(content):
            raise WrongFileError(
                f"{self._path} holds exports of two accounts: {_nsid(self._profile[1])} and {_nsid(content)}",
                hint="Put them in two folders, and use a --home for each account.",
            )
        self._profile = _newest(self._profile, (member, content))

    def _json(self, member: Member) -> Json | None:
        """The JSON object in `member`; None: it is in `skipped` now."""
        data = member.read()
        if isinstance(data, SkippedFile):
            self.skipped.append(data)
            return None
        try:
            # Old exports hold broken UTF-8: a wrong letter in a title is no reason to lose a photo.
            content = json.loads(data.decode("utf-8-sig", errors="replace"))
        except (ValueError, RecursionError):
            self.skipped.append(
                SkippedFile(member.name, "no JSON: cut short or damaged" if data else "empty")
            )
            return None
        if not isinstance(content, dict):
            self.skipped.append(SkippedFile(member.name, "no JSON object"))
            return None
        return content

    def _account(self) -> Account:
        if self._profile is not None:
            return _account(self._profile[1])
        owners = {told.owner for told in self._told.values() if told.owner}
        if len(owners) == 1:
            return Account(nsid=owners.pop())
        found = f"only {count(len(self._told), 'photo')}" if self._told else "no photo either"
        reasons = [f"{name} is missing" for name in self._missing_parts]
        reasons += [f"{file.name}: {file.reason}" for file in self.skipped[:3]]
        raise WrongFileError(
            f"{self._path} does not tell whose photos they are: there is no {_PROFILE} in it, and {found}"
            + (f" ({'; '.join(reasons)})" if reasons else ""),
            hint="Give the folder that holds all zips of your Flickr data (Account settings, Your Flickr"
            f" Data); {_PROFILE} is in the first part.",
        )

    def _drop_others(self, nsid: str) -> None:
        """Leave out photos whose page is that of somebody else."""
        for photo_id, told in list(self._told.items()):
            if told.owner not in {None, nsid}:
                del self._told[photo_id]
                self.skipped.append(SkippedFile(told.file, "a photo of another account"))

    def _warnings(self) -> tuple[str, ...]:
        unknown_licenses = Counter(t.license_name for t in self._told.values() if not t.photo.license_id)
        unknown_privacy = Counter(
            t.privacy_word for t in self._told.values() if Privacy.from_export(t.privacy_word) is None
        )
        warnings = []
        if unknown_licenses:
            warnings.append(f"the licence of {_tally(unknown_licenses)} is not known")
        if unknown_privacy:
            warnings.append(f"the privacy of {_tally(unknown_privacy)} is not known; taken as private")
        if any(file.reason == _TOLD_TWICE for file in self.skipped):
            warnings.append("some photos are told by more than one file; the newest file counts")
        return tuple(warnings)

    def _incomplete(self, mentioned: set[str]) -> tuple[str, ...]:
        """Why this is not the whole account; `mentioned` are the photo ids that other files name."""
        reasons = [f"{name} is missing" for name in self._missing_parts]
        broken = sum(file.reason != _TOLD_TWICE for file in self.skipped)
        if broken:
            reasons.append(f"{count(broken, 'file')} could not be used")
        if not self._told:
            reasons.append("it holds no photo_<id>.json")
        if unseen := len(mentioned - self._told.keys()):
            reasons.append(f"albums or the showcase name {count(unseen, 'photo')} without a photo_<id>.json")
        if orphans := sum(ids.isdisjoint(self._told) for ids in self._media):
            reasons.append(f"it holds {count(orphans, 'original')} without a photo_<id>.json")
        return tuple(reasons)


def _read_photo(raw: Json, file: Member) -> _Told | str:
    """The photo that `raw` tells, or the reason why it tells none."""
    photo_id = text(raw.get("id"))
    if not is_photo_id(photo_id):
        return "no photo id"
    name = _PHOTO_ID_IN_NAME.fullmatch(file.base)
    if name and name[1] != photo_id:
        return "the file's name and its content have different photo ids"
    page = parse_photo(text(raw.get("photopage")))
    license_name = text(raw.get("license"))[:100]
    license_meant = licenses.find(license_name)
    privacy_word = text(raw.get("privacy"))[:100]
    tags = _tags(raw.get("tags"))
    photo = Photo(
        id=photo_id,
        title=_repaired(text(raw.get("name"))),
        license_id=license_meant.id if license_meant else "",
        # Nothing may become visible, or count as visible, because of a word we do not know.
        privacy=Privacy.from_export(privacy_word) or Privacy.PRIVATE,
        tags=tags,
        machine_tags=tuple(tag for tag in tags if "=" in tag),
        albums=_unique(tuple(_album_id(album) for album in _entries(raw.get("albums")))),
        date_upload=_unix(text(raw.get("date_imported"))),
        date_taken=text(raw.get("date_taken")) or None,
        safety_level=_SAFETY.get(text(raw.get("safety")).strip().lower()),
        views=integer(raw.get("count_views")),
    )
    return _Told(
        photo=_with_original(photo, text(raw.get("original"))[:500]),
        owner=page.nsid if page else None,
        license_name=license_name,
        privacy_word=privacy_word,
        file=file.name,
        modified=file.modified,
    )


def _with_original(photo: Photo, address: str) -> Photo:
    """`photo` with what the address of its original tells, if it is the address of this photo."""
    found = parse_photo(address)
    if found is None or found.photo_id != photo.id:
        return photo
    extension = _EXTENSION.search(address.lower())
    original_format = extension[1] if extension else None
    is_video = original_format in _VIDEO_FORMATS or "/video/" in address or "/play/" in address
    return replace(
        photo,
        server=found.server,
        farm=found.farm,
        secret=None if found.is_original else found.secret,
        original_secret=found.secret if found.is_original else None,
        original_format=original_format,
        media="video" if is_video else "photo",
    )


def _account(profile: Json) -> Account:
    alias = text(profile.get("path_alias")).strip()
    return Account(
        nsid=_nsid(profile),
        username=_repaired(text(profile.get("screen_name"))),
        path_alias=alias if alias and not normalise_nsid(alias) else None,
        is_pro=_YES_NO.get(text(profile.get("pro_user")).strip().lower()),
    )


def _nsid(profile: Json) -> str:
    return normalise_nsid(text(profile.get("nsid"))) or ""


def _album_ids(albums: Json) -> dict[str, list[str]]:
    """From photo id to the ids of its albums, by ``albums.json``."""
    found: dict[str, list[str]] = {}
    for album in listing(albums.get("albums")):
        for photo_id in _ids(album.get("photos")):
            found.setdefault(photo_id, []).append(_album_id(album))
    return found


def _album_id(album: object) -> str:
    """Of ``{"id": …, "title": …}``, or of the bare id that some exports are described with."""
    album_id = text(album.get("id") if isinstance(album, Mapping) else album)
    return album_id if album_id.isascii() and album_id.isdigit() else ""


def _tags(value: object) -> tuple[str, ...]:
    """Clean forms of ``[{"tag": …}]`` or of bare tags, which an export may tell raw or clean."""
    tags = (entry.get("tag") if isinstance(entry, Mapping) else entry for entry in _entries(value))
    return _unique(tuple(clean(_repaired(text(tag))) for tag in tags))


def _ids(value: object) -> set[str]:
    """The photo ids in a list of them; a "0" stands where a photo was."""
    return {photo_id for photo_id in map(text, _entries(value)) if is_photo_id(photo_id)}


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _unix(date: str) -> int | None:
    """``2020-03-15 18:00:00`` as unix time of UTC; None for no date, such as ``0000-00-00 00:00:00``."""
    try:
        parsed = datetime.fromisoformat(date)
        return int(parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def _repaired(value: str) -> str:
    """`value` without double encoding (``CafÃ©`` for ``Café``), where that is certain.

    A text whose characters, taken as bytes, are valid UTF-8 was not meant as it stands.
    """
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _newest(one: tuple[Member, Json] | None, other: tuple[Member, Json]) -> tuple[Member, Json]:
    return one if one and one[0].modified > other[0].modified else other


def _tally(words: Counter[str]) -> str:
    """``2 photos ("x") and 1 photo (not told)``, by the three most frequent words."""
    common = words.most_common(3)
    shown = [f"{count(number, 'photo')} ({_quoted(word)})" for word, number in common]
    if others := words.total() - sum(number for _, number in common):
        shown.append(f"{count(others, 'photo')} (other words)")
    return " and ".join(shown)


def _quoted(word: str) -> str:
    return f'"{plain(word, 60)}"' if word else "not told"
