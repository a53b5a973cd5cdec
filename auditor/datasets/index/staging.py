"""From a publisher's files to staged records: file → reader → rows → Parquet, in the order of the files."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, islice
from pathlib import Path
from threading import Event

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auditor.datasets.index import records
from auditor.datasets.index.manifest import SourceFile
from auditor.datasets.parsing import folders, sources
from auditor.datasets.parsing.describe import unreadable_list
from auditor.datasets.parsing.packing import damage
from auditor.datasets.parsing.row import OTHER_MEMBER, ROWS_ELSEWHERE, UNREAD_MEMBER, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sql import MACROS
from auditor.datasets.readers import Format, detect, detect_listing, detect_pictures, wrong_file
from auditor.errors import RefusedError, WrongFileError
from auditor.progress import Progress
from auditor.text import count, plain

_Listed = Sequence[folders.FolderFile] | None
"""The files of a folder, which is walked once for all that is done with them."""


class Staging:
    """The records that were read so far, and what became of the rows."""

    def __init__(
        self,
        work: Path,
        formats: Sequence[Format],
        database: duckdb.DuckDBPyConnection,
        progress: Progress,
        *,
        certain: bool,
        signed: bool,
        allow_empty: bool,
    ) -> None:
        """`signed`: files of the dataset have signs of their own, whatever their shape."""
        self.files: list[Path] = []
        self.rows = 0
        self.indexed = 0
        self.skipped: Counter[str] = Counter()
        self.certain = certain
        """The shape of all files so far is the dataset's alone."""
        self._work = work
        self._formats = formats
        self._database = database
        self._progress = progress
        self._signed = signed
        self._allow_empty = allow_empty
        database.execute(MACROS)

    def read(self, files: Sequence[Path], before: Sequence[SourceFile]) -> list[SourceFile]:
        """Stage the records of all files, which come after `before`; hash them meanwhile, on another core."""
        stop = Event()
        with ThreadPoolExecutor(1) as pool:
            listed = [_listed(path, self._progress) for path in files]
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
        target = self._work / f"staged-{number}.parquet"
        with (
            self._progress.task(
                f"Reading {path.name}", total=folders.size_of(path, listed), unit="B"
            ) as task,
            pq.ParquetWriter(target, records.SCHEMA, compression="lz4", use_dictionary=False) as writer,
        ):
            for table in records.gathered(self._tables(path, listed, number, beside, task.advance)):
                writer.write_table(table)
        self.files.append(target)

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
        if listing := detect_listing(sources.listings(path, listed), self._formats):
            indexed = True
            yield from self._staged(*listing, number)
        elif listed and (named := detect_pictures(path, listed, self._formats)):
            indexed = True
            table, listed = named
            yield self._records(table, number, "", rows=table.num_rows)
        for source in sources.sources(path, watch, listed):
            if listing and folders.is_picture(source.member):
                continue
            source.beside = beside
            format_ = detect(source, self._formats)
            if format_ is not None:
                indexed = True
                before = self.rows
                yield from self._staged(source, format_, number)
                self.certain = self.certain and (format_.certain or self._signed)
                if self.rows == before and source.finds(sources.FLICKR_HOST):
                    self.rows += 1
                    self.skipped[ROWS_ELSEWHERE] += 1
                    self.certain = False
                continue
            if self._allow_empty and not source.head and not source.member:
                indexed, self.certain = True, False
                continue
            problem = problem or wrong_file(source, self._formats)
            if not source.member:
                raise problem
            self.rows += 1
            self.skipped[UNREAD_MEMBER if unreadable_list(source) else OTHER_MEMBER] += 1
        if not indexed:
            raise problem or WrongFileError(f"{path.name} holds no files", hint="Give the publisher's file.")

    def _staged(
        self, source: Source, format_: Format, number: int
    ) -> Iterator[pa.Table | list[records.Flat]]:
        """The records of one source; lines that its reader leaves are read by the format's SQL."""
        read = format_.bulk or format_.read
        assert read is not None, "a format has either of them"  # noqa: S101 - stated in Format
        for kind, some in groupby(read(source), type):
            if kind is Row:
                rows = self._counted(some)
                while batch := list(islice(rows, records.BATCH_ROWS)):
                    yield records.flat(batch, number, source.member)
                continue
            for part in some:
                table = part if kind is pa.Table else self._query(format_.sql or "", part)
                yield self._records(table, number, source.member)

    def _counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows with records; all are counted."""
        for row in rows:
            self.rows += row.stands_for
            if row.records:
                self.indexed += 1
                yield row
            else:
                self.skipped[row.skipped or "no record"] += row.stands_for

    def _query(self, sql: str, lines: pa.RecordBatch) -> pa.Table:
        with self._database.cursor() as cursor:
            cursor.register("lines", pa.Table.from_batches([lines]))
            return cursor.sql(sql).to_arrow_table()

    def _records(self, table: pa.Table, number: int, member: str, rows: int | None = None) -> pa.Table:
        """The records of a table in the staged columns; all its rows are counted, if they are not given."""
        if rows is None:
            numbers = table["row"].to_numpy()
            rows = int(np.count_nonzero(np.diff(numbers))) + (numbers.size > 0)
        self.rows += rows
        skipped = table.num_rows - table["skip"].null_count
        if skipped:
            for skip in pc.value_counts(table["skip"].drop_null()).to_pylist():
                self.skipped[skip["values"]] += skip["counts"]
            table = table.filter(pc.is_null(table["skip"]))
        self.indexed += rows - skipped
        return records.from_query(table, number, member)


def _listed(path: Path, progress: Progress) -> _Listed:
    if not path.is_dir():
        return None
    skipped: list[str] = []
    files = folders.folder_files(path, skipped.append)
    if skipped:
        names = ", ".join(sorted(skipped)[:3])
        what = count(len(skipped), "link or special file", "links or special files")
        progress.say(plain(f"Not read in {path.name}: {what} ({names}{', …' * (len(skipped) > 3)})."))
    return files


def _describe(path: Path, listed: _Listed, stop: Event) -> SourceFile:
    with damage(path.name):
        name = os.fsencode(path.name).decode(errors="replace")  # Linux allows names that are no text
        return SourceFile(name, folders.size_of(path, listed), folders.digest(path, stop, listed))


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
