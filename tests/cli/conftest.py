"""The program as a user runs it: words in, exit code and text out, against a pretend Flickr."""

import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import stamina

from auditor.cli.app import run
from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.adding import Wish, add
from auditor.datasets.card import Card, IndexFile
from auditor.sandbox import Sandbox, demo_datasets, make_account
from tests.datasets.web import Web, serve


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Program = Callable[..., Result]
PHOTOS = 60
"""Of the account of `box`."""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(make_account(PHOTOS)) as box:
        yield box
        assert box.errors == [], box.errors[0]


@pytest.fixture
def environment(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has logged in for reading; the home is returned."""
    for name in ("FLICKR_API_KEY", "FLICKR_API_SECRET", "AUDITOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    token, secret = box.issue_token("read")
    home = tmp_path / "home"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDITOR_HOME", str(home))
    monkeypatch.setenv("AUDITOR_FLICKR_URL", box.url)
    monkeypatch.setenv("FLICKR_API_KEY", box.key)
    monkeypatch.setenv("FLICKR_API_SECRET", box.secret)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    return home


@pytest.fixture
def program(environment: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """Runs the program in this process; tries after failures follow each other without a pause."""

    def call(*words: object) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([str(word) for word in words])
        captured = capfd.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0 if code is None else 1, captured.out, captured.err)

    with stamina.set_testing(True, attempts=100, cap=True):
        yield call


class Terminal(io.StringIO):
    """Somebody sits there and types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the program find a terminal on which these lines are typed."""

    def typed(lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal(lines))
        monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)

    return typed


@pytest.fixture
def publishers(box: Sandbox, tmp_path: Path) -> dict[str, Path]:
    """Look-alike index files by dataset."""
    return demo_datasets.write(box.account, tmp_path / "publishers")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The indexes of `publishers`, built once: the same account gives the same files."""
    folder = tmp_path_factory.mktemp("built")
    for name, path in demo_datasets.write(make_account(PHOTOS), folder / "publishers").items():
        add(folder / "indexes", name, [path], Wish())
    return folder / "indexes"


@pytest.fixture
def indexed(program: Program, environment: Path, built: Path) -> Program:
    """A program with a synced account and all look-alike indexes."""
    assert program("sync").code == 0
    copytree(built, environment / "indexes", dirs_exist_ok=True)
    return program


@pytest.fixture
def web(publishers: Mapping[str, Path]) -> Iterator[Web]:
    """The index files of datasets that the account is in."""
    with serve(Web(files={name: publishers[name].read_bytes() for name in ("ffhq", "coco")})) as web:
        yield web


@pytest.fixture
def cards(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of two datasets that this machine serves, and one to get by hand."""

    def served(name: str) -> Card:
        real = catalogue.get(name)
        file = IndexFile(name, real.formats[0], Access.PUBLIC, None, None, None, web.url(name), None, None)
        return replace(real, files=(file,))

    cards = {"coco": served("coco"), "ffhq": served("ffhq"), "ibm-dif": catalogue.get("ibm-dif")}
    monkeypatch.setattr(catalogue, "load", lambda: cards)
