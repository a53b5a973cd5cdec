"""A running sandbox, and a signed client of requests-oauthlib to talk to it over a real socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from auditor.sandbox import Sandbox, make_account


class Client:
    """Signs with a token of the given permission, or with none: perms="none" sends the bare API key."""

    def __init__(self, box: Sandbox, perms: str = "delete") -> None:
        self.url = f"{box.url}/services/rest/"
        self.session = requests.Session()
        self.key = box.key if perms == "none" else None
        if perms != "none":
            token, secret = box.issue_token(perms)
            self.session.auth = OAuth1(box.key, box.secret, token, secret)

    def post(self, method: str, **args: str) -> requests.Response:
        args = {"method": f"flickr.{method}", "format": "json", "nojsoncallback": "1", **args}
        if self.key:
            args["api_key"] = self.key
        return self.session.post(self.url, data=args, timeout=10)

    def call(self, method: str, **args: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.post(method, **args).json()
        return answer

    def get(self, method: str, **args: str) -> requests.Response:
        args = {"method": f"flickr.{method}", "format": "json", "nojsoncallback": "1", **args}
        return self.session.get(self.url, params=args, timeout=10)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine's proxy is not asked for the way to itself."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(make_account(60)) as box:
        yield box
        assert box.errors == [], box.errors[0]


@pytest.fixture
def client(box: Sandbox) -> Iterator[Client]:
    client = Client(box)
    with client.session:
        yield client


@pytest.fixture
def login(box: Sandbox) -> Iterator[Callable[[str], Client]]:
    """Makes clients with other permissions."""
    made: list[Client] = []

    def make(perms: str) -> Client:
        made.append(Client(box, perms))
        return made[-1]

    yield make
    for client in made:
        client.session.close()
