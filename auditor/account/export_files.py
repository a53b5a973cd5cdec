"""The files of a "Your Flickr Data" export: loose in folders, in zips, in the parts of a zip.

Nothing is unpacked to disk and no path inside a zip is followed: a member is its bare file name and, when
somebody asks, its bytes, read in memory and at most `MAX_BYTES` of them. So a zip can neither write anywhere
nor blow up.
"""

import os
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Final

from auditor.errors import WrongFileError
from auditor.files import is_there
from auditor.flickr.names import photo_ids_in_name
from auditor.text import plain

MAX_BYTES: Final = 20_000_000
"""Of one file. A photo's JSON has some kB, the albums of 100,000 photos a few MB."""

MAX_GROWTH: Final = 100
"""A zip may unpack to so many times its size: JSON shrinks to a tenth, and its parts may not overlap."""

_FLICKR_BEGAN: Final = datetime(2004, 2, 10, tzinfo=UTC).timestamp()
"""Flickr's first day; a file cannot be older."""

# Flickr names the metadata zips <17 digits>_<hex>_part1.zip; browsers add " (1)" to a second download.
_PART = re.compile(r"(.+)_part([0-9]{1,4})(?: ?\([0-9]+\))?\.zip", re.IGNORECASE)
_EXPORT_ZIP = re.compile(r".+_part[0-9]+.{0,20}\.zip|data-download-[0-9]+.{0,20}\.zip", re.IGNORECASE)
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,  # encrypted
    ValueError,
    OSError,  # of the disk, and what bz2 says of damaged data
)


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was not used."""

    name: str
    """Where it is, for a person to find it: relative to the given folder, a zip standing for a folder."""
    reason: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file of the export lies."""

    file: Path
    """Absolute."""
    member: str = ""
    """Its name inside of `file`, which then is a zip."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the export."""

    name: str
    """As in `SkippedFile`."""
    base: str
    """The bare file name."""
    folder: tuple[str, ...]
    """Where it lies: below the given folder; all parts of a zip are one folder, named as they are."""
    modified: float
    """Unix time by the date of the file, 0 where there is none; of a copy it may be that of the copying."""
    dated: bool
    """The date is the one that Flickr gave the file, not perhaps that of a copy."""
    place: Location
    read: Callable[[], bytes | SkippedFile]
    """Its bytes, or why it has none; only until the next member is asked for."""


def find(path: Path) -> tuple[list[Path], list[SkippedFile]]:
    """The files below folder `path`, or the zip `path` with its sibling parts; and the unreadable folders.

    Errors: `WrongFileError` when `path` is neither a folder nor a file.
    """
    try:
        if path.is_dir():
            return _walk(path)
        problem = "" if path.is_file() else "there is no such folder or file"
    except OSError as error:
        problem = _why(error)
    if problem:
        raise WrongFileError(
            f"cannot read {path}: {problem}",
            hint="Give the folder or the zip that you got from Flickr: Account settings, Your Flickr Data.",
        )
    return _with_siblings(path), []


def _walk(path: Path) -> tuple[list[Path], list[SkippedFile]]:
    files: list[Path] = []
    unreadable: list[OSError] = []
    skipped: list[SkippedFile] = []
    for folder, folders, names in os.walk(path, onerror=unreadable.append):
        folders.sort()
        for file in (Path(folder, name) for name in (*folders, *sorted(names))):
            if why := _leads_away(file, path):
                skipped.append(SkippedFile(_name(path, file), why))
            elif file.name in names:
                files.append(file)
    skipped += [SkippedFile(_name(path, Path(error.filename)), _why(error)) for error in unreadable]
    return files, skipped


def _leads_away(file: Path, path: Path) -> str | None:
    """Why a link below `path` hides files of the export; None where it does not, or is no link.

    Folders that are links are not followed: they could lead in a circle. What they lead to below `path` is
    found there.
    """
    if not file.is_symlink():
        return None
    target = Path(os.path.realpath(file))
    if target.is_dir():
        inside = target.is_relative_to(os.path.realpath(path))
        return None if inside else "a link to a folder elsewhere, which is not followed"
    known = file.suffix.lower() in {".json", ".zip"} or photo_ids_in_name(file.name.lower())
    return None if known or is_there(target) else "a link that leads nowhere"


def _with_siblings(zip_file: Path) -> list[Path]:
    """All parts of `zip_file` in its folder; itself when it is no part."""
    part = _PART.fullmatch(zip_file.name)
    if part is None:
        return [zip_file]
    others = (other for other in zip_file.parent.glob("*") if other.is_file())
    return sorted(
        {zip_file}
        | {other for other in others if (match := _PART.fullmatch(other.name)) and match[1] == part[1]}
    )


def missing_parts(files: Iterable[Path]) -> list[str]:
    """Names of the zips that should stand between or before the numbered parts among `files`.

    Whether parts are missing after the last one, nobody can tell.
    """
    parts: dict[str, set[int]] = defaultdict(set)
    for file in files:
        if part := _PART.fullmatch(file.name):
            parts[part[1]].add(int(part[2]))
    return [
        f"{prefix}_part{number}.zip"
        for prefix, numbers in sorted(parts.items())
        for number in range(1, max(numbers))
        if number not in numbers
    ]


def members(path: Path, files: Iterable[Path]) -> Iterator[Member | SkippedFile]:
    """Every file of the export among `files`, those inside zips included; `path` is what `find` was given."""
    for file in files:
        name = _name(path, file)
        folder = file.relative_to(path).parts[:-1] if file.is_relative_to(path) else ()
        if file.suffix.lower() == ".zip":
            yield from _zip_members(file, name, folder)
        elif not _is_apple_double((*folder, file.name)):
            read = partial(_read_file, file, name)
            yield Member(name, file.name, folder, *_modified(file), Location(file.absolute()), read)


def _zip_members(file: Path, name: str, folder: tuple[str, ...]) -> Iterator[Member | SkippedFile]:
    part = _PART.fullmatch(file.name)
    folder = (*folder, part[1] if part else file.name)
    try:
        with zipfile.ZipFile(file) as archive:
            allowance = _Allowance(file.stat().st_size * MAX_GROWTH + MAX_BYTES)
            for info in archive.infolist():
                inside = f"{name}/{plain(info.filename)}"
                parts = PurePosixPath(info.filename.replace("\\", "/")).parts
                if info.is_dir() or not parts or _is_apple_double(parts):
                    continue
                if _EXPORT_ZIP.fullmatch(parts[-1]):
                    yield SkippedFile(inside, "a zip inside a zip: unpack the outer one")
                else:
                    read = partial(_read_zipped, archive, info, inside, allowance)
                    place = Location(file.absolute(), info.filename)
                    yield Member(inside, parts[-1], (*folder, *parts[:-1]), *_zip_date(info), place, read)
    except BROKEN_ZIP as error:
        yield SkippedFile(name, _why(error) if isinstance(error, OSError) else "no zip file, or damaged")


def _read_file(file: Path, name: str) -> bytes | SkippedFile:
    try:
        if not file.is_file():  # a pipe would be waited for, a link can lead nowhere
            return SkippedFile(name, "no regular file")
        with file.open("rb") as stream:
            return _within_limit(stream.read(MAX_BYTES + 1), name)
    except OSError as error:
        return SkippedFile(name, _why(error))


@dataclass(slots=True)
class _Allowance:
    """How many bytes may still be unpacked from a zip."""

    left: int


def _read_zipped(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, allowance: _Allowance
) -> bytes | SkippedFile:
    if info.flag_bits & 1:
        return SkippedFile(name, "encrypted")
    if allowance.left <= 0:
        return SkippedFile(name, "its zip unpacks to far more than an export does")
    try:
        # Not info.file_size: what a zip says about itself may be a lie.
        with archive.open(info) as stream:
            data = stream.read(MAX_BYTES + 1)
        allowance.left -= len(data)
        return _within_limit(data, name)
    except BROKEN_ZIP:
        return SkippedFile(name, "damaged inside its zip")


def _within_limit(data: bytes, name: str) -> bytes | SkippedFile:
    return data if len(data) <= MAX_BYTES else SkippedFile(name, f"larger than {MAX_BYTES // 10**6} MB")


def _is_apple_double(parts: Sequence[str]) -> bool:
    """What macOS adds to zips and foreign disks: ``__MACOSX/._photo_1.json`` beside each ``photo_1.json``."""
    return "__MACOSX" in parts or parts[-1].startswith("._")


def _modified(file: Path) -> tuple[float, bool]:
    """Unpacking keeps the dates of a zip, which are in whole seconds; copies get the time of the copying.

    Where a disk keeps whole seconds only (FAT, as of USB sticks), which shows in when the file itself came to
    be there, nothing tells the two apart.
    """
    try:
        status = file.stat()
    except (OSError, ValueError):
        return 0.0, False
    was_set = status.st_mtime_ns % 10**9 == 0 != status.st_ctime_ns % 10**9
    return status.st_mtime, was_set and status.st_mtime > _FLICKR_BEGAN


def _zip_date(info: zipfile.ZipInfo) -> tuple[float, bool]:
    """Zips keep no time zone; Flickr's computers run on UTC. 1980-01-01 means that no date was known."""
    try:
        date = datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0, False
    return date, date > _FLICKR_BEGAN


def _name(path: Path, file: Path) -> str:
    return plain(file.relative_to(path) if file.is_relative_to(path) and file != path else file.name)


def _why(error: OSError) -> str:
    return error.strerror or "cannot be read"
