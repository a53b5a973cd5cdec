"""Every command that the README and two pages of docs/ show is typed, in the order of the page.

Publishers, registry and Flickr are servers on this machine; nothing else of a line is changed but the day.
"""

import io
import json
import re
import shlex
import shutil
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import keyring
import pytest
import requests

from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.card import Card, IndexFile
from auditor.sandbox import Sandbox
from tests.conftest import ROOT
from tests.datasets.web import Web, serve
from tests.flickr.keyrings import MemoryKeyring

from .conftest import Program

FOUND = ("audit", "check")
"""Their exit code is 1 where something is exposed."""
SERVERS = ("", "demo", "sandbox", "review")
"""Tests of their own run these."""


def lines(page: str) -> list[list[str]]:
    """The words of each command in a page's blocks, whether fenced or indented."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^(?: {4})?flickr-auditor\b(.*)$", text, re.MULTILINE)
    words = [shlex.split(line, comments=True) for line in found]
    return [line for line in words if " ".join(line[:1]) not in SERVERS]


class Terminal(io.StringIO):
    """A user who says yes to every question."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def web(publishers: Mapping[str, Path]) -> Iterator[Web]:
    with serve(Web(files={name: path.read_bytes() for name, path in publishers.items()})) as web:
        yield web


@pytest.fixture
def publishers_here(web: Web, publishers: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole catalogue, whose publishers are this machine: what is not served here is had on request."""

    def here(card: Card) -> Card:
        if card.name not in {"coco", "ffhq"}:
            return replace(card, files=tuple(replace(file, access=Access.REQUEST) for file in card.files))
        file = IndexFile(
            card.name, card.formats[0], Access.PUBLIC, None, None, None, web.url(card.name), None, None
        )
        return replace(card, files=(file,))

    cards = {name: here(card) for name, card in catalogue.load().items()}
    monkeypatch.setattr(catalogue, "load", lambda: cards)


@pytest.fixture
def desk(
    box: Sandbox,
    environment: Path,
    publishers: Mapping[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """A user's own folder with what the pages take for granted, a browser, a keyring and a terminal."""
    for name in ("FLICKR_OAUTH_TOKEN", "FLICKR_OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", Terminal("y\n" * 20))
    monkeypatch.setattr(
        webbrowser, "open", lambda address: threading.Thread(target=allow, args=(address,)).start()
    )
    downloads = tmp_path / "Downloads"
    export = downloads / "flickr-data"
    export.mkdir(parents=True)
    (export / "account_profile.json").write_text(json.dumps({"nsid": box.account.me.nsid}))
    photo = {
        "id": "9100000001",
        "privacy": "public",
        "license": "CC BY 4.0",
        "date_imported": "2026-01-02 03:04:05",
    }
    (export / "photo_9100000001.json").write_text(json.dumps(photo))
    shutil.copy(publishers["coco"], downloads)
    shutil.copy(publishers["ffhq"], tmp_path / "ffhq-dataset-v2.json")
    shutil.copy(publishers["ffhq"], tmp_path / "new-index.json")
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield tmp_path
    keyring.set_keyring(before)


def allow(address: str) -> None:
    """What a browser does with a login: the user allows it, and Flickr leads back to the program."""
    fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    requests.post(address.partition("?")[0], data={**fields, "decision": "allow"}, timeout=30)


def type_all(program: Program, page: str, changed: Callable[[str], str] = str) -> set[str]:
    """Type all commands of a page; which there were."""
    today = datetime.now().astimezone().date().isoformat()
    for words in lines(page):
        typed = [changed(re.sub(r"^2026-[0-9-]{5}$", today, word)) for word in words]
        if {"--export", "import", "--registry"} & set(words):  # somebody without a key, and another computer
            typed += ["--home", "elsewhere"]
        result = program(*typed)
        assert result.code in ({0, 1} if words[0] in FOUND else {0}), f"{typed}: {result.err}"
    return {words[0] for words in lines(page)}


def test_the_readme_works_as_it_is_written(
    program: Program, desk: Path, box: Sandbox, publishers_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def protected() -> dict[str, object]:
        return {photo.id: (sorted(photo.tags), photo.license) for photo in box.account.own_photos()}

    for photo in box.account.own_photos():
        if photo.license == "7":  # that of The Commons is the one that cannot be set back
            photo.license = "4"
    before = protected()
    told = type_all(program, "README.md")
    assert told >= {"login", "sync", "datasets", "audit", "check", "plan", "apply", "undo", "optout"}
    assert (desk / "report.html").stat().st_size > 10_000
    assert json.loads((desk / "plan.json").read_text())["changes"]
    assert protected() == before, "the last thing that is done to the photos is to undo"


def test_what_the_page_on_sharing_shows_works(
    program: Program, desk: Path, web: Web, publishers_here: None
) -> None:
    def here(word: str) -> str:
        if word == "https://example.org/packs":  # what the line before it wrote is served
            web.files |= {f"packs/{file.name}": file.read_bytes() for file in (desk / "packs").iterdir()}
            return web.url("packs")
        return word.replace("/srv/www", str(desk))

    type_all(program, "docs/sharing-indexes.md", here)
    assert (desk / "look-up").is_dir()


def test_what_the_page_on_mitigations_shows_works(program: Program, desk: Path, box: Sandbox) -> None:
    levels = {photo.id: photo.safety_level for photo in box.account.own_photos()}
    assert program("login", "--perms", "write").code == 0
    assert program("sync").code == 0
    assert type_all(program, "docs/adding-a-mitigation.md") == {"plan", "apply", "verify", "undo"}
    assert {photo.id: photo.safety_level for photo in box.account.own_photos()} == levels
