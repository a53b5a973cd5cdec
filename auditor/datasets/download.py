"""One file over the web: resumed where it broke off, checked, and not sent again while it is unchanged.

Beside the file stands what the server said of it (``NAME.http.json``: ETag, Last-Modified), so that asking
again costs one answer without a body. A transfer that broke off stays as ``NAME.part`` only when the server
gave something by which it can tell that the rest belongs to the same file (RFC 9110, If-Range).
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import urlsplit

import requests

from auditor.datasets.http_get import (
    AGAIN,
    TRANSIENT,
    BrokenOffError,
    answer,
    check_address,
    header_number,
    network_errors,
    no_file,
)
from auditor.errors import (
    AuditorError,
    RefusedError,
    StorageError,
    TooLargeError,
    UnreachableError,
    WrongFileError,
)
from auditor.files import digest, fsync_path, storage_errors, write_atomic
from auditor.progress import SILENT, Progress
from auditor.text import file_size, plain

ATTEMPTS: Final = 4
"""Tries in a row that bring nothing new before giving up."""
CHUNK_BYTES: Final = 1 << 20
KEEP_FREE: Final = 256 * 1024 * 1024
"""Bytes that a download leaves free: a full disk hurts more than the download."""
SMALLEST_STEP: Final = 256 * 1024
"""Bytes by which a try must get further to count as one that brought something."""

_CHANGED: Final = "The publisher, or someone on the way, changed the file. None of it was used."


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that somebody offers, with what is known of it."""

    url: str
    name: str
    """A plain file name; the file is kept under it."""
    bytes: int | None = None
    """Binding when there is a checksum, else a hint that may be out of date."""
    sha256: str | None = None
    md5: str | None = None
    most: int | None = None
    """The most bytes it may have, whatever the server sends; None for no limit."""

    @property
    def has_checksum(self) -> bool:
        """Whether the content is known before it is had."""
        return bool(self.sha256 or self.md5)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that is here now."""

    path: Path
    sha256: str
    transferred: int
    """Bytes that came over the line this time."""
    unchanged: bool
    """It was here before."""


def download(
    remote: Remote,
    folder: Path,
    *,
    progress: Progress = SILENT,
    wait: Callable[[float], None] = time.sleep,
) -> Downloaded:
    """Have `remote` in `folder`, whole and checked; `wait` sleeps between tries.

    Errors: `RefusedError` for an address that is not safe or content with another checksum, `WrongFileError`
    when the address does not give the file, `UnreachableError` when the server does not answer (running again
    goes on), `StorageError` when the disk is full.
    """
    address = check_address(remote.url, has_checksum=remote.has_checksum)
    with storage_errors(folder):
        return _Transfer(replace(remote, url=address.url), folder, progress, wait).run()


@dataclass(frozen=True, slots=True)
class _Validators:
    """By what a server can tell whether its file is still the one of last time."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    bytes: int | None = None
    """Size of the whole file here; None for a part."""
    sha256: str | None = None

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str]) -> Self:
        return cls(url, headers.get("ETag"), headers.get("Last-Modified"))

    @classmethod
    def read(cls, path: Path, url: str) -> Self | None:
        """What is remembered of the file `path`, if it came from `url`."""
        try:
            told = json.loads(_beside(path).read_bytes())
            found = cls(**told)
        except (OSError, ValueError, TypeError, RecursionError):
            return None  # not there, or not ours: the file is then simply had again
        return found if found.url == url else None

    def write(self, path: Path) -> None:
        write_atomic(_beside(path), json.dumps(asdict(self)))

    @property
    def for_range(self) -> str | None:
        """The value of If-Range, which takes no weak ETag."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def same_file(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer is about the same file, which some servers do not check themselves."""
        return headers.get("ETag", self.etag) == self.etag

    def if_changed(self) -> dict[str, str]:
        """Headers that ask for the file only if it changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.last_modified} if self.last_modified else {}


class _Transfer:
    """The download of one file."""

    def __init__(
        self, remote: Remote, folder: Path, progress: Progress, wait: Callable[[float], None]
    ) -> None:
        self.remote = remote
        self.folder = folder
        self.path = folder / remote.name
        self.part = folder / f"{remote.name}.part"
        self.progress = progress
        self.wait = wait
        self.transferred = 0

    def run(self) -> Downloaded:
        # A checksum names the content: what is here and has it need not be asked for.
        if self.remote.has_checksum and self.path.is_file() and not self._wrong_checksum(self.path):
            return self._result(digest(self.path), unchanged=True)
        here = self._here()
        if self._fetch(here):
            return self._result(self._accept(), unchanged=False)
        return self._result(here.sha256 if here and here.sha256 else digest(self.path), unchanged=True)

    def _result(self, sha256: str, *, unchanged: bool) -> Downloaded:
        return Downloaded(self.path, sha256, self.transferred, unchanged)

    def _here(self) -> _Validators | None:
        """What is remembered of the whole file, if it is still as it was."""
        if not self.path.is_file():
            return None
        found = _Validators.read(self.path, self.remote.url)
        return found if found and found.bytes == self.path.stat().st_size else None

    def _fetch(self, here: _Validators | None) -> bool:
        """Bring the part to its whole length; False when the file that is here is still the right one."""
        failures = reached = 0
        while True:
            try:
                return self._try(here)
            except BrokenOffError as error:
                length = self.part.stat().st_size if self.part.exists() else 0
                failures = 1 if length >= reached + SMALLEST_STEP else failures + 1
                reached = max(reached, length)
                if failures == ATTEMPTS:
                    raise UnreachableError(
                        f"{self._server} does not give all of {self.remote.name}: {error}", hint=AGAIN
                    ) from error
                pause = 2.0 ** (failures - 1)
                self.progress.say(f"{self._server}: {error}. Trying again in {pause:.0f} s")
                self.wait(pause)

    @property
    def _server(self) -> str:
        return urlsplit(self.remote.url).hostname or "the server"

    def _try(self, here: _Validators | None) -> bool:
        part = _Validators.read(self.part, self.remote.url) if self.part.is_file() else None
        have = self.part.stat().st_size if part else 0
        # An answer to If-None-Match is worked out before one to Range, so both can be asked at once.
        headers = here.if_changed() if here and not self.remote.has_checksum else {}
        if part and have and part.for_range:
            headers |= {"Range": f"bytes={have}-", "If-Range": part.for_range}
        with answer(self.remote.url, headers, has_checksum=self.remote.has_checksum) as response:
            match response.status_code:
                case 304 if here:
                    return False
                case 206 if part and _range_start(response) == have and part.same_file(response.headers):
                    self._receive(response, part, have)
                case 200:
                    self._forget_part()
                    told = _Validators.of(self.remote.url, response.headers)
                    self._receive(response, told, 0)
                case 416 if have and response.headers.get("Content-Range") == f"bytes */{have}":
                    pass  # nothing was missing but the last step
                case 206 | 416:
                    self._forget_part()
                    raise BrokenOffError(
                        "the server gave another part than was asked for, or of another file"
                    )
                case status if status in TRANSIENT:
                    raise BrokenOffError(f"HTTP {status}")
                case status:
                    raise no_file(self.remote.url, status)
        return True

    def _receive(self, response: requests.Response, told: _Validators, have: int) -> None:
        """Add the body to the part, of which `have` bytes are here and which `told` belongs to."""
        length = header_number(response.headers.get("Content-Length", ""))
        total = None if length is None else have + length
        self._check_limit(total or 0)
        self._check_space(total, have)
        if not have:
            told.write(self.part)
        try:
            label = f"Getting {self.remote.name}"
            with self.progress.task(label, total=total or self.remote.bytes, unit="B") as task:
                task.advance(have)
                with self.part.open("ab" if have else "wb") as file:
                    self._copy(response, file, task.advance)
                    if total is not None and file.tell() != total:
                        raise BrokenOffError("it ended too early")
        except BrokenOffError:
            if not told.for_range:
                self._forget_part()
            raise

    def _copy(self, response: requests.Response, file: IO[bytes], advance: Callable[[int], None]) -> None:
        most = self.remote.bytes if self.remote.has_checksum else None
        # The bytes as they are sent: a .gz file that the server calls "Content-Encoding: gzip" stays one.
        chunks = partial(response.raw.read, CHUNK_BYTES, decode_content=False)
        while True:
            with network_errors(self.remote.url):
                chunk = chunks()
            if not chunk:
                return
            file.write(chunk)
            self._check_limit(file.tell())
            self.transferred += len(chunk)
            advance(len(chunk))
            if most is not None and file.tell() > most:
                self._forget_part()
                raise RefusedError(
                    f"{self.remote.name} is longer than the {most:,} bytes it should have", hint=_CHANGED
                )

    def _check_limit(self, size: int) -> None:
        most = self.remote.most
        if most is not None and size > most:
            self._forget_part()
            raise TooLargeError(
                f"{self.remote.name} is larger than {file_size(most)}", hint="Allow more, or leave it out."
            )

    def _check_space(self, total: int | None, have: int) -> None:
        needed = (total or self.remote.bytes or 0) - have
        free = shutil.disk_usage(self.folder).free
        if needed + KEEP_FREE > free:
            raise StorageError(
                f"{self.remote.name} needs {needed:,} bytes more, and {self.folder} has {free:,} free,"
                f" of which {KEEP_FREE:,} must stay free",
                hint="Free some space or choose another folder with --home DIR, then run it again.",
            )

    def _accept(self) -> str:
        """Make the part the file, if it is what it should be; its sha256."""
        if problem := self._problem():
            self._forget_part()
            raise problem
        sha256 = self.remote.sha256 or digest(self.part)
        size = self.part.stat().st_size
        told = _Validators.read(self.part, self.remote.url) or _Validators(self.remote.url)
        fsync_path(self.part)
        # What is remembered of the old file must not be said of the new one, should the power fail now.
        _beside(self.path).unlink(missing_ok=True)
        self.part.replace(self.path)
        fsync_path(self.folder)
        replace(told, bytes=size, sha256=sha256).write(self.path)
        self._forget_part()
        return sha256

    def _problem(self) -> AuditorError | None:
        """Why the part is not the file."""
        with self.part.open("rb") as file:
            start = file.read(512).lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            return WrongFileError(
                f"{plain(self.remote.url, 200)} returns a web page instead of {self.remote.name}",
                hint="Open it in a browser: it may want a login. Then: flickr-auditor datasets add NAME FILE",
            )
        if kind := self._wrong_checksum(self.part):
            return RefusedError(f"{self.remote.name} has another {kind} than it should have", hint=_CHANGED)
        return None

    def _wrong_checksum(self, path: Path) -> str | None:
        """The kind of checksum that `path` fails, if any."""
        for kind, wanted in (("sha256", self.remote.sha256), ("md5", self.remote.md5)):
            if wanted and digest(path, kind) != wanted:
                return kind
        return None

    def _forget_part(self) -> None:
        self.part.unlink(missing_ok=True)
        _beside(self.part).unlink(missing_ok=True)


def _range_start(response: requests.Response) -> int | None:
    """Where the part begins that a 206 gives: ``Content-Range: bytes 100-199/200``."""
    told: str = response.headers.get("Content-Range", "")
    return header_number(told.removeprefix("bytes").strip().partition("-")[0])


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.http.json")
