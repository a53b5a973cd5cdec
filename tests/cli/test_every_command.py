"""No command ends as a bug, whatever the state of the machine."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
import keyring.backend
import pytest

from auditor import database, lock
from auditor.cli.commands import COMMANDS

from .conftest import Program

EVERY = [
    ["login", "--no-browser"],
    ["logout"],
    ["whoami"],
    ["sync"],
    ["audit"],
    ["check", "9000000001", "Some Body"],
    ["plan", "--all", "--add-tag", "no_cv"],
    ["show", "some-plan"],
    ["apply", "some-plan", "--yes"],
    ["runs"],
    ["verify", "some-run"],
    ["undo", "some-run", "--yes"],
    ["doctor"],
    ["signals"],
    ["completion", "bash"],
    ["datasets", "list"],
    ["datasets", "info", "ffhq"],
    ["datasets", "add", "mine", "list.csv", "--column", "id"],
    ["datasets", "fetch", "ffhq", "--registry", "http://127.0.0.1:9/"],
    ["datasets", "update"],
    ["datasets", "verify"],
    ["datasets", "remove", "mine"],
    ["datasets", "export", "mine", "mine.zip"],
    ["datasets", "import", "mine.zip"],
    ["datasets", "publish", "public"],
    ["datasets", "publish", "looked-up", "--lookup"],
    ["check", "9000000001", "--lookup", "http://127.0.0.1:9/"],
    ["audit", "--lookup", "http://127.0.0.1:9/"],
    ["optout", "draft", "ffhq", "--name", "Ann"],
    ["optout", "ask", "ffhq", "--name", "Ann"],
    ["optout", "sent", "ffhq-1"],
    ["optout", "remind", "ffhq-1"],
    ["optout", "complain", "ffhq-1"],
    ["optout", "file", "list.csv"],
    ["optout", "folder", "ffhq-1"],
    ["optout", "answer", "ffhq-1"],
    ["optout", "close", "ffhq-1"],
    ["optout", "status"],
    ["optout", "recheck", "ffhq-1", "list.csv"],
]

State = Callable[[Path, pytest.MonkeyPatch], None]


def nothing_listens(home: Path, patch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        patch.setenv("AUDITOR_FLICKR_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")


def a_port_that_does_not_exist(home: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AUDITOR_FLICKR_URL", "http://127.0.0.1:99999")


def a_broken_proxy(home: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("AUDITOR_FLICKR_URL")
    patch.setenv("HTTPS_PROXY", "http://user:p@ss@:x/")


def no_certificates(home: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("AUDITOR_FLICKR_URL")
    patch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")


def a_keyring_that_fails(home: Path, patch: pytest.MonkeyPatch) -> None:
    class Failing(keyring.backend.KeyringBackend):
        priority = 5

        def get_password(self, service: str, username: str) -> str | None:
            raise RuntimeError("org.freedesktop.DBus.Error.NoReply")

        def set_password(self, service: str, username: str, password: str) -> None:
            raise RuntimeError("org.freedesktop.DBus.Error.NoReply")

    patch.delenv("FLICKR_OAUTH_TOKEN")
    patch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
    patch.setattr(keyring.core, "_keyring_backend", Failing())  # type: ignore[no-untyped-call]


def a_shared_home(home: Path, patch: pytest.MonkeyPatch) -> None:
    home.mkdir(exist_ok=True)
    home.chmod(0o1777)


def a_file_for_a_home(home: Path, patch: pytest.MonkeyPatch) -> None:
    home.write_text("")


def a_database_that_is_none(home: Path, patch: pytest.MonkeyPatch) -> None:
    home.mkdir(mode=0o700)
    (home / "auditor.sqlite3").write_bytes(b"not a database" * 100)


def no_home_folder(home: Path, patch: pytest.MonkeyPatch) -> None:
    def unknown(_: object) -> None:
        raise KeyError("no such user")

    for name in ("HOME", "AUDITOR_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        patch.delenv(name, raising=False)
    patch.setattr("pwd.getpwuid", unknown)


def no_working_folder(home: Path, patch: pytest.MonkeyPatch) -> None:
    (home.parent / "gone").mkdir()
    patch.chdir(home.parent / "gone")
    (home.parent / "gone").rmdir()


def somebody_elses_config(home: Path, patch: pytest.MonkeyPatch) -> None:
    Path("config.toml").write_text('baseURL = "https://example.org/"\n[params]\n')


def settings_in_utf16(home: Path, patch: pytest.MonkeyPatch) -> None:
    Path("flickr-auditor.toml").write_bytes("[flickr]\nconcurrency = 2\n".encode("utf-16"))


def settings_without_sense(home: Path, patch: pytest.MonkeyPatch) -> None:
    Path("flickr-auditor.toml").write_text("x = " + "[" * 5000)


def keys_in_no_encoding(home: Path, patch: pytest.MonkeyPatch) -> None:
    os.environb[b"FLICKR_API_KEY"] = b"\xff\xfe"


STATES: list[State] = [
    nothing_listens,
    a_port_that_does_not_exist,
    a_broken_proxy,
    no_certificates,
    a_keyring_that_fails,
    a_shared_home,
    a_file_for_a_home,
    a_database_that_is_none,
    no_home_folder,
    no_working_folder,
    somebody_elses_config,
    settings_in_utf16,
    settings_without_sense,
    keys_in_no_encoding,
]


@pytest.fixture
def walk(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    for name in ("HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    # Whether a browser or a prompt is there is not what is tested.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    Path("list.csv").write_text("id\n9000000001\n")

    def run() -> None:
        for words in EVERY:
            result = program(*words)
            assert result.code in range(7), (words, result.err)
            assert "Traceback" not in result.err, (words, result.err)

    return run


def test_every_command_takes_part() -> None:
    # Those three start a server and stay.
    assert {words[0] for words in EVERY} == set(COMMANDS) - {"demo", "sandbox", "review"}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_command_takes_the_state_of_the_machine_for_a_bug(
    walk: Callable[[], None], environment: Path, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    state(environment, monkeypatch)
    walk()


@contextmanager
def busy(home: Path) -> Iterator[None]:
    conn = database.connect(home / "auditor.sqlite3")
    conn.execute("BEGIN EXCLUSIVE")
    with lock.account_lock(home, "sync"):
        yield
    conn.close()


def test_no_command_takes_another_process_for_a_bug_or_a_full_disk(
    walk: Callable[[], None], program: Program, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with busy(environment):
        walk()
        result = program("sync")
    assert result.code == 6
    assert "another process is at work" in result.err


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_text_in_no_encoding_is_told(program: Program, words: list[str]) -> None:
    result = program(*words, "\udcff")
    assert result.code in {1, 2}
    assert "Traceback" not in result.err
