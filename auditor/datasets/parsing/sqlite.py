"""SQLite files of others: opened read-only, running nothing that stands in them, and never half of one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditor.datasets.parsing.packing import GET_AGAIN, damaged
from auditor.datasets.parsing.sources import Source
from auditor.errors import WrongFileError

MAGIC = b"SQLite format 3\0"


@contextmanager
def database(source: Source) -> Iterator[sqlite3.Connection]:
    """The database. Errors: `WrongFileError` when it is damaged or cut short, also while it is used."""
    with source.file() as path:
        _refuse_short(source, path)
        try:
            with closing(
                sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
            ) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.text_factory = _text
                yield connection
        except (sqlite3.Error, OverflowError) as error:
            raise damaged(source.label, error) from error


def batches(connection: sqlite3.Connection, query: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """What a query without an order or limit finds, by so many rows; bad UTF-8 in it becomes U+FFFD.

    SQLite's own decoder takes two thirds of the time, but fails at bad UTF-8: ours then reads the rest.
    """
    connection.text_factory = str
    cursor, done = connection.execute(query), 0
    while True:
        try:
            batch = cursor.fetchmany(rows)
        except sqlite3.OperationalError:
            if connection.text_factory is _text:
                raise
            connection.text_factory = _text
            cursor = connection.execute(f"{query} LIMIT -1 OFFSET {done}")
            continue
        if not batch:
            return
        yield batch
        done += len(batch)


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


def tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each real table; views and virtual tables would run what the file says."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' ORDER BY rowid"
    ).fetchall()
    return {
        name: [column[1] for column in connection.execute(f"PRAGMA table_info({quoted(name)})")]
        for (name,) in names
    }


def quoted(name: str) -> str:
    """A name of a table or column for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _refuse_short(source: Source, path: Path) -> None:
    """SQLite reads a file that lost its end without complaint until it meets a missing page."""
    head = source.head[:100]
    page = int.from_bytes(head[16:18], "big")
    page_bytes = 65536 if page == 1 else page
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    if len(head) < 100 or path.stat().st_size < pages * page_bytes:
        raise WrongFileError(
            f"{source.label} is cut short: it should have {pages * page_bytes} bytes",
            hint=GET_AGAIN,
        )
