"""One home with several accounts, and commands that say nothing but what they found."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.sandbox import Sandbox
from tests.cli.conftest import Program

OTHER = "45450001@N03"


def load_other(program: Program, folder: Path) -> None:
    """Load the export of a second account, whose photo is in the list that is called people."""
    folder.mkdir()
    (folder / "account_profile.json").write_text(json.dumps({"nsid": OTHER, "screen_name": "Ida"}))
    one: dict[str, Any] = {"id": "9100000001", "privacy": "public", "license": "CC BY 4.0", "albums": []}
    (folder / "photo_9100000001.json").write_text(json.dumps(one))
    (folder / "people.txt").write_text("https://www.flickr.com/photos/ida/9100000001/\n")
    assert program("sync", "--export", folder).code == 0
    assert program("datasets", "add", "people", folder / "people.txt").code == 0


def exposed(program: Program, *words: object) -> tuple[str, list[str]]:
    found = program("audit", "--format", "json", *words).json
    return found["account"]["nsid"], [photo["id"] for photo in found["photos"]]


def test_the_account_that_was_named_is_the_one_that_is_audited(
    program: Program, box: Sandbox, tmp_path: Path
) -> None:
    own = box.account.me.nsid
    assert program("sync").code == 0
    load_other(program, tmp_path / "export")
    assert exposed(program) == (OTHER, ["9100000001"])
    assert exposed(program, "--account", own) == (own, [])
    assert exposed(program, f"--account={OTHER}") == (OTHER, ["9100000001"])
    assert own in program("audit", "--account", own).out


def test_plans_are_of_the_account_that_was_named(program: Program, box: Sandbox, tmp_path: Path) -> None:
    own = box.account.me.nsid
    assert program("sync").code == 0
    load_other(program, tmp_path / "export")
    refused = program("plan", "--all", "--add-tag", "no_cv")
    assert refused.code != 0, "the account synced last is not the one of the login"
    made = program("plan", "--all", "--add-tag", "no_cv", "--account", own, "--format", "json")
    assert (made.code, made.json["account"]["nsid"]) == (0, own)
    assert program("apply", made.json["plan_id"], "--yes", "--account", OTHER).code == 6
    assert program("show", "last", "--account", own, "--format", "json").json == made.json
    for command in ("show", "apply", "undo", "verify"):
        none = program(command, "last", "--account", OTHER)
        assert (none.code, f"{OTHER} yet" in none.err) == (2, True)
    assert "ready" in program("show", made.json["plan_id"], "--account", own, "--format", "json").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("audit", "--account", "somebody"), 2),
        (("audit", "--account", "45450009@N03"), 2),
        (("sync", "--account", "45450009@N03"), 6),
    ],
)
def test_an_account_that_is_not_there_is_an_error(
    program: Program, words: tuple[str, ...], code: int
) -> None:
    assert program("sync").code == 0
    result = program(*words)
    assert result.code == code
    assert "→" in result.err


def test_an_export_of_another_account_is_not_loaded(program: Program, tmp_path: Path) -> None:
    (tmp_path / "account_profile.json").write_text(json.dumps({"nsid": OTHER}))
    (tmp_path / "photo_11.json").write_text('{"id": "11", "privacy": "public"}')
    assert program("sync", "--export", tmp_path, "--account", "45450009@N03").code == 6
    assert program("audit").code == 2


def test_quiet_is_for_cron(indexed: Program) -> None:
    synced = indexed("sync", "-q")
    assert (synced.code, synced.out, synced.err) == (0, "", "")
    first = indexed("audit", "--since", "last", "--quiet")
    assert first.code == 1
    assert "photos with something new" in first.out
    again = indexed("audit", "--quiet", "--since", "last")
    assert (again.code, again.out, again.err) == (0, "", "")
    assert indexed("audit", "--quiet", "--since", "last", "--format", "json").json["photos"] == []
    assert "Error" in indexed("--quiet", "audit", "--since", "yesterday-ish").err


def test_a_sync_says_what_is_next(program: Program, indexed: Program) -> None:
    assert "Next: flickr-auditor audit" in indexed("sync").err
