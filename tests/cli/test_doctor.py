"""`doctor`: a newcomer sees what is missing and the command that fixes it; nothing is asked of Flickr."""

import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import pytest

from auditor import clock, database
from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.datasets import catalogue
from auditor.flickr import tokens
from auditor.flickr.tokens import Token
from auditor.mitigation.change import Change
from auditor.mitigation.planning.plan import MAX_AGE, Plan
from auditor.mitigation.running.journal import Journal
from auditor.sandbox import Sandbox
from auditor.settings import load
from tests.cli.conftest import Program, Result


def states(result: Result) -> dict[str, str]:
    return {check["name"]: check["state"] for check in result.json["checks"]}


def test_before_anything_is_done_it_names_the_first_step(program: Program, box: Sandbox) -> None:
    result = program("doctor")
    assert result.code == 1
    assert "MISSING" in result.out
    assert "flickr-auditor sync" in result.out
    assert box.log == []


def test_a_home_that_is_set_up_misses_nothing(indexed: Program, box: Sandbox) -> None:
    calls = len(box.log)
    result = indexed("doctor", "--format", "json")
    assert result.code == 0, result.out
    assert "missing" not in states(result).values()
    assert len(box.log) == calls


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("FLICKR_API_KEY", "", "API key"),
        ("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem", "certificates"),
    ],
)
def test_what_is_missing_is_named_with_its_cure(
    indexed: Program, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, check: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = indexed("doctor", "--format", "json")
    assert result.code == 1
    assert states(result)[check] == "missing"
    assert all(item["mend"] for item in result.json["checks"] if item["state"] == "missing")


def test_what_other_users_can_read_is_named_with_the_command_that_closes_it(
    indexed: Program, box: Sandbox, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "my settings.toml"
    file.write_text(f'[flickr]\napi_key = "{box.key}"\napi_secret = "{box.secret}"\n')
    monkeypatch.setenv("AUDITOR_CONFIG", str(file))
    database = environment / "auditor.sqlite3"
    closed = {file: 0o600, database: 0o600, environment: 0o700}
    opened = {file: 0o644, database: 0o644, environment: 0o755}

    def told(modes: dict[Path, int]) -> list[str]:
        for path, mode in modes.items():
            path.chmod(mode)
        result = indexed("doctor", "--format", "json")
        assert result.code == 0  # a warning
        return [check["mend"] for check in result.json["checks"] if check["name"] == "access"]

    assert told(closed) == []
    cures = [f"chmod 700 {environment}", f"chmod 600 {database}", f"chmod 600 '{file}'"]
    assert told(opened) == cures
    assert "lets other users of this computer read the API secret" in " ".join(indexed("doctor").out.split())
    assert told(opened | {database: 0o600, environment: 0o700}) == cures[2:]
    file.write_text("# no secret\n")
    assert told({}) == []


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\ncut"])
def test_a_file_that_holds_no_certificate_is_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "ca.pem").write_text(content)
    program("sync")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    assert "not a certificate file" in program("doctor").out
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    assert "certificate" not in program("doctor").out


def test_a_proxys_password_is_not_shown(indexed: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret@proxy.example:3128")
    result = indexed("doctor")
    assert "proxy.example:3128" in result.out
    assert "s3cret" not in result.out + result.err


def test_a_damaged_index_and_a_broken_login_cost_their_own_line_only(
    indexed: Program, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment / "indexes" / "ffhq" / "manifest.json").write_text("{}")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
    token = environment.parent / "token.json"
    token.write_text("{}")
    token.chmod(stat.S_IRUSR | stat.S_IWUSR)
    result = indexed("doctor", "--format", "json")
    assert result.code == 1
    found = states(result)
    assert found["indexes"] == "missing"
    assert found["login"] == "missing"
    assert found["account"] == "ok"


def told(program: Program, name: str) -> tuple[str, str, str]:
    """The state of a check, what it says, and what mends it."""
    (check,) = (
        check for check in program("doctor", "--format", "json").json["checks"] if check["name"] == name
    )
    return check["state"], check["says"], check["mend"]


@pytest.mark.parametrize(
    ("home", "state", "says"),
    [
        ({"access": lambda *_: False}, "missing", "is not yours to write in"),
        ({"disk_usage": lambda _: SimpleNamespace(free=1 << 30)}, "note", "only 1.1 GB free"),
        ({"disk_usage": lambda _: SimpleNamespace(free=5 << 30)}, "ok", "5.4 GB free"),
    ],
    ids=["not yours", "nearly full", "fine"],
)
def test_the_home_is_told_with_what_it_lacks(
    program: Program, monkeypatch: pytest.MonkeyPatch, home: dict[str, Any], state: str, says: str
) -> None:
    program("runs")
    # In the place of the modules: who runs the tests may be root, and others ask `os.access` too.
    monkeypatch.setattr("auditor.doctor.os", SimpleNamespace(W_OK=os.W_OK, **{"access": os.access} | home))
    monkeypatch.setattr("auditor.doctor.shutil", SimpleNamespace(**{"disk_usage": shutil.disk_usage} | home))
    found, words, _ = told(program, "home")
    assert (found, says in words) == (state, True), words


DAYS = MAX_AGE + 86_400


@pytest.mark.parametrize(
    ("snapshot", "state", "says", "mend"),
    [
        ({}, "ok", "0 photos of ann, from Flickr of ", ""),
        ({"complete": False}, "missing", "NOT complete", "flickr-auditor sync --full"),
        ({"age": DAYS}, "missing", "too old for a plan", "flickr-auditor sync"),
        ({"source": "export"}, "ok", "from your export of ", ""),
        ({"source": "export", "dated": False}, "ok", " or later", ""),
        ({"source": "export", "age": DAYS}, "missing", "too old for a plan", "sync --export PATH"),
        ({"source": "export", "complete": False}, "missing", "NOT complete", "sync --export PATH"),
        ({"others": 2}, "ok", "; 2 other accounts in this home (--account NSID)", ""),
    ],
)
def test_the_account_is_told_with_what_makes_it_current(
    program: Program, environment: Path, snapshot: dict[str, Any], state: str, says: str, mend: str
) -> None:
    program("runs")
    conn = database.connect(environment / "auditor.sqlite3")
    store = AccountStore(conn)
    snapshot = dict(snapshot)
    others, taken_at = snapshot.pop("others", 0), clock.wall() - snapshot.pop("age", 0)
    fields: dict[str, Any] = {"source": "api", "complete": True, "full": True, **snapshot}
    for number in range(others + 1):
        store.save(Account(f"9900000{number}@N07", "ann"), [], taken_at=taken_at, **fields)
    conn.close()
    found, words, cure = told(program, "account")
    assert (found, says in words, mend in cure, bool(cure)) == (state, True, True, bool(mend)), (words, cure)


def test_a_login_in_a_file_is_told_with_its_day_and_one_of_the_environment_without(
    program: Program, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("runs")
    conn = database.connect(environment / "auditor.sqlite3")
    file = tmp_path / "token.json"
    tokens.save(load(), conn, Token("t", "s"), file)
    conn.close()
    os.utime(file, (86_400 * 365, 86_400 * 365))
    assert told(program, "login")[1].startswith("kept in environment; whether")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
    assert told(program, "login")[1].startswith(f"kept in {file}, of 1971-01-01; whether")


def test_where_no_face_dataset_is_left_to_add_the_indexes_are_fine(
    indexed: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(indexed, "indexes")[0] == "note"
    here = {name: card for name, card in catalogue.load().items() if not card.is_face or name == "ffhq"}
    monkeypatch.setattr(catalogue, "load", lambda: here)
    state, says, mend = told(indexed, "indexes")
    assert (state, "more face" in says, mend) == ("ok", False, "")


def test_a_run_that_is_not_finished_is_named_with_the_command_that_goes_on(
    program: Program, environment: Path
) -> None:
    program("runs")
    assert told(program, "runs")[:2] == ("ok", "nothing is unfinished")
    conn = database.connect(environment / "auditor.sqlite3")
    changes = tuple(Change(str(number), "license", "4", "0", "yes") for number in (9000000001, 9000000002))
    plan = Plan("plan-20261121-120000-abcdef", "99000001@N07", clock.utc(), None, clock.utc(), changes)
    run = Journal(conn).begin(plan, "run-20261121-120000-abcdef")
    conn.close()
    state, says, mend = told(program, "runs")
    assert (state, mend) == ("note", f"flickr-auditor apply {plan.plan_id}")
    assert says == f"{run.run_id} has 2 changes left to make"


@pytest.mark.parametrize(
    ("defaults", "state", "says"),
    [
        ({}, "note", "defaults not known"),
        ({"privacy": "1", "hidden": "1"}, "note", "who may see them: public; the licence: not known"),
        (
            {
                "privacy": "5",
                "hidden": "1",
                "default_license": "All Rights Reserved",
                "who_can_download_photos": "Only you",
            },
            "ok",
            "the defaults are as recommended",
        ),
    ],
)
def test_the_defaults_of_new_uploads_are_called_good_only_where_all_were_read(
    program: Program, environment: Path, defaults: dict[str, str], state: str, says: str
) -> None:
    program("runs")
    conn = database.connect(environment / "auditor.sqlite3")
    account = replace(Account("99000001@N07"), defaults=defaults)
    AccountStore(conn).save(account, [], taken_at=clock.wall(), source="api", complete=True, full=True)
    conn.close()
    found, words, _ = told(program, "new uploads")
    assert (found, says in words) == (state, True), words
