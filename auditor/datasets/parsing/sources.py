"""Index files as streams: unpacked by what they contain, hashed, and never silently short.

Publishers ship the same list plain, as ``.gz``, ``.bz2``, ``.xz`` or ``.zst``, or as files in a ``.zip``, a
``.tar`` or a folder, and people rename files. So packing is told by the first bytes, never by the name.
``tarfile`` takes an archive cut between two members for complete, so its closing zero blocks are looked for;
`packing` says what was found about the decoders of single files.
"""

import codecs
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from auditor.datasets.parsing.folders import FolderFile, files_of, is_picture
from auditor.datasets.parsing.packing import START_BYTES, damage, damaged, first_bytes, packing, unpacked
from auditor.text import plain
from auditor.text_files import wide_encoding

HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 1 << 20

_ZIP, _TAR = b"PK\x03\x04", b"ustar"
_LINE_ENDS = re.compile(r"[\r\n]")
FLICKR_HOST = re.compile(
    rb"(?:(?:\b|_)(?:flickr\.com|flic\.kr)|staticflickr\.com)(?:\b|_|%2f)", re.IGNORECASE
)
"""What every file with an address of Flickr has; see `Source.finds`."""
_FIRST_MEMBERS = 1000
"""If none of so many files of a packed tar is a picture, it is no archive of pictures."""
_WORKBOOK = "xl/workbook.xml"


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
            if encoding := wide_encoding(data[:START_BYTES]):
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
        self._holding: dict[object, bool] = {}

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
        """Whether one of the words stands anywhere in the file."""
        return self._holds(words, lambda text: any(word in text for word in words))

    def finds(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the pattern occurs anywhere in the file, in at most 256 bytes."""
        return self._holds(pattern, lambda text: pattern.search(text) is not None)

    def _holds(self, wanted: object, is_in: Callable[[bytes], bool]) -> bool:
        """Whether `wanted` is anywhere in the file, as `is_in` tells of a part; kept, for every card asks."""
        if is_in(self.head):
            return True
        if len(self.head) < HEAD_BYTES:
            return False
        if wanted not in self._holding:
            with self.open() as stream:
                kept, found = b"", False
                while not found and (block := stream.read(CHUNK_BYTES)):
                    found = is_in(kept + block)
                    kept = block[-256:]
            self._holding[wanted] = found
        return self._holding[wanted]

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
            return Stream(self, file, *unpacked(file, self._on_disk))

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


def sources(
    path: Path, watch: Callable[[int], None] | None = None, listed: Sequence[FolderFile] | None = None
) -> Iterator[Source]:
    """What `path` holds: itself, or the members of the archive or folder in the order of their names.

    `watch` is told bytes of `path` as they are used; `listed` are its files if it is a folder that was walked
    already. A source from a tar is valid only until the next one is taken.
    """
    if path.is_dir():
        names = [name for name, _ in files_of(path, listed)]
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
            raise damaged(whole.label, EOFError("the closing blocks of the archive are missing"))


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
