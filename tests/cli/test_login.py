"""Logging in from the command line, as a user without a browser does it."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from auditor.sandbox import Sandbox

from .conftest import Program


@pytest.fixture
def logged_out(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
    # No keyring of the developer's machine may be read or written.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return environment


def consent(box: Sandbox, address: str) -> str:
    """Allow the login on the pretend Flickr's page; the code it shows."""
    fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    connection = HTTPConnection(urlsplit(box.url).netloc, timeout=10)
    connection.request(
        "POST",
        "/services/oauth/authorize",
        urlencode({**fields, "decision": "allow"}),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    page = connection.getresponse().read().decode()
    connection.close()
    return page.partition("<code>")[2].partition("</code>")[0]


@pytest.fixture
def process(logged_out: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    words = ["login", "--perms", "write", "--no-browser", "--token-file", str(tmp_path / "token.json")]
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    yield process
    process.kill()
    process.communicate()


def test_login_by_code_then_whoami_then_logout(
    box: Sandbox, process: subprocess.Popen[str], program: Program, tmp_path: Path
) -> None:
    assert process.stdout is not None
    code = consent(box, process.stdout.readline().strip())
    _, err = process.communicate(f" {code} \n", timeout=30)
    assert process.returncode == 0, err
    assert stat.S_IMODE((tmp_path / "token.json").stat().st_mode) == 0o600
    who = program("whoami", "--format", "json")
    assert (who.json["account"]["nsid"], who.json["permissions"]) == (box.account.me.nsid, "write")
    assert "Sandy Practice" in program("whoami").out
    assert program("logout").code == 0
    assert not (tmp_path / "token.json").exists()
    assert program("whoami").code == 4


def test_no_code_is_refused(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate("\n", timeout=30)
    assert process.returncode == 6
    assert "no code" in err


def test_a_machine_without_keyring_is_told_before_the_consent_is_wasted(
    logged_out: Path, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring
    import keyring.backends.fail

    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    try:
        result = program("login", "--no-browser")
    finally:
        keyring.set_keyring(before)
    assert result.code == 2
    assert "--token-file" in result.err
    assert result.out == ""
