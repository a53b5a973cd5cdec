"""Transactions and upgrades of the database: all of it or none, whoever else is at work."""

import sqlite3
from collections.abc import Iterator

import pytest

from auditor import database


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.execute("CREATE TABLE photo (id INTEGER)")
    yield conn
    conn.close()


@pytest.mark.parametrize("ended", [False, True], ids=["open", "ended by itself"])
def test_what_fails_in_a_transaction_is_told_and_nothing_stays(conn: sqlite3.Connection, ended: bool) -> None:
    """A full disk can end a transaction before it is rolled back, which must not hide what went wrong."""

    def fail() -> None:
        with database.transaction(conn):
            conn.execute("INSERT INTO photo VALUES (1)")
            if ended:
                conn.execute("ROLLBACK")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert conn.execute("SELECT count(*) FROM photo").fetchone() == (0,)
    with database.transaction(conn):
        conn.execute("INSERT INTO photo VALUES (2)")
    assert conn.execute("SELECT id FROM photo").fetchall() == [(2,)]


def test_what_another_process_upgraded_meanwhile_is_not_upgraded_again(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([0, 0])
    real = database._version
    monkeypatch.setattr(database, "_version", lambda conn: next(told, real(conn)))
    conn.execute("PRAGMA user_version = 1")
    database._migrate(conn, ["INSERT INTO photo VALUES (1);", "INSERT INTO photo VALUES (2);"])
    assert conn.execute("SELECT id FROM photo").fetchall() == [(2,)]
    assert real(conn) == 2


def test_what_an_export_once_proved_gone_is_there_again_until_flickr_lists_the_account() -> None:
    """Version 0.2.0 took photos that a newer export lacked for deleted."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    before, this = database._scripts()[:12], database._scripts()[12]
    database._migrate(conn, before)
    add = (
        "INSERT INTO photo (nsid, id, title, tags, machine_tags, as_of, gone_at)"
        " VALUES (?, ?, '', '', '', 1, ?)"
    )
    conn.executemany(add, [("A", 1, None), ("A", 2, 10.0), ("A", 3, 30.0), ("B", 4, 20.0)])
    snapshot = (
        "INSERT INTO snapshot (nsid, taken_at, full_at, source, complete, photos) VALUES (?, ?, ?, ?, 1, 1)"
    )
    conn.executemany(
        snapshot, [("A", 20, 20, "api"), ("A", 30, 30, "export"), ("B", 20, 20, "export"), ("C", 9, 9, "api")]
    )
    database._migrate(conn, [*before, this])
    gone = [row["id"] for row in conn.execute("SELECT id FROM photo WHERE gone_at IS NOT NULL")]
    whole = [
        tuple(row) for row in conn.execute("SELECT nsid, taken_at FROM snapshot WHERE complete ORDER BY 1")
    ]
    conn.close()
    assert (gone, whole) == ([2], [("A", 20.0), ("C", 9.0)])
