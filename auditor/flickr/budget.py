"""The call budget: at most N calls in any 60 minutes for each API key, over all processes of this home.

Flickr's developer guide asks for fewer than 3,600 queries an hour "across the whole key" and switches keys
off on abuse. Every try is written down in SQLite before it is sent; calls may go out as fast as they like
until the hour is full.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from auditor import database
from auditor.errors import BudgetSpentError
from auditor.progress import SILENT, Progress

WINDOW = 3600.0
_NAP = 1.0


class CallBudget:
    """Hands out permission to call; safe for threads and processes.

    `wait` False: `BudgetSpentError` at once instead of waiting. `clock` gives unix time.
    """

    def __init__(
        self,
        path: Path,
        api_key: str,
        calls_per_hour: int,
        *,
        wait: bool = True,
        progress: Progress = SILENT,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
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
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Take one call from the budget, waiting for it if need be."""
        announced = False
        while (free_at := self._take()) is not None:
            until = f"{datetime.fromtimestamp(free_at).astimezone():%H:%M:%S}"
            if not self._wait:
                raise BudgetSpentError(
                    f"the {self._limit:,} calls of this hour are used up until {until}",
                    hint="Nothing is lost: run the same command again then.",
                )
            if not announced:
                self._progress.say(
                    f"The {self._limit:,} Flickr calls of this hour are used up: waiting until {until}."
                )
                announced = True
            self._sleep(max(0.05, min(_NAP, free_at - self._clock())))

    def used(self) -> int:
        """Calls of the last 60 minutes."""
        with self._lock:
            row = self._conn.execute(
                "SELECT count(*) FROM api_call WHERE api_key_hash = ? AND at > ?",
                (self._key, self._clock() - WINDOW),
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the database connection."""
        # SQLite crashes when a connection is closed under a thread that is using it.
        with self._lock:
            self._conn.close()

    def _take(self) -> float | None:
        """Write a call down and return None, or return the unix time when the next one is free."""
        with self._lock:
            try:
                with database.transaction(self._conn):
                    return self._take_locked()
            except sqlite3.Error as error:
                raise database.database_error(error, self._path) from error

    def _take_locked(self) -> float | None:
        now = self._clock()
        # A clock that was set back leaves calls "in the future"; they count as made now, so that the wait
        # stays within the hour.
        self._conn.execute(
            "UPDATE api_call SET at = ? WHERE api_key_hash = ? AND at > ?", (now, self._key, now)
        )
        self._conn.execute(
            "DELETE FROM api_call WHERE api_key_hash = ? AND at <= ?", (self._key, now - WINDOW)
        )
        row = self._conn.execute(
            "SELECT at FROM api_call WHERE api_key_hash = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            (self._key, self._limit - 1),
        ).fetchone()
        if row is not None:
            return float(row["at"]) + WINDOW
        self._conn.execute("INSERT INTO api_call (api_key_hash, at) VALUES (?, ?)", (self._key, now))
        return None
