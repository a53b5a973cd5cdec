"""The OAuth dance over real sockets, and where the token is kept afterwards."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import keyring
import keyring.backend
import pytest
from keyring.errors import NoKeyringError

from auditor import database
from auditor.errors import ConfigurationError, NotAllowedError, StorageError
from auditor.flickr import tokens
from auditor.flickr.login import Callback, Login
from auditor.flickr.tokens import Token
from auditor.sandbox import Sandbox
from auditor.settings import Secret, Settings

from .conftest import MakeTransport


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that forgets with the process."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class NoKeyring(MemoryKeyring):
    """A server without any."""

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def get(url: str) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    status = connection.getresponse().status
    connection.close()
    return status


def allow(box: Sandbox, address: str, *, decision: str = "allow") -> str:
    """Press the button on the consent page as the user does; the address the browser is sent to."""
    fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    parts = urlsplit(box.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    body = urlencode({**fields, "decision": decision})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/services/oauth/authorize", body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers.get("Location", "")


def test_login_through_the_browser_survives_a_favicon_request(box: Sandbox, transport: MakeTransport) -> None:
    flow = Login(box.key, box.secret, base_url=box.url)
    with Callback() as callback:
        address = flow.start("write", callback.url)
        origin = callback.url.rsplit("/", 1)[0]
        assert get(f"{origin}/favicon.ico?oauth_verifier=forged") == 404
        assert get(allow(box, address)) == 200
        token = flow.finish(callback.wait(5))
    oauth = transport(token=(token.token, token.secret)).read("flickr.auth.oauth.checkToken")["oauth"]
    assert "write" in str(oauth["perms"])


def test_a_denied_login_says_so(box: Sandbox) -> None:
    with Callback() as callback:
        threading.Thread(target=get, args=(f"{callback.url}?denied=1",)).start()
        with pytest.raises(NotAllowedError, match="denied"):
            callback.wait(5)


def test_a_login_nobody_allows_ends_in_time() -> None:
    with Callback() as callback, pytest.raises(NotAllowedError, match="nobody") as caught:
        callback.wait(0.05)
    assert "--no-browser" in caught.value.hint


def test_a_wrong_secret_is_told_at_the_first_step(box: Sandbox) -> None:
    with pytest.raises(NotAllowedError, match="secret"):
        Login(box.key, "wrong", base_url=box.url).start("read", "oob")


def test_a_wrong_code_is_told(box: Sandbox) -> None:
    flow = Login(box.key, box.secret, base_url=box.url)
    flow.start("read", "oob")
    with pytest.raises(NotAllowedError):
        flow.finish("123-456-789")


class TestKeeping:
    """Environment, else keyring, else a file that was asked for."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(home=tmp_path)

    @pytest.fixture
    def conn(self, settings: Settings) -> Iterator[sqlite3.Connection]:
        conn = database.connect(settings.database)
        yield conn
        conn.close()

    def test_the_keyring_keeps_it_until_logout(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        tokens.save(settings, conn, Token("t", "s"), None)
        assert tokens.find(settings, conn) == Token("t", "s", "keyring")
        assert tokens.forget(settings, conn) == ("the system's keyring",)
        assert tokens.find(settings, conn) is None
        with pytest.raises(NotAllowedError, match="not logged in"):
            tokens.required(settings, conn)

    def test_a_file_is_closed_to_others_and_remembered(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        file = tmp_path / "token.json"
        tokens.save(settings, conn, Token("t", "s"), file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        found = tokens.find(settings, conn)
        assert found is not None
        assert (found.token, found.secret) == ("t", "s")
        assert ring.kept == {}
        tokens.forget(settings, conn)
        assert not file.exists()

    def test_a_file_that_others_can_read_is_refused(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        file = tmp_path / "token.json"
        tokens.save(settings, conn, Token("t", "s"), file)
        file.chmod(0o644)
        with pytest.raises(ConfigurationError, match="other users"):
            tokens.find(settings, conn)

    def test_a_machine_without_keyring_names_the_other_ways(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        keyring.set_keyring(NoKeyring())
        assert tokens.find(settings, conn) is None
        with pytest.raises(StorageError) as caught:
            tokens.save(settings, conn, Token("t", "s"), None)
        assert "--token-file" in caught.value.hint

    def test_the_environment_goes_first(
        self, tmp_path: Path, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        given = Settings(home=tmp_path, oauth_token=Secret("e"), oauth_token_secret=Secret("f"))
        tokens.save(given, conn, Token("t", "s"), None)
        assert tokens.find(given, conn) == Token("e", "f", "environment")

    def test_a_failing_call_never_removes_the_token(
        self,
        box: Sandbox,
        transport: MakeTransport,
        settings: Settings,
        conn: sqlite3.Connection,
        ring: MemoryKeyring,
    ) -> None:
        token, secret = box.issue_token("read")
        tokens.save(settings, conn, Token(token, secret), None)
        box.faults.add("502")
        with pytest.raises(Exception, match="502"):
            transport(token=(token, secret)).read("flickr.test.login")
        assert tokens.find(settings, conn) == Token(token, secret, "keyring")

    def test_no_repr_shows_a_secret(self, tmp_path: Path) -> None:
        given = Settings(
            home=tmp_path,
            api_key=Secret("hush"),
            oauth_token=Secret("hush"),
            oauth_token_secret=Secret("hush"),
        )
        assert "hush" not in repr(given) + repr(Token("hush", "hush"))
