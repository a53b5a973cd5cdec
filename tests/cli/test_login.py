"""Logging in from the command line, as a user without a browser does it."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from auditor.flickr.tokens import Token
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


@contextmanager
def login(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A login under way without a browser."""
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "login", "--no-browser", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def process(logged_out: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with login("--perms", "write", "--token-file", str(tmp_path / "token.json")) as process:
        yield process


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


def test_the_second_login_goes_where_the_first_went_and_says_as_whom(
    box: Sandbox, logged_out: Path, program: Program, tmp_path: Path
) -> None:
    """`login --perms write` after `login --token-file X` used to ask for a keyring."""
    file = tmp_path / "token.json"
    for words in (("--token-file", str(file)), ("--perms", "write")):
        with login(*words) as process:
            assert process.stdout is not None
            code = consent(box, process.stdout.readline().strip())
            _, err = process.communicate(f"{code}\n", timeout=30)
        assert process.returncode == 0, err
        assert f"Logged in as {box.account.me.username} {box.account.me.nsid}" in err
        assert str(file) in err
    assert program("whoami", "--format", "json").json["permissions"] == "write"


def test_another_token_file_leaves_no_live_login_behind(
    box: Sandbox, logged_out: Path, program: Program, tmp_path: Path
) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    for file in (first, second):
        with login("--token-file", str(file)) as process:
            assert process.stdout is not None
            code = consent(box, process.stdout.readline().strip())
            _, err = process.communicate(f"{code}\n", timeout=30)
        assert process.returncode == 0, err
    assert not first.exists()
    assert f"removed from {first}" in err
    assert program("logout").code == 0
    assert not second.exists()


def test_a_code_is_asked_for_again_before_a_wrong_one_is_spent(
    box: Sandbox, process: subprocess.Popen[str]
) -> None:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    code = consent(box, address)
    token = parse_qs(urlsplit(address).query)["oauth_token"][0]
    typed = f"{address}\n{token}\n“{address}&oauth_verifier={code.replace('-', chr(0x2011))}\u200b”\n"
    _, err = process.communicate(typed, timeout=30)
    assert process.returncode == 0, err
    assert err.count("holds no code") == 2


@pytest.mark.parametrize("place", ["", "nowhere/t.json"])
def test_a_token_file_that_cannot_be_is_told_before_the_consent(
    logged_out: Path, program: Program, box: Sandbox, tmp_path: Path, place: str
) -> None:
    result = program("login", "--no-browser", "--token-file", tmp_path / place)
    assert (result.code, result.out, box.log) == (2, "", [])


@pytest.mark.parametrize("words", [("whoami",), ("logout",), ("login", "--no-browser"), ("sync",)], ids=str)
def test_a_keyring_that_fails_is_named_whatever_it_raises(
    logged_out: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "odd_keyring.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Odd(Exception): pass\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 5\n"
        "    def get_password(self, *given): raise Odd('D-Bus')\n"
        "    set_password = delete_password = get_password\n"
    )
    for backend in ("odd_keyring.Keyring", "no_such_module.Keyring"):
        known = {"PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": backend}
        result = subprocess.run(
            [sys.executable, "-m", "auditor", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **known},
        )
        assert result.returncode == 2, result.stderr
        assert backend in result.stderr
        assert "PYTHON_KEYRING_BACKEND" in result.stderr
        assert "--token-file" in result.stderr
        assert "Traceback" not in result.stderr
        assert "not logged in" not in result.stderr


@pytest.fixture
def allowed(logged_out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that Flickr grants, whatever code is typed."""
    monkeypatch.setattr("auditor.flickr.login.Login.start", lambda *_: "https://www.flickr.com/authorize?x=1")
    monkeypatch.setattr("auditor.flickr.login.Login.finish", lambda *_: Token("t", "s", "", "1@N01", "Ann"))


def test_three_lines_without_a_code_are_enough(
    allowed: None, program: Program, answers: Callable[[str], None], tmp_path: Path
) -> None:
    answers("no code\nplease wait\nwhat code?\n123-456-789\n")
    result = program("login", "--no-browser", "--token-file", tmp_path / "t.json")
    assert (result.code, "no code was given" in result.err) == (6, True)
    assert result.err.count("That holds no code") == 3
    assert not (tmp_path / "t.json").exists()


def test_a_login_says_what_stands_in_its_way_and_what_of_the_last_may_be_left(
    allowed: None,
    program: Program,
    answers: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    answers("123-456-789\n")
    assert "takes precedence" not in program("login", "--no-browser", "--token-file", first).err
    first.write_text("something else")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", "old")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", "old")
    answers("123-456-789\n")
    result = program("login", "--no-browser", "--token-file", second)
    assert result.code == 0
    assert f"An earlier login may still be in {first} (it holds something else now" in result.err
    assert "FLICKR_OAUTH_TOKEN is set and takes precedence" in result.err
    assert first.read_text() == "something else"
