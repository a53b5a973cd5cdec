"""The user's own original files, to be matched by content: also photos that left Flickr, or never were on it.

Some datasets publish the MD5 of the originals they took (Open Images does). Every regular file below the
folder is read, and every member of the zips there, for Flickr's data export comes as zips; what a file is
called does not matter, but a name as Flickr gives it tells which photo the file is. MD5s are kept in the
database, so that the next audit reads only files that are new or changed.
"""

import hashlib
import os
import sqlite3
import stat
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from auditor import database
from auditor.account.export_files import SkippedFile
from auditor.audit.match import ContentMatch
from auditor.datasets.parsing.packing import DAMAGED
from auditor.errors import UsageError
from auditor.flickr.names import photo_ids_in_name
from auditor.progress import SILENT, Progress

WORKERS: Final = 8
"""Threads: disks and networks are slower than MD5, and hashing lets other threads run."""

_CHUNK: Final = 1 << 20
_KEEP_EVERY: Final = 500
"""Files after which their MD5s are written down: an interruption loses no more."""


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """One file that was read."""

    path: str
    """For a person to find it; the member of a zip stands as if the zip were a folder."""
    md5: str
    photo_ids: frozenset[str]
    """The photos it may be by its name: none, one, or two where the name can be read in two ways."""


@dataclass(frozen=True, slots=True)
class Originals:
    """A folder of originals: every file is in one or the other."""

    folder: str
    files: tuple[OriginalFile, ...]
    skipped: tuple[SkippedFile, ...]


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """A regular file to read, as it was when it was listed."""

    path: Path
    size: int
    modified_ns: int

    @property
    def key(self) -> bytes:
        """The path as the database has it."""
        return os.fsencode(self.path.absolute())


Digests = Mapping[str, str]
"""Member → MD5; of a file that is no zip, the one member is ""."""


def read(folder: Path, conn: sqlite3.Connection, *, progress: Progress = SILENT) -> Originals:
    """The MD5s of all files below `folder`. Links are not followed: they may lead out of it, or in a circle.

    Errors: `UsageError` when `folder` is none.
    """
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {folder}", hint="Give --originals the folder that holds your original files."
        )
    skipped: list[SkippedFile] = []
    on_disk = sorted(_listed(folder, skipped), key=lambda file: file.path)
    known = _known(conn)
    fresh = [file for file in on_disk if not _is_known(file, known)]
    digests = {file.path: known[file.key][1] for file in on_disk if _is_known(file, known)}
    digests |= _hash_all(fresh, conn, skipped, progress)
    files = tuple(
        OriginalFile(
            f"{file.path}/{member}" if member else str(file.path),
            md5,
            photo_ids_in_name(Path(member or file.path).name),
        )
        for file in on_disk
        for member, md5 in digests.get(file.path, {}).items()
    )
    return Originals(str(folder), files, tuple(skipped))


def photo_of(file: OriginalFile, content: ContentMatch, account: Container[str]) -> str | None:
    """The photo of the account that `file` is: by its own name, else by the records that hold its content."""
    named = [*sorted(file.photo_ids), *sorted(content.photo_ids)]
    return next((photo_id for photo_id in named if photo_id in account), None)


def _listed(folder: Path, skipped: list[SkippedFile]) -> Iterator[_OnDisk]:
    """The files below `folder` that can be read; the others go to `skipped`."""
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        skipped += [SkippedFile(str(Path(parent, name)), "a link to a folder") for name in links]
        for name in names:
            path = Path(parent, name)
            try:
                status = path.lstat()
            except OSError as error:
                unreadable.append(error)
                continue
            if reason := _no_original(status):
                skipped.append(SkippedFile(str(path), reason))
            else:
                yield _OnDisk(path, status.st_size, status.st_mtime_ns)
    skipped += [SkippedFile(str(error.filename), _why(error)) for error in unreadable]


def _no_original(status: os.stat_result) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "a link to a file"
    if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for
        return "no regular file"
    return None if status.st_size else "empty"


# -- hashing ------------------------------------------------------------------------------------------------


def _hash_all(
    files: list[_OnDisk], conn: sqlite3.Connection, skipped: list[SkippedFile], progress: Progress
) -> dict[Path, Digests]:
    """Hash `files` on several threads, writing the MD5s down as they come; the unreadable go to `skipped`."""
    done: dict[Path, Digests] = {}
    unsaved: list[tuple[_OnDisk, Digests]] = []
    pool = ThreadPoolExecutor(WORKERS)
    total = sum(file.size for file in files)
    try:
        with progress.task("Reading originals", total=total, unit="B") as task:
            for file, (digests, problems) in zip(files, pool.map(_hash, files), strict=True):
                done[file.path] = digests
                skipped += problems
                if not problems:  # else the problems would be forgotten with the next run
                    unsaved.append((file, digests))
                if len(unsaved) >= _KEEP_EVERY:
                    _keep(conn, unsaved)
                    unsaved = []
                task.advance(file.size)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _keep(conn, unsaved)
    return done


def _hash(file: _OnDisk) -> tuple[Digests, list[SkippedFile]]:
    """The MD5 of a file, or of each member of a zip, and what could not be read."""
    try:
        if file.path.suffix.lower() == ".zip":
            return _hash_zip(file.path)
        with file.path.open("rb") as stream:
            md5 = _md5(stream)
            now = os.fstat(stream.fileno())
    except OSError as error:
        return {}, [SkippedFile(str(file.path), _why(error))]
    if (now.st_size, now.st_mtime_ns) != (file.size, file.modified_ns):
        return {}, [SkippedFile(str(file.path), "it was changed while it was read")]
    return {"": md5}, []


def _hash_zip(path: Path) -> tuple[Digests, list[SkippedFile]]:
    digests: dict[str, str] = {}
    problems: list[SkippedFile] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir() or not info.file_size:
                    continue
                try:
                    with archive.open(info) as stream:
                        digests[info.filename] = _md5(stream)
                except (*DAMAGED, OSError) as error:
                    reason = "damaged or encrypted inside its zip"
                    if isinstance(error, OSError) and error.errno is not None:  # bz2's own have no number
                        reason = _why(error)
                    problems.append(SkippedFile(str(path / info.filename), reason))
    except DAMAGED:
        problems.append(SkippedFile(str(path), "no zip file, or damaged"))
    return digests, problems


def _md5(stream: IO[bytes]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _why(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


# -- what was read before -----------------------------------------------------------------------------------


_Known = Mapping[bytes, tuple[tuple[int, int], Digests]]
"""Path → (size, time of change) and digests."""


def _known(conn: sqlite3.Connection) -> _Known:
    known: dict[bytes, tuple[tuple[int, int], dict[str, str]]] = {}
    rows = conn.execute(
        "SELECT path, member, bytes, modified_ns, md5 FROM original_file ORDER BY path, member"
    )
    for path, member, size, modified_ns, md5 in rows:
        known.setdefault(path, ((size, modified_ns), {}))[1][member] = md5
    return known


def _is_known(file: _OnDisk, known: _Known) -> bool:
    return file.key in known and known[file.key][0] == (file.size, file.modified_ns)


def _keep(conn: sqlite3.Connection, files: Iterable[tuple[_OnDisk, Digests]]) -> None:
    with database.transaction(conn):
        for file, digests in files:
            conn.execute("DELETE FROM original_file WHERE path = ?", (file.key,))
            conn.executemany(
                "INSERT INTO original_file VALUES (?, ?, ?, ?, ?)",
                [(file.key, member, file.size, file.modified_ns, md5) for member, md5 in digests.items()],
            )
