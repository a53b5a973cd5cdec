"""The review page over real sockets: an account in a sandbox, its indexes, and a browser that was let in."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import uvicorn

from auditor.review.app import create_app
from auditor.review.guard import COOKIE
from auditor.review.state import State
from auditor.sandbox import Sandbox
from tests.cli.conftest import (
    Program as Program,
)
from tests.cli.conftest import (
    box as box,
)
from tests.cli.conftest import (
    built as built,
)
from tests.cli.conftest import (
    environment as environment,
)
from tests.cli.conftest import (
    indexed as indexed,
)
from tests.cli.conftest import (
    program as program,
)
from tests.cli.conftest import (
    publishers as publishers,
)


@dataclass
class Served:
    """A running page, and a browser's session in it."""

    state: State
    address: str
    browser: requests.Session = field(default_factory=requests.Session)

    @property
    def link(self) -> str:
        return f"{self.address}/enter?token={self.state.keys.entrance}"

    def get(self, path: str, **options: object) -> requests.Response:
        """The page; on a busy machine once the account was matched, which is a job then."""
        answer = self.browser.get(self.address + path, timeout=30, **options)  # type: ignore[arg-type]
        if "/jobs/library?" not in answer.url:
            return answer
        self.wait()
        return self.browser.get(answer.url, timeout=30, **options)  # type: ignore[arg-type]

    def post(self, path: str, **fields: object) -> requests.Response:
        """A form as one of our pages sends it."""
        return self.browser.post(
            self.address + path,
            data={"form_token": self.state.keys.form, **fields},
            headers={"Origin": self.address, "Sec-Fetch-Site": "same-origin"},
            timeout=30,
        )

    def wait(self) -> None:
        """Until no job runs."""
        for thread in list(self.state.jobs._threads.values()):
            thread.join(60)


@pytest.fixture
def writer(indexed: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program whose login may write."""
    token, secret = box.issue_token("write")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    return indexed


@pytest.fixture
def served(environment: Path) -> Iterator[Served]:
    """The page of this home; nobody was let in yet."""
    state = State(environment, None)
    server = uvicorn.Server(uvicorn.Config(create_app(state), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(state, f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def inside(served: Served) -> Served:
    """A browser that opened the link."""
    assert served.get(served.link.removeprefix(served.address)).ok
    assert COOKIE in served.browser.cookies
    return served


def runs(program: Program) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(program("runs", "--format", "json").out)["runs"]
    return listed
