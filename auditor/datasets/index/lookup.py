"""Looking photos and owners up in the local indexes, many at once."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import duckdb

from auditor.datasets import duck
from auditor.datasets.index import manifest
from auditor.datasets.index.manifest import DataFile, Manifest
from auditor.datasets.index.short_texts import COLUMNS, whole, whole_sql
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing.row import join_key
from auditor.datasets.store import Store
from auditor.errors import StorageError
from auditor.files import storage_errors
from auditor.flickr.urls import is_nsid, is_photo_id, pack_nsid, unpack_nsid

PLACES: Final = 10
"""How many places of a photo are told one by one."""
MOST_KEYS: Final = 1000
"""Of one photo: more than faces are in any picture, less than memory holds."""
BATCH_ROWS: Final = 2048
PORTION: Final = 50_000
"""Values that are looked for at once.

A query for 200,000 takes more memory and no less time: values are sorted as the records are, so that each
portion of them leads to its own part of the records.
"""
_WRITTEN_OUT: Final = 1000
"""Numbers that are part of the query itself, if they are no more than these.

DuckDB then looks for them while it reads, passes over row groups that hold none, and reads the other columns
only where there are hits: of 100 million records in two thirds of the time. But it compares every record with
them, so beyond two thousand a join is quicker.
"""
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


class Place(NamedTuple):
    """Where a record is."""

    source: str
    """Name of the publisher's file."""
    record: str
    """As `Hit.record`."""
    key: str | None
    """As `Hit.key`."""


class Group(NamedTuple):
    """All records of one index that one value of a key leads to.

    A tuple, as `Place` is: of a large account there are a hundred thousand.
    """

    value: str | None
    """That value; of an owner's records the photo id, None for a record without one."""
    records: int
    places: tuple[Place, ...]
    """The first `PLACES` of them, in the order of the publisher's files."""
    license_id: str | None
    links_original: bool
    keys: tuple[str, ...]
    """Different keys of the records (the first `MOST_KEYS`), where they were asked for."""
    photo_ids: frozenset[str]
    """Of the records of one MD5: the photos that they are of, as far as they say."""
    via: str | None = None
    """The dataset whose index says whose photo it is, where this one does not."""
    via_key: str | None = None
    """The number by which this one names a photo of `via`."""


@dataclass(frozen=True, slots=True)
class Index:
    """One local index. Every lookup gives its hits in the order of the publisher's files."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in `folder`. Errors: `WrongFileError` if there is none, `StorageError` if damaged."""
        return cls(folder.absolute(), manifest.read(folder))

    def check_files(self) -> None:
        """Errors: `StorageError` when a data file is missing, or nothing answers where they are."""
        files, here = {file.name for file in self.manifest.files}, self.store.path
        if here is None:
            there = self.store.names()
        else:
            with storage_errors(here):
                there = {name for name in files if (here / name).is_file()}
        if missing := min(files - there, default=None):
            raise StorageError(
                f"{missing} is missing at {self.store.address}",
                hint=f"Build the index again: flickr-auditor datasets add {self.name} FILE",
            )

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.manifest.dataset

    def by_photo(self, photo_ids: Iterable[str]) -> list[Hit]:
        """The records of these photos; what is no photo id has none."""
        return self._hits(self._rows("photo_id", "BIGINT", list(_numbers(frozenset(photo_ids)))))

    def by_hash(self, url_hashes: Iterable[str]) -> list[Hit]:
        """The records with one of these YFCC hashes of a download address."""
        return self._hits(self._rows("url_hash", "VARCHAR", list(url_hashes)))

    def groups(self, key: MatchKey, values: Iterable[str], *, keys: bool = False) -> Iterator[Group]:
        """The records with one of these `values` of `key`, those of one value as one group.

        Of an owner's records those of one photo are a group, and `values` are NSIDs and aliases. `keys` asks
        for the publisher's keys too. However many records there are, memory is that of the groups.
        """
        match key:
            case MatchKey.PHOTO_ID:
                yield from self._grouped(key, "photo_id", _numbers(frozenset(values)), keys=keys)
            case MatchKey.OWNER:
                yield from self._owned(list(values), keys=keys)
            case MatchKey.PARENT_KEY:
                yield from self._grouped(key, "parent_key", sorted(set(map(join_key, values))), keys=keys)
            case _:
                yield from self._grouped(
                    key, key.value, sorted({value.lower() for value in values}), keys=keys
                )

    def _owned(self, owners: Sequence[str], *, keys: bool) -> Iterator[Group]:
        """Records that hold both an NSID and an alias are met by the first alone."""
        nsids = sorted({pack_nsid(owner) for owner in owners if is_nsid(owner)})
        aliases = sorted({owner.lower() for owner in owners if not is_nsid(owner)})
        yield from self._grouped(MatchKey.OWNER, "nsid", nsids, keys=keys)
        if "alias" not in self.manifest.constant:  # else there is none
            yield from self._grouped(MatchKey.OWNER, "alias", aliases, keys=keys, but=nsids)

    def _grouped(
        self,
        key: MatchKey,
        column: str,
        values: Sequence[int] | Sequence[str],
        *,
        keys: bool,
        but: Sequence[int] = (),
    ) -> Iterator[Group]:
        """`values` are sorted, and none is there twice: it could be in two portions."""
        for first in range(0, len(values), PORTION):
            portion: list[Any] = list(values[first : first + PORTION])
            if files := self._files(key, column, portion):
                yield from self._groups_in(files, key, column, portion, keys=keys, but=but)

    def _groups_in(
        self,
        files: Sequence[DataFile],
        key: MatchKey,
        column: str,
        values: Sequence[int] | Sequence[str],
        *,
        keys: bool,
        but: Sequence[int],
    ) -> Iterator[Group]:
        """The groups of so few values that one query of them needs little memory."""
        value = "photo_id" if key is MatchKey.OWNER else column
        wanted, given = _one_of(column, values)
        if but:
            wanted += " AND (nsid IS NULL OR nsid NOT IN (SELECT unnest(?::BIGINT[])))"
            given.append(list(but))
        query = f"""
            SELECT
                {value}, count(*), bool_or(original),
                min_by(license_id, place) FILTER (license_id IS NOT NULL),
                min_by(row(source, row, record, key), place, {PLACES}),
                {f"list(DISTINCT key)[:{MOST_KEYS}]" if keys else "NULL"},
                {f"list(DISTINCT photo_id)[:{MOST_KEYS}]" if key is MatchKey.CONTENT_MD5 else "NULL"}
            FROM (
                SELECT *, (source::HUGEINT << 64) + row AS place
                FROM (SELECT {", ".join(self._columns(key, value))} FROM {duck.PARQUET} WHERE {wanted})
            )
            GROUP BY {value}, CASE WHEN {value} IS NULL THEN place END
        """  # noqa: S608 - all from this file
        names = [source.name for source in self.manifest.sources]
        with self._reading():
            answer = self._cursor().execute(query, [self.locations(files), *given])
            while batch := answer.fetchmany(BATCH_ROWS):
                yield from [self._group(row, names) for row in batch]

    def _columns(self, key: MatchKey, value: str) -> Iterator[str]:
        """What a group is made of, in SQL: no column is read that is the same in all records."""
        constant = self.manifest.constant
        if not self.manifest.keyed:  # indexes of before records had keys have no such column
            constant = {**constant, "key": None}
        yield value
        yield "row"
        if key is MatchKey.CONTENT_MD5:
            yield "photo_id"
        for column in ("license_id", "original", "record", "source", "key"):
            if column in constant:
                yield f"{_sql(constant[column])} AS {column}"
            else:
                yield f"{whole_sql(column)} AS {column}" if column in COLUMNS else column

    def _group(self, row: Sequence[Any], files: Sequence[str]) -> Group:
        """A group from a row of the query in `_grouped`; `files` are the names of the publisher's files."""
        value, records, original, license_id, places, keys, photo_ids = row
        return Group(
            None if value is None else str(value),
            records,
            tuple([Place(files[source], at or f"line {number}", key) for source, number, at, key in places]),
            None if license_id is None else str(license_id),
            original,
            tuple(filter(None, keys)) if keys else (),
            frozenset(map(str, filter(None, photo_ids))) if photo_ids else frozenset(),
        )

    def _rows(self, key: str, kind: str, values: list[int] | list[str]) -> list[_Row]:
        """The raw records whose `key` is one of `values`."""
        files = self._files(key, key, values)
        if not files:
            return []
        # By name: an index built before there were all columns has fewer, and not every order has all.
        query = f"SELECT * FROM {duck.PARQUET} WHERE {key} IN (SELECT unnest(?::{kind}[]))"  # noqa: S608
        with self._reading():
            answer = self._cursor().execute(query, [self.locations(files), values])
            names = [str(column[0]) for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _files(self, key: str, column: str, values: Sequence[int] | Sequence[str]) -> tuple[DataFile, ...]:
        """The data files sorted by `key` that can hold a record with one of `values` in `column`.

        An alias is looked for in every part by NSID too, since a record may have both.
        """
        if not values:
            return ()
        ordered = sorted(values)
        return tuple(part for part in self.manifest.parts(key) if _can_hold(part, column, ordered))

    def locations(self, files: Iterable[DataFile]) -> list[str]:
        """Where DuckDB reads these data files, for the parameter of `duck.PARQUET`."""
        return [self.store.location(file.name) for file in files]

    @property
    def store(self) -> Store:
        """Where the data files are."""
        return Store(self.manifest.store or str(self.folder))

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        self.store.attach(_database())
        return _database().cursor()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with duck.storage_errors(self.name):
            try:
                yield
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
        record, key = (
            None if row.get(column) is None else whole(row[column], photo_id, row["row"])
            for column in COLUMNS
        )
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
            record=record or f"line {row['row']}",
            key=key,
            parent_key=row.get("parent_key"),
        )


def _one_of(column: str, values: Sequence[int] | Sequence[str]) -> tuple[str, list[object]]:
    """The condition that `column` is one of `values` in SQL, and its parameters."""
    if not isinstance(values[0], int):
        return f"{column} IN (SELECT unnest(?::VARCHAR[]))", [list(values)]
    if len(values) > _WRITTEN_OUT:
        return f"{column} IN (SELECT unnest(?::BIGINT[]))", [list(values)]
    return f"{column} IN ({', '.join(map(str, values))})", []


def _sql(value: int | None) -> str:
    return "NULL" if value is None else str(value).lower()  # true, false


def _can_hold(part: DataFile, column: str, ordered: list[Any]) -> bool:
    if part.first is None or (column == "alias" and isinstance(part.first, int)):
        return True
    if not isinstance(part.first, type(ordered[0])):
        return False
    at = bisect_left(ordered, part.first)
    return at < len(ordered) and bool(ordered[at] <= part.last)


@lru_cache(maxsize=1)
def _numbers(photo_ids: frozenset[str]) -> "array[int]":
    """Photo ids as an index holds them, sorted; kept, for an audit asks every index for the same ones."""
    return array("q", sorted({int(text) for text in photo_ids if is_photo_id(text)}))


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database for the process: opening one takes longer than most lookups."""
    return duck.connect()
