"""Words about the place of a login: the file, the keyring, and what each says when it fails."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from auditor import database
from auditor.errors import AuditorError, ConfigurationError, NotAllowedError, StorageError
from auditor.flickr import system_keyring, tokens
from auditor.flickr.system_keyring import WAYS_ON, NoKeyringError
from auditor.flickr.tokens import Removal, Token
from auditor.settings import Secret, Settings
from tests.errors_read_well import said

from .keyrings import Failing, Forgetful, MemoryKeyring, NoKeyring, PlaintextKeyring

RING = "tests.flickr.keyrings"
KEPT = {"oauth_token": "t", "oauth_token_secret": "s"}
UNREADABLE = "Run: flickr-auditor logout, then login again."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def conn(settings: Settings) -> Iterator[sqlite3.Connection]:
    conn = database.connect(settings.database)
    yield conn
    conn.close()


def remembered(conn: sqlite3.Connection) -> dict[str, str]:
    return {str(name): str(value) for name, value in conn.execute("SELECT name, value FROM setting")}


def test_a_login_in_the_keyring_is_that_of_its_home(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
) -> None:
    where = tokens.save(settings, conn, Token("t", "s"), None)
    assert where == ("the system's keyring", Removal())
    assert {key: json.loads(value) for key, value in ring.kept.items()} == {
        ("flickr-auditor", str(settings.home.resolve())): KEPT
    }
    assert remembered(conn) == {"token_keyring": f"{RING}.MemoryKeyring"}
    assert tokens.forget(settings, conn) == Removal(removed=("the system's keyring",))
    assert (remembered(conn), ring.kept) == ({}, {})


def test_a_login_in_a_file_is_all_that_is_in_it(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
) -> None:
    file = tmp_path / "t.json"
    assert tokens.save(settings, conn, Token("t", "s"), file) == (str(file), Removal())
    assert json.loads(file.read_text()) == KEPT
    assert remembered(conn) == {"token_file": str(file)}
    assert tokens.find(settings, conn) == Token("t", "s", str(file))
    assert tokens.save(settings, conn, Token("u", "s"), file) == (str(file), Removal())
    assert tokens.required(settings, conn) == Token("u", "s", str(file))
    tokens.check_place(settings, file)
    assert tokens.forget(settings, conn) == Removal(removed=(str(file),))
    assert (remembered(conn), file.exists()) == ({}, False)


def test_a_file_that_went_by_itself_is_no_removal(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
) -> None:
    file = tmp_path / "t.json"
    tokens.save(settings, conn, Token("t", "s"), file)
    file.unlink()
    assert tokens.forget(settings, conn) == Removal()
    assert remembered(conn) == {}


@pytest.mark.parametrize(("token", "secret"), [("t", None), (None, "s")])
def test_half_a_login_in_the_environment_is_none(
    token: str | None, secret: str | None, tmp_path: Path, conn: sqlite3.Connection, ring: MemoryKeyring
) -> None:
    given = Settings(
        home=tmp_path,
        oauth_token=Secret(token) if token else None,
        oauth_token_secret=Secret(secret) if secret else None,
    )
    assert tokens.find(given, conn) is None


def test_logout_looks_into_the_keyring_unless_the_login_was_in_a_file(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
) -> None:
    file = tmp_path / "t.json"
    ring.kept["flickr-auditor", str(settings.home.resolve())] = json.dumps(KEPT)
    tokens.save(settings, conn, Token("t", "s"), file)
    assert tokens.forget(settings, conn) == Removal(removed=(str(file),))
    assert ring.kept
    assert tokens.forget(settings, conn) == Removal(removed=("the system's keyring",))


def test_what_is_wrong_with_a_file_and_the_way_on(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
) -> None:
    file = tmp_path / "t.json"
    login = "Run: flickr-auditor login"
    assert said(lambda: tokens.required(settings, conn)) == (NotAllowedError, "you are not logged in", login)
    tokens.save(settings, conn, Token("t", "s"), file)
    for content in (b"my novel", b"[1]", b'{"oauth_token": "t"}', b"\xff", b"[" * 100_000):
        file.write_bytes(content)
        assert said(lambda: tokens.find(settings, conn)) == (
            ConfigurationError,
            f"the login kept in {file} is not readable",
            UNREADABLE,
        )
    for mode in (0o640, 0o604, 0o601, 0o610):
        file.chmod(mode)
        assert said(lambda: tokens.find(settings, conn)) == (
            ConfigurationError,
            f"other users of this computer can read {file}",
            f"Run: chmod 600 {file}",
        )
    assert said(lambda: tokens.check_place(settings, file)) == (
        StorageError,
        f"{file} already exists and holds something else",
        "Choose another name for --token-file.",
    )
    assert tokens.forget(settings, conn) == Removal(
        left=(f"{file} (it holds something else now, or cannot be read)",)
    )
    assert remembered(conn) == {"token_file": str(file)}
    file.unlink()
    assert said(lambda: tokens.required(settings, conn)) == (
        NotAllowedError,
        f"you are not logged in: the file that kept the login, {file}, is not there",
        login,
    )
    file.mkdir(mode=0o700)
    assert said(lambda: tokens.find(settings, conn)) == (
        StorageError,
        f"cannot read the login in {file}: Is a directory",
        "Log in again: flickr-auditor login",
    )


def test_a_login_in_the_keyring_that_is_none_says_where(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
) -> None:
    ring.kept["flickr-auditor", str(settings.home.resolve())] = "my novel"
    assert said(lambda: tokens.find(settings, conn)) == (
        ConfigurationError,
        "the login kept in keyring is not readable",
        UNREADABLE,
    )


class Locked(Failing):
    def __init__(self) -> None:
        super().__init__(keyring.errors.KeyringLocked("x"))


class Broken(Failing):
    def __init__(self) -> None:
        super().__init__(RuntimeError("org.freedesktop.DBus.Error"))


class StandIn(MemoryKeyring):
    """As keyring's own, where the machine has none."""

    priority = 0


@pytest.mark.parametrize(
    ("backend", "kind", "message", "hint"),
    [
        (
            NoKeyring,
            NoKeyringError,
            f"this computer has no usable keyring to keep the login in ({RING}.NoKeyring)",
            WAYS_ON,
        ),
        (
            StandIn,
            NoKeyringError,
            f"this computer has no usable keyring to keep the login in ({__name__}.StandIn)",
            WAYS_ON,
        ),
        (
            Locked,
            StorageError,
            f"the keyring of this computer is locked ({__name__}.Locked); it may hold a login",
            f"Unlock it, as by logging in to the desktop, and try again. {WAYS_ON}",
        ),
        (
            Broken,
            StorageError,
            f"the keyring of this computer cannot be used ({__name__}.Broken: RuntimeError); it may hold a"
            " login",
            WAYS_ON,
        ),
        (
            Forgetful,
            StorageError,
            f"the keyring of this computer cannot be used ({RING}.Forgetful: it keeps nothing); it may hold a"
            " login",
            WAYS_ON,
        ),
    ],
)
def test_what_is_wrong_with_a_keyring_and_the_way_on(
    backend: type[MemoryKeyring], kind: type[AuditorError], message: str, hint: str, ring: MemoryKeyring
) -> None:
    keyring.set_keyring(backend())
    assert said(lambda: system_keyring.put("entry", "content")) == (kind, message, hint)
    if backend is not Forgetful:
        assert said(lambda: system_keyring.get("entry")) == (kind, message, hint)
        assert said(lambda: system_keyring.remove("entry")) == (kind, message, hint)
        assert said(lambda: system_keyring.check("entry", plaintext=True)) == (kind, message, hint)


def test_a_keyring_in_a_plain_file_is_used_only_where_that_is_allowed(ring: MemoryKeyring) -> None:
    keyring.set_keyring(PlaintextKeyring())
    kind = f"{RING}.PlaintextKeyring"
    assert said(lambda: system_keyring.check("entry", plaintext=False)) == (
        StorageError,
        f"the keyring of this computer ({kind}) keeps its secrets in a plain file",
        f"{WAYS_ON} To allow it: plaintext_keyring = true below [flickr] in the settings.",
    )
    system_keyring.check("entry", plaintext=True)


class Insecure(PlaintextKeyring):
    """One whose own name does not tell; its base does."""


class Chain(MemoryKeyring):
    """As keyring's chainer: what is new goes to the first."""

    def __init__(self, *backends: MemoryKeyring) -> None:
        super().__init__()
        self.backends = list(backends)


def test_of_several_keyrings_the_first_counts(ring: MemoryKeyring) -> None:
    keyring.set_keyring(Chain(Insecure(), ring))
    assert said(lambda: system_keyring.check("entry", plaintext=False))[1] == (
        f"the keyring of this computer ({__name__}.Insecure) keeps its secrets in a plain file"
    )
    assert system_keyring.name() == f"{__name__}.Insecure"
    keyring.set_keyring(Chain(ring, Insecure()))
    system_keyring.check("entry", plaintext=False)
    keyring.set_keyring(Chain())
    assert system_keyring.name() == f"{__name__}.Chain"


def test_a_keyring_is_named_with_who_chose_it(ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    assert system_keyring.name() == f"{RING}.MemoryKeyring"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "a.b.C")
    assert system_keyring.name() == "a.b.C, chosen by PYTHON_KEYRING_BACKEND"
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")

    def fails() -> None:
        raise ImportError("a.b")

    monkeypatch.setattr(keyring, "get_keyring", fails)
    assert system_keyring.name() == "its backend cannot be loaded"


def test_a_keyring_gives_what_it_was_given(ring: MemoryKeyring) -> None:
    assert system_keyring.get("entry") is None
    assert system_keyring.remove("entry") is False
    system_keyring.put("entry", "content")
    assert ring.kept == {("flickr-auditor", "entry"): "content"}
    assert system_keyring.get("entry") == "content"
    assert system_keyring.remove("entry") is True
    assert ring.kept == {}


def test_what_a_keyring_out_of_reach_may_still_hold_is_left(
    settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
) -> None:
    tokens.save(settings, conn, Token("t", "s"), None)
    kept = remembered(conn)
    keyring.set_keyring(NoKeyring())
    message = f"this computer has no usable keyring to keep the login in ({RING}.NoKeyring)"
    assert tokens.forget(settings, conn) == Removal(left=(f"the system's keyring ({message})",))
    assert remembered(conn) == kept
    conn.execute("DELETE FROM setting")
    assert tokens.forget(settings, conn) == Removal()


def test_removals_are_told_together() -> None:
    one, other = Removal(("a",), ("b",)), Removal(("c",), ("d",))
    assert one + other == Removal(("a", "c"), ("b", "d"))
    assert repr(Token("hush", "hush", "keyring")) == "Token(*** from keyring)"
