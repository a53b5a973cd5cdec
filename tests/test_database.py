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
