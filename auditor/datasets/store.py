"""Folders on other computers: where shards are read from, and where a partitioned index lies.

An address is a path, or what fsspec takes: ``s3://bucket/laion``, ``gs://…``, ``file:///mnt/…``. fsspec comes
with the extra ``cluster``; packages of services (``s3fs``…) do not. Who uses paths alone needs none of them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.datasets import duck
from auditor.errors import AuditorError, ConfigurationError, StorageError, UsageError
from auditor.files import storage_errors
from auditor.text import plain

if TYPE_CHECKING:
    import duckdb

_SCHEME: Final = "://"
_LOCAL: Final = "file://"


def is_address(text: str) -> bool:
    """Whether `text` is an address of fsspec's and no path."""
    return _SCHEME in text and not text.startswith(_LOCAL)


def whole(text: str) -> str:
    """An address as it is, a path from the root on: workers run in other folders, and look-ups later ones."""
    return text if is_address(text) else str(Path(text.removeprefix(_LOCAL)).absolute())


@dataclass(frozen=True, slots=True)
class Store:
    """A folder, here or elsewhere. Holds only its address, so that it can be sent to other computers."""

    address: str

    def __truediv__(self, name: str) -> "Store":
        return Store(f"{self.address.rstrip('/')}/{name}")

    @property
    def path(self) -> Path | None:
        """The folder, if it is one of the file system's."""
        return None if is_address(self.address) else Path(self.address.removeprefix(_LOCAL))

    def read(self, name: str) -> bytes | None:
        """The content of a small file; None where there is none."""
        with self._errors(), self._fs() as (fs, root):
            try:
                content: bytes = fs.cat_file(f"{root}/{name}")
            except FileNotFoundError:
                return None
            return content

    def write(self, name: str, content: bytes) -> None:
        """Write a small file; what reads it half must see that."""
        with self._errors(), self._fs() as (fs, root):
            self._make(fs, root)
            fs.pipe_file(f"{root}/{name}", content)

    def put(self, local: Path, name: str) -> None:
        """Copy a file from here."""
        with self._errors(), self._fs() as (fs, root):
            self._make(fs, root)
            fs.put_file(str(local), f"{root}/{name}")
            if self.path:
                (self.path / name).chmod(0o600)

    def names(self) -> set[str]:
        """The files in it; none where there is no such folder."""
        with self._errors(), self._fs() as (fs, root):
            try:
                found: list[dict[str, Any]] = fs.ls(root, detail=True, refresh=True)
            except FileNotFoundError:
                return set()
            return {str(one["name"]).rpartition("/")[2] for one in found if one["type"] == "file"}

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._errors(), self._fs() as (fs, root):
            try:
                fs.rm_file(f"{root}/{name}")
            except FileNotFoundError:
                return

    def remove_all(self) -> None:
        """Remove the folder and all in it."""
        with self._errors(), self._fs() as (fs, root):
            try:
                fs.rm(root, recursive=True)
            except FileNotFoundError:
                return

    def location(self, name: str) -> str:
        """Where DuckDB reads the file `name`: a path that means itself, or an address."""
        return duck.pattern(self.path / name) if self.path else f"{self.address}/{name}"

    def attach(self, database: "duckdb.DuckDBPyConnection") -> None:
        """Make `database` read from here."""
        if self.path is None:
            with self._errors(), self._fs() as (fs, _):
                if not database.filesystem_is_registered(_protocol(fs)):
                    database.register_filesystem(fs)

    def _make(self, fs: Any, root: str) -> None:
        if self.path:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif root.startswith("/"):
            # Elsewhere the first part of a path is a bucket, and s3fs would make one for a slip of the pen.
            fs.makedirs(root, exist_ok=True)

    @contextmanager
    def _fs(self) -> Iterator[tuple[Any, str]]:
        fsspec = _fsspec()
        yield fsspec.core.url_to_fs(str(self.path) if self.path else self.address)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with errors(self.address):
            yield


def fetch(address: str, folder: Path) -> Path:
    """The file at `address`, copied into `folder` unless it is of the file system here.

    Errors: `UsageError` when there is none; `StorageError` when it cannot be read.
    """
    if not is_address(address):
        path = Path(address.removeprefix(_LOCAL))
        if not path.exists():
            raise UsageError(
                f"there is no file {address}", hint="Shards must be where every worker reaches them."
            )
        return path
    target = folder / (plain(address.rpartition("/")[2], 200) or "shard")
    with errors(address):
        fs, path = _fsspec().core.url_to_fs(address)
        try:
            with fs.open(path, "rb") as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
        except FileNotFoundError:
            raise UsageError(f"there is no file {address}", hint="Check the address.") from None
    return target


def identity(address: str) -> str:
    """What changes when the file at `address` does, as far as its place tells without reading it.

    Errors: as `fetch`.
    """
    with errors(address):
        fs, path = _fsspec().core.url_to_fs(address)
        try:
            told = fs.info(path)
        except FileNotFoundError:
            raise UsageError(f"there is no file {address}", hint="Check the list of shards.") from None
    marks = ("size", "mtime", "ETag", "etag", "md5Hash", "LastModified", "last_modified", "created")
    return " ".join(f"{mark}={told[mark]}" for mark in marks if told.get(mark) is not None)


@contextmanager
def errors(address: str) -> Iterator[None]:
    """Turn what a file system or a service complains of into `StorageError`."""
    if not is_address(address):
        with storage_errors(Path(address)):
            yield
        return
    try:
        yield
    except AuditorError:
        raise
    except Exception as error:  # what a service's package raises is its own: botocore's are no OSErrors
        raise StorageError(
            f"{address} cannot be read or written: {plain(error, 200)}",
            hint="Check the address, the network and the rights to it.",
        ) from error


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise ConfigurationError(
            "shards and indexes on other computers need the extra cluster",
            hint="pip install 'flickr-auditor[cluster]'",
        ) from error
    return fsspec


def _protocol(fs: Any) -> str:
    return fs.protocol if isinstance(fs.protocol, str) else str(fs.protocol[0])
