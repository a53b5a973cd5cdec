"""The disk: SQLite and files that can be full, and that lose what was not synced when the power is cut.

Faults of SQLite are at its statements and commits, not in a VFS of its own: what a torn page does is SQLite's
to prove, and it does. A power cut is as exact as with one, for in WAL mode a commit is an end of the log: the
log is cut back to what was synced. Checkpoints happen when the last connection is closed, and not before.
"""

import errno
import functools
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.simulation.choices import Choices
from tests.simulation.scheduler import Process, Scheduler

_WRITING: Final = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN", "COMMIT"})
_FULL: Final = ("", "full", "broken")
_CODES: Final = {
    "full": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "broken": (sqlite3.SQLITE_IOERR_WRITE, "disk I/O error"),
    "busy": (sqlite3.SQLITE_BUSY, "database is locked"),
}


class Connection(sqlite3.Connection):
    """A connection whose every statement passes the disk first."""

    disk: "Disk"
    process: Process | None
    log: Path
    """The write-ahead log of its database."""
    synced = True
    """Whether a commit is on the disk when it returns."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As that of SQLite."""
        go = super().execute
        return self.disk.statement(self, sql, lambda: go(sql, parameters))

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        """As that of SQLite."""
        go = super().executemany
        return self.disk.statement(self, sql, lambda: go(sql, parameters))

    def close(self) -> None:
        """As that of SQLite; the connections of a killed process are closed by nobody."""
        if self.process is None or self.process.alive:
            self.really_close()

    def really_close(self) -> None:
        """Close it, whoever is alive."""
        self.disk.connections.discard(self)
        super().close()


class Disk:
    """Everything that survives a process."""

    def __init__(
        self, folder: Path, scheduler: Scheduler, choices: Choices, crash: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self.fault = 0.0
        """How often a write fails."""
        self.connections: set[Connection] = set()
        self._scheduler = scheduler
        self._choices = choices
        self._crash = crash
        self._durable: dict[Path, int] = {}
        """Log of a database → how much of it a power cut leaves."""
        self._unsynced: dict[int, Path] = {}
        """Inode → file of which the content is not synced."""
        self._renamed: dict[Path, bytes | None] = {}
        """File → what it held before a rename that is not synced."""

    # -- SQLite ----------------------------------------------------------------------------------------------

    def connect(self, path: Path, **options: Any) -> sqlite3.Connection:
        """A connection of the process that runs."""
        self._scheduler.check_alive()
        made = sqlite3.connect(path, factory=Connection, **options)
        made.disk, made.process, made.log = self, self._scheduler.process, Path(f"{path.resolve()}-wal")
        sqlite3.Connection.execute(made, "PRAGMA wal_autocheckpoint = 0")
        self.connections.add(made)
        if made.process is not None:
            made.process.at_death.append(made.really_close)
        return made

    def statement(self, conn: Connection, sql: str, go: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        """Run a statement, unless the process dies or the disk fails first."""
        self._scheduler.check_alive()
        verb = _verb(sql)
        if verb == "PRAGMA" and "synchronous =" in sql:
            conn.synced = sql.rstrip().endswith(("FULL", "EXTRA"))
        if verb not in _WRITING:
            return go()
        alone = not conn.in_transaction
        if alone and verb != "BEGIN" and self._scheduler.process is not None:
            # Between two statements of one transaction nobody else gets a turn: a lock is held.
            self._scheduler.give_way(0.0)
        if alone or verb == "COMMIT":
            self._crash(f"{verb} {sql.split()[1] if verb == 'UPDATE' else ''}".strip())
        found = self._choices.pick(f"disk at {verb}", _FULL + ("busy",) * (verb == "BEGIN"), self.fault)
        if found:
            if conn.in_transaction:
                sqlite3.Connection.execute(conn, "ROLLBACK")  # as SQLite does by itself
            raise _error(*_CODES[found])
        result = go()
        if not conn.in_transaction and conn.synced:
            self._durable[conn.log] = self._size(conn.log)
        return result

    def is_durable(self, database: Path) -> bool:
        """Whether all that was committed outlives a power cut."""
        log = database.with_name(f"{database.name}-wal")
        return self._durable.get(log, 0) >= self._size(log)

    @staticmethod
    def _size(log: Path) -> int:
        try:
            return log.stat().st_size
        except FileNotFoundError:
            return 0

    # -- files -----------------------------------------------------------------------------------------------

    def write(self, descriptor: int, data: bytes) -> None:
        """Write to an open file: all, or as much as there is space for."""
        self._crash("write a file")
        status = os.fstat(descriptor)
        self._unsynced[status.st_ino] = Path(f"/proc/self/fd/{descriptor}").readlink()
        if self._choices.happens("disk full", self.fault):
            os.write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        """Make a file or the names in a folder last."""
        self._crash("sync a file")
        status = os.fstat(descriptor)
        self._unsynced.pop(status.st_ino, None)
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        for renamed in [name for name in self._renamed if name.parent == place]:
            del self._renamed[renamed]

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another."""
        self._crash("rename a file")
        self._renamed.setdefault(target, target.read_bytes() if target.exists() else None)
        source.replace(target)
        inode = target.stat().st_ino
        if inode in self._unsynced:
            self._unsynced[inode] = target

    # -- the power -------------------------------------------------------------------------------------------

    def cut_power(self, processes: Sequence[Process]) -> Callable[[], None]:
        """Cut the power now; call the result when the processes have ended, to find what is left."""
        kept: dict[Path, bytes] = {}
        for conn in self.connections:
            log = conn.log
            database = log.with_name(log.name.removesuffix("-wal"))
            if database not in kept:
                whole = log.read_bytes() if log.exists() else b""
                # What was written and not synced may be there all the same.
                end = self._choices.among("how much of the log", (len(whole), self._durable.get(log, 0)))
                kept[database], kept[log] = database.read_bytes(), whole[:end]
        for process in processes:
            self._scheduler.kill(process)

        def restore() -> None:
            for path, content in kept.items():
                path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
                path.write_bytes(content)
            for path in self._unsynced.values():
                if path.exists():
                    path.write_bytes(b"")
            for path, content_before in self._renamed.items():
                if content_before is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(content_before)
            self._unsynced.clear()
            self._renamed.clear()

        return restore


@functools.lru_cache(1024)
def _verb(sql: str) -> str:
    return sql.split(None, 1)[0].upper()


def _error(code: int, message: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error
