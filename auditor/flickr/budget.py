"""The call budget: at most N calls in any 60 minutes for each API key, over all processes of this home.

Flickr's developer guide asks for fewer than 3,600 queries an hour "across the whole key" and switches keys
off on abuse. Every try is written down in SQLite before it is sent; calls may go out as fast as they like
until the hour is full. A call is as old as `auditor.clock.least_since` says: an hour has to pass for certain,
whatever becomes of the wall clock, sleeping and restarting included.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from auditor import clock, database
from auditor.clock import Moment, least_since
from auditor.errors import BudgetSpentError
from auditor.progress import SILENT, Progress

WINDOW = 3600.0
_NAP = 1.0
_SAID_AGAIN = 60.0
"""Seconds by which a wait must end later than the one that was announced to be announced too."""


class CallBudget:
    """Hands out permission to call; safe for threads and processes.

    `wait` False: `BudgetSpentError` at once instead of waiting.
    """

    def __init__(
        self,
        path: Path,
        api_key: str,
        calls_per_hour: int,
        *,
        wait: bool = True,
        progress: Progress = SILENT,
        moment: Callable[[], Moment] = clock.moment,
        sleep: Callable[[float], None] = clock.sleep,
    ) -> None:
        self._conn = database.connect(path)
        # A count lost in a power cut does no harm; an fsync for each call would cost more than the call's own
        # book-keeping.
        self._conn.execute("PRAGMA synchronous = NORMAL")
        self._path = path
        self._key = hashlib.sha256(api_key.encode()).hexdigest()[:16]
        self._limit = calls_per_hour
        self._wait = wait
        self._progress = progress
        self._moment = moment
        self._sleep = sleep
        self._lock = threading.Lock()
        self._announced_until = 0.0
        with self._writing():
            self._move_here(self._moment())

    def acquire(self) -> None:
        """Take one call from the budget, waiting for it if need be."""
        while (wait := self._take()) > 0:
            until = f"{datetime.fromtimestamp(self._moment().wall + wait).astimezone():%H:%M:%S}"
            if not self._wait:
                raise BudgetSpentError(
                    f"the {self._limit:,} calls of this hour are used up until {until}",
                    hint="Nothing is lost: run the same command again then.",
                )
            if self._announces(wait):
                self._progress.say(
                    f"The {self._limit:,} Flickr calls of this hour are used up: waiting until {until}."
                )
            self._sleep(min(max(0.05, wait), _NAP))

    def _announces(self, wait: float) -> bool:
        """Whether this wait is news.

        Six threads wait for the same hour, and then for calls that come free one by one, a second apart: 90
        lines were said where one would do.
        """
        until = self._moment().uptime + wait
        with self._lock:
            news = until > self._announced_until + _SAID_AGAIN
            self._announced_until = max(self._announced_until, until)
            return news

    def used(self) -> int:
        """Calls of the last 60 minutes."""
        with self._lock:
            row = self._conn.execute(
                "SELECT count(*) FROM api_call WHERE api_key_hash = ? AND uptime > ?",
                (self._key, self._moment().uptime - WINDOW),
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the database connection."""
        # SQLite crashes when a connection is closed under a thread that is using it.
        with self._lock:
            self._conn.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction. Errors: `StorageError`."""
        with database.errors(self._path), database.transaction(self._conn):
            yield

    def _take(self) -> float:
        """Write a call down and return 0, or return the seconds until the next one is free."""
        with self._lock, self._writing():
            return self._take_locked(self._moment())

    def _take_locked(self, now: Moment) -> float:
        mine = (self._key, now.uptime - WINDOW)
        self._conn.execute("DELETE FROM api_call WHERE api_key_hash = ? AND uptime <= ?", mine)
        row = self._conn.execute(
            "SELECT uptime FROM api_call WHERE api_key_hash = ? ORDER BY uptime DESC LIMIT 1 OFFSET ?",
            (self._key, self._limit - 1),
        ).fetchone()
        if row is not None:
            return float(row["uptime"]) + WINDOW - now.uptime
        self._conn.execute(
            "INSERT INTO api_call (api_key_hash, at, boot, uptime) VALUES (?, ?, ?, ?)",
            (self._key, now.wall, now.boot, now.uptime),
        )
        return 0.0

    def _move_here(self, now: Moment) -> None:
        """Put calls from before the last start of the computer on the clock that began with it."""
        strange = self._conn.execute(
            "SELECT rowid, boot, uptime, at FROM api_call"
            " WHERE api_key_hash = ? AND (boot <> ? OR uptime > ?)",
            (self._key, now.boot, now.uptime),
        ).fetchall()
        for row in strange:
            age = least_since(Moment(row["boot"], row["uptime"], row["at"]), now)
            self._conn.execute(
                "UPDATE api_call SET boot = ?, uptime = ? WHERE rowid = ?",
                (now.boot, now.uptime - age, row["rowid"]),
            )
