"""Files that hold private things: created 0600 in folders 0700, written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import StorageError


def private_dir(path: Path) -> Path:
    """Make `path` (and its parents) and close it to other users; return it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise storage_error(path, error) from error
    return path


def write_atomic(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write `content` so that `path` afterwards holds all of it or what it held before, come what may."""
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_dir(path.parent)
    except OSError as error:
        raise storage_error(path, error) from error


def sync_dir(path: Path) -> None:
    """Make renames inside `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage_error(path: Path, error: OSError) -> StorageError:
    """The user's view of an operating-system error on `path`."""
    reason = error.strerror or str(error)
    return StorageError(
        f"cannot use {path}: {reason}", hint="Free some space or choose another folder with --home DIR."
    )


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn operating-system errors inside the block into `StorageError` about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from error
