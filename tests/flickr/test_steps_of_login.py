"""The steps of a login, one by one: what is asked, what is shown, and how each ends where it fails."""

import base64
import hashlib
import re
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests_oauthlib.oauth1_session import TokenMissing, TokenRequestDenied

from auditor.errors import NotAllowedError, UnreachableError
from auditor.flickr import login
from auditor.flickr.callback_page import STYLE, web_page
from auditor.flickr.login import Callback, Login
from auditor.flickr.tokens import Token
from auditor.flickr.transport import TIMEOUT, USER_AGENT

HOST = "https://www.flickr.com/services/oauth"


class Session:
    """Stands for the library's; keeps what it was asked, and gives `answer` or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []
        self.auth = self
        self.client = self
        self.verifier = ""

    def fetch_request_token(self, url: str, **options: object) -> Any:
        return self._give("request", url, options)

    def fetch_access_token(self, url: str, **options: object) -> Any:
        return self._give(self.verifier, url, options)

    def _give(self, *asked: object) -> Any:
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    made = Session({"oauth_token": "a b&c", "oauth_token_secret": "s"})

    def new(self: Login, **options: str) -> Session:
        made.asked.append(options)
        return made

    monkeypatch.setattr(Login, "_new_session", new)
    return made


@pytest.mark.parametrize(
    ("base", "oauth"), [(None, HOST), ("http://127.0.0.1:9", "http://127.0.0.1:9/services/oauth")]
)
def test_a_login_asks_for_a_token_and_then_for_the_users_consent(
    base: str | None, oauth: str, session: Session
) -> None:
    flow = Login("k", "s", base_url=base)
    assert flow.start("write", "oob") == f"{oauth}/authorize?oauth_token=a+b%26c&perms=write"
    session.answer = {
        "oauth_token": "t",
        "oauth_token_secret": "ts",
        "user_nsid": "99000001%40n07",
        "username": "Ann",
    }
    assert flow.finish("465-882-025") == Token("t", "ts", nsid="99000001@N07", username="Ann")
    assert session.asked == [
        {"callback_uri": "oob"},
        ("request", f"{oauth}/request_token", {"timeout": TIMEOUT}),
        ("465-882-025", f"{oauth}/access_token", {"timeout": TIMEOUT}),
    ]
    session.answer = {"oauth_token": "t", "oauth_token_secret": "ts"}
    assert flow.finish("x") == Token("t", "ts")


def test_the_second_step_needs_the_first() -> None:
    with pytest.raises(ValueError, match=r"^start\(\) comes first$"):
        Login("k", "s").finish("x")


@pytest.mark.parametrize("base", [None, "http://127.0.0.1:9"])
def test_a_session_of_a_login_signs_with_the_keys_and_follows_nothing(base: str | None) -> None:
    made = Login("k", "s", base_url=base)._new_session(callback_uri="oob")
    client = made.auth.client
    assert (client.client_key, client.client_secret, client.callback_uri) == ("k", "s", "oob")
    assert made.max_redirects == 0
    assert made.headers["User-Agent"] == USER_AGENT
    assert made.trust_env is (base is None)


def denied(text: str) -> TokenRequestDenied:
    response = requests.Response()
    response.status_code = 401
    response._content = text.encode()
    return TokenRequestDenied("denied", response)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (denied("oauth_problem=verifier_invalid"), NotAllowedError, "Flickr rejects the code"),
        (
            TokenMissing("x", denied("x").response),
            UnreachableError,
            "Flickr's answer to the login is not readable",
        ),
        (ValueError("x"), UnreachableError, "Flickr's answer to the login is not readable"),
        (requests.ReadTimeout("x"), UnreachableError, "Flickr did not answer in time"),
        ({"oauth_token": "t"}, UnreachableError, "Flickr's answer to the login holds no token"),
        ({"oauth_token_secret": "t"}, UnreachableError, "Flickr's answer to the login holds no token"),
    ],
)
def test_a_step_that_fails_says_why(
    answer: Any, kind: type[Exception], message: str, session: Session
) -> None:
    session.answer = answer
    with pytest.raises(kind) as caught:
        Login("k", "s").start("read", "oob")
    assert str(caught.value) == message


# -- the page on this computer -------------------------------------------------------------------------------


@pytest.fixture
def callback() -> Iterator[Callback]:
    with Callback() as callback:
        yield callback


def asked(url: str) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.headers), page


def test_two_logins_can_wait_at_the_same_time(callback: Callback) -> None:
    with Callback() as other:
        assert urlsplit(other.url).port != urlsplit(callback.url).port


def test_only_who_knows_the_address_is_heard(callback: Callback, capfd: pytest.CaptureFixture[str]) -> None:
    parts = urlsplit(callback.url)
    assert (parts.scheme, parts.hostname) == ("http", "127.0.0.1")
    assert re.fullmatch(r"/[\w-]{22}", parts.path)
    assert asked(callback.url.replace(parts.path, "/x") + "?oauth_verifier=forged")[0] == 404
    assert not callback._arrived.is_set()
    status, headers, page = asked(f"{callback.url}?oauth_verifier=1-2&oauth_token=t")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert int(headers["Content-Length"]) == len(page.encode())
    assert page == web_page("Logged in", "<p>You can close this page and go back to the terminal.</p>")
    assert callback.wait(1) == "1-2"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("query", ["denied=1", "oauth_verifier=", ""])
def test_without_a_code_the_login_was_denied(query: str, callback: Callback) -> None:
    _, _, page = asked(f"{callback.url}?{query}")
    assert page == web_page("Not logged in", "<p>Flickr sent no permission. Nothing was changed.</p>")
    with pytest.raises(NotAllowedError) as caught:
        callback.wait(1)
    assert caught.value.message == "the login was denied on Flickr"
    assert caught.value.hint == "Run flickr-auditor login again and allow it."


def test_nobody_is_waited_for_longer_than_said(callback: Callback, monkeypatch: pytest.MonkeyPatch) -> None:
    now, waits = [100.0], list[float]()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        now[0] += seconds
        return False

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(callback._arrived, "wait", wait)
    with pytest.raises(NotAllowedError) as caught:
        callback.wait(90.5)
    assert waits == [*[1.0] * 90, 0.5]
    assert caught.value.message == "the login was not approved within 2 minutes"
    assert caught.value.hint == (
        "Run flickr-auditor login again; on a machine without a browser add --no-browser."
    )
    waits.clear()
    with pytest.raises(NotAllowedError, match="within 5 minutes"):
        callback.wait()
    assert sum(waits) == login.CONSENT_SECONDS


def test_the_page_is_all_that_a_browser_gets() -> None:
    page = web_page("Logged <in>", "<p>inner</p>")
    assert "<title>Logged &lt;in&gt; · flickr-auditor</title>" in page
    assert '<p class="site">flickr-auditor</p>\n<h1>Logged &lt;in&gt;</h1>\n<p>inner</p>\n</main>' in page
    assert '<link rel="icon" href="data:,">' in page
    assert "refresh" not in page
    assert f"default-src 'none'; style-src {STYLE}; img-src data:" in page
    style = re.search("<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = hashlib.sha256(style[1].encode()).digest()
    assert f"'sha256-{base64.b64encode(digest).decode()}'" == STYLE
    other = web_page("A", "B", site="<Flickr>", leads_to='/x?"y')
    assert "<title>A · &lt;Flickr&gt;</title>" in other
    assert '<meta http-equiv="refresh" content="0;url=/x?&quot;y">\n<link' in other
