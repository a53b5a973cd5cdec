"""The one SQLite file of a home: account, call budget, plans, runs, journal, cases.

WAL, so that a second process can read while one writes; synchronous FULL, because the journal of changes to
somebody's photos must survive a power cut. The schema is the numbered ``.sql`` files beside this module;
their views are a stable way in for other programs (the file opens in Datasette).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from auditor.errors import AuditorError, StorageError
from auditor.files import private_dir, storage_error
from auditor.lock import busy, no_locks
from auditor.outside import world
from auditor.processes import who_locks

BUSY_SECONDS = 30
_NO_LOCKS = frozenset(
    {sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_SHMLOCK}
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, making or upgrading it; transactions are explicit (see `transaction`).

    Errors: `StorageError` when the file cannot be used, is no database, or was written by a newer version;
    `RefusedError` when another process keeps it for `BUSY_SECONDS`.
    """
    private_dir(path.parent)
    try:
        if not path.exists():
            path.touch(mode=0o600)
        conn = world().database(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except OSError as error:
        raise storage_error(path, error) from error
    except sqlite3.Error as error:
        raise database_error(error, path) from error
    try:
        conn.row_factory = sqlite3.Row
        scripts = _scripts()
        # First of all: not a byte of a newer version's file is changed.
        if _version(conn) > len(scripts):
            raise StorageError(
                f"{path} was written by a newer version of flickr-auditor", hint="Upgrade the program."
            )
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA foreign_keys = ON")
        _migrate(conn, scripts)
    except sqlite3.Error as error:
        conn.close()
        raise database_error(error, path) from error
    except BaseException:
        conn.close()
        raise
    return conn


def path_of(conn: sqlite3.Connection) -> Path:
    """The file that a connection has open."""
    return Path(conn.execute("PRAGMA database_list").fetchone()["file"])


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All inside the block is written, or none of it."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
    except BaseException:
        # A full disk can end the transaction by itself.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    conn.execute("COMMIT")


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into the user's view of it."""
    try:
        yield
    except sqlite3.Error as error:
        raise database_error(error, path) from error


def failure(error: Exception, path: Path) -> AuditorError | None:
    """The user's view of `error`; None where it is not SQLite's, or shows a bug in what we asked of it."""
    ours = sqlite3.ProgrammingError | sqlite3.IntegrityError | sqlite3.InterfaceError
    if not isinstance(error, sqlite3.Error) or isinstance(error, ours):
        return None
    return database_error(error, path)


def database_error(error: sqlite3.Error, path: Path) -> AuditorError:
    """The user's view of a database error."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        # One that was stopped or is slow in the middle of a transaction; the disk has nothing to do with it.
        files = (path, path.with_name(f"{path.name}-shm"))
        return busy(path.with_name("account.lock.json"), who_locks(files))
    if code in _NO_LOCKS:
        return no_locks(path, str(error))
    return StorageError(
        f"cannot use {path}: {error}",
        hint="Check free space and permissions, or choose another folder with --home DIR.",
    )


@cache
def _scripts() -> tuple[str, ...]:
    """The schema's steps in order; the version of a file is how many of them it has seen."""
    files = (entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".sql"))
    return tuple(entry.read_text(encoding="utf-8") for entry in sorted(files, key=lambda entry: entry.name))


def _version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def _migrate(conn: sqlite3.Connection, scripts: Sequence[str]) -> None:
    for number, script in enumerate(scripts[_version(conn) :], start=_version(conn) + 1):
        with transaction(conn):
            # Another process may have upgraded the file while this one waited for the lock.
            if _version(conn) >= number:
                continue
            for statement in _statements(script):
                conn.execute(statement)
            conn.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
