"""Every failure that the client knows, word by word: its name, the next step, and what may be repeated."""

import io
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests
import urllib3
from flickrapi.tokencache import SimpleTokenCache

from auditor import clock
from auditor.errors import (
    AuditorError,
    CallError,
    ConfigurationError,
    NotAllowedError,
    UnreachableError,
)
from auditor.flickr import transport
from auditor.flickr.budget import CallBudget
from auditor.flickr.transport import (
    TIMEOUT,
    USER_AGENT,
    Credentials,
    Retry,
    TransientError,
    Transport,
    network_error,
    new_session,
    oauth_error,
    read_body,
)
from auditor.web.trouble import Cause

AGAIN = "Flickr may be down. Nothing is lost: run the same command again later."
PROXY = "A proxy or a captive portal may be between you and Flickr."
LOG_IN = "Run: flickr-auditor login"
KEYS = "Check FLICKR_API_SECRET, then run: flickr-auditor login"
SIGNATURE = "Flickr rejects the signature: the API secret or the token secret is wrong"
METHOD = "flickr.photos.addTags"


def transient(message: str, hint: str = AGAIN, **more: Any) -> dict[str, Any]:
    defaults = {"retry_after": None, "unclear": False, "cause": None}
    return {"kind": TransientError, "message": message, "hint": hint, **defaults, **more}


def lasting(kind: type[AuditorError], message: str, hint: str) -> dict[str, Any]:
    return {"kind": kind, "message": message, "hint": hint}


def told(error: Exception) -> dict[str, Any]:
    """All that an error says."""
    assert isinstance(error, AuditorError)
    found: dict[str, Any] = {"kind": type(error), "message": error.message, "hint": error.hint}
    if isinstance(error, TransientError):
        found |= {"retry_after": error.retry_after, "unclear": error.unclear, "cause": error.cause}
    return found


def raised(call: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(AuditorError) as caught:
        call()
    return told(caught.value)


# -- 200, and a failure in its body --------------------------------------------------------------------------

DOWN = "Sorry, the Flickr API service is not currently available."


@pytest.mark.parametrize(
    ("method", "code", "message", "failure"),
    [
        (METHOD, 105, "x", transient("Flickr is not available just now (code 105)", unclear=True)),
        (METHOD, 106, "x", transient("Flickr is not available just now (code 106)", unclear=True)),
        (METHOD, 0, DOWN, transient("Flickr is not available just now (code 0)", unclear=True)),
        (METHOD, 201, DOWN, transient("Flickr is not available just now (code 201)", unclear=True)),
        ("flickr.photos.search", 10, "x", transient("Flickr's search is not available just now (code 10)")),
        (METHOD, 96, "x", lasting(NotAllowedError, SIGNATURE, KEYS)),
        (METHOD, "97", "x", lasting(NotAllowedError, SIGNATURE, KEYS)),
        (
            METHOD,
            98,
            "x",
            lasting(NotAllowedError, "the login is no longer valid (Flickr: Invalid auth token)", LOG_IN),
        ),
        (
            METHOD,
            99,
            {"_content": "Insufficient permissions"},
            lasting(
                NotAllowedError,
                "the login may not do this (Flickr: Insufficient permissions)",
                "Run: flickr-auditor login --perms write",
            ),
        ),
        (
            METHOD,
            100,
            "Invalid API Key",
            lasting(
                NotAllowedError,
                "Flickr rejects the API key (Invalid API Key)",
                "Check FLICKR_API_KEY. Pro members make new keys at"
                " https://www.flickr.com/services/apps/create/",
            ),
        ),
    ],
)
def test_a_code_that_is_about_more_than_the_photo(
    method: str, code: object, message: object, failure: dict[str, Any]
) -> None:
    body = json.dumps({"stat": "fail", "code": code, "message": message}).encode()
    assert raised(lambda: read_body(method, body)) == failure


@pytest.mark.parametrize(
    ("method", "code", "text", "told_code"),
    [
        (METHOD, 1, "Photo not found", 1),
        (METHOD, 0, "odd", 0),
        (METHOD, 201, "odd", 201),
        (METHOD, 95, DOWN, 95),
        (METHOD, 101, "x", 101),
        (METHOD, 104, "x", 104),
        (METHOD, 107, "x", 107),
        (METHOD, None, "x", -1),
        (METHOD, "zero", "x", -1),
        ("flickr.groups.pools.add", 10, "Maximum photos in pool", 10),
        ("flickr.photos.search", 11, "x", 11),
    ],
)
def test_a_code_that_is_the_methods_own(method: str, code: object, text: str, told_code: int) -> None:
    body = json.dumps({"stat": "fail", "code": code, "message": text}).encode()
    with pytest.raises(CallError) as caught:
        read_body(method, body)
    error = caught.value
    assert (error.method, error.code, error.text) == (method, told_code, text)
    assert error.message == f"Flickr answered {method} with error {told_code}: {text}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Flickr's answer is not readable JSON"),
        (b"[" * 100_000, "Flickr's answer is not readable JSON"),
        (b"[]", "Flickr's answer is not a JSON object with a status"),
        (b'"stat"', "Flickr's answer is not a JSON object with a status"),
        (b"{}", "Flickr's answer is not a JSON object with a status"),
    ],
)
def test_a_body_that_is_no_answer(body: bytes, message: str) -> None:
    assert raised(lambda: read_body(METHOD, body)) == transient(message, unclear=True)


def test_a_body_that_is_an_answer_is_given_whole() -> None:
    assert read_body(METHOD, b'{"stat":"ok","a":[1]}') == {"stat": "ok", "a": [1]}


# -- another status ------------------------------------------------------------------------------------------


def answer(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response.raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
    return response


def checked(response: requests.Response) -> None:
    new_session(loopback=True).hooks["response"][0](response)


TOO_MANY = "Flickr turns calls away, because there were too many (HTTP 429)"
WAIT = "Nothing is lost: wait some minutes, then run the same command again."


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        (answer(429), transient(TOO_MANY, WAIT)),
        (answer(429, Retry_After="30"), transient(TOO_MANY, WAIT, retry_after=30.0)),
        (answer(500), transient("Flickr answered with HTTP 500", unclear=True)),
        (
            answer(503, b"oauth_problem=nonce_used", Retry_After="2.5"),
            transient("Flickr answered with HTTP 503", retry_after=2.5, unclear=True),
        ),
        (
            answer(499),
            lasting(
                UnreachableError, "Flickr answered with HTTP 499, which is not an answer of its API", PROXY
            ),
        ),
        (
            answer(302, b"<html>oauth_problem"),
            lasting(
                UnreachableError, "Flickr answered with HTTP 302, which is not an answer of its API", PROXY
            ),
        ),
        (answer(401, b"oauth_problem=token_revoked"), told(oauth_error("oauth_problem=token_revoked"))),
        (
            answer(401, b"x=\xff&oauth_problem=nonce_used"),
            transient("Flickr took the request for a repeat (nonce_used)"),
        ),
    ],
)
def test_a_status_that_is_no_answer(response: requests.Response, failure: dict[str, Any]) -> None:
    assert raised(lambda: checked(response)) == failure
    assert response.raw.closed


def test_an_answer_larger_than_any_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER", 200_000)
    small, large = answer(200, b"x" * 200_000), answer(200, b"x" * 500_000)
    checked(small)
    assert small.content == b"x" * 200_000
    assert raised(lambda: checked(large)) == lasting(
        UnreachableError, "Flickr's answer is larger than any of its answers (200 kB)", PROXY
    )
    assert 200_000 < len(large.content) < 500_000


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("123456789", 123456789.0),
        ("1234567890", None),
        ("7.", 7.0),
        ("7.25", 7.25),
        ("7x", None),
        ("Fri, 27 Nov 2026 10:00:30 GMT", 30.0),
        ("Fri, 27 Nov 2026 09:59:59 GMT", 0.0),
    ],
)
def test_a_wait_is_counted_from_now(header: str, wait: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall", lambda: 1_795_773_600.0)
    assert raised(lambda: checked(answer(429, Retry_After=header)))["retry_after"] == wait


# -- OAuth ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "message", "hint"),
    [
        ("signature_invalid", SIGNATURE, KEYS),
        (
            "timestamp_refused",
            "Flickr refuses the time of this computer's clock",
            "Set it right and try again.",
        ),
        ("consumer_key_unknown", "Flickr does not know the API key", "Check FLICKR_API_KEY."),
        ("consumer_key_rejected", "Flickr rejects the API key", "Check FLICKR_API_KEY."),
        ("token_rejected", "Flickr rejects the login: its token is used up or unknown", LOG_IN),
        ("token_expired", "the login has expired", LOG_IN),
        ("token_revoked", "the login was revoked on Flickr", LOG_IN),
        ("permission_denied", "the login was denied on Flickr", "Log in again and allow it."),
        ("verifier_invalid", "Flickr rejects the code", "Log in again and copy the whole code."),
        ("new_thing", "Flickr rejects the request (oauth_problem: new_thing)", LOG_IN),
        ("a" * 39, f"Flickr rejects the request (oauth_problem: {'a' * 39})", LOG_IN),
        ("a" * 40, "Flickr rejects the request (oauth_problem: unknown)", LOG_IN),
        ("a1", "Flickr rejects the request (oauth_problem: unknown)", LOG_IN),
        ("", "Flickr rejects the request (oauth_problem: unknown)", LOG_IN),
    ],
)
def test_an_oauth_problem_is_told_in_words(problem: str, message: str, hint: str) -> None:
    for body in (f"oauth_problem={problem}&x=1", f"x=1&oauth_problem={problem}"):
        assert told(oauth_error(body)) == lasting(NotAllowedError, message, hint)
    if problem:
        assert told(oauth_error(f"oauth_problem={problem}&oauth_problem=y"))["message"] == message


# -- the network ---------------------------------------------------------------------------------------------

API, SANDBOX = "https://api.flickr.com/services/rest/", "http://127.0.0.1:9/services/rest/"


@pytest.mark.parametrize(
    ("error", "url", "failure"),
    [
        (
            requests.ConnectTimeout("x"),
            API,
            transient("Flickr cannot be reached: no connection", cause=Cause.UNSENT),
        ),
        (
            requests.ConnectTimeout("x"),
            SANDBOX,
            transient(
                "Flickr cannot be reached: no connection",
                "Start it with: flickr-auditor sandbox, or unset AUDITOR_FLICKR_URL.",
                cause=Cause.OFFLINE,
            ),
        ),
        (
            socket.gaierror(8, "x"),
            API,
            transient(
                "the address of Flickr cannot be found: no network connection, or no DNS server",
                "Check the network; if you need a proxy, set HTTPS_PROXY. Nothing is lost: run the same"
                " command again then.",
                cause=Cause.OFFLINE,
            ),
        ),
        (
            requests.ReadTimeout("x"),
            API,
            transient("Flickr did not answer in time", unclear=True, cause=Cause.UNCLEAR),
        ),
        (
            requests.ConnectionError("x"),
            SANDBOX,
            transient("Flickr cut the connection", unclear=True, cause=Cause.UNCLEAR),
        ),
        (
            OSError("Could not find a suitable TLS CA certificate bundle"),
            API,
            lasting(
                ConfigurationError,
                "the list of trusted certificates cannot be read",
                "Run: pip install --force-reinstall certifi",
            ),
        ),
    ],
)
def test_a_failure_of_the_network(
    error: Exception, url: str, failure: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    assert told(network_error(error, url)) == failure


def test_a_server_that_cannot_prove_who_it_is_is_not_asked_again() -> None:
    error = network_error(requests.exceptions.SSLError("x"), API)
    assert type(error) is UnreachableError
    assert error.hint


# -- trying again --------------------------------------------------------------------------------------------


class Scripted(Transport):
    """Gives or raises what the script says, one after the other."""

    def __init__(self, *script: Any, retry: Retry = Retry(attempts=4, first=0.0, longest=0.0)) -> None:  # noqa: B008
        super().__init__(Credentials("k", "s"), budget=None, retry=retry)  # type: ignore[arg-type]
        self.script, self.tried = list(script), list[Any]()

    def _try(self, method: str, params: Any, before_send: Any = None) -> Any:
        self.tried.append((method, params))
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def slow() -> TransientError:
    return TransientError("slow", unclear=True, cause=Cause.SLOW)


def offline(cause: Cause = Cause.OFFLINE) -> TransientError:
    return TransientError("offline", cause=cause)


LOGIN = "flickr.test.login"
GOOD = {"stat": "ok"}


@pytest.mark.parametrize(
    ("script", "answered", "tries"),
    [
        ([GOOD], False, 1),
        ([TransientError("x", unclear=True)] * 3 + [GOOD], False, 4),
        ([slow(), GOOD], False, 2),
        ([slow(), TransientError("x"), GOOD], False, 3),
        ([offline(), GOOD], True, 2),
        ([offline(Cause.FOREIGN), GOOD], True, 2),
        ([offline(Cause.UNSENT), GOOD], False, 2),
        ([TransientError("x", retry_after=0.0), GOOD], False, 2),
    ],
)
def test_what_may_pass_is_tried_again(script: list[Any], tries: int, *, answered: bool) -> None:
    client = Scripted(*script)
    client._was_answered = answered
    assert client.read(LOGIN, a=1) == GOOD
    assert client.tried == [(LOGIN, {"a": 1})] * tries


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ([TransientError("x")] * 5, 4),
        ([slow(), slow(), GOOD], 2),
        ([offline(), GOOD], 1),
        ([offline(Cause.FOREIGN), GOOD], 1),
        ([CallError(LOGIN, 1, "x"), GOOD], 1),
        ([UnreachableError("x"), GOOD], 1),
        ([TransientError("x", retry_after=300.5), GOOD], 1),
    ],
)
def test_what_does_not_pass_is_told(script: list[Any], tries: int) -> None:
    client = Scripted(*script)
    expected = script[tries - 1]
    with pytest.raises(AuditorError) as caught:
        client.read(LOGIN)
    assert caught.value is expected
    assert len(client.tried) == tries


def test_a_wait_of_five_minutes_is_still_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    assert Scripted(TransientError("x", retry_after=300.0), GOOD).read(LOGIN) == GOOD
    assert waits == [300.0]


def test_waits_grow_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    Scripted(*[TransientError("x")] * 5, GOOD, retry=Retry(attempts=6, first=1.0, longest=6.0)).read(LOGIN)
    assert waits == [2.0, 3.0, 5.0, 6.0, 6.0]


def test_a_method_that_is_not_registered_is_not_called() -> None:
    client = Scripted(GOOD)
    with pytest.raises(ValueError, match=r"^flickr.photos.delete is not registered as a reading method$"):
        client.read("flickr.photos.delete")
    assert client.tried == []


# -- what is sent --------------------------------------------------------------------------------------------


def test_what_signs_is_never_shown() -> None:
    assert repr(Credentials("k", "s", "t", "u")) == str(Credentials("k", "s")) == "Credentials(***)"


@pytest.fixture
def budget(tmp_path: Any) -> Any:
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 9)
    yield budget
    budget.close()


@pytest.mark.parametrize(
    ("token", "base", "signed"),
    [("", None, (None, None)), ("t", None, ("t", "ts")), ("t", "http://127.0.0.1:9", ("t", "ts"))],
)
def test_a_client_signs_with_what_it_was_given_and_keeps_nothing(
    token: str, base: str | None, signed: tuple[str | None, str | None], budget: CallBudget
) -> None:
    client = Transport(Credentials("k", "s", token, "ts"), budget, base_url=base)
    made = client._client()
    assert client._client() is made
    signer = made.flickr_oauth.oauth.client
    assert (signer.client_key, signer.client_secret) == ("k", "s")
    assert (signer.resource_owner_key, signer.resource_owner_secret) == signed
    assert type(made.token_cache) is SimpleTokenCache
    assert (made.token_cache.token.access_level if token else made.token_cache.token) == (
        "read" if token else None
    )
    assert made.cache is None
    assert made.flickr_oauth.default_timeout == TIMEOUT
    rest = f"{base}/services/rest/" if base else API
    assert rest == made.REST_URL
    session = made.flickr_oauth.session
    assert session.headers["User-Agent"] == USER_AGENT
    assert session.trust_env is (base is None)
    assert client._sessions == [session]
    assert client.calls == 0


def test_a_session_follows_no_redirect_and_waits_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    found = requests.Response()

    def request(self: object, *given: object, **options: object) -> requests.Response:
        asked.append((given, options))
        return found

    monkeypatch.setattr(requests.Session, "request", request)
    session = new_session(loopback=False)
    assert session.request("GET", "x", allow_redirects=True) is found
    session.request("GET", "x", timeout=(1.0, 2.0))
    assert asked == [
        (("GET", "x"), {"allow_redirects": False, "timeout": TIMEOUT}),
        (("GET", "x"), {"allow_redirects": False, "timeout": (1.0, 2.0)}),
    ]


def test_each_try_is_paid_for_first_and_may_be_called_off_last(budget: CallBudget) -> None:
    steps: list[str] = []
    client = Transport(Credentials("k", "s"), budget)

    class Sender:
        REST_URL = API

        def do_flickr_call(self, method: str, **params: object) -> bytes:
            steps.append(f"{method} {params}")
            return b'{"stat":"ok","x":1}'

    client._local.client = Sender()
    answered = client._try("m", {"a": 1}, lambda: steps.append(f"{budget.used()} paid, {client.calls} sent"))
    assert answered == {"stat": "ok", "x": 1}
    assert steps == ["1 paid, 0 sent", "m {'format': 'json', 'a': 1}"]
    assert (client.calls, client._was_answered) == (1, True)

    def off() -> None:
        raise UnreachableError("called off")

    with pytest.raises(UnreachableError, match="called off"):
        client._try("m", {}, off)
    assert (budget.used(), client.calls) == (2, 1)


@pytest.mark.parametrize(
    ("failure", "answered"), [(CallError("m", 1, "x"), True), (requests.ConnectionError("x"), False)]
)
def test_an_error_is_an_answer_and_a_cut_is_none(
    failure: Exception, budget: CallBudget, *, answered: bool
) -> None:
    client = Transport(Credentials("k", "s"), budget)

    class Sender:
        REST_URL = API

        def do_flickr_call(self, *_: object, **__: object) -> bytes:
            raise failure

    client._local.client = Sender()
    with pytest.raises(AuditorError) as caught:
        client._try("m", {})
    assert client._was_answered is answered
    assert (caught.value is failure) is answered
