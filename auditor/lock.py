"""One process at a time changes the account of a home.

The operating system holds the lock, so it dies with its process: a lock left by ``kill -9`` is no lock. A
file beside it tells who holds it, for the message to the other process.
"""

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import filelock

from auditor.errors import RefusedError
from auditor.files import private_dir, write_atomic
from auditor.progress import SILENT, Progress

WAIT_SECONDS: Final = 30.0


@contextmanager
def account_lock(home: Path, purpose: str, *, progress: Progress = SILENT) -> Iterator[None]:
    """Hold the account while the block runs.

    Errors: `RefusedError` when another process keeps it for `WAIT_SECONDS`.
    """
    private_dir(home)
    lock = filelock.FileLock(home / "account.lock", mode=0o600)
    holder = home / "account.lock.json"
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        progress.say(f"Waiting: {_describe(holder)}.")
        try:
            lock.acquire(timeout=WAIT_SECONDS)
        except filelock.Timeout:
            raise RefusedError(
                f"another flickr-auditor works on this account: {_describe(holder)}",
                hint="Wait until it is done, or stop it; then run the command again.",
            ) from None
    try:
        content = {"pid": os.getpid(), "host": platform.node(), "since": time.time(), "purpose": purpose}
        write_atomic(holder, json.dumps(content))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        content = json.loads(holder.read_text())
        since = datetime.fromtimestamp(float(content["since"])).astimezone()
        return f"{content['purpose']} by process {content['pid']} on {content['host']} since {since:%H:%M:%S}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has just started or ended"
