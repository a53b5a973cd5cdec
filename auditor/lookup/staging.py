"""The records of several indexes, with the owners that they lack and that others of them know.

COCO says which photo a picture is, not whose; YFCC100M knows the owner of its photos. So one question about
an owner can answer for both, and each such record says through which dataset its owner is known. Where two
indexes name different owners for a photo, nobody knows which is right, and none is borrowed.
"""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.datasets import catalogue, duck
from auditor.datasets.index import manifest
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.records import SCHEMA
from auditor.datasets.index.short_texts import COLUMNS, whole_sql
from auditor.datasets.match_keys import MatchKey
from auditor.errors import AuditorError, StorageError
from auditor.files import storage_error
from auditor.flickr.urls import pack_nsid
from auditor.lookup import keys
from auditor.lookup.columns import JOINED, NO_PHOTO, ORIGINAL, SAME_PHOTO
from auditor.lookup.left_out import LeftOut
from auditor.lookup.sorting import SPREAD_ROWS, in_order
from auditor.pipeline import ahead

EVERYTHING: Final = "true"
"""All records, as a condition in SQL."""

_TEXT_OF_KEY: Final = {
    keys.NSID: "printf('%d@N%02d', owner // 100, owner % 100)",
    keys.ALIAS: "lower(alias)",
    keys.PHOTO: "photo_id::VARCHAR",
    keys.HASH: "lower(url_hash)",
    keys.MD5: "lower(content_md5)",
}
_COLUMN: Final = {keys.NSID: "owner", keys.ALIAS: "alias", keys.PHOTO: "photo_id"}
_JOIN_KEY: Final = r"regexp_replace(lower(trim(key)), '^0+([0-9]+)$', '\1')"  # `join_key` in SQL

_TOLD: Final = ("nsid", "alias", "url_hash", "content_md5")
"""What an index can know of the photos of one that has its numbers alone, beside the photo id."""
_MATCH_KEYS: Final = (MatchKey.PHOTO_ID, MatchKey.OWNER, MatchKey.URL_HASH, MatchKey.CONTENT_MD5)


@dataclass(frozen=True, slots=True)
class Counts:
    """What can be found of a dataset."""

    owned: int = 0
    """Records whose owner's NSID is known."""
    findable: int = 0
    """Records with any key to ask by."""
    named: int = 0
    """Records with an owner or a photo id."""
    match_keys: tuple[str, ...] = ()
    """By what they can be found, owners that another index knows included."""

    def __add__(self, other: "Counts") -> "Counts":
        """Of records that are apart."""
        return Counts(
            self.owned + other.owned,
            self.findable + other.findable,
            self.named + other.named,
            tuple(key for key in _MATCH_KEYS if key in {*self.match_keys, *other.match_keys}),
        )


@dataclass(frozen=True, slots=True)
class Gone:
    """All that is left out with the people and photos of a list."""

    people: pa.Table
    photos: pa.Table
    """By photo id, URL hash and MD5."""


class Staging:
    """The records, ready to be asked for in the order of a section; made by `staging`."""

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        indexes: Sequence[Index],
        numbers: Mapping[str, int],
        work: Path,
    ) -> None:
        self._database = database
        self._indexes = indexes
        self._work = work
        self._numbers = numbers
        self.unmet: tuple[str, ...] = ()
        """Whom nobody has to leave out, for no record names them."""

    def prepare(self, left_out: LeftOut, which: str = EVERYTHING, gone: Gone | None = None) -> None:
        """Join parents and owners in, and leave people out.

        `which` is a condition for photo ids, with which `gone` is needed where anybody is left out.
        """
        for index in sorted(self._indexes, key=lambda index: len(_parents(index.name))):
            self._view_of(index)
        union = " UNION ALL BY NAME ".join(f"FROM r{self._numbers[index.name]}" for index in self._indexes)
        self._database.execute(f"CREATE VIEW told AS FROM ({union}) WHERE {which}")
        self._borrow_owners()
        self._leave_out(left_out, gone)

    def counts(self) -> dict[int, Counts]:
        """For each dataset by its number."""
        rows = self._database.execute(
            """SELECT dataset, count(owner),
                count(coalesce(owner::VARCHAR, alias, photo_id::VARCHAR, url_hash, content_md5)),
                count(coalesce(owner::VARCHAR, alias, photo_id::VARCHAR)),
                count(photo_id), count(coalesce(owner::VARCHAR, alias)), count(url_hash), count(content_md5)
                FROM records GROUP BY dataset"""
        ).fetchall()
        return {
            dataset: Counts(
                owned, findable, named, tuple(k for k, n in zip(_MATCH_KEYS, numbers, strict=True) if n)
            )
            for dataset, owned, findable, named, *numbers in rows
        }

    def ordered(self, section: str) -> Iterator[pa.RecordBatch]:
        """The records of a section in the order of their digests, those of a key in that of their photos."""
        with tempfile.TemporaryDirectory(dir=self._work) as work:
            yield from in_order(ahead(self.records(section)), Path(work))

    def records(self, section: str) -> Iterator[pa.RecordBatch]:
        """The records of a section, in no order."""
        if section == keys.UNOWNED:
            kinds: tuple[str, ...] = (keys.PHOTO, keys.ALIAS, keys.HASH, keys.MD5)
            where = "(owner IS NULL OR photo_id IS NULL)"
        else:
            kinds, where = (section,), "true"
        parts = " UNION ALL ".join(f"({_keyed(kind, where)})" for kind in kinds)
        yield from duck.batches(self._database.sql(parts), SPREAD_ROWS)

    def gone(self) -> Gone:
        """All that is left out."""
        return Gone(*(self._database.sql(f"FROM {table}").to_arrow_table() for table in ("people", "gone")))

    def _view_of(self, index: Index) -> None:
        """``r<number>``: the records of an index, with what its parent's index knows of them."""
        number = self._numbers[index.name]
        columns = self._work / "columns.parquet"
        if not columns.exists():
            pq.write_table(SCHEMA.empty_table(), columns)
        index.store.attach(self._database)
        main = index.locations(index.manifest.parts(MatchKey.PHOTO_ID))
        files = ", ".join(map(duck.literal, [duck.pattern(columns), *main]))
        own = f"{duck.parquet(f'[{files}]', union_by_name=True)}"
        self._database.execute(
            f"CREATE VIEW own{number} AS FROM {own}"
            f" SELECT {number} AS dataset, NULL::INT AS via, false AS joined,"
            f" * REPLACE ({', '.join(f'{whole_sql(column)} AS {column}' for column in COLUMNS)})"
        )
        card = catalogue.find(index.name)
        parent = self._numbers.get(card.parent) if card and card.parent else None
        if parent is None or MatchKey.PARENT_KEY not in index.manifest.match_keys:
            self._database.execute(f"CREATE VIEW r{number} AS SELECT * FROM own{number}")  # noqa: S608
            return
        agreed = ", ".join(
            f"CASE WHEN min({name}) = max({name}) THEN min({name}) END AS {name}" for name in _TOLD
        )
        told = ", ".join(f"coalesce(own.{name}, p.{name}) AS {name}" for name in _TOLD)
        self._database.execute(
            f"""CREATE TABLE p{number} AS
                SELECT {_JOIN_KEY} AS named, min(photo_id) AS photo_id, {agreed}
                FROM r{parent} WHERE {_JOIN_KEY} IN (SELECT parent_key FROM own{number})
                GROUP BY named HAVING count(DISTINCT photo_id) < 2"""  # noqa: S608
        )
        self._database.execute(
            f"""CREATE VIEW r{number} AS
                SELECT own.* REPLACE (
                    CASE WHEN p.named IS NOT NULL THEN {parent} END AS via,
                    coalesce(p.photo_id::VARCHAR, p.url_hash, p.content_md5) IS NOT NULL AS joined,
                    coalesce(own.photo_id, p.photo_id) AS photo_id, {told})
                FROM own{number} AS own LEFT JOIN p{number} AS p
                    ON own.photo_id IS NULL AND own.parent_key = p.named"""  # noqa: S608
        )

    def _borrow_owners(self) -> None:
        self._database.execute(
            """CREATE TABLE borrowed AS
                SELECT photo_id, min(nsid) AS nsid, min(dataset) AS via FROM told
                WHERE nsid IS NOT NULL AND photo_id IN (
                    SELECT photo_id FROM told WHERE nsid IS NULL AND photo_id IS NOT NULL)
                GROUP BY photo_id HAVING min(nsid) = max(nsid)"""
        )
        self._database.execute(
            """CREATE VIEW owned AS
                SELECT told.* REPLACE (
                    CASE WHEN told.nsid IS NULL THEN coalesce(told.via, b.via) ELSE told.via END AS via),
                    coalesce(told.nsid, b.nsid) AS owner
                FROM told LEFT JOIN borrowed AS b ON told.nsid IS NULL AND told.photo_id = b.photo_id"""
        )

    def _leave_out(self, people: LeftOut, gone: Gone | None) -> None:
        """Leave out all records of `people`, by either name, and those of their photos that name no owner."""
        if not people:  # what follows is asked of each record
            self._database.execute("CREATE VIEW records AS FROM owned")
            return
        given = {
            "owner": _array([pack_nsid(nsid) for nsid in people.nsids], "BIGINT"),
            "lower(alias)": _array([alias.lower() for alias in people.aliases], "VARCHAR"),
            "photo_id": _array([int(photo_id) for photo_id in people.photo_ids], "BIGINT"),
        }
        theirs = " OR ".join(
            f"coalesce({column} IN (SELECT {name} FROM {table} WHERE {name} IS NOT NULL), false)"  # noqa: S608
            for column, name, table in (
                ("owner", "owner", "people"),
                ("lower(alias)", "alias", "people"),
                ("photo_id", "value", f"(SELECT unnest({given['photo_id']}) AS value)"),
            )
        )
        if gone:
            self._database.register("people", gone.people)
            self._database.register("gone", gone.photos)
        else:
            self._find(people, given, theirs)
        same = " OR ".join(
            f"coalesce({column} IN (SELECT {column} FROM gone WHERE {column} IS NOT NULL), false)"  # noqa: S608
            for column in ("photo_id", "url_hash", "content_md5")
        )
        self._database.execute(f"CREATE VIEW records AS SELECT * FROM owned WHERE NOT ({theirs} OR {same})")  # noqa: S608

    def _find(self, people: LeftOut, given: Mapping[str, str], theirs: str) -> None:
        """Find all names of `people`, and their photos."""
        named = " OR ".join(
            f"coalesce({column} IN (SELECT unnest({values})), false)" for column, values in given.items()
        )
        # By NSID and by alias: a record may name the one, and another one the other.
        self._database.execute(
            f"""CREATE TABLE named AS
                SELECT DISTINCT owner, lower(alias) AS alias, photo_id FROM owned WHERE {named}"""  # noqa: S608
        )
        self._database.execute(
            f"""CREATE TABLE people AS SELECT DISTINCT owner, alias FROM named
                WHERE coalesce(owner IN (SELECT unnest({given["owner"]})), false)
                    OR coalesce(alias IN (SELECT unnest({given["lower(alias)"]})), false)"""  # noqa: S608
        )
        self._database.execute(
            f"CREATE TABLE gone AS SELECT DISTINCT photo_id, url_hash, content_md5 FROM owned WHERE {theirs}"  # noqa: S608
        )
        self.unmet = self._unmet(people)

    def _unmet(self, people: LeftOut) -> tuple[str, ...]:
        """Those of `people` that no record names."""
        owners, aliases, photos = (
            {value for (value,) in self._database.execute(f"SELECT DISTINCT {column} FROM named").fetchall()}  # noqa: S608
            for column in ("owner", "alias", "photo_id")
        )
        return (
            *sorted(nsid for nsid in people.nsids if pack_nsid(nsid) not in owners),
            *sorted(alias for alias in people.aliases if alias.lower() not in aliases),
            *sorted(photo_id for photo_id in people.photo_ids if int(photo_id) not in photos),
        )


@contextmanager
def staging(
    indexes: Sequence[Index],
    numbers: Mapping[str, int],
    left_out: LeftOut,
    work: Path,
    memory_limit: str,
    *,
    which: str = EVERYTHING,
    gone: Gone | None = None,
) -> Iterator[Staging]:
    """The records of `indexes`, which are called by `numbers`, without those who are `left_out`.

    `work` is a folder for what does not fit the memory; `which` and `gone` are as for `Staging.prepare`.
    """
    names = ", ".join(index.name for index in indexes)
    try:
        with duck.storage_errors(names), duck.connect(memory_limit, spill=work / "spill") as database:
            staged = Staging(database, indexes, numbers, work)
            staged.prepare(left_out, which, gone)
            yield staged
    except StorageError as error:
        if "no space left" in error.message.lower():  # in the folder of the look-up, whatever the index
            raise storage_error(work.parent, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) from error
        if other := [index.name for index in indexes if not _is_as_it_was(index)]:
            raise StorageError(
                f"the index of {', '.join(other)} was replaced or removed while the look-up was made of it",
                hint="Run it again. The look-up that was there is whole.",
            ) from error
        raise


def _is_as_it_was(index: Index) -> bool:
    """Whether the data files of an index are still those it was opened with."""
    try:
        return manifest.read(index.folder).files == index.manifest.files
    except AuditorError:
        return False


def _keyed(kind: str, where: str) -> str:
    """The records that have a key of `kind`, with place and mask of the key."""
    text, column = _TEXT_OF_KEY[kind], _COLUMN.get(kind, kind)
    prefix = duck.literal(keys.hashed(kind, ""))
    same = f"{SAME_PHOTO}" if kind == keys.PHOTO else f"CASE WHEN photo_id IS NULL THEN {NO_PHOTO} ELSE 0 END"
    photo = "NULL::BIGINT" if kind == keys.PHOTO else "photo_id"
    digest = f"""
        SELECT * EXCLUDE (sha), ('0x' || substr(sha, 1, 16))::UBIGINT AS place,
            ('0x' || substr(sha, 17, 16))::UBIGINT AS mask
        FROM (SELECT *, sha256({prefix} || {text}) AS sha FROM """  # noqa: S608 - all from this file
    found = f"FROM records WHERE {column} IS NOT NULL AND {where}"
    if kind in (keys.NSID, keys.ALIAS):  # an owner has many records: one digest does for all
        distinct = f"{digest} (SELECT DISTINCT {column} {found}))"
        keyed = f"(SELECT * {found}) JOIN ({distinct}) USING ({column})"
    else:
        keyed = f"({digest} (SELECT * {found})))"
    return f"""
        SELECT place, mask, dataset::USMALLINT AS dataset, source, coalesce(via + 1, 0)::USMALLINT AS via,
            coalesce(license_id + 1, 0)::USMALLINT AS license,
            ({same} + CASE WHEN original THEN {ORIGINAL} ELSE 0 END
                + CASE WHEN joined THEN {JOINED} ELSE 0 END)::UTINYINT AS flags,
            {photo} AS photo, "row", record AS text, key
        FROM {keyed}"""  # noqa: S608


def _parents(name: str) -> tuple[str, ...]:
    return catalogue.lineage(name) if catalogue.find(name) else ()


def _array(values: Sequence[int] | Sequence[str], kind: str) -> str:
    """An SQL list."""
    listed = (duck.literal(value) if isinstance(value, str) else str(value) for value in values)
    return f"[{', '.join(listed)}]::{kind}[]"
