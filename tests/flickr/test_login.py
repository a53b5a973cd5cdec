"""The OAuth dance over real sockets, and where the token is kept afterwards."""

import os
import socket
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import keyring
import keyring.backend
import pytest
from keyring.errors import InitError, KeyringError, KeyringLocked

from auditor import database
from auditor.errors import AuditorError, ConfigurationError, NotAllowedError, StorageError, UnreachableError
from auditor.flickr import tokens
from auditor.flickr.login import Callback, Login, verifier_in
from auditor.flickr.tokens import Removal, Token
from auditor.sandbox import Sandbox
from auditor.settings import Secret, Settings
from tests.web.slow import dripping

from .conftest import MakeTransport
from .keyrings import Failing, Forgetful, MemoryKeyring, NoKeyring, PlaintextKeyring


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


@pytest.mark.parametrize(
    ("query", "title", "says"),
    [
        ("oauth_verifier=465-882-025", "Logged in", "You can close this page and go back to the terminal."),
        ("denied=1", "Not logged in", "Flickr sent no permission. Nothing was changed."),
    ],
)
def test_the_page_after_a_login_says_how_it_went_and_passes_nothing_on(
    query: str, title: str, says: str
) -> None:
    with Callback() as callback, urlopen(f"{callback.url}?{query}") as answer:
        page = answer.read()
        headers = answer.headers
    text = page.decode()
    assert f"<title>{title} · flickr-auditor</title>" in text
    assert f"<p>{says}</p>" in text
    assert 'http-equiv="refresh"' not in text
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(page)


def test_a_login_nobody_allows_ends_in_time() -> None:
    with Callback() as callback, pytest.raises(NotAllowedError, match="not approved") as caught:
        callback.wait(0.05)
    assert "--no-browser" in caught.value.hint


def test_a_wrong_secret_is_told_at_the_first_step(box: Sandbox) -> None:
    with pytest.raises(NotAllowedError, match="secret"):
        Login(box.key, "wrong", base_url=box.url).start("read", "oob")


def test_a_login_without_a_network_says_so() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(UnreachableError, match="no connection"):
        Login("key", "secret", base_url=address).start("read", "oob")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>a captive portal</html>", "is not readable"),
        ("oauth_token=x", "holds no token"),
        ("oauth_token=&oauth_token_secret=x", "holds no token"),
        ("oauth_token=x&oauth_token_secret=", "holds no token"),
    ],
)
def test_an_answer_that_is_no_token_is_none(body: str, says: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    with (
        dripping(answer, at_once=len(answer)) as address,
        pytest.raises(UnreachableError, match=says) as caught,
    ):
        Login("key", "secret", base_url=address).start("read", "oob")
    assert caught.value.message == f"Flickr's answer to the login {says}"
    assert caught.value.hint == "Try again later."


def test_a_wrong_code_is_told(box: Sandbox) -> None:
    flow = Login(box.key, box.secret, base_url=box.url)
    flow.start("read", "oob")
    with pytest.raises(NotAllowedError):
        flow.finish("123-456-789")


CODE = "465-882-025"
ADDRESS = "https://www.flickr.com/services/oauth/authorize?oauth_token=72157720000000000-0a1b2c3d4e5f6071"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        f"  {CODE} \n",
        "465882025",
        "465 882 025",
        "465\u2013882\u2013025",
        "465\u2011882\u2011025",
        "465.882.025",
        "465\u00a0882\u00a0025",
        f"\u200b{CODE}\u200b",
        f"\ufeff{CODE}\u2060",
        f'"{CODE}"',
        f"\u201c{CODE}\u201d",
        f"<{CODE}>",
        f"\x1b[200~{CODE}\x1b[201~",
        f"`{CODE}`",
        f"The code is {CODE}.",
        "\uff14\uff16\uff15\uff0d\uff18\uff18\uff12\uff0d\uff10\uff12\uff15",
        f"oauth_verifier={CODE}",
        f"oauth_verifier: {CODE}",
        f'{{"oauth_verifier": "{CODE}"}}',
        f"https://www.flickr.com/?x=1&amp;oauth_verifier={CODE}",
        f"{ADDRESS}&oauth_verifier={CODE}",
        f"{ADDRESS}&oauth_verifier={CODE}&x=1#top",
        f"<a href='http://127.0.0.1:1/x?oauth_verifier={CODE}'>",
        f"http%3A%2F%2F127.0.0.1%2F%3Foauth_verifier%3D{CODE}",
    ],
)
def test_the_code_is_found_in_what_people_paste(typed: str) -> None:
    assert verifier_in(typed) == CODE


@pytest.mark.parametrize("code", ["5d1b96a26b494074", "AbC_1~x.y-z", "12-34"])
def test_a_code_of_another_form_is_taken_as_it_is(code: str) -> None:
    """Which forms Flickr knows is written down nowhere."""
    assert verifier_in(code) == code
    assert verifier_in(f"http://127.0.0.1/?oauth_token=1-2&oauth_verifier={code}") == code


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\n", "\u200b", ADDRESS, "what code?", "https://www.flickr.com/"),
        *("oauth_token=1234", "oauth_token=465-882-025", f"https://www.flickr.com/{CODE}"),
    ],
)
def test_where_no_code_is_none_is_spent(typed: str) -> None:
    assert verifier_in(typed) is None


def test_a_login_knows_whose_it_is(box: Sandbox) -> None:
    flow = Login(box.key, box.secret, base_url=box.url)
    with Callback() as callback:
        get(allow(box, flow.start("read", callback.url)))
        token = flow.finish(callback.wait(5))
    assert (token.nsid, token.username) == (box.account.me.nsid, box.account.me.username)


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
        assert tokens.forget(settings, conn) == Removal(("the system's keyring",))
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

    def test_a_file_that_cannot_be_read_names_the_way_on(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        file = tmp_path / "token.json"
        tokens.save(settings, conn, Token("t", "s"), file)
        file.unlink()
        assert tokens.find(settings, conn) is None
        with pytest.raises(
            NotAllowedError, match=r"the file that kept the login, .*token.json, is not there"
        ):
            tokens.required(settings, conn)
        file.mkdir(mode=0o700)
        with pytest.raises(StorageError, match="cannot read the login in") as caught:
            tokens.find(settings, conn)
        assert caught.value.hint == "Log in again: flickr-auditor login"

    def test_logout_finds_a_login_in_the_keyring_of_which_the_home_knows_nothing(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        tokens.save(settings, conn, Token("t", "s"), None)
        conn.execute("DELETE FROM setting")
        assert tokens.forget(settings, conn) == Removal(("the system's keyring",))
        assert ring.kept == {}
        assert tokens.forget(settings, conn) == Removal()

    def test_a_machine_without_keyring_names_the_other_ways(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        keyring.set_keyring(NoKeyring())
        assert tokens.find(settings, conn) is None
        with pytest.raises(StorageError) as caught:
            tokens.save(settings, conn, Token("t", "s"), None)
        assert "--token-file" in caught.value.hint

    @pytest.mark.parametrize(
        ("failure", "says"),
        [
            (KeyringLocked("x"), "locked"),
            (KeyringError("x"), "cannot be used"),
            (InitError("x"), "cannot be used"),
            (RuntimeError("org.freedesktop.DBus.Error.UnknownMethod"), "cannot be used"),
            (OSError(111, "Connection refused"), "cannot be used"),
            (ImportError("secretstorage"), "cannot be used"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_a_keyring_that_cannot_be_asked_is_not_an_empty_one(
        self,
        settings: Settings,
        conn: sqlite3.Connection,
        ring: MemoryKeyring,
        failure: Exception,
        says: str,
    ) -> None:
        tokens.save(settings, conn, Token("t", "s"), None)
        keyring.set_keyring(Failing(failure))
        for ask in (
            lambda: tokens.find(settings, conn),
            lambda: tokens.required(settings, conn),
            lambda: tokens.check_place(settings, None),
            lambda: tokens.save(settings, conn, Token("t", "s"), None),
        ):
            with pytest.raises(StorageError, match=says) as caught:
                ask()
            assert "Failing" in caught.value.message
            assert "--token-file" in caught.value.hint
        (left,) = tokens.forget(settings, conn).left
        assert says in left
        keyring.set_keyring(ring)
        assert tokens.find(settings, conn) == Token("t", "s", "keyring")

    def test_a_login_in_a_keyring_out_of_reach_is_not_no_login(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        """Logged in on the desktop, come back over ssh, where keyring finds no backend."""
        tokens.save(settings, conn, Token("t", "s"), None)
        keyring.set_keyring(NoKeyring())
        with pytest.raises(StorageError, match="no usable keyring"):
            tokens.required(settings, conn)
        assert tokens.forget(settings, conn).left

    def test_a_keyring_that_keeps_nothing_is_no_place(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        keyring.set_keyring(Forgetful())
        with pytest.raises(StorageError, match="keeps nothing"):
            tokens.save(settings, conn, Token("t", "s"), None)

    def test_a_plaintext_keyring_is_named_and_refused_unless_allowed(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring
    ) -> None:
        keyring.set_keyring(PlaintextKeyring())
        with pytest.raises(StorageError, match="PlaintextKeyring") as caught:
            tokens.check_place(settings, None)
        assert "plaintext_keyring = true" in caught.value.hint
        tokens.check_place(replace(settings, plaintext_keyring=True), None)

    def test_a_second_file_takes_the_place_of_the_first(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        first, second = tmp_path / "1.json", tmp_path / "2.json"
        tokens.save(settings, conn, Token("old", "s"), first)
        _, before = tokens.save(settings, conn, Token("new", "s"), second)
        assert before == Removal((str(first),))
        assert not first.exists()
        assert tokens.required(settings, conn).token == "new"

    def test_a_file_takes_the_place_of_the_keyring_and_the_keyring_that_of_a_file(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        tokens.save(settings, conn, Token("1", "s"), None)
        _, before = tokens.save(settings, conn, Token("2", "s"), tmp_path / "t.json")
        assert (before.removed, ring.kept) == (("the system's keyring",), {})
        _, before = tokens.save(settings, conn, Token("3", "s"), None)
        assert before.removed == (str(tmp_path / "t.json"),)
        assert list(tmp_path.glob("*.json")) == []

    def test_a_file_that_holds_something_else_is_neither_replaced_nor_removed(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        file = tmp_path / "token.json"
        for content in (b"my novel", b"{}", b'["oauth_token"]', b"\xff\xfe"):
            file.write_bytes(content)
            with pytest.raises(StorageError, match="something else"):
                tokens.check_place(settings, file)
        file.unlink()
        tokens.save(settings, conn, Token("t", "s"), file)
        file.write_text("my novel")
        assert "something else" in tokens.forget(settings, conn).left[0]
        assert file.read_text() == "my novel"

    def test_what_cannot_be_removed_is_told_and_tried_again(
        self,
        settings: Settings,
        conn: sqlite3.Connection,
        ring: MemoryKeyring,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        file = tmp_path / "token.json"
        tokens.save(settings, conn, Token("t", "s"), file)

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", refuse)
            assert tokens.forget(settings, conn).left == (f"{file} (Permission denied)",)
        assert tokens.forget(settings, conn) == Removal((str(file),))

    @pytest.mark.parametrize("place", ["folder", "nowhere/t.json", "pipe"])
    def test_a_place_where_no_file_can_be_is_found_out_before_the_consent(
        self, settings: Settings, ring: MemoryKeyring, tmp_path: Path, place: str
    ) -> None:
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(AuditorError) as caught:
            tokens.check_place(settings, tmp_path / place)
        assert caught.value.exit_code == 2
        assert "space" not in caught.value.hint

    def test_a_file_that_is_gone_is_named(
        self, settings: Settings, conn: sqlite3.Connection, ring: MemoryKeyring, tmp_path: Path
    ) -> None:
        tokens.save(settings, conn, Token("t", "s"), tmp_path / "t.json")
        (tmp_path / "t.json").unlink()
        with pytest.raises(NotAllowedError, match=r"t\.json"):
            tokens.required(settings, conn)

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
        with pytest.raises(UnreachableError, match="502"):
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
