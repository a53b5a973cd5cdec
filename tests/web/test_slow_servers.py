"""A server that drips is not waited for, wherever an answer is read."""

from pathlib import Path

import pytest

from auditor.datasets import download, http_get
from auditor.errors import UnreachableError
from auditor.flickr import pictures, transport
from auditor.flickr.budget import CallBudget
from auditor.flickr.login import Login
from auditor.flickr.transport import Credentials, Retry, TransientError, Transport
from auditor.flickr.writing import WriteTransport
from auditor.web.session import Patience

from .slow import dripping

BODY = b'{"stat":"ok","user":{"id":"99000001@N07"}}' + b" " * 10_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ANSWER = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 10_000
HEADERS = HEAD + b"".join(b"X-%d: x\r\n" % number for number in range(50))

EVERYWHERE = pytest.mark.parametrize(
    ("answer", "at_once"),
    [(ANSWER, 0), (HEADERS, 20), (ANSWER, len(HEAD) + 40), (CHUNKED, len(HEAD) + 40)],
    ids=["status line", "headers", "body", "chunks"],
)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PATIENCE", Patience(0.3))
    monkeypatch.setattr(pictures, "PATIENCE", Patience(0.3))
    monkeypatch.setattr(http_get, "PATIENCE", Patience(0.3, bytes_per_second=1_000_000.0))


@EVERYWHERE
def test_a_call_ends_after_a_second_try(tmp_path: Path, answer: bytes, at_once: int) -> None:
    budget = CallBudget(tmp_path / "a.sqlite3", "key", 100)
    with dripping(answer, at_once=at_once) as url:
        client = Transport(
            Credentials("key", "secret", "t", "s"), budget, base_url=url, retry=Retry(6, 0.01, 0.01)
        )
        with pytest.raises(UnreachableError, match="too slowly"):
            client.read("flickr.test.login")
        assert client.calls == 2
        client.close()
    budget.close()


def test_a_write_that_drips_is_unclear_and_sent_once(tmp_path: Path) -> None:
    budget = CallBudget(tmp_path / "a.sqlite3", "key", 100)
    with dripping(ANSWER, at_once=20) as url:
        client = WriteTransport(
            Credentials("key", "secret", "t", "s"), budget, base_url=url, methods={"flickr.photos.addTags"}
        )
        with pytest.raises(TransientError) as caught:
            client.write("flickr.photos.addTags", {"photo_id": "1", "tags": "x"}, lambda: None)
        assert (caught.value.unclear, client.calls) == (True, 1)
        client.close()
    budget.close()


@EVERYWHERE
def test_a_login_ends(answer: bytes, at_once: int) -> None:
    with dripping(answer, at_once=at_once) as url, pytest.raises(UnreachableError, match="too slowly"):
        Login("key", "secret", base_url=url).start("read", "oob")


@EVERYWHERE
def test_a_picture_that_drips_is_left_out(answer: bytes, at_once: int) -> None:
    with dripping(answer, at_once=at_once) as url:
        assert pictures.fetch([f"{url}/65535/1_0a1b2c3d4e_q.jpg"]) == {}


@EVERYWHERE
def test_a_download_ends_without_being_tried_for_ever(tmp_path: Path, answer: bytes, at_once: int) -> None:
    waits: list[float] = []
    with dripping(answer, at_once=at_once) as url:
        remote = download.Remote(f"{url}/a.csv", "a.csv", sha256="0" * 64)
        with pytest.raises(UnreachableError, match="too slowly"):
            download.download(remote, tmp_path, wait=waits.append)
    assert len(waits) < download.ATTEMPTS


@EVERYWHERE
def test_a_registry_ends(answer: bytes, at_once: int) -> None:
    with dripping(answer, at_once=at_once) as url, pytest.raises(UnreachableError, match="too slowly"):
        http_get.get_small(f"{url}/registry.json", 1_000_000)


def test_what_comes_steadily_is_waited_for_however_long_it_takes() -> None:
    patience = Patience(120.0, bytes_per_second=2048.0)
    assert patience.left(seconds=3600.0, received=10_000_000) > 0
    assert patience.left(seconds=3600.0, received=100_000) < 0


def test_an_answer_in_time_is_read_whole(tmp_path: Path) -> None:
    budget = CallBudget(tmp_path / "a.sqlite3", "key", 100)
    with dripping(ANSWER, at_once=len(ANSWER)) as url:
        client = Transport(Credentials("key", "secret", "t", "s"), budget, base_url=url)
        assert client.read("flickr.test.login")["stat"] == "ok"
        client.close()
    budget.close()
