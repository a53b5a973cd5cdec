"""A home of every released version goes on in this one; a home of a newer version is left as it is.

``tests/fixtures/home-VERSION.zip`` was made by that version against its own pretend Flickr: synced, six
indexes, a plan applied whole, one in part (the hour's calls were used up), one letter drafted and one sent.
Beside the home it has both plans and ``flickr.json``: what the pretend Flickr held at the end.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from auditor.sandbox import Sandbox, make_account
from auditor.sandbox.records import Tag
from auditor.version import VERSION
from tests.cli.conftest import Program
from tests.conftest import ROOT

RELEASED = sorted((ROOT / "tests" / "fixtures").glob("home-*.zip"))


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """The pretend Flickr that the homes were made against."""
    with Sandbox(make_account(40)) as box:
        yield box
        assert box.errors == [], box.errors[0]


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def old(
    request: pytest.FixtureRequest, box: Sandbox, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The home of a released version, unpacked; its Flickr as that version left it."""
    with ZipFile(request.param) as archive:
        archive.extractall(environment.parent)
    environment.chmod(0o700)
    held: dict[str, Any] = json.loads((environment.parent / "flickr.json").read_text())
    numbers: dict[str, int] = {}
    for photo_id, state in held.items():
        tags = state.pop("tags")
        for name, value in state.items():
            setattr(box.account.photos[photo_id], name, value)
        box.account.photos[photo_id].tags = {clean: Tag(*parts) for clean, parts in tags.items()}
        # Flickr gives every clean tag one number, and ours must give none twice.
        numbers |= {clean: int(full_id.rpartition("-")[2]) for clean, (_, full_id, _) in tags.items()}
    box.account.tag_numbers = numbers
    token, secret = box.issue_token("write")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    return environment


def photos_of(box: Sandbox) -> dict[str, tuple[str, str, frozenset[str]]]:
    """What a plan can change, by photo."""
    return {p.id: (p.license, p.privacy, frozenset(p.tags)) for p in box.account.own_photos()}


def files_of(home: Path) -> dict[str, str]:
    """The checksum of every file of a home."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_there_is_a_home_of_every_released_version_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert {path.stem.removeprefix("home-") for path in RELEASED} | {VERSION} == set(released)


def test_a_home_of_a_released_version_goes_on(old: Path, program: Program, box: Sandbox) -> None:
    before = photos_of(box)
    first, second = (json.loads((old.parent / name).read_text()) for name in ("first.json", "second.json"))
    audit = program("audit", "--format", "json")
    assert audit.code == 1
    assert audit.json["summary"]["exposed"] == len({change["photo_id"] for change in first["changes"]})
    assert {i["dataset"] for i in audit.json["indexes"]} == {i.parent.name for i in old.glob("indexes/*/m*")}
    assert program("datasets", "verify").code == 0
    states = [
        program("show", old.parent / name, "--format", "json").json["state"]
        for name in ("first.json", "second.json")
    ]
    assert states[0] == "spent"
    assert states[1] in {"partly-applied", "stale"}
    cases = program("optout", "status", "--format", "json").json["cases"]
    assert {case["case_id"]: case["state"] for case in cases} == {"ffhq-1": "sent", "coco-1": "drafted"}
    assert photos_of(box) == before  # nothing so far wrote to Flickr

    # The run that was stopped half-way, then the whole one: this version takes both back.
    runs = program("runs", "--format", "json").json["runs"]
    assert [run["plan_id"] for run in runs] == [second["plan_id"], first["plan_id"]]
    for run in runs:
        undone = program("undo", run["run_id"], "--yes", "--format", "json")
        assert undone.code == 0, undone.err
        assert undone.json["mismatched"] == 0
    now = photos_of(box)
    for change in (change for change in first["changes"] if change["reversible"] == "yes"):
        license_id, _, tags = now[change["photo_id"]]
        if change["mitigation"] == "license":
            assert license_id == change["before"]
        else:
            assert "nocv" not in tags
    for change in (change for change in second["changes"] if change["mitigation"] == "privacy"):
        assert now[change["photo_id"]][1] == change["before"]

    assert program("sync").code == 0
    plan = program("plan", "--exposed", "--add-tag", "no_cv", "--format", "json").json
    applied = program("apply", plan["plan_id"], "--yes", "--format", "json")
    assert applied.code == 0
    assert applied.json["verified"] == len(plan["changes"]) > 0


@pytest.mark.parametrize(
    "words",
    [["sync"], ["audit"], ["plan", "--all", "--add-tag", "x"], ["runs"], ["optout", "status"], ["doctor"]],
    ids=lambda words: words[0],
)
def test_a_home_of_a_newer_version_is_refused_and_left_as_it_is(
    environment: Path, program: Program, words: list[str]
) -> None:
    assert program("sync").code == 0
    with closing(sqlite3.connect(environment / "auditor.sqlite3")) as newer:
        # A journal mode that this version would change, and a number that it does not know.
        newer.execute("PRAGMA journal_mode = DELETE")
        newer.execute("PRAGMA user_version = 9999")
    before = files_of(environment)
    result = program(*words)
    assert result.code == (1 if words == ["doctor"] else 2)
    assert "newer version of flickr-auditor" in result.out + result.err
    assert files_of(environment) == before


def test_an_index_of_a_newer_version_is_no_index_and_left_as_it_is(old: Path, program: Program) -> None:
    manifest = old / "indexes" / "coco" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 99}))
    before = files_of(old / "indexes")
    audit = program("audit", "--format", "json")
    assert "coco" in {missing["dataset"] for missing in audit.json["not_checked"]}
    assert program("datasets", "verify").code == 1
    assert files_of(old / "indexes") == before
