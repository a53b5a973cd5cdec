"""The account as last pulled, in SQLite.

One snapshot at a time, replaced whole or changed in one transaction.

Photos that are gone from Flickr are kept with the time they were missed, and so is every static address a
photo ever had: dataset indexes are older than today's account.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from auditor import database
from auditor.account.photo import Account, Limits, Photo
from auditor.errors import NotSyncedError
from auditor.flickr.privacy import Privacy


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the account as it was pulled."""

    id: int
    nsid: str
    taken_at: float
    """Unix time at which the pull began."""
    full_at: float
    """Unix time of the last full listing."""
    source: str
    """``api`` or ``export``."""
    complete: bool
    photos: int


@dataclass(frozen=True, slots=True)
class StaticAddress:
    """A static address that a photo has or had; `farm` None: not known."""

    photo_id: str
    server: str
    farm: int | None
    secret: str


class AccountStore:
    """Reads and writes the account of one home."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def snapshot(self) -> Snapshot | None:
        """The last good pull, or None before the first."""
        row = self._conn.execute("SELECT * FROM snapshot ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            return None
        return Snapshot(**{**dict(row), "complete": bool(row["complete"])})

    def required_snapshot(self) -> Snapshot:
        """The last good pull. Errors: `NotSyncedError` before the first."""
        snapshot = self.snapshot()
        if snapshot is None:
            raise NotSyncedError(
                "there is no account in this home yet",
                hint="Run: flickr-auditor sync (without an API key: flickr-auditor sync --export PATH)",
            )
        return snapshot

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

    def photos(self, nsid: str) -> list[Photo]:
        """The photos of today, by id."""
        rows = self._conn.execute(
            "SELECT * FROM photo WHERE nsid = ? AND gone_at IS NULL ORDER BY id", (nsid,)
        )
        return [_photo(row) for row in rows]

    def gone_ids(self, nsid: str) -> set[str]:
        """Photo ids that an earlier listing had and the last full one had not."""
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
    ) -> Snapshot:
        """Make `photos` the new snapshot: the whole account (`full`) or the changed ones only.

        All or nothing.

        Only a full and complete listing proves that a photo it lacks is gone.
        """
        with database.transaction(self._conn):
            self._save_account(account)
            if full and complete:
                self._mark_gone(account.nsid, photos, taken_at)
            self._save_photos(account.nsid, photos)
            return self._save_snapshot(
                account.nsid, taken_at=taken_at, source=source, complete=complete, full=full
            )

    def save_defaults(self, account: Account, defaults: Mapping[str, str]) -> Account:
        """Add what was read of the settings for new uploads; return the account with them."""
        self._conn.execute(
            "UPDATE account SET defaults = json_patch(defaults, ?) WHERE nsid = ?",
            (json.dumps(dict(defaults)), account.nsid),
        )
        return replace(account, defaults={**account.defaults, **defaults})

    def _save_account(self, account: Account) -> None:
        self._conn.execute(
            # API and export tell different parts: what the one lacks, the other's stays.
            "INSERT INTO account (nsid, username, path_alias, is_pro, limits, defaults)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (nsid) DO UPDATE SET username = excluded.username,"
            " path_alias = excluded.path_alias, is_pro = coalesce(excluded.is_pro, is_pro),"
            " limits = json_patch(limits, excluded.limits),"
            " defaults = json_patch(defaults, excluded.defaults)",
            (
                account.nsid,
                account.username,
                account.path_alias,
                account.is_pro,
                json.dumps(
                    {key: value for key, value in asdict(account.limits).items() if value is not None}
                ),
                json.dumps(dict(account.defaults)),
            ),
        )
        if account.path_alias:
            self._conn.execute(
                "INSERT OR IGNORE INTO alias (nsid, path_alias) VALUES (?, ?)",
                (account.nsid, account.path_alias),
            )

    def _mark_gone(self, nsid: str, photos: Iterable[Photo], now: float) -> None:
        present = {int(photo.id) for photo in photos}
        stored = self._conn.execute("SELECT id FROM photo WHERE nsid = ? AND gone_at IS NULL", (nsid,))
        missing = [(now, nsid, row["id"]) for row in stored if row["id"] not in present]
        self._conn.executemany("UPDATE photo SET gone_at = ? WHERE nsid = ? AND id = ?", missing)

    def _save_photos(self, nsid: str, photos: Sequence[Photo]) -> None:
        columns = list(_columns(nsid, photos[0])) if photos else []
        if columns:
            # An export does not tell the display secret, nor the API the albums: what one source lacks, the
            # other's stays.
            kept = {
                "secret",
                "server",
                "farm",
                "original_secret",
                "original_format",
                "last_update",
                "safety_level",
                "views",
            }
            updates = ", ".join(
                f"{name} = coalesce(excluded.{name}, {name})" if name in kept else f"{name} = excluded.{name}"
                for name in columns
                if name not in {"nsid", "id", "albums"}
            )
            albums = "albums = CASE excluded.albums WHEN '[]' THEN albums ELSE excluded.albums END"
            self._conn.executemany(
                f"INSERT INTO photo ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - own names
                f" ON CONFLICT (nsid, id) DO UPDATE SET {updates}, {albums}, gone_at = NULL",
                [tuple(_columns(nsid, photo).values()) for photo in photos],
            )
        self._conn.executemany(
            "INSERT OR IGNORE INTO photo_secret (nsid, id, server, farm, secret) VALUES (?, ?, ?, ?, ?)",
            [(nsid, int(p.id), p.server, p.farm or 0, p.secret) for p in photos if p.server and p.secret],
        )

    def _save_snapshot(
        self, nsid: str, *, taken_at: float, source: str, complete: bool, full: bool
    ) -> Snapshot:
        count = self._conn.execute(
            "SELECT count(*) FROM photo WHERE nsid = ? AND gone_at IS NULL", (nsid,)
        ).fetchone()[0]
        before = self.snapshot()
        full_at = taken_at if full or before is None or before.nsid != nsid else before.full_at
        cursor = self._conn.execute(
            "INSERT INTO snapshot (nsid, taken_at, full_at, source, complete, photos)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (nsid, taken_at, full_at, source, complete, count),
        )
        return Snapshot(int(cursor.lastrowid or 0), nsid, taken_at, full_at, source, complete, count)


def _columns(nsid: str, photo: Photo) -> dict[str, object]:
    return {
        "nsid": nsid,
        "id": int(photo.id),
        "title": photo.title,
        "secret": photo.secret,
        "server": photo.server,
        "farm": photo.farm,
        "original_secret": photo.original_secret,
        "original_format": photo.original_format,
        "license_id": photo.license_id,
        "privacy": photo.privacy.value,
        "tags": " ".join(photo.tags),
        "machine_tags": " ".join(photo.machine_tags),
        "albums": json.dumps(list(photo.albums)),
        "date_upload": photo.date_upload,
        "date_taken": photo.date_taken,
        "last_update": photo.last_update,
        "media": photo.media,
        "safety_level": photo.safety_level,
        "views": photo.views,
    }


def _photo(row: sqlite3.Row) -> Photo:
    return Photo(
        id=str(row["id"]),
        title=row["title"],
        license_id=row["license_id"],
        privacy=Privacy(row["privacy"]),
        secret=row["secret"],
        server=row["server"],
        farm=row["farm"],
        original_secret=row["original_secret"],
        original_format=row["original_format"],
        tags=tuple(row["tags"].split()),
        machine_tags=tuple(row["machine_tags"].split()),
        albums=tuple(json.loads(row["albums"])) if row["albums"] != "[]" else (),
        date_upload=row["date_upload"],
        date_taken=row["date_taken"],
        last_update=row["last_update"],
        media=row["media"],
        safety_level=row["safety_level"],
        views=row["views"],
    )
