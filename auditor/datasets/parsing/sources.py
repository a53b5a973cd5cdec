"""Index files as streams: unpacked by what they contain, hashed, and never silently short.

Publishers ship the same list plain, as ``.gz``, ``.bz2``, ``.xz`` or ``.zst``, or as files in a ``.zip``, a
``.tar`` or a folder, and people rename files. So packing is told by the first bytes, never by the name.
Each decoder used here was tried on files cut short or damaged at many places, because a decoder that just
stops makes an index that looks complete:

- bz2: ``rapidgzip`` (all cores) reports whatever the standard library reports, except damage to the closing
  checksum of a stream whose blocks all match their own checksums, where nothing is lost;
- zst: the ``zstandard`` package ends quietly on a file cut short, so pyarrow's decoder is used, which does
  not;
- tar: ``tarfile`` takes an archive cut between two members for complete, so the closing zero blocks are
  looked for.
"""

import bz2
import codecs
import gzip
import hashlib
import lzma
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import IO, NamedTuple, Self, cast

from auditor import files
from auditor.errors import StorageError, WrongFileError
from auditor.text import plain
from auditor.text_files import wide_encoding

HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 1 << 20

_PICTURES = re.compile(
    r".*\.(?:jpe?g?|png|gif|webp|bmp|tiff?|heic|avif"
    r"|mp4|m4v|mov|avi|3g[p2]|mpe?g|wmv|mkv|webm|mts|flv|og[gv])(?:[?@]zz=[0-9])?",
    re.IGNORECASE | re.DOTALL,
)
_ZIP, _TAR = b"PK\x03\x04", b"ustar"
_LINE_ENDS = re.compile(r"[\r\n]")
FLICKR_HOST = re.compile(rb"(?:\bflickr\.com|staticflickr\.com|\bflic\.kr)(?:\b|%2f)", re.IGNORECASE)
"""What every file with an address of Flickr has; see `Source.finds`."""
_FIRST_MEMBERS = 1000
"""If none of so many files of a packed tar is a picture, it is no archive of pictures."""
_WORKBOOK = "xl/workbook.xml"
_START_BYTES = 16
"""Enough of a file to tell its packing and encoding."""
_AGAIN = "Get the file again, and compare its size or checksum with the publisher's."


class Stream:
    """Unpacked bytes; every failure to read them names the file at fault. Use as a context manager."""

    def __init__(
        self, source: "Source", file: IO[bytes], reader: IO[bytes], position: Callable[[], int]
    ) -> None:
        self._source = source
        self._file = file
        self._reader = reader
        self._position = position
        self._decoder: codecs.IncrementalDecoder | None = None
        self._at_start = True

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (all that is left with -1), ``b""`` at the end; UTF-16 and UTF-32 come as UTF-8.

        Errors: `WrongFileError` where the packing is cut short or damaged.
        """
        with damage(self._source.label):
            data = self._reader.read(size) if size >= 0 else self._reader.read()
        self._source.seen(self._position())
        if self._at_start and data:
            self._at_start = False
            if encoding := wide_encoding(data[:_START_BYTES]):
                self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        if self._decoder is None or not data:
            return data
        # A block may hold half a character only, and nothing read would mean the end.
        return self._decoder.decode(data).encode() or self.read(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()
        self._file.close()  # a decoder leaves it open


class FolderFile(NamedTuple):
    """A file below a folder."""

    name: str
    """With the folders that lead to it, parted by slashes."""
    size: int


class Source:
    """One stream of index bytes, a file or a member of an archive or folder; can be opened repeatedly."""

    def __init__(
        self,
        path: Path,
        member: str = "",
        *,
        names: Sequence[str] = (),
        file: Path | None = None,
        raw: Callable[[], IO[bytes]] | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> None:
        self.path = path
        """The file or folder the user gave."""
        self.member = member and (plain(member) or "?")
        """The name inside an archive or folder, fit to be shown; "" for the file itself."""
        self.beside: Sequence[Path] = ()
        """The other files given with this one, for formats that name photos by another list's numbers."""
        self.names = names or [self.member]
        """The names of all files of the folder or archive, for where one alone does not tell their form.

        Of a tar without pictures it is the member's own alone: to know the others, all would have to be read.
        """
        self._on_disk = file or (path if raw is None else None)
        self._raw = raw or _opener(file or path)
        self._watch = watch
        self._furthest = 0
        self._head: bytes | None = None
        self._mentions: dict[tuple[bytes, ...], bool] = {}

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.path.name}: {self.member}" if self.member else self.path.name

    @property
    def head(self) -> bytes:
        """The first 64 KiB, unpacked: enough to tell formats apart."""
        if self._head is None:
            head = b""
            if self.member and is_picture(self.member):  # its name may be in an index, its content never is
                self._head = head
                return head
            with self.open() as stream:
                while len(head) < HEAD_BYTES and (block := stream.read(HEAD_BYTES - len(head))):
                    head += block
            self._head = head[:HEAD_BYTES]
        return self._head

    @property
    def head_lines(self) -> list[str]:
        """The non-empty whole lines of the head, without line ends and byte-order mark."""
        lines = self.head.decode("utf-8-sig", errors="replace").split(self.line_end.decode())
        if len(self.head) == HEAD_BYTES and len(lines) > 1:
            lines.pop()  # cut off by the end of the head
        return [line.rstrip("\r") for line in lines if line.strip()]

    @property
    def line_end(self) -> bytes:
        """What ends its lines: old Macs, and Excel's "CSV (Macintosh)", write carriage returns alone."""
        return b"\r" if b"\r" in self.head and b"\n" not in self.head else b"\n"

    def mentions(self, *words: bytes) -> bool:
        """Whether one of the words stands anywhere in the file; the head is looked at first."""
        if any(word in self.head for word in words) or len(self.head) < HEAD_BYTES:
            return any(word in self.head for word in words)
        if words not in self._mentions:
            longest = max(map(len, words))
            with self.open() as stream:
                kept, found = b"", False
                while not found and (block := stream.read(CHUNK_BYTES)):
                    found = any(word in kept + block for word in words)
                    kept = block[-longest:]
            self._mentions[words] = found
        return self._mentions[words]

    def finds(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the pattern occurs anywhere in the file, in at most 256 bytes."""
        if pattern.search(self.head):
            return True
        if len(self.head) < HEAD_BYTES:
            return False
        kept = b""
        with self.open() as stream:
            while block := stream.read(CHUNK_BYTES):
                if pattern.search(kept + block):
                    return True
                kept = block[-256:]
        return False

    @property
    def unpacked_file(self) -> Path | None:
        """The file on disk, where its bytes are those that are read: neither packed nor in UTF-16 or 32."""
        if self._on_disk is None:
            return None
        start = first_bytes(self._on_disk)
        return None if packing(start) or wide_encoding(start) else self._on_disk

    def open(self) -> Stream:
        """Open at the start."""
        with damage(self.label):
            file = self._raw()
            return Stream(self, file, *self._unpacked(file))

    @contextmanager
    def file(self) -> Iterator[Path]:
        """A real file with the unpacked bytes, for formats that must seek (Parquet, SQLite)."""
        if self._on_disk is not None and packing(first_bytes(self._on_disk)) is None:
            yield self._on_disk.absolute()  # or Arrow and DuckDB see addresses and home folders in it
            self.seen(self._on_disk.stat().st_size)
            return
        with tempfile.TemporaryDirectory(prefix="flickr-auditor-") as folder, self.open() as stream:
            copy = Path(folder, "unpacked")
            with copy.open("wb") as target:
                shutil.copyfileobj(stream, target, CHUNK_BYTES)
            yield copy

    def seen(self, position: int) -> None:
        """Tell the watcher how much further the file on disk was read; a second pass counts nothing."""
        if self._watch is not None and position > self._furthest:
            self._watch(position - self._furthest)
            self._furthest = position

    def _unpacked(self, file: IO[bytes]) -> tuple[IO[bytes], Callable[[], int]]:
        """The stream below the packing, and how to ask for the position in the packed file."""
        start = file.read(_START_BYTES)
        file.seek(0)
        match packing(start):
            case "gzip":
                return cast("IO[bytes]", gzip.GzipFile(fileobj=file)), file.tell
            case "bzip2" if self._on_disk is not None:
                import rapidgzip  # only bz2 needs it

                reader = rapidgzip.IndexedBzip2File(str(self._on_disk), parallelization=0)
                return reader, lambda: reader.tell_compressed() // 8
            case "bzip2":
                return cast("IO[bytes]", bz2.BZ2File(file)), file.tell
            case "xz":
                return cast("IO[bytes]", lzma.LZMAFile(file)), file.tell
            case "zstd":
                import pyarrow as pa  # slow to import, and few files need it

                return cast("IO[bytes]", pa.CompressedInputStream(file, "zstd")), file.tell
            case _:
                return file, file.tell


def sources(
    path: Path, watch: Callable[[int], None] | None = None, listed: Sequence[FolderFile] | None = None
) -> Iterator[Source]:
    """What `path` holds: itself, or the members of the archive or folder in the order of their names.

    `watch` is told bytes of `path` as they are used; `listed` are its files if it is a folder that was walked
    already. A source from a tar is valid only until the next one is taken.
    """
    if path.is_dir():
        names = [name for name, _ in _files_of(path, listed)]
        for name in names:
            yield Source(path, name, names=names, file=path / name, watch=watch)
        return
    whole = Source(path, watch=watch)
    if whole.head.startswith(_ZIP):
        yield from _zip_members(whole)
    elif whole.head[257:262] == _TAR:
        yield from _tar_members(whole)
    else:
        yield whole


def listings(path: Path, listed: Sequence[FolderFile] | None = None) -> Iterator[Source]:
    """The names of the pictures in a folder or archive as text, one a line: with their paths, then without.

    For lists of names whose pictures somebody has and not the list; no picture is opened.
    """
    first = next(sources(path, listed=listed), None)
    names = [name for name in first.names if is_picture(name)] if first and first.member else []
    with_owner = any("@N" in name for name in names)  # whose name without the folder would be another's form
    bare = [] if with_owner else [name.rpartition("/")[2] for name in names]
    for lines in filter(None, (names, bare)):
        content = "\n".join(lines).encode(errors="replace")
        if content.count(b"\n") >= len(lines) or b"\r" in content:
            content = "\n".join(_LINE_ENDS.sub(" ", name) for name in lines).encode(errors="replace")
        yield Source(path, names=names, raw=partial(BytesIO, content))


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


def _files_of(folder: Path, listed: Sequence[FolderFile] | None) -> Sequence[FolderFile]:
    return folder_files(folder) if listed is None else listed


def size_of(path: Path, listed: Sequence[FolderFile] | None = None) -> int:
    """Bytes of a file, or of all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(file.size for file in _files_of(path, listed))


def digest(path: Path, stop: Event | None = None, listed: Sequence[FolderFile] | None = None) -> str:
    """The SHA-256 of a file as published; of a folder, that of the ``sha256sum`` listing of its files.

    Pictures in a folder are not opened: they stand in the listing with their sizes. Once `stop` is set the
    answer is worthless, but comes soon.
    """
    if not path.is_dir():
        return files.digest(path, stop=stop)
    listing = hashlib.sha256()
    for name, size in _files_of(path, listed):
        content = str(size) if is_picture(name) else files.digest(path / name, stop=stop)
        listing.update(f"{content}  {name}\n".encode(errors="surrogateescape"))
    return listing.hexdigest()


def is_picture(name: str) -> bool:
    """Whether a file of this name is a picture or a video."""
    return name.endswith((".jpg", ".png")) or _PICTURES.fullmatch(name) is not None


def first_bytes(path: Path) -> bytes:
    """Enough of a file, as it lies on disk, to tell its packing and encoding."""
    with path.open("rb") as file:
        return file.read(_START_BYTES)


_DAMAGED = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,  # rapidgzip; zipfile for a password
    ValueError,
)
"""What decoders raise about a damaged file; MemoryError is left alone."""


def packing(start: bytes) -> str | None:
    """The packing of a stream with these first bytes: ``gzip``, ``bzip2``, ``xz``, ``zstd`` or None."""
    if start.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if start.startswith(b"\xfd7zXZ\0"):
        return "xz"
    if start[:3] == b"BZh" and start[3:4].isdigit() and start[4:8] in (b"1AY&", b"\x17rE8", b""):
        return "bzip2"
    return "zstd" if start.startswith(b"\x28\xb5\x2f\xfd") else None


@contextmanager
def damage(label: str) -> Iterator[None]:
    """Turn what decoders and parsers of archives raise into `WrongFileError` about the file `label`."""
    try:
        yield
    except _DAMAGED as error:
        raise _damaged(label, error) from error
    except OSError as error:
        if error.errno is None:  # decoders raise it without a number, the operating system with one
            raise _damaged(label, error) from error
        raise StorageError(
            f"cannot read {label}: {error.strerror}", hint="Check the path, and whether you may read it."
        ) from error


def _damaged(label: str, error: Exception) -> WrongFileError:
    reason = str(error).strip()
    if not reason or reason == "std::exception":  # all that rapidgzip says about a file cut short
        reason = "it ends too early"
    return WrongFileError(f"{label} is cut short or damaged: {reason}", hint=_AGAIN)


def _opener(file: Path) -> Callable[[], IO[bytes]]:
    return lambda: file.open("rb")


def _zip_members(whole: Source) -> Iterator[Source]:
    with whole.file() as path, damage(whole.label), zipfile.ZipFile(path) as archive:
        files = sorted(
            (info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename
        )
        names = [info.filename for info in files]
        if _WORKBOOK in names:  # Excel's own files hold each text once, apart from the rows
            yield whole
            return
        for info in files:
            yield Source(whole.path, info.filename, names=names, raw=_zip_opener(archive, info))
    whole.seen(whole.path.stat().st_size)


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)


def _tar_members(whole: Source) -> Iterator[Source]:
    """Members in the order of the archive, each unpacked to a temporary file while it is used."""
    state = whole.path.stat()
    names = _tar_names(whole.path, state.st_size, state.st_mtime_ns)
    with tempfile.TemporaryDirectory(prefix="flickr-auditor-") as folder, whole.open() as stream:
        copy = Path(folder, "member")  # never the member's own name, which may lead out of the folder
        tail = _Tail(stream)
        with (
            damage(whole.label),
            tarfile.open(fileobj=cast("IO[bytes]", tail), mode="r|", tarinfo=_Member) as archive,
        ):
            for info in archive:
                if not info.isreg():
                    continue
                with copy.open("wb") as target:
                    if not is_picture(info.name):  # nothing but its name is wanted
                        content = cast("IO[bytes]", archive.extractfile(info))
                        shutil.copyfileobj(content, target, CHUNK_BYTES)
                yield Source(whole.path, info.name, names=names, file=copy)
        while tail.read(CHUNK_BYTES):
            pass  # tarfile stops at the closing blocks; damage may show behind them
        if tail.last.strip(b"\0") or len(tail.last) < tarfile.BLOCKSIZE * 2:
            raise _damaged(whole.label, EOFError("the closing blocks of the archive are missing"))


@lru_cache(maxsize=4)
def _tar_names(path: Path, _bytes: int, _changed: int) -> Sequence[str]:
    """The names of a tar's files, if pictures are among the first; kept, for every card asks."""
    whole = Source(path)
    plainly = whole.unpacked_file is not None  # where the headers alone can be read
    names: list[str] = []
    with whole.open() as stream, path.open("rb") as file, damage(whole.label):
        given = file if plainly else cast("IO[bytes]", stream)
        with tarfile.open(fileobj=given, mode="r:" if plainly else "r|", tarinfo=_Member) as archive:
            for info in archive:
                if info.isreg():
                    names.append(info.name)
                if not plainly and len(names) == _FIRST_MEMBERS and not any(map(is_picture, names)):
                    return ()
    return tuple(names) if any(map(is_picture, names)) else ()


class _Member(tarfile.TarInfo):
    """A member whose header must be right: ``tarfile`` takes a damaged one for the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except (tarfile.InvalidHeaderError, tarfile.SubsequentHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from error


class _Tail:
    """A stream that remembers the last kilobyte it gave."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.last = b""

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.last = (self.last + data)[-2 * tarfile.BLOCKSIZE :]
        return data
