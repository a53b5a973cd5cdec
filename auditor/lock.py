"""One process at a time changes the account of a home, or an index.

The operating system holds the lock, so it dies with its process: a lock left by ``kill -9`` is no lock. A
file beside it says who holds it, for the message to the other process.
"""

import errno
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor import clock
from auditor.clock import Moment, least_since
from auditor.errors import RefusedError, StorageError
from auditor.files import private_dir, storage_error, storage_errors, write_atomic
from auditor.outside import world
from auditor.processes import Process
from auditor.progress import SILENT, Progress

if TYPE_CHECKING:
    import filelock  # not before it is needed: commands that only read lock nothing

_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
"""What file systems without locks answer, some network and user-space ones."""
WAIT_SECONDS: Final = 30.0
"""How long a command waits for another one that works on the account."""
_LOOK_AGAIN: Final = 0.05


@contextmanager
def account_lock(home: Path, purpose: str, *, progress: Progress = SILENT) -> Iterator[None]:
    """Hold the account while the block runs.

    Errors: `RefusedError` when another process keeps it for `WAIT_SECONDS`; `StorageError`.
    """
    with _held(private_dir(home) / "account.lock", purpose, wait=WAIT_SECONDS, progress=progress):
        yield


@contextmanager
def index_lock(indexes: Path, name: str) -> Iterator[None]:
    """Hold the index `name` while the block changes it; looking up needs no lock, for a commit is one step.

    Errors: `RefusedError` when another process has it; `StorageError`.
    """
    with _held(indexes / f".{name}.lock", f"the index of {name}", wait=0.0, progress=SILENT):
        yield


@contextmanager
def folder_lock(folder: Path, purpose: str) -> Iterator[None]:
    """Hold a folder that is written to, in which others may only read, while the block runs.

    Errors: `RefusedError` when another process has it; `StorageError`.
    """
    with _held(folder / ".writing.lock", purpose, wait=0.0, progress=SILENT):
        yield


@contextmanager
def demo_lock(home: Path) -> Iterator[None]:
    """Hold the demo of a home, which begins with an empty folder, while the block runs.

    Errors: `RefusedError` when another process has it; `StorageError`.
    """
    with _held(private_dir(home) / "demo.lock", "the demo", wait=0.0, progress=SILENT):
        yield


@contextmanager
def _held(file: Path, purpose: str, *, wait: float, progress: Progress) -> Iterator[None]:
    import filelock

    with storage_errors(file):
        lock = filelock.FileLock(file, mode=0o600)
    holder = file.with_name(f"{file.name}.json")
    _acquire(lock, file, holder, wait, progress)
    try:
        content = {
            "pid": world().pid(),
            "host": platform.node(),
            "purpose": purpose,
            **asdict(clock.moment()),
        }
        write_atomic(holder, json.dumps(content))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _acquire(
    lock: "filelock.BaseFileLock", file: Path, holder: Path, wait: float, progress: Progress
) -> None:
    import filelock

    try:
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            if wait:
                progress.say(f"Waiting: {describe(holder)}.")
            _wait_for(lock, wait)
    except filelock.Timeout:
        raise busy(holder) from None
    except NotImplementedError as error:
        raise no_locks(file, str(error)) from error
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise no_locks(file, error.strerror or str(error)) from error
        raise storage_error(file, error) from error


def _wait_for(lock: "filelock.BaseFileLock", seconds: float) -> None:
    import filelock

    until = clock.now() + seconds
    while clock.now() < until:
        clock.sleep(_LOOK_AGAIN)
        with suppress(filelock.Timeout):
            lock.acquire(timeout=0)
            return
    raise filelock.Timeout(lock.lock_file)


def busy(holder: Path, process: Process | None = None) -> RefusedError:
    """The refusal that names the `process` in the way, or the one that the `holder` file names."""
    process = process or _read(holder)
    return RefusedError(
        str(process) if process else _NOBODY_KNOWN,
        hint=f"{process.way_on if process else 'Wait until it is done'}. Then run the command again.",
    )


def no_locks(file: Path, reason: str) -> StorageError:
    """The error for a file system on which nothing can be locked."""
    return StorageError(
        f"{file} cannot be locked ({reason}), so two commands at once could harm each other",
        hint="Some network and cloud folders have no locks: choose a folder on a local disk with --home DIR.",
    )


def describe(holder: Path) -> str:
    """Who holds the lock beside `holder`, in words."""
    return str(_read(holder) or _NOBODY_KNOWN)


_NOBODY_KNOWN: Final = "another process is at work (it has just started or ended)"


def _read(holder: Path) -> Process | None:
    try:
        content = json.loads(holder.read_text(encoding="utf-8"))
        then, now = Moment(content["boot"], float(content["uptime"]), float(content["wall"])), clock.moment()
        # By the time that passed, not by the clock of then, which may have been set since.
        since = datetime.fromtimestamp(now.wall - least_since(then, now)).astimezone()
        host = str(content["host"])
        return Process(
            int(content["pid"]), since, "" if host == platform.node() else host, str(content["purpose"])
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
