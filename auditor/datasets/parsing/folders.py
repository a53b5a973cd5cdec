"""Folders as index files: what is below them, how large it is, and one checksum for all of it."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from threading import Event
from typing import NamedTuple

from auditor import files
from auditor.datasets.parsing.packing import damage

_PICTURES = re.compile(
    r".*\.(?:jpe?g?|png|gif|webp|bmp|tiff?|heic|avif"
    r"|mp4|m4v|mov|avi|3g[p2]|mpe?g|wmv|mkv|webm|mts|flv|og[gv])(?:[?@]zz=[0-9])?",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(r"(?:.*/)?(?:readme|licen[cs]e)(?:\.(?:md|txt|rst|html?))?", re.IGNORECASE | re.DOTALL)


class FolderFile(NamedTuple):
    """A file below a folder."""

    name: str
    """With the folders that lead to it, parted by slashes."""
    size: int


def folder_files(folder: Path, skip: Callable[[str], object] = lambda _: None) -> list[FolderFile]:
    """The files below `folder`, sorted; `skip` is called with the name of whatever else is there.

    Links are not followed: they could lead anywhere, or in a circle.
    """
    found: list[FolderFile] = []
    with damage(folder.name):
        waiting = [("", _entries_of(folder))]
        while waiting:
            below, entries = waiting[-1]
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.is_file(follow_symlinks=False):
                    found.append(FolderFile(name, entry.stat(follow_symlinks=False).st_size))
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{name}/", _entries_of(entry)))
                    break
                else:
                    skip(name)
            else:
                waiting.pop()
    return found


def _entries_of(folder: Path | os.DirEntry[str]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return iter(sorted(entries, key=attrgetter("name")))


def files_of(folder: Path, listed: Sequence[FolderFile] | None) -> Sequence[FolderFile]:
    """The files below `folder`, as they were `listed` if it was walked already."""
    return folder_files(folder) if listed is None else listed


def size_of(path: Path, listed: Sequence[FolderFile] | None = None) -> int:
    """Bytes of a file, or of all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(file.size for file in files_of(path, listed))


def digest(path: Path, stop: Event | None = None, listed: Sequence[FolderFile] | None = None) -> str:
    """The SHA-256 of a file as published; of a folder, that of the ``sha256sum`` listing of its files.

    Pictures in a folder are not opened: they stand in the listing with their sizes. Once `stop` is set the
    answer is worthless, but comes soon.
    """
    if not path.is_dir():
        return files.digest(path, stop=stop)
    listing = hashlib.sha256()
    for name, size in files_of(path, listed):
        content = str(size) if is_picture(name) else files.digest(path / name, stop=stop)
        listing.update(f"{content}  {name}\n".encode(errors="surrogateescape"))
    return listing.hexdigest()


def is_note(name: str) -> bool:
    """Whether a file of this name says something about the others: a README or a licence."""
    return _NOTE.fullmatch(name) is not None


def is_picture(name: str) -> bool:
    """Whether a file of this name is a picture or a video."""
    return name.endswith((".jpg", ".png")) or _PICTURES.fullmatch(name) is not None
