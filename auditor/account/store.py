"""The account as last pulled, in SQLite.

One snapshot at a time, replaced whole or changed in one transaction.

Facts come from sources of different age, so each is kept with the time at which it was true and the newest
wins, in whatever order they are loaded: what an export of 2019 says neither replaces what Flickr said
yesterday nor brings back a photo that was missed since. Where the newest source is silent (only exports tell
albums), the newest that is not counts.

Photos that are gone from Flickr are kept with the time they were missed, and so is every static address a
photo ever had: dataset indexes are older than today's account.
"""

import json
import os
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from auditor import database
from auditor.account.export_files import Location
from auditor.account.photo import Account, Limits, Photo
from auditor.errors import NotSyncedError
from auditor.flickr.privacy import Privacy
from auditor.flickr.urls import StaticAddress


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the account as it was pulled."""

    id: int
    nsid: str
    taken_at: float
    """Unix time at which all this was so: the pull began, or the export was made."""
    full_at: float
    """Unix time of the last full listing."""
    source: str
    """``api`` or ``export``."""
    complete: bool
    photos: int
    dated: bool = True
    """False: of an export whose files do not tell the day; it was made at `taken_at` or later."""


class PhotoKeys(NamedTuple):
    """What a photo can be found by in an index, beside its addresses; as the fields of a `Photo`."""

    id: str
    media: str | None
    original_secret: str | None


class StoredPhotos:
    """The photos of today, read whenever they are asked for: an audit needs of most the keys only."""

    def __init__(self, store: "AccountStore", nsid: str) -> None:
        self._store = store
        self._nsid = nsid

    def __iter__(self) -> Iterator[Photo]:
        return iter(self._store.photos(self._nsid))

    def keys(self) -> Iterator[PhotoKeys]:
        """Of every photo."""
        return self._store.photo_keys(self._nsid)

    def among(self, ids: Container[str]) -> list[Photo]:
        """The photos of these ids."""
        return self._store.photos(self._nsid, ids)


class AccountStore:
    """Reads and writes the account of one home."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def snapshot(self, nsid: str | None = None) -> Snapshot | None:
        """The last good pull (of this account), or None before the first."""
        row = self._conn.execute(
            "SELECT * FROM snapshot WHERE ? IS NULL OR nsid = ? ORDER BY id DESC LIMIT 1", (nsid, nsid)
        ).fetchone()
        if row is None:
            return None
        return Snapshot(**{**dict(row), "complete": bool(row["complete"]), "dated": bool(row["dated"])})

    def required_snapshot(self, nsid: str | None = None) -> Snapshot:
        """The last good pull (of this account). Errors: `NotSyncedError` before the first."""
        snapshot = self.snapshot(nsid)
        if snapshot is None:
            known = f"It holds {', '.join(self.accounts())}. " if nsid and self.accounts() else ""
            raise NotSyncedError(
                f"the account {nsid} is not in this home" if nsid else "there is no account in this home yet",
                hint=f"{known}Run: flickr-auditor sync (without an API key: flickr-auditor sync --export"
                " PATH)",
            )
        return snapshot

    def accounts(self) -> list[str]:
        """The NSIDs of all accounts in this home, the one pulled last first."""
        rows = self._conn.execute("SELECT nsid FROM snapshot GROUP BY nsid ORDER BY max(id) DESC")
        return [row["nsid"] for row in rows]

    def account(self, nsid: str) -> Account | None:
        """The account of this NSID, if it was ever pulled."""
        row = self._conn.execute("SELECT * FROM account WHERE nsid = ?", (nsid,)).fetchone()
        if row is None:
            return None
        return Account(
            nsid=row["nsid"],
            username=row["username"] or "",
            path_alias=row["path_alias"],
            is_pro=None if row["is_pro"] is None else bool(row["is_pro"]),
            limits=Limits(**json.loads(row["limits"])),
            defaults=json.loads(row["defaults"]),
        )

    def aliases(self, nsid: str) -> tuple[str, ...]:
        """Every path alias the account is known to have had."""
        rows = self._conn.execute("SELECT path_alias FROM alias WHERE nsid = ? ORDER BY path_alias", (nsid,))
        return tuple(row["path_alias"] for row in rows)

    def changed_at(self, nsid: str) -> float:
        """Unix time of the newest fact about the account's photos, 0 before the first."""
        row = self._conn.execute("SELECT max(as_of) AS at FROM photo WHERE nsid = ?", (nsid,)).fetchone()
        return float(row["at"] or 0)

    def photos(self, nsid: str, among: Container[str] | None = None) -> list[Photo]:
        """The photos of today, by id; with `among` those of these ids."""
        cursor = self._conn.cursor()
        cursor.row_factory = None  # asking rows for values by name takes half of the time
        cursor.execute(
            f"SELECT {', '.join(_READ)} FROM photo LEFT JOIN photo_original USING (nsid, id)"  # noqa: S608 - own names
            " WHERE nsid = ? AND gone_at IS NULL ORDER BY id",
            (nsid,),
        )
        return [_photo(row) for row in cursor if among is None or str(row[0]) in among]

    def photo_keys(self, nsid: str) -> Iterator[PhotoKeys]:
        """What the photos of today can be found by, in no order."""
        cursor = self._conn.cursor()
        cursor.row_factory = None
        cursor.execute(
            "SELECT CAST(id AS TEXT), media, photo_original.secret"
            " FROM photo LEFT JOIN photo_original USING (nsid, id) WHERE nsid = ? AND gone_at IS NULL",
            (nsid,),
        )
        return map(PhotoKeys._make, cursor)

    def albums(self, nsid: str) -> dict[str, str]:
        """Titles of albums by id, as far as an export told them."""
        return dict(self._conn.execute("SELECT id, title FROM album WHERE nsid = ?", (nsid,)).fetchall())

    def original(self, nsid: str, photo_id: str) -> Location | None:
        """Where the original of a photo lies, as the last export that was loaded had it."""
        row = self._conn.execute(
            "SELECT file, member FROM photo_file WHERE nsid = ? AND id = ?", (nsid, photo_id)
        ).fetchone()
        return Location(Path(os.fsdecode(row["file"])), row["member"]) if row else None

    def has_originals(self, nsid: str) -> bool:
        """Whether it is known of any photo where its original lies."""
        row = self._conn.execute("SELECT 1 FROM photo_file WHERE nsid = ? LIMIT 1", (nsid,)).fetchone()
        return row is not None

    def save_originals(self, nsid: str, originals: Mapping[str, Location]) -> None:
        """Remember where originals lie, by photo id."""
        with database.transaction(self._conn):
            self._conn.executemany(
                "INSERT OR REPLACE INTO photo_file (nsid, id, file, member) VALUES (?, ?, ?, ?)",
                [
                    (nsid, int(photo_id), os.fsencode(place.file), place.member)
                    for photo_id, place in originals.items()
                ],
            )

    def gone_ids(self, nsid: str) -> set[str]:
        """Photo ids that an earlier source had and Flickr's last full listing had not."""
        rows = self._conn.execute("SELECT id FROM photo WHERE nsid = ? AND gone_at IS NOT NULL", (nsid,))
        return {str(row["id"]) for row in rows}

    def addresses(self, nsid: str) -> list[StaticAddress]:
        """Every static address that is known, of photos of today and of gone ones."""
        rows = self._conn.execute("SELECT id, server, farm, secret FROM photo_secret WHERE nsid = ?", (nsid,))
        return [
            StaticAddress(str(row["id"]), row["server"], row["farm"] or None, row["secret"]) for row in rows
        ]

    def save(
        self,
        account: Account,
        photos: Sequence[Photo],
        *,
        taken_at: float,
        source: str,
        complete: bool,
        full: bool,
        dated: bool = True,
        albums: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Take in `photos`, the whole account (`full`) or the changed ones only, as they were at `taken_at`.

        All or nothing. `dated` False: they may be of later. `albums` are titles by id. Returns the snapshot
        that counts: what came is one unless the store has a newer. Only Flickr's own full and complete
        listing proves that a photo it lacks is gone: nothing in an export tells that a part of it is missing.
        """
        nsid = account.nsid
        with database.transaction(self._conn):
            before = self.snapshot(nsid)
            if source == "api":
                self._now_is(nsid, taken_at)
            self._save_account(account, taken_at)
            if source == "api" and full and complete:
                self._mark_gone(nsid, photos, taken_at)
            self._save_photos(nsid, photos, taken_at, live=source == "api")
            self._save_albums(nsid, albums or {}, taken_at)
            if source != "api" and before is not None and taken_at < before.taken_at:
                # A photo that only an older export has is one that the newer source lacks.
                whole = before.complete and self._present(nsid) == before.photos
                return self._save_snapshot(replace(before, complete=whole))
            full_at = taken_at if full or before is None else before.full_at
            return self._save_snapshot(Snapshot(0, nsid, taken_at, full_at, source, complete, 0, dated))

    def update(self, nsid: str, photos: Sequence[Photo], at: float) -> None:
        """Take in `photos` as they were read one by one at `at`; the snapshot stays as old as it is."""
        with database.transaction(self._conn):
            self._now_is(nsid, at)
            self._save_photos(nsid, photos, at, live=True)

    def believe(self, nsid: str, photos: Sequence[Photo]) -> None:
        """Take in `photos` as they are by what was done to them, each as of its own `as_of`.

        Flickr does not speak here, so nothing is known of the clock, and the snapshot stays as old as it is.
        """
        with database.transaction(self._conn):
            self._save_photos(nsid, photos, 0.0, live=True)

    def believed_since(self, nsid: str, moment: float) -> bool:
        """Whether an unfinished run made changes since `moment` that nobody read back.

        Flickr said "ok" to them, and nothing else shows that they are so.
        """
        row = self._conn.execute(
            "SELECT 1 FROM run JOIN change USING (run_id) WHERE nsid = ? AND finished_at IS NULL"
            " AND state = 'done' AND verified IS NULL AND answered_at >= ? LIMIT 1",
            (nsid, moment),
        ).fetchone()
        return row is not None

    def save_defaults(self, account: Account, defaults: Mapping[str, str]) -> Account:
        """Add what was read of the settings for new uploads; return the account with them."""
        self._conn.execute(
            "UPDATE account SET defaults = json_patch(defaults, ?) WHERE nsid = ?",
            (json.dumps(dict(defaults)), account.nsid),
        )
        return replace(account, defaults={**account.defaults, **defaults})

    def _now_is(self, nsid: str, now: float) -> None:
        """Flickr itself speaks now: what the store has from a later time came of a clock that was wrong."""
        self._conn.execute("UPDATE account SET as_of = ?1 WHERE nsid = ?2 AND as_of > ?1", (now, nsid))
        self._conn.execute(
            "UPDATE photo SET as_of = min(as_of, ?1), gone_at = min(gone_at, ?1)"
            " WHERE nsid = ?2 AND (as_of > ?1 OR gone_at > ?1)",
            (now, nsid),
        )

    def _save_account(self, account: Account, as_of: float) -> None:
        # API and export tell different parts: what the one lacks, the other's stays.
        told = {
            "username": account.username,
            "path_alias": account.path_alias,
            "is_pro": account.is_pro,
            "limits": json.dumps({k: v for k, v in asdict(account.limits).items() if v is not None}),
            "defaults": json.dumps(dict(account.defaults)),
        }
        newer = {
            "username": "excluded.username",
            "path_alias": "excluded.path_alias",
            "is_pro": "coalesce(excluded.is_pro, is_pro)",
            "limits": "json_patch(limits, excluded.limits)",
            "defaults": "json_patch(defaults, excluded.defaults)",
        }
        older = {
            "username": "username",
            "path_alias": "path_alias",
            "is_pro": "coalesce(is_pro, excluded.is_pro)",
            "limits": "json_patch(excluded.limits, limits)",
            "defaults": "json_patch(excluded.defaults, defaults)",
        }
        self._conn.execute(
            _upsert("account", ("nsid",), newer, older, as_of="as_of = max(as_of, excluded.as_of)"),
            (account.nsid, *(told[name] for name in newer), as_of),
        )
        if account.path_alias:
            self._conn.execute(
                "INSERT OR IGNORE INTO alias (nsid, path_alias) VALUES (?, ?)",
                (account.nsid, account.path_alias),
            )

    def _mark_gone(self, nsid: str, photos: Iterable[Photo], now: float) -> None:
        present = {int(photo.id) for photo in photos}
        stored = self._conn.execute(
            "SELECT id FROM photo WHERE nsid = ? AND gone_at IS NULL AND as_of <= ?", (nsid, now)
        )
        missing = [(now, nsid, row["id"]) for row in stored if row["id"] not in present]
        self._conn.executemany("UPDATE photo SET gone_at = ? WHERE nsid = ? AND id = ?", missing)

    def _save_photos(self, nsid: str, photos: Sequence[Photo], taken_at: float, *, live: bool) -> None:
        # A photo that nobody knew yet, but that was no more when Flickr listed everything later, is gone.
        listed = self._conn.execute(
            "SELECT max(full_at) FROM snapshot WHERE nsid = ? AND source = 'api' AND complete AND NOT ?",
            (nsid, live),
        ).fetchone()[0]
        self._conn.executemany(_SAVE_PHOTO, [_columns(nsid, photo, taken_at, listed) for photo in photos])
        self._conn.executemany(
            "INSERT OR IGNORE INTO photo_secret (nsid, id, server, farm, secret) VALUES (?, ?, ?, ?, ?)",
            [(nsid, int(p.id), p.server, p.farm or 0, p.secret) for p in photos if p.server and p.secret],
        )
        self._conn.executemany(
            "INSERT INTO photo_original (nsid, id, secret) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (nsid, id) DO UPDATE SET secret = excluded.secret"
            " WHERE (SELECT as_of FROM photo WHERE nsid = ?1 AND id = ?2) <= ?4",
            [
                (nsid, int(p.id), p.original_secret, p.as_of or taken_at)
                for p in photos
                if p.original_secret is not None
            ],
        )

    def _save_albums(self, nsid: str, albums: Mapping[str, str], as_of: float) -> None:
        self._conn.executemany(
            "INSERT INTO album (nsid, id, title, as_of) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (nsid, id) DO UPDATE SET title = excluded.title, as_of = excluded.as_of"
            " WHERE excluded.as_of >= as_of",
            [(nsid, album_id, title, as_of) for album_id, title in albums.items()],
        )

    def _save_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Make `snapshot` the one that counts, with the number of photos that there are now."""
        count = self._present(snapshot.nsid)
        values = asdict(replace(snapshot, photos=count))
        del values["id"]
        cursor = self._conn.execute(
            f"INSERT INTO snapshot ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608 - own names
            tuple(values.values()),
        )
        return replace(snapshot, id=int(cursor.lastrowid or 0), photos=count)

    def _present(self, nsid: str) -> int:
        found = self._conn.execute(
            "SELECT count(*) FROM photo WHERE nsid = ? AND gone_at IS NULL", (nsid,)
        ).fetchone()
        return int(found[0])


_TOLD_BY_ALL = ("title", "license_id", "privacy", "tags", "machine_tags", "safety_level")
"""Columns that each source fills, so that "not known" of a newer one replaces what an older one knew."""
_TOLD_BY_SOME = (
    "secret",
    "server",
    "farm",
    "original_format",
    "date_upload",
    "date_taken",
    "last_update",
    "media",
    "views",
)


def _upsert(
    table: str, key: Sequence[str], newer: Mapping[str, str], older: Mapping[str, str], **others: str
) -> str:
    """SQL that inserts a row or, column by column, lets the newer of two values win (by the column as_of).

    `newer` says what a column becomes when the row that comes is the newer one, `older` when it is the older;
    `others` are further columns with their assignments.
    """
    columns = [*key, *newer, *others]
    updates = [
        f"{name} = CASE WHEN excluded.as_of >= as_of THEN {newer[name]} ELSE {older[name]} END"
        for name in newer
    ]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - own names
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join([*updates, *others.values()])}"
    )


_SAVE_PHOTO = _upsert(
    "photo",
    ("nsid", "id"),
    {name: f"excluded.{name}" for name in _TOLD_BY_ALL}
    | {name: f"coalesce(excluded.{name}, {name})" for name in _TOLD_BY_SOME},
    {name: name for name in _TOLD_BY_ALL}
    | {name: f"coalesce({name}, excluded.{name})" for name in _TOLD_BY_SOME},
    albums="albums = CASE WHEN excluded.albums_at >= coalesce(albums_at, 0)"
    " THEN excluded.albums ELSE albums END",
    albums_at="albums_at = max(coalesce(albums_at, excluded.albums_at),"
    " coalesce(excluded.albums_at, albums_at))",
    as_of="as_of = max(as_of, excluded.as_of)",
    # What came after it was missed may itself be older than a listing that missed it again.
    gone_at="gone_at = CASE WHEN gone_at > excluded.as_of THEN gone_at"
    " WHEN gone_at IS NOT NULL THEN excluded.gone_at END",
)


def _columns(nsid: str, photo: Photo, taken_at: float, listed_at: float | None) -> tuple[object, ...]:
    """The values of `_SAVE_PHOTO`; `listed_at` is when all photos were listed last."""
    as_of = photo.as_of if photo.as_of is not None else taken_at
    values = {
        "title": photo.title,
        "license_id": photo.license_id,
        "privacy": photo.privacy,
        "tags": " ".join(photo.tags),
        "machine_tags": " ".join(photo.machine_tags),
        "safety_level": photo.safety_level,
    } | {name: getattr(photo, name) for name in _TOLD_BY_SOME}
    return (
        nsid,
        int(photo.id),
        *values.values(),
        None if photo.albums is None else json.dumps(photo.albums),
        None if photo.albums is None else as_of,
        as_of,
        listed_at if listed_at is not None and listed_at > as_of else None,
    )


_READ = (
    *("id", "title", "license_id", "privacy", "photo.secret", "server", "farm", "photo_original.secret"),
    *("original_format", "tags", "machine_tags", "albums"),
    *("date_upload", "date_taken", "last_update", "media", "safety_level", "views", "as_of"),
)
"""What a `Photo` is made of, in the order of its fields."""
_AFTER_ALBUMS = _READ.index("albums") + 1


def _photo(row: Sequence[Any]) -> Photo:
    """A photo from the values of `_READ`."""
    photo_id, title, license_id, privacy, *urls, tags, machine_tags, albums = row[:_AFTER_ALBUMS]
    values = (
        *(str(photo_id), title, license_id, None if privacy is None else Privacy(privacy), *urls),
        *(tuple(tags.split()), tuple(machine_tags.split())),
        None if albums is None else tuple(json.loads(albums)),
        *row[_AFTER_ALBUMS:],
    )
    return Photo(*values)
