"""Files that hold private things: created 0600 in folders 0700, written whole or not at all."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import BinaryIO, Final, Literal

from auditor.errors import StorageError, UsageError
from auditor.outside import world

_SYSTEMS: Final = (Path("/dev"), Path("/proc"), Path("/sys"))
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - ordinary files, in memory


def private_dir(path: Path) -> Path:
    """Make the folder `path` (and its parents), closed to other users; return it.

    A folder that is there already keeps its mode: `--home /srv/shared` once locked everybody else out of it.
    Errors: `StorageError` where others can write into it, and could put their files in the place of ours.
    """
    try:
        # One by one: `mkdir(parents=True)` gives the mode to the last only, and others could list the home.
        for folder in reversed([folder for folder in (path, *path.parents) if not folder.is_dir()]):
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                if not folder.is_dir():
                    raise
        if others_may(path, "w"):
            raise StorageError(
                f"other users of this computer can write in {path}",
                hint=f"Close it: chmod 700 {path}. Or choose another folder (--home DIR, --out DIR).",
            )
    except OSError as error:
        raise storage_error(path, error) from error
    return path


def is_there(path: Path) -> bool:
    """Whether there is a file or folder; what can be the name of none, such as 300 letters, is not there."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def check_is_there(path: Path, or_else: str = "") -> None:
    """Errors: `UsageError` unless there is a file or folder; a pipe can be read only once, and is neither."""
    if not is_there(path):
        raise UsageError(f"there is no file {path}", hint=f"Check the path{or_else}.")
    if not (path.is_file() or path.is_dir()):
        raise UsageError(
            f"{path} is a pipe or a device, which can be read only once",
            hint="Save what comes out of it to a file, and give that one.",
        )


def others_may(path: Path, what: Literal["r", "w"]) -> bool:
    """Whether other users can read, or write in, a folder; False where the system has no such modes."""
    if os.name != "posix":
        return False
    status = path.stat()
    group, others = (0o050, 0o005) if what == "r" else (0o020, 0o002)
    # Whose group it is takes longer to find out than all the rest, and is seldom asked.
    return bool(status.st_mode & others or (status.st_mode & group and not _is_own_group(status.st_gid)))


def _is_own_group(gid: int) -> bool:
    """Whether nobody else is in a group: Debian, Fedora and others give each user one, and open it to it."""
    import grp
    import pwd

    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == name and not set(group.gr_mem) - {name}


def user_path(path: Path) -> Path:
    """`path` as the user means it: no shell expands ``--home=~/x`` or a ``~`` in the environment.

    Errors: `UsageError` when there is no such person's folder.
    """
    if "\0" in str(path):
        raise UsageError("a path holds a zero byte", hint="Check the spelling.")
    if not path.parts or not path.parts[0].startswith("~"):
        return path
    try:
        return path.expanduser()
    except RuntimeError:
        if path.parts[0] != "~" and Path(path.parts[0]).exists():
            return path  # a file of that name
        whose = "your" if path.parts[0] == "~" else f"{path.parts[0][1:]}'s"
        raise UsageError(
            f"{path} cannot be found: {whose} home folder is not known",
            hint="Set HOME, or write the path from / on.",
        ) from None


def names_file(text: str) -> bool:
    """Whether `text`, which may be anything, is the path of a file; what no path can be is none."""
    try:
        return Path(text).is_file()
    except OSError:  # too long a name, or a folder that is closed
        return False


def writable_file(path: Path) -> Path:
    """`path` with ``~`` and links followed, once it is certain that a file can be written there.

    Nothing but an ordinary file is ever replaced: run as root, ``--output /dev/stdout`` made an ordinary file
    of the device. Errors: `UsageError` for a device, a pipe, a folder, or a folder that is missing or closed.
    """
    try:
        target = path.expanduser().resolve()
        device = any(_is_the_systems(place) for place in (target, path.absolute()))
        if target.is_dir():
            problem = "it is a folder"
        elif device or (target.exists() and not target.is_file()):
            problem = "it is a device or a pipe, not a file"
        elif not target.parent.is_dir():
            problem = f"there is no folder {target.parent}"
        elif not os.access(target.parent, os.W_OK | os.X_OK):
            problem = f"the folder {target.parent} is not yours to write in"
        else:
            return target
    except (OSError, RuntimeError, ValueError) as error:
        problem = str(error)
    raise UsageError(f"cannot write to {path}: {problem}", hint="Name a file in a folder of yours.")


def _is_the_systems(place: Path) -> bool:
    """Whether a path leads to devices, terminals, open files (``/dev/fd/1``) or settings of the system."""
    systems = any(place.is_relative_to(folder) for folder in _SYSTEMS)
    return systems and not place.is_relative_to(_MEMORY)


def write_atomic(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write `content` so that `path` afterwards holds all of it or what it held before, come what may."""
    write_parts(path, [content], mode=mode)


def write_parts(path: Path, parts: Iterable[str | bytes], *, mode: int = 0o600) -> None:
    """As `write_atomic`, for a content that comes in parts."""
    with storage_errors(path), replacing(path, mode=mode) as file:
        for part in parts:
            world().write(file.fileno(), part.encode() if isinstance(part, str) else part)


@contextmanager
def replacing(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends, once it is whole and on the disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            world().fsync(file.fileno())
        Path(name).chmod(mode)
        world().rename(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    fsync_path(path.parent)


def fsync_path(path: Path) -> None:
    """Make what was written to a file, or renamed in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        world().fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(path: Path, kind: str = "sha256", stop: Event | None = None) -> str:
    """The checksum of a file in hex. Once `stop` is set the answer is worthless, but comes soon."""
    checksum = hashlib.new(kind, usedforsecurity=False)
    with path.open("rb") as file:
        while (chunk := file.read(1 << 20)) and not (stop and stop.is_set()):
            checksum.update(chunk)
    return checksum.hexdigest()


def storage_error(path: Path, error: OSError) -> StorageError:
    """The user's view of an operating-system error on `path`."""
    reason = error.strerror or str(error)
    return StorageError(f"cannot use {path}: {reason}", hint=_HINTS.get(error.errno or 0, _OTHER))


_OTHER: Final = "Choose another folder with --home DIR."
_FULL: Final = "Free some space, or choose another folder with --home DIR."
_CLOSED: Final = "Allow yourself to read and write there, or choose another folder with --home DIR."
_HINTS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: "The disk can only be read: choose another folder with --home DIR.",
    errno.ENOENT: "Check the spelling, or create the folder first.",
    errno.ENOTDIR: "A part of this path is a file, not a folder: check the spelling.",
    errno.EEXIST: "There is a file where a folder should be: check the spelling of the path.",
    errno.EISDIR: "This is a folder: name a file.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn operating-system errors inside the block into `StorageError` about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from error
