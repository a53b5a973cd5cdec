"""`doctor`: a newcomer sees what is missing and the command that fixes it; nothing is asked of Flickr."""

import stat
from pathlib import Path

import certifi
import pytest

from auditor.sandbox import Sandbox
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
