"""One process at a time changes an index; looking up needs no lock, for a commit is one step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from auditor.errors import RefusedError
from auditor.files import storage_errors


@contextmanager
def locked(indexes: Path, name: str) -> Iterator[None]:
    """Hold the index `name` against other processes that would change it."""
    with storage_errors(indexes):
        lock = FileLock(indexes / f".{name}.lock", mode=0o600)
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise RefusedError(
            f"another process is changing the index of {name}", hint="Wait until it is done."
        ) from error
