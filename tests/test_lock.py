"""One process at a time; whoever is in the way is named, stopped ones and file systems without locks too."""

import errno
import fcntl
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor import clock, database, lock, processes
from auditor.errors import AuditorError, RefusedError, StorageError
from auditor.processes import Process

HOLD_ACCOUNT = """
import sys; from pathlib import Path; from auditor.lock import account_lock
with account_lock(Path(sys.argv[1]), "sync"): print("ready", flush=True); sys.stdin.read()
"""
HOLD_DATABASE = """
import sys; from pathlib import Path; from auditor import database
conn = database.connect(Path(sys.argv[1]) / "auditor.sqlite3")
conn.execute("BEGIN IMMEDIATE"); conn.execute("INSERT INTO setting VALUES ('a', 'b')")
print("ready", flush=True); sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the script of the test's parameter and then waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", request.param, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)


def stop(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-Z."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)


linux = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists who locks what")


@pytest.mark.parametrize("other", [HOLD_ACCOUNT], indirect=True, ids=["account"])
def test_who_holds_the_account_is_named(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    with pytest.raises(RefusedError) as caught, lock.account_lock(tmp_path, "apply"):
        pass
    says = rf"another process is at work since \d\d:\d\d:\d\d \(pid {other.pid}, sync\)"
    assert re.fullmatch(says, caught.value.message)
    assert f"kill {other.pid}" in caught.value.hint


def busy_error(home: Path) -> AuditorError:
    """What a command says that cannot write to the database."""
    conn = database.connect(home / "auditor.sqlite3")
    with pytest.raises(sqlite3.OperationalError) as caught:
        conn.execute("BEGIN IMMEDIATE")
    conn.close()
    return database.database_error(caught.value, home / "auditor.sqlite3")


@linux
@pytest.mark.parametrize("other", [HOLD_ACCOUNT], indirect=True, ids=["account"])
def test_a_stopped_process_that_holds_the_account_is_named(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    stop(other)
    with pytest.raises(RefusedError) as caught, lock.account_lock(tmp_path, "apply"):
        pass
    assert f"(pid {other.pid}, sync, stopped)" in caught.value.message
    assert "fg" in caught.value.hint


@linux
@pytest.mark.parametrize("other", [HOLD_DATABASE], indirect=True, ids=["database"])
def test_a_stopped_process_that_holds_the_database_is_no_full_disk(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    stop(other)
    error = busy_error(tmp_path)
    assert error.exit_code == 6
    says = rf"another process is at work since \d\d:\d\d:\d\d \(pid {other.pid}, stopped\)"
    assert re.fullmatch(says, error.message)
    assert "fg" in error.hint
    assert "space" not in error.hint


@pytest.mark.parametrize("other", [HOLD_DATABASE], indirect=True, ids=["database"])
def test_where_nobody_lists_locks_a_busy_database_is_still_no_full_disk(
    tmp_path: Path, other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "who_locks", lambda files: None)
    error = busy_error(tmp_path)
    assert error.exit_code == 6
    assert "another process is at work" in error.message


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP], ids=errno.errorcode.get)
def test_a_file_system_without_locks_is_told_with_a_way_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    for held in (lock.account_lock(tmp_path, "sync"), lock.index_lock(tmp_path, "ffhq")):
        with pytest.raises(StorageError, match="cannot be locked") as caught, held:
            pass
        assert "--home" in caught.value.hint


def test_a_lock_that_is_not_ours_to_take_is_no_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError, match="Input/output error") as caught, lock.account_lock(tmp_path, "x"):
        pass
    assert "network" not in caught.value.hint


@pytest.mark.parametrize("code", [sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_IOERR_LOCK])
def test_a_database_on_a_file_system_without_locks_is_told_with_a_way_on(tmp_path: Path, code: int) -> None:
    error = sqlite3.OperationalError("locking protocol")
    error.sqlite_errorcode = code
    told = database.database_error(error, tmp_path / "auditor.sqlite3")
    assert "cannot be locked" in told.message
    assert "--home" in told.hint


def test_since_is_told_right_although_the_clock_was_set(tmp_path: Path) -> None:
    now = clock.moment()
    holder = tmp_path / "account.lock.json"
    content = {"pid": 1, "host": "elsewhere", "purpose": "sync", "boot": now.boot}
    holder.write_text(json.dumps({**content, "uptime": now.uptime - 60, "wall": now.wall - 1e8}))
    since = re.search(r"since (\d\d):(\d\d):(\d\d) \(pid 1, on elsewhere, sync\)", lock.describe(holder))
    assert since or "since 20" in lock.describe(holder)  # a minute ago was yesterday


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"pid": "x"}', '{"pid": 1, "boot": 3, "uptime": 1e999}']
)
def test_a_damaged_note_about_the_holder_does_no_harm(tmp_path: Path, content: str) -> None:
    (tmp_path / "account.lock.json").write_text(content)
    assert "another process is at work" in lock.describe(tmp_path / "account.lock.json")


def test_a_process_of_which_nothing_more_is_known_is_told_by_its_number() -> None:
    assert str(Process(4_000_000)) == "another process is at work (pid 4000000)"
    assert Process(4_000_000).way_on == "Wait until it is done, or end it with: kill 4000000"
    long_ago = datetime(2020, 1, 2, 3, 4, tzinfo=UTC)
    assert "since 2020-01-02 03:04 (pid 7, on attic, sync)" in str(Process(7, long_ago, "attic", "sync"))


def test_a_process_that_is_gone_began_nobody_knows_when() -> None:
    assert processes._started(4_194_305) is None
