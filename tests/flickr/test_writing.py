"""The client that writes: only what mitigations declare, once, and at the last moment."""

from typing import Any

import pytest

from auditor.flickr.transport import Credentials, Retry
from auditor.flickr.writing import WriteTransport
from auditor.progress import Progress

ADD = "flickr.photos.addTags"


class Sending(WriteTransport):
    """Keeps what would be sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Credentials("k", "s"), None, methods=[ADD], **options)
        self.sent: list[Any] = []

    def _try(self, method: str, params: Any, before_send: Any = None) -> Any:
        self.sent.append((method, params, before_send))
        return {"stat": "ok"}


def test_what_is_declared_is_sent_with_what_runs_before_it() -> None:
    client = Sending()

    def before() -> None: ...

    assert client.write(ADD, {"photo_id": "1"}, before) == {"stat": "ok"}
    assert client.sent == [(ADD, {"photo_id": "1"}, before)]
    assert client.read("flickr.test.login", a=1) == {"stat": "ok"}


@pytest.mark.parametrize("method", ["flickr.photos.delete", "flickr.test.login", "flickr.photos.addtags"])
def test_what_no_mitigation_declares_is_not_sent(method: str) -> None:
    client = Sending()
    with pytest.raises(ValueError, match=rf"^no mitigation declares {method}, so it cannot be called$"):
        client.write(method, {}, lambda: None)
    assert client.sent == []


def test_a_client_that_writes_has_all_that_one_that_reads_has() -> None:
    progress, retry = Progress(), Retry(2)
    client = Sending(base_url="http://127.0.0.1:9", retry=retry, progress=progress)
    assert (client._base_url, client._retry, client._progress) == ("http://127.0.0.1:9", retry, progress)
    assert client._credentials == Credentials("k", "s")
