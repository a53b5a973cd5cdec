"""Every dialect of failure becomes one typed error; what may pass is tried again, nothing else is."""

import gzip
import io
import logging
import resource
import socket
from typing import Any
from unittest.mock import Mock

import pytest
import requests

from auditor.errors import AuditorError, BudgetSpentError, CallError, NotAllowedError, UnreachableError
from auditor.flickr.api import ReadApi
from auditor.flickr.transport import (
    Credentials,
    Retry,
    TransientError,
    network_error,
    new_session,
    oauth_error,
    read_body,
)
from auditor.sandbox import Sandbox
from tests.web.slow import dripping

from .conftest import QUICK, MakeTransport

LOGIN = "flickr.test.login"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "429"},
        {"kind": "429", "value": 0.01},
        {"kind": "500"},
        {"kind": "502"},
        {"kind": "503", "value": 0},
        {"kind": "504"},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "trailing-comma"},
        {"kind": "list"},
        {"kind": "fail", "value": 105},
        {"kind": "fail", "value": 106},
        {"kind": "fail", "value": 0},
        {"kind": "fail", "value": 201},
        {"kind": "cut"},
        {"kind": "cut", "done": True},
        {"kind": "cut-body"},
    ],
    ids=str,
)
def test_a_passing_failure_is_tried_again_and_each_try_is_counted(
    box: Sandbox, transport: MakeTransport, fault: dict[str, Any]
) -> None:
    box.faults.add(**fault, count=2)
    api = ReadApi(transport())
    assert api.login().nsid == box.account.me.nsid
    assert api.calls == 3
    assert len(box.log) == 3


@pytest.mark.parametrize("kind", ["502", "html", "cut"])
def test_a_flickr_that_stays_down_ends_in_exit_5_after_a_bounded_number_of_tries(
    box: Sandbox, transport: MakeTransport, kind: str
) -> None:
    box.faults.add(kind)
    with pytest.raises(UnreachableError) as caught:
        transport().read(LOGIN)
    assert caught.value.exit_code == 5
    assert len(box.log) == QUICK.attempts


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ({"kind": "revoked"}, NotAllowedError, "no longer valid"),
        ({"kind": "key-disabled"}, NotAllowedError, "API key"),
        ({"kind": "fail", "value": 99}, NotAllowedError, "may not"),
        ({"kind": "fail", "value": 96}, NotAllowedError, "signature"),
        ({"kind": "fail", "value": 112}, CallError, "112"),
        ({"kind": "fail", "value": 1}, CallError, "error 1"),
    ],
    ids=str,
)
def test_a_lasting_failure_is_not_tried_again(
    box: Sandbox, transport: MakeTransport, fault: dict[str, Any], error: type[AuditorError], says: str
) -> None:
    box.faults.add(**fault)
    with pytest.raises(error, match=says):
        transport().read(LOGIN)
    assert len(box.log) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"secret": "wrong"}, "secret is wrong"),
        ({"key": "unknown-key"}, "API key"),
        ({"token": ("dead", "dead")}, "login"),
    ],
    ids=str,
)
def test_wrong_keys_and_tokens_say_which_and_what_to_do(
    transport: MakeTransport, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotAllowedError, match=says) as caught:
        transport(**wrong).read(LOGIN)
    assert caught.value.exit_code == 4
    assert caught.value.hint


def test_a_wrong_clock_is_named(box: Sandbox, transport: MakeTransport) -> None:
    box.account.clock = lambda: 1_000_000_000.0
    with pytest.raises(NotAllowedError, match="clock"):
        transport().read(LOGIN)


def test_retry_after_is_waited_for(
    box: Sandbox, transport: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    box.faults.add("429", count=1, value=7)
    ReadApi(transport()).login()
    assert waits == [7.0]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("0.5", 0.5),
        (" 3 ", 3.0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_a_wait_is_told_in_seconds_or_as_a_date(header: str, wait: float | None) -> None:
    response = requests.Response()
    response.status_code = 429
    response.headers["Retry-After"] = header
    response.raw = io.BytesIO()
    with pytest.raises(TransientError, match="HTTP 429") as caught:
        new_session(loopback=True).hooks["response"][0](response)
    assert (caught.value.retry_after, caught.value.unclear) == (wait, False)


def test_a_retry_after_of_an_hour_ends_the_command_instead(box: Sandbox, transport: MakeTransport) -> None:
    box.faults.add("429", value=3600)
    with pytest.raises(UnreachableError):
        transport().read(LOGIN)
    assert len(box.log) == 1


def test_nobody_listening_is_unreachable(transport: MakeTransport) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(UnreachableError, match="no connection"):
        transport(url=address, retry=Retry(attempts=2, first=0.01, longest=0.01)).read(LOGIN)


def test_a_network_that_was_never_there_is_asked_once_and_one_that_went_is_asked_again(
    box: Sandbox, transport: MakeTransport
) -> None:
    here = transport()
    here.read(LOGIN)
    box.__exit__(None, None, None)
    with pytest.raises(UnreachableError):
        here.read(LOGIN)
    assert here.calls == 1 + QUICK.attempts
    never = transport()
    with pytest.raises(UnreachableError, match="no connection"):
        never.read(LOGIN)
    assert never.calls == 1


def test_a_wait_that_flickr_asks_for_is_announced(
    box: Sandbox, transport: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    said: list[str] = []
    here = transport()
    monkeypatch.setattr(here, "_progress", Mock(say=said.append))
    box.faults.add("429", count=1, value=7)
    here.read(LOGIN)
    assert said == ["Flickr asks to wait 7 seconds."]


def test_the_budget_stops_retries_too(box: Sandbox, transport: MakeTransport) -> None:
    box.faults.add("502")
    with pytest.raises(BudgetSpentError):
        transport(calls_per_hour=2).read(LOGIN)
    assert len(box.log) == 2


def test_only_registered_reading_methods_can_be_called(transport: MakeTransport) -> None:
    with pytest.raises(ValueError, match="not registered"):
        transport().read("flickr.photos.addTags", photo_id="1", tags="x")


def test_no_secret_reaches_a_log_an_error_or_a_repr(
    box: Sandbox, transport: MakeTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, token_secret = box.issue_token("read")
    secrets = (token, token_secret, "wrong-secret")
    credentials = Credentials(box.key, "wrong-secret", token, token_secret)
    with pytest.raises(NotAllowedError) as caught:
        transport(secret="wrong-secret", token=(token, token_secret)).read(LOGIN)
    shown = caplog.text + repr(caught.value) + caught.value.hint + repr(credentials)
    assert not any(secret in shown for secret in secrets)


def test_an_unknown_oauth_problem_does_not_quote_the_body() -> None:
    error = oauth_error("oauth_problem=<script>&debug_sbs=POST%26token%3Dhush")
    assert "hush" not in str(error)
    assert "script" not in str(error)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"stat":'])
def test_a_body_that_is_no_answer_is_transient_and_unclear(body: bytes) -> None:
    with pytest.raises(UnreachableError) as caught:
        read_body(LOGIN, body)
    assert getattr(caught.value, "unclear", False)


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "502 Bad Gateway"])
def test_an_answer_that_unpacks_to_gigabytes_is_read_in_part(status: str, transport: MakeTransport) -> None:
    bomb = gzip.compress(bytes(2 << 20), 1) * 500  # members one after the other: a gigabyte
    head = f"HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = head.encode() + bomb
    with dripping(answer, at_once=len(answer)) as address, pytest.raises(UnreachableError):
        transport(url=address).read(LOGIN)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KiB


def test_a_request_taken_for_a_repeat_may_be_sent_again() -> None:
    error = oauth_error("oauth_problem=nonce_used")
    assert isinstance(error, TransientError)
    assert not error.unclear


def test_network_errors_do_not_show_the_address() -> None:
    error = network_error(
        requests.ConnectionError("HTTPSConnectionPool(...): /services/rest/?oauth_token=hush"),
        "https://api.flickr.com/services/rest/",
    )
    assert "hush" not in str(error)
