"""What the files of one data export say: the profile, the photos and the albums, and what is missing."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from auditor.account.export_files import Location, Member, SkippedFile
from auditor.account.photo import Account, Photo, album_id, photo_from_export, unix_time
from auditor.errors import WrongFileError
from auditor.flickr.parse import Json, integer, listing, repaired, table, text
from auditor.flickr.urls import is_photo_id, normalise_nsid, parse_photo
from auditor.text import count, plain

PROFILE: Final = "account_profile.json"
# Long lists are split into parts (``contacts_part001.json``); so are albums, whatever the parts are called.
IS_PROFILE = re.compile(r"account_?profile(?![a-z]).*\.json")
_IS_ALBUMS = re.compile(r"(?:photo)?(?:album|set)s?(?![a-z])(?!.*comment).*\.json")
_IS_PHOTO = re.compile(r"photo_.*\.json")
# Beside photo_10000001.json there is photos_comments_part001.json, which is others' words.
_PHOTO_ID_IN_NAME = re.compile(r"photo_([0-9]+)\.json", re.IGNORECASE)
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
DAY: Final = 86_400.0


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
    originals: Mapping[str, Location] = field(default_factory=dict)
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


def is_read(name: str) -> bool:
    """Whether a file of this name tells of the owner's account, photos or albums."""
    name = name.lower()
    return any(kind.fullmatch(name) for kind in (_IS_PHOTO, IS_PROFILE, _IS_ALBUMS))


class Reading:
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
        """The newest profile; None while there is none."""
        return self._profile[1] if self._profile else None

    @property
    def photo_ids(self) -> frozenset[str]:
        """Of the photos read so far."""
        return frozenset(self.told)

    @property
    def made_at(self) -> float:
        """Unix time of the day it was made; where nobody can tell, of the newest thing in it."""
        latest = min(self.dated_at or self._now, self._now)
        named = [day for day in self.named_days if self._newest_inside <= day < latest + DAY]
        return min(max(named), latest) if named else latest if self.dated_at else self._newest_inside

    def take(self, member: Member) -> None:
        """Read a file of which `is_read` is true."""
        name = member.base.lower()
        content = self._json(member)
        if content is None:
            return
        if _IS_PHOTO.fullmatch(name):
            self._take_photo(member, content)
        elif IS_PROFILE.fullmatch(name):
            self._take_profile(member, content)
        else:
            self._take_albums(content)

    def export(self, nsid: str) -> Export:
        """All that was read, of the account `nsid`."""
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
        if not nsid_of(content):
            self.skipped.append(SkippedFile(member.name, "no NSID"))
            return
        known = nsid_of(self._profile[1]) if self._profile else nsid_of(content)
        if known != nsid_of(content):
            raise two_accounts(self._path, known, nsid_of(content))
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


def two_accounts(path: Path, *nsids: str) -> WrongFileError:
    """The refusal of exports of two accounts in one place."""
    return WrongFileError(
        f"{path} holds exports of two accounts: {' and '.join(nsids)}",
        hint="Put them in two folders, and use a --home for each account.",
    )


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


def nsid_of(profile: Json) -> str:
    """The NSID in a profile; empty where there is none."""
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
