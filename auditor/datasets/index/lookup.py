"""Looking photos and owners up in the local indexes, many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

import duckdb

from auditor.datasets import duck
from auditor.datasets.index import manifest
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing.row import join_key
from auditor.errors import StorageError
from auditor.flickr.urls import is_nsid, is_photo_id, pack_nsid, unpack_nsid

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a lookup met. Keys the record does not have are None."""

    dataset: str
    photo_id: str | None
    nsid: str | None
    alias: str | None
    url_hash: str | None
    content_md5: str | None
    license_id: str | None
    """Flickr's id of the licence the dataset recorded."""
    links_original: bool
    """The publisher's file holds the original's secret for this photo."""
    source: str
    """Name of the publisher's file."""
    record: str
    """Where in that file, such as ``line 12`` or ``images[3].id=397133``."""
    key: str | None = None
    """The publisher's own key of the row, such as Open Images' ImageID."""
    parent_key: str | None = None
    """The key of its photo in the dataset that this one was drawn from."""


@dataclass(frozen=True, slots=True)
class Index:
    """One local index. Every lookup gives its hits in the order of the publisher's files."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in `folder`; raises `WrongFileError` if there is none, `StorageError` if damaged."""
        return cls(folder, manifest.read(folder))

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.manifest.dataset

    def by_photo(self, photo_ids: Iterable[str]) -> list[Hit]:
        """The records of these photos; what is no photo id has none."""
        return self._hits(self._rows("photo_id", "photo_id", "BIGINT", _numbers(frozenset(photo_ids))))

    def by_owner(self, nsids: Iterable[str], aliases: Iterable[str] = ()) -> list[Hit]:
        """The records of owners with one of these NSIDs or path aliases (never display names)."""
        packed = [pack_nsid(nsid) for nsid in nsids if is_nsid(nsid)]
        lowered = [alias.lower() for alias in aliases]
        by_nsid = self._rows("owner", "nsid", "BIGINT", packed)
        by_alias = self._rows("owner", "alias", "VARCHAR", lowered)
        both = {tuple(row.values()): row for row in (*by_nsid, *by_alias)}  # a record may hold both
        return self._hits(both.values())

    def by_hash(self, url_hashes: Iterable[str]) -> list[Hit]:
        """The records with one of these YFCC hashes of a download address."""
        return self._hits(self._rows("url_hash", "url_hash", "VARCHAR", list(url_hashes)))

    def by_md5(self, md5s: Iterable[str]) -> list[Hit]:
        """The records whose original file has one of these MD5s (hex)."""
        return self._hits(self._rows("content_md5", "content_md5", "VARCHAR", [md5.lower() for md5 in md5s]))

    def by_parent_key(self, keys: Iterable[str]) -> list[Hit]:
        """The records whose photo has one of these keys in the dataset that this one was drawn from."""
        return self._hits(self._rows("parent_key", "parent_key", "VARCHAR", [join_key(key) for key in keys]))

    def _rows(self, key: str, column: str, kind: str, values: list[int] | list[str]) -> list[_Row]:
        """The raw records whose `column` has one of `values`."""
        file = self.manifest.file(key)
        if file is None or not values:
            return []
        # By name: an index built before there were all columns has fewer, and not every order has all.
        query = f"SELECT * FROM read_parquet(?) WHERE {column} IN (SELECT unnest(?::{kind}[]))"  # noqa: S608
        parameters = [duck.pattern(self.folder / file.name), values]
        with duck.storage_errors(self.name):
            try:
                found = _database().cursor().execute(query, parameters)
                names = [str(column[0]) for column in found.description or ()]
                return [dict(zip(names, values, strict=True)) for values in found.fetchall()]
            except duckdb.IOException as error:
                if manifest.read(self.folder).files == self.manifest.files:
                    raise
                raise StorageError(
                    f"the index of {self.name} was replaced while it was being read", hint="Run it again."
                ) from error

    def _hits(self, rows: Iterable[_Row]) -> list[Hit]:
        in_order = sorted(rows, key=lambda row: (row["source"], row["row"], row["record"] or ""))
        return [self._hit(row) for row in in_order]

    def _hit(self, row: _Row) -> Hit:
        photo_id, nsid, license_id = row["photo_id"], row["nsid"], row["license_id"]
        return Hit(
            dataset=self.name,
            photo_id=None if photo_id is None else str(photo_id),
            nsid=None if nsid is None else unpack_nsid(nsid),
            alias=row["alias"],
            url_hash=row.get("url_hash"),
            content_md5=row.get("content_md5"),
            license_id=None if license_id is None else str(license_id),
            links_original=row["original"],
            source=self.manifest.sources[row["source"]].name,
            record=row["record"] or f"line {row['row']}",
            key=row.get("key"),
            parent_key=row.get("parent_key"),
        )


@lru_cache(maxsize=1)
def _numbers(photo_ids: frozenset[str]) -> list[int]:
    """Photo ids as an index holds them; kept, for an audit asks every index for the same ones."""
    return [int(text) for text in photo_ids if is_photo_id(text)]


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database for the process: opening one takes longer than most lookups."""
    return duck.connect()
