"""From a publisher's files to an index: file → reader → rows → staged Parquet → sorted Parquet → manifest.

Nothing of the old index is touched before the new manifest replaces the old one, so a build can be killed at
any moment. Data files carry the build's id in their names; what no manifest names is swept away by the next
build.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auditor import clock, garbage
from auditor.datasets import duck, provenance
from auditor.datasets.card import Card
from auditor.datasets.index import folder, manifest, records
from auditor.datasets.index.manifest import DataFile, Manifest, SourceFile
from auditor.datasets.index.orders import ORDERS, Order
from auditor.datasets.index.short_texts import COLUMNS, short_sql
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.datasets.parsing import sources
from auditor.datasets.parsing.describe import unreadable_list
from auditor.datasets.parsing.row import OTHER_MEMBER, ROWS_ELSEWHERE, UNREAD_MEMBER, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sql import MACROS
from auditor.datasets.provenance import Provenance
from auditor.datasets.readers import Format, detect, detect_listing, detect_pictures, wrong_file
from auditor.errors import RefusedError, UsageError, WrongFileError
from auditor.files import check_is_there, digest, fsync_path
from auditor.outside import world
from auditor.progress import SILENT, Progress
from auditor.text import count, plain
from auditor.version import VERSION

_Listed = Sequence[sources.FolderFile] | None
"""The files of a folder, which is walked once for all that is done with them."""


_Value = int | bool | None
_TYPES = {pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.bool_(): "BOOLEAN", pa.string(): "VARCHAR"}
"""What the columns of records are in SQL."""


@dataclass(slots=True)
class _Tally:
    """What became of the rows read so far."""

    rows: int = 0
    indexed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def build(
    indexes: Path,
    name: str,
    files: Sequence[Path],
    *,
    formats: Sequence[Format],
    card: Card | None = None,
    origin: str = "",
    append: bool = False,
    allow_empty: bool = False,
    replace: bool = False,
    as_is: bool = False,
    told_on: date | None = None,
    accept: Callable[[Manifest], None] = lambda _: None,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
    now: datetime | None = None,
) -> Manifest:
    """Build the index of the dataset `name` in ``indexes/name`` from `files`, each in one of `formats`.

    Replaces the old index, or with `append` adds to it. `card` is that of a published dataset, whose
    checksums tell its own files; no shape is certain of files that are taken `as_is`; `origin` is where they
    were got, by default their names; with
    `told_on` they are the publisher's answer of that day to a question, and no file of the dataset. `accept`
    raises when the new index must not take the place of the old one.

    Errors: `WrongFileError` for a file of another format or a damaged one and, unless `allow_empty`, for
    files without any record whose shape is not certain; `RefusedError` when a file would be indexed twice,
    another process builds the same index, or, unless `replace`, less than half of the old records would be
    left; `StorageError` when the disk gives out. Whatever is raised, the old index is still in place.
    """
    for path in files:
        check_is_there(path)
    with folder.workshop(indexes, name) as work, garbage.looked_for_rarely():
        here = work.parent
        counted = {(here / file).resolve() for file in manifest.data_files(here / manifest.NAME)}
        if own := next((path for path in files if path.resolve() in counted), None):
            raise UsageError(f"{own} is a part of the local index itself", hint="Give the publisher's file.")
        old = manifest.read(here) if append and (here / manifest.NAME).exists() else None
        if old and old.is_partitioned:
            raise RefusedError(
                f"the index of {name} is in parts, and nothing can be appended to it on one computer",
                hint="Build it anew from all its shards with --scheduler.",
            )
        builder = _Builder(name, work, formats, memory_limit, progress)
        builder.allow_empty = allow_empty
        builder.certain = bool(formats) and not as_is
        builder.signed = card is not None and bool(card.looks_like.signs)
        new = builder.build(old, files, now or clock.utc(), card)
        new = dataclasses.replace(new, origin=_origin(old, origin or names_of(files)))
        if told_on:
            new = dataclasses.replace(
                new, provenance=Provenance.TOLD, obtained_at=f"{told_on.isoformat()}T00:00:00+00:00"
            )
        if not allow_empty:
            check_new(new)
        accept(new)
        if not replace:
            folder.refuse_loss(here, new)
        folder.commit(work, new, progress)
    return new


def restore(
    indexes: Path,
    described: Manifest,
    data: Path,
    *,
    origin: str,
    replace: bool = False,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
    now: datetime | None = None,
) -> Manifest:
    """Build the index that `described` tells of from its main data file, which came in a pack from `origin`.

    All data files are sorted and written anew, so nothing of a foreign file gets into the index but its
    values; they must be in the columns of `records.SCHEMA`.

    Errors: ValueError when the records are not those that `described` counts, `RefusedError` when, without
    `replace`, it would take the place of an index that was built here, and errors as `build` does; the old
    index is then still in place.
    """
    with folder.workshop(indexes, described.dataset) as work:
        if not replace:
            folder.refuse_foreign(work.parent, described)
            folder.refuse_loss(work.parent, described)
        new = _Builder(described.dataset, work, (), memory_limit, progress).restore(described, data)
        new = dataclasses.replace(
            new,
            provenance=Provenance.PACK,
            certain=False,  # its maker's word
            origin=origin,
            obtained_at=(now or clock.utc()).isoformat(timespec="seconds"),
        )
        folder.commit(work, new, progress)
    return new


class _Builder:
    """The state of one build."""

    def __init__(
        self, name: str, work: Path, formats: Sequence[Format], memory_limit: str, progress: Progress
    ) -> None:
        self.name = name
        self.work = work
        self.formats = formats
        self.progress = progress
        self.tally = _Tally()
        self.allow_empty = False
        self.certain = False
        """The shape of all files so far is the dataset's alone."""
        self.signed = False
        """Files of the dataset have signs of their own, whatever their shape."""
        pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps more of what was freed, and is slower
        # Without rows, but with every column: the index that is added to may be of before there were all.
        self.staged = [work / "columns.parquet"]
        pq.write_table(records.SCHEMA.empty_table(), self.staged[0])
        self.database = duck.connect(memory_limit, spill=work / "spill")
        self.database.execute(MACROS)

    def build(
        self, old: Manifest | None, files: Sequence[Path], now: datetime, card: Card | None
    ) -> Manifest:
        """Read all, write the data files, and give the manifest that would make them count."""
        before = old.sources if old else ()
        if old:
            self.staged += [self.work.parent / file.name for file in old.parts("photo_id")]
            self.tally = _Tally(old.rows, old.indexed, Counter(old.skipped))
        added = self._read_files(files, before)
        data_files = tuple(self._sorted_files())
        photos, found = self._found(data_files)
        possible = tuple(key for key in MATCH_KEYS if any(key in f.match_keys for f in self.formats))
        new = Manifest(
            dataset=self.name,
            built_at=now.isoformat(timespec="seconds"),
            tool_version=VERSION,
            sources=(*before, *added),
            rows=self.tally.rows,
            indexed=self.tally.indexed,
            skipped=dict(sorted(self.tally.skipped.items())),
            records=data_files[0].rows,
            photos=photos,
            owners=self._owners(data_files),
            keyed=self._keyed(data_files[0]),
            match_keys=found or possible,
            files=data_files,
            constant=constants([self.work / data_files[0].name]),
            provenance=self._provenance(old, card, files, added),
            certain=self.certain and (old is None or old.certain),
        )
        # A shape is no answer where the rows could not be read.
        unread = new.in_part(all_flickr=card is not None and card.flickr == "all")
        return dataclasses.replace(new, certain=new.certain and not unread)

    def restore(self, described: Manifest, data: Path) -> Manifest:
        """Write the data files from `data` alone, and give the manifest that would make them count."""
        self.staged.append(data)
        data_files = tuple(self._sorted_files(foreign=True))
        photos, found = self._found(data_files)
        new = dataclasses.replace(
            described,
            records=data_files[0].rows,
            photos=photos,
            owners=self._owners(data_files),
            keyed=self._keyed(data_files[0]),
            match_keys=found or described.match_keys,
            files=data_files,
            constant=constants([self.work / data_files[0].name]),
        )
        if dataclasses.replace(new, files=described.files, constant=described.constant) != described:
            raise ValueError("its records, photos, owners or match keys are not as many as it says")
        return new

    def _provenance(
        self, old: Manifest | None, card: Card | None, files: Sequence[Path], added: Sequence[SourceFile]
    ) -> Provenance:
        """Where the files are from, or they and the `old` ones that they are added to."""
        by_md5 = card is not None and any(file.md5 for file in card.files)
        checksums = [
            {source.sha256, digest(path, "md5") if by_md5 and path.is_file() else source.sha256}
            for path, source in zip(files, added, strict=True)
        ]
        new = provenance.of_files(card, checksums)
        return new.joined(old.provenance) if old else new

    def _found(self, data_files: Sequence[DataFile]) -> tuple[int, tuple[str, ...]]:
        """Distinct photo ids, and the match keys that records have."""
        photos = distinct_photos(self.work / data_files[0].name)
        keys = {file.key for file in data_files[1:]} | ({"photo_id"} if photos else set())
        return photos, tuple(key for key in MATCH_KEYS if key in keys)

    def _read_files(self, files: Sequence[Path], before: Sequence[SourceFile]) -> list[SourceFile]:
        """Stage the records of all files; hash them meanwhile, on another core."""
        stop = Event()
        with ThreadPoolExecutor(1) as pool:
            listed = [_listed(path, self.progress) for path in files]
            described = [pool.submit(_describe, *given, stop) for given in zip(files, listed, strict=True)]
            try:
                refuse_twice([*before, *(future.result() for future in described if before)])
                for number, (path, names) in enumerate(zip(files, listed, strict=True), len(before)):
                    self._read_file(path, names, number, beside=[other for other in files if other != path])
            except BaseException:
                stop.set()  # or the error would wait until a large file is hashed
                raise
        added = [future.result() for future in described]
        refuse_twice([*before, *added])
        return added

    def _read_file(self, path: Path, listed: _Listed, number: int, beside: Sequence[Path]) -> None:
        """Write the records of one file, archive or folder to a staged Parquet file."""
        target = self.work / f"staged-{number}.parquet"
        with (
            self.progress.task(f"Reading {path.name}", total=sources.size_of(path, listed), unit="B") as task,
            pq.ParquetWriter(target, records.SCHEMA, compression="lz4", use_dictionary=False) as writer,
        ):
            for table in records.gathered(self._tables(path, listed, number, beside, task.advance)):
                writer.write_table(table)
        self.staged.append(target)

    def _tables(
        self,
        path: Path,
        listed: _Listed,
        number: int,
        beside: Sequence[Path],
        watch: Callable[[int], None],
    ) -> Iterator[pa.Table | list[records.Flat]]:
        """The records of all sources in `path`; counts their rows."""
        problem: WrongFileError | None = None
        indexed = False
        if listing := detect_listing(sources.listings(path, listed), self.formats):
            indexed = True
            yield from self._staged(*listing, number)
        elif listed and (named := detect_pictures(path, listed, self.formats)):
            indexed = True
            table, listed = named
            yield self._records(table, number, "", rows=table.num_rows)
        for source in sources.sources(path, watch, listed):
            if listing and sources.is_picture(source.member):
                continue
            source.beside = beside
            format_ = detect(source, self.formats)
            if format_ is not None:
                indexed = True
                before = self.tally.rows
                yield from self._staged(source, format_, number)
                self.certain = self.certain and (format_.certain or self.signed)
                if self.tally.rows == before and source.finds(sources.FLICKR_HOST):
                    self.tally.rows += 1
                    self.tally.skipped[ROWS_ELSEWHERE] += 1
                    self.certain = False
                continue
            if self.allow_empty and not source.head and not source.member:
                indexed, self.certain = True, False
                continue
            problem = problem or wrong_file(source, self.formats)
            if not source.member:
                raise problem
            self.tally.rows += 1
            self.tally.skipped[UNREAD_MEMBER if unreadable_list(source) else OTHER_MEMBER] += 1
        if not indexed:
            raise problem or WrongFileError(f"{path.name} holds no files", hint="Give the publisher's file.")

    def _staged(
        self, source: Source, format_: Format, number: int
    ) -> Iterator[pa.Table | list[records.Flat]]:
        read = format_.bulk or format_.read
        assert read is not None, "a format has either of them"  # noqa: S101 - stated in Format
        return self._collected(source, read(source), number, format_.sql or "")

    def _collected(
        self, source: Source, parts: Iterable[Row | pa.Table | pa.RecordBatch], number: int, sql: str
    ) -> Iterator[pa.Table | list[records.Flat]]:
        """The records of a reader written in Python; lines that it leaves are read by `sql`."""
        for kind, some in groupby(parts, type):
            if kind is Row:
                rows = self._counted(some)
                while batch := list(islice(rows, records.BATCH_ROWS)):
                    yield records.flat(batch, number, source.member)
                continue
            for part in some:
                table = part if kind is pa.Table else self._query(sql, part)
                yield self._records(table, number, source.member)

    def _counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows with records; all are counted."""
        for row in rows:
            self.tally.rows += row.stands_for
            if row.records:
                self.tally.indexed += 1
                yield row
            else:
                self.tally.skipped[row.skipped or "no record"] += row.stands_for

    def _query(self, sql: str, lines: pa.RecordBatch) -> pa.Table:
        with self.database.cursor() as cursor:
            cursor.register("lines", pa.Table.from_batches([lines]))
            return cursor.sql(sql).to_arrow_table()

    def _records(self, table: pa.Table, number: int, member: str, rows: int | None = None) -> pa.Table:
        """The records of a table in the staged columns; all its rows are counted, if they are not given."""
        if rows is None:
            numbers = table["row"].to_numpy()
            rows = int(np.count_nonzero(np.diff(numbers))) + (numbers.size > 0)
        self.tally.rows += rows
        skipped = table.num_rows - table["skip"].null_count
        if skipped:
            for skip in pc.value_counts(table["skip"].drop_null()).to_pylist():
                self.tally.skipped[skip["values"]] += skip["counts"]
            table = table.filter(pc.is_null(table["skip"]))
        self.tally.indexed += rows - skipped
        return records.from_query(table, number, member)

    def _sorted_files(self, *, foreign: bool = False) -> Iterator[DataFile]:
        """Write the data files: all records by photo id, then by each other key that records have.

        Of a `foreign` staged file the statistics prove nothing.
        """
        build_id = world().token(8)
        main = self.work / f"photo_id-{build_id}.parquet"
        with self.progress.task("Sorting", total=len(ORDERS)) as task:
            for key, order in ORDERS.items():
                path = self.work / f"{key}-{build_id}.parquet"
                origin = self.staged if path == main else [main]
                same = {} if foreign and path == main else constants(origin, records.SCHEMA.names[1:])
                rows = self._copy(order, origin, same, path)
                task.advance()
                if rows or key == "photo_id":
                    fsync_path(path)
                    yield DataFile(path.name, key, rows, path.stat().st_size, digest(path))
                else:
                    path.unlink()

    def _copy(self, order: Order, origin: Sequence[Path], same: Mapping[str, _Value], target: Path) -> int:
        """Write the records of some files in an order.

        Columns that are the `same` in all records take no part in the sort, which goes through the disk once
        the rows, each as wide as all its columns, are more than memory holds.
        """
        names = [name for name in records.SCHEMA.names if name not in order.without]
        short = {name: f"{short_sql(name)} AS {name}" for name in COLUMNS if origin == self.staged}
        varied = ", ".join(short.get(name, name) for name in names if name not in same)
        whole = ", ".join(_constant(name, same[name]) if name in same else name for name in names)
        by = ", ".join(name for name in order.by.split(", ") if name not in same) or "photo_id"
        files = ", ".join(duck.literal(duck.pattern(path)) for path in origin)
        origins = duck.parquet(f"[{files}]", union_by_name=True)
        rest = f"FROM {origins} WHERE {order.which} ORDER BY {by}"
        copied = self.database.execute(
            f"COPY (FROM (SELECT {varied} {rest}) SELECT {whole})"
            f" TO {duck.literal(str(target.absolute()))} {duck.AS_PARQUET}"
        ).fetchall()
        target.chmod(0o600)
        return int(copied[0][0])

    def _owners(self, files: Iterable[DataFile]) -> int:
        path = next((self.work / file.name for file in files if file.key == "owner"), None)
        return distinct_owners(path) if path else 0

    def _keyed(self, main: DataFile) -> int:
        query = f"SELECT count(key) FROM {duck.PARQUET}"  # noqa: S608 - own text
        return int(self.database.execute(query, [duck.pattern(self.work / main.name)]).fetchall()[0][0])


def _listed(path: Path, progress: Progress) -> _Listed:
    if not path.is_dir():
        return None
    skipped: list[str] = []
    files = sources.folder_files(path, skipped.append)
    if skipped:
        names = ", ".join(sorted(skipped)[:3])
        what = count(len(skipped), "link or special file", "links or special files")
        progress.say(plain(f"Not read in {path.name}: {what} ({names}{', …' * (len(skipped) > 3)})."))
    return files


def _describe(path: Path, listed: _Listed, stop: Event) -> SourceFile:
    with sources.damage(path.name):
        name = os.fsencode(path.name).decode(errors="replace")  # Linux allows names that are no text
        return SourceFile(name, sources.size_of(path, listed), sources.digest(path, stop, listed))


def names_of(files: Sequence[Path]) -> str:
    """The names of the files, without where they lie, which is nobody else's business."""
    names = [plain(path.name, 80) for path in files]
    return f"{names[0]} and {len(names) - 1} more" if names[1:] else "".join(names)


def _origin(old: Manifest | None, origin: str) -> str:
    return f"{old.origin}; {origin}" if old and old.origin else origin


def check_new(new: Manifest) -> None:
    """Errors: `WrongFileError` when the new index read nothing, which is no index."""
    if new.answers:
        return
    reasons = "; ".join(f"{number:,} × {reason}" for reason, number in new.skipped.items())
    raise WrongFileError(
        f"no Flickr photo or member was found in {new.origin} ({count(new.rows, 'row')}: {reasons}), and its"
        " format does not prove that there is none",
        hint="Check that it is the right file. --column NAME says where the links or ids are; --allow-empty"
        " builds an index without records anyway.",
    )


def refuse_twice(files: Sequence[SourceFile]) -> None:
    """Raise `RefusedError` when a file stands there twice: its photos would be counted double."""
    seen: dict[str, SourceFile] = {}
    for file in files:
        if file.sha256 in seen:
            raise RefusedError(
                f"{file.name} has the same content as {seen[file.sha256].name}, which is in already",
                hint="Leave it out, or build the index anew without --append.",
            )
        seen[file.sha256] = file


def distinct_photos(path: Path) -> int:
    """Distinct photo ids of the file sorted by them, in little memory."""
    last = np.empty(0, np.int64)
    count = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["photo_id"]):
            ids = np.concatenate((last, batch.column(0).drop_null().to_numpy()))
            count += int(np.count_nonzero(np.diff(ids))) + (1 if not last.size and ids.size else 0)
            last = ids[-1:]
    return count


def constants(files: Iterable[Path], columns: Iterable[str] = manifest.CONSTANT) -> dict[str, _Value]:
    """The columns that are the same in all records of some files, with their values, from the statistics."""
    values: dict[str, set[Any]] = {column: set() for column in columns}
    for path in files:
        with pq.ParquetFile(path) as file:
            places = {column: file.schema_arrow.get_field_index(column) for column in values}
            for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
                for column, place in places.items():
                    missing = place < 0  # from an index that is older than the column
                    values[column].add(None if missing else _only_value(group.column(place), group.num_rows))
    return {column: found.pop() for column, found in values.items() if len(found) == 1 and ... not in found}


def _constant(column: str, value: _Value) -> str:
    """A column of one value, in SQL."""
    kind = _TYPES[records.SCHEMA.field(column).type]
    return f"CAST({'NULL' if value is None else value} AS {kind}) AS {column}"


def _only_value(chunk: pq.ColumnChunkMetaData, rows: int) -> Any:
    """The value that all `rows` of a column chunk have, or … where they differ or nobody knows."""
    told = chunk.statistics
    if told is None or not told.has_null_count or told.null_count not in (0, rows):
        return ...
    if told.null_count:
        return None
    if not told.has_min_max or isinstance(told.min, str) or told.min != told.max:  # texts may be cut short
        return ...
    return told.min


def distinct_owners(path: Path) -> int:
    """Distinct owners of the file sorted by them, in little memory."""
    last, count = None, 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["nsid", "alias"]):
            nsid, alias = batch.column(0).fill_null(0).to_numpy(), batch.column(1).fill_null("")
            other = pc.not_equal(alias[1:], alias[:-1]).to_numpy(zero_copy_only=False)
            count += int(np.count_nonzero((nsid[1:] != nsid[:-1]) | other))
            count += (nsid[0], alias[0].as_py()) != last
            last = nsid[-1], alias[-1].as_py()
    return count
