"""A pretend Flickr and this project's own client for it, over real sockets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest

from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.transport import Credentials, Retry, Transport
from auditor.sandbox import Sandbox, make_account
from tests.errors_read_well import _every_error_reads_well as _every_error_reads_well

from .keyrings import MemoryKeyring

QUICK = Retry(attempts=4, first=0.01, longest=0.02)

MakeTransport = Callable[..., Transport]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(make_account(30)) as box:
        yield box
        assert box.errors == [], box.errors[0]


@pytest.fixture
def transport(box: Sandbox, tmp_path: Path) -> Iterator[MakeTransport]:
    """Makes transports of this project; `perms`, `key`, `secret`, `token` and `calls_per_hour` can be set."""
    made: list[tuple[Transport, CallBudget]] = []

    def make(
        *,
        perms: str = "read",
        key: str | None = None,
        secret: str | None = None,
        token: tuple[str, str] | None = None,
        calls_per_hour: int = 3600,
        url: str | None = None,
        retry: Retry = QUICK,
    ) -> Transport:
        budget = CallBudget(tmp_path / "a.sqlite3", key or box.key, calls_per_hour, wait=False)
        credentials = Credentials(key or box.key, secret or box.secret, *(token or box.issue_token(perms)))
        made.append((Transport(credentials, budget, base_url=url or box.url, retry=retry), budget))
        return made[-1][0]

    yield make
    for transport, budget in made:
        transport.close()
        budget.close()


@pytest.fixture
def api(transport: MakeTransport) -> ReadApi:
    return ReadApi(transport())


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)
