"""The state of the machine is no bug of the program: it is named, with a way on and the right exit code."""

import contextlib
import gc
import importlib
import os
import py_compile
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.cli.app import guarded
from auditor.cli.bars import Bars
from auditor.cli.output import note

from .conftest import Program


def shell(command: str, home: Path, environ: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    """Run a command line in a real shell, in which ``auditor`` is the program."""
    line = command.replace("auditor", f"'{sys.executable}' -m auditor", 1)
    known = {"PATH": os.environ["PATH"], "HOME": str(home.parent), "AUDITOR_HOME": str(home), **environ}
    words = ["/bin/sh", "-c", line]
    return subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=60, env=known, cwd=home.parent
    )


# -- streams -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["runs", "--help", "--version", "datasets list", "plan --all", "nonsense"])
def test_a_closed_stdout_is_told_before_anything_is_done(
    program: Program, environment: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    result = program(*words.split())
    sys.stdout.close()
    assert (result.code, "standard output is closed" in result.err) == (2, True)
    assert not environment.exists()


def test_a_stdout_that_a_shell_closed_is_told(tmp_path: Path) -> None:
    result = shell("auditor runs >&-", tmp_path / "home")
    assert result.returncode == 2
    assert "standard output is closed" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("words", ["runs", "--help", "--version", "datasets list --format json"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_output_that_takes_no_more_is_told(tmp_path: Path, words: str) -> None:
    result = shell(f"auditor {words} > /dev/full", tmp_path / "home")
    assert result.returncode == 2
    assert "No space left" in result.stderr
    assert "--home" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-", "2>/dev/full"])
def test_other_closed_streams_cost_nothing_but_what_they_carry(tmp_path: Path, closed: str) -> None:
    result = shell(f"auditor runs {closed}", tmp_path / "home")
    assert (result.returncode, result.stderr) == (0, "")
    assert "No plan" in result.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_what_is_said_on_the_way_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", buffering=1) as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        note("half of it is done")
        Bars().say("waiting")
        with contextlib.suppress(OSError):
            full.close()


def test_a_line_beside_a_bar_is_written_on_a_terminal_too(
    answers: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    answers("")
    with Bars().task("Reading", total=2, unit="B") as task:
        task.advance(1)
        Bars().say("half \x1b[2J of it")
    err = capfd.readouterr().err
    assert "half" in err
    assert "\x1b[2J" not in err


def test_a_signal_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by ``nohup``; the others end what is under way as Ctrl-C does."""
    kept = {sent: signal.getsignal(sent) for sent in (signal.SIGTERM, signal.SIGHUP)}
    found: list[object] = []
    monkeypatch.setattr("auditor.cli.app.run", lambda _: found.extend(map(signal.getsignal, kept)))
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        main()
    finally:
        gc.unfreeze()
        for sent, handler in kept.items():
            signal.signal(sent, handler)
    assert found == [signal.default_int_handler, signal.SIG_IGN]


def test_nothing_printed_reaches_a_file_that_took_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """With the streams 0 to 2 closed, files opened later would get their numbers, and what is printed."""
    shell("auditor runs <&- 2>&-", tmp_path / "home")
    assert (tmp_path / "home" / "auditor.sqlite3").read_bytes()[:6] == b"SQLite"


def test_a_question_that_nobody_can_answer_is_no_bug(tmp_path: Path) -> None:
    result = shell("auditor check - <&-", tmp_path / "home")
    assert result.returncode == 2
    assert "nothing to check" in result.stderr


# -- what fails on the way -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), 5, "the connection broke off"),
        (TimeoutError("timed out"), 5, "Run the command again later"),
        (PermissionError(13, "Permission denied", "/home/ann/list.csv"), 2, "/home/ann/list.csv"),
        (OSError(28, "No space left on device"), 2, "the output: No space left on device"),
        (MemoryError(), 2, "too little memory"),
        (RuntimeError("can't start new thread"), 2, "too little memory"),
        (OSError("no number, so it is no state of the system"), 70, "a bug in flickr-auditor"),
        (ValueError("anything else"), 70, "a bug in flickr-auditor"),
    ],
    ids=repr,
)
def test_what_the_machine_lacks_is_no_bug_and_what_is_one_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
    says: str,
) -> None:
    def fails() -> None:
        raise error

    with (tmp_path / "stdout").open("w") as stdout, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        with pytest.raises(SystemExit) as ended:
            guarded(fails)()
    err = capfd.readouterr().err
    assert (ended.value.code, says in err, "Traceback" in err) == (code, True, code == 70), err


# -- Python and its time -------------------------------------------------------------------------------------


def test_a_module_that_python_left_half_written_on_a_full_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "odd_module.py"
    source.write_text("VALUE = 1\n")
    compiled = Path(str(py_compile.compile(str(source), doraise=True)))
    compiled.write_bytes(compiled.read_bytes()[:40])
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SystemExit) as ended:
        guarded(importlib.import_module)("odd_module")
    assert ended.value.code == 2
    assert str(compiled) in capfd.readouterr().err


def test_a_time_zone_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XYZ-99:99")
        time.tzset()
        with pytest.raises(SystemExit) as ended:
            guarded(lambda: datetime.now(UTC).astimezone())()
    time.tzset()
    assert ended.value.code == 2
    assert "TZ=XYZ-99:99" in capfd.readouterr().err


# -- folders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o770, 0o775, 0o702], ids=oct)
@pytest.mark.parametrize("command", [("runs",), ("datasets", "list"), ("sync",)], ids=str)
def test_a_folder_in_which_others_write_is_no_home_and_keeps_its_mode(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("auditor.files._is_own_group", lambda gid: False)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    result = program(*command, "--home", shared)
    assert stat.S_IMODE(shared.stat().st_mode) == mode
    assert list(shared.iterdir()) == []
    if command[0] != "datasets":  # which only reads
        assert result.code == 2
        assert "other users" in result.err
        assert "chmod 700" in result.err


def test_a_folder_that_is_open_to_a_group_of_one_is_a_home(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``mkdir`` makes it on Debian, Ubuntu and Fedora."""
    monkeypatch.setattr("auditor.files._is_own_group", lambda gid: True)
    home = tmp_path / "mine"
    home.mkdir()
    home.chmod(0o770)
    result = program("--home", home, "runs")
    assert (result.code, result.err) == (0, "")
    assert stat.S_IMODE(home.stat().st_mode) == 0o770


def test_a_folder_that_others_can_list_is_told_once_and_keeps_its_mode(
    program: Program, tmp_path: Path
) -> None:
    home = tmp_path / "mine"
    home.mkdir()
    home.chmod(0o755)
    first, second = program("--home", home, "runs"), program("--home", home, "runs")
    assert (first.code, second.code) == (0, 0)
    assert "chmod 700" in first.err
    assert "chmod" not in second.err
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert stat.S_IMODE((home / "auditor.sqlite3").stat().st_mode) == 0o600


def test_folders_of_our_own_are_closed_and_their_parents_left_alone(program: Program, tmp_path: Path) -> None:
    assert program("--home", tmp_path / "a" / "b", "runs").code == 0
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) & 0o700 == 0o700


def test_whatever_comes_first_makes_a_home_that_nobody_else_can_list(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "links.csv").write_text("url\nhttps://www.flickr.com/photos/x/9000000001/\n")
    for name, words in {
        "one": ("runs",),
        "two": ("datasets", "add", "my-links", tmp_path / "links.csv"),
    }.items():
        result = program("--home", tmp_path / name, *words)
        assert (result.code, "can list" in result.err) == (0, False)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


@pytest.mark.parametrize("below", ["", "/below"])
@pytest.mark.parametrize("words", ["check 9900000001", "datasets list", "doctor", "runs"])
def test_a_file_in_the_place_of_the_home_is_told_and_not_taken_for_an_empty_home(
    program: Program, tmp_path: Path, words: str, below: str
) -> None:
    (tmp_path / "a-file").write_text("")
    result = program("--home", f"{tmp_path}/a-file{below}", *words.split())
    assert (result.code, "a-file is a file, not a folder" in result.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [("--home=~/x", "runs"), ("--home", "~/x", "runs"), ("runs", "--home=~/x")],
    ids=str,
)
def test_a_tilde_in_an_option_is_the_users_own_folder(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    (tmp_path / "user").mkdir(mode=0o700)
    assert program(*words).code == 0
    assert (tmp_path / "user" / "x" / "auditor.sqlite3").is_file()
    assert not (tmp_path / "~").exists()


def test_a_tilde_in_the_environment_and_in_every_path_is_the_users_own_folder(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = tmp_path / "user"
    user.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(user))
    monkeypatch.setenv("AUDITOR_HOME", "~/h")
    monkeypatch.setenv("AUDITOR_CONFIG", "~/settings.toml")
    (user / "settings.toml").write_text("[flickr]\nconcurrency = 3\n")
    (user / "list.csv").write_text("id\n9000000001\n")
    assert program("datasets", "add", "mine", "~/list.csv", "--column", "id").code == 0
    assert program("check", "9000000001", "--output=~/result.json").code == 1
    assert program("check", "--from=~/list.csv").code in {1, 3}
    assert (user / "result.json").is_file()
    assert not (tmp_path / "~").exists()


def test_nobodys_folder_is_told(program: Program) -> None:
    result = program("runs", "--home=~nobody-of-this-name/x")
    assert result.code == 2
    assert "nobody-of-this-name" in result.err


def test_without_a_home_folder_a_place_must_be_named(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose user has no entry in /etc/passwd."""

    def unknown(_: object) -> None:
        raise KeyError("no such user")

    for name in ("HOME", "AUDITOR_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    result = program("runs")
    assert result.code == 2
    assert "HOME" in result.err
    assert program("runs", "--home=~/x").code == 2
    assert program("runs", "--home", tmp_path / "x").code == 0
    assert not (tmp_path / "~").exists()


def test_a_working_folder_that_was_removed_is_no_bug(tmp_path: Path) -> None:
    result = shell("mkdir gone && cd gone && rmdir ../gone && auditor runs", tmp_path / "h")
    assert result.returncode == 0, result.stderr


# -- settings ------------------------------------------------------------------------------------------------

HUGO = 'baseURL = "https://example.org/"\ntitle = "My blog"\n'
ZOLA = 'base_url = "https://example.org"\n[markdown]\nhighlight_code = true\n[extra]\nindex = 1\n'
CARGO = "[build]\njobs = 2\n[index]\nprivate = true\n"


@pytest.mark.parametrize(
    "content",
    [HUGO, ZOLA, CARGO, "", "[broken\n", "\0\0\0", HUGO.encode("utf-16").decode("latin-1")],
    ids=["hugo", "zola", "cargo", "empty", "broken", "binary", "utf-16"],
)
def test_somebody_elses_config_in_the_folder_is_passed_over(
    program: Program, tmp_path: Path, content: str
) -> None:
    (tmp_path / "config.toml").write_bytes(content.encode("latin-1"))
    assert program("runs").code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["config.toml", "flickr-auditor.toml"])
def test_our_own_settings_are_found_in_whatever_unicode(
    program: Program, tmp_path: Path, name: str, encoding: str
) -> None:
    (tmp_path / name).write_bytes("[flickr]\ncalls_per_hour = 0\n".encode(encoding))
    result = program("runs")
    assert result.code == 2
    assert "whole number" in result.err


def test_our_own_name_goes_before_the_shared_one(program: Program, tmp_path: Path) -> None:
    (tmp_path / "flickr-auditor.toml").write_text("[flickr]\nconcurrency = 3\n")
    (tmp_path / "config.toml").write_text("[flickr]\nconcurrency = 0\n")
    assert program("runs").code == 0


def test_our_own_settings_with_a_slip_are_not_passed_over(program: Program, tmp_path: Path) -> None:
    """A rule that protects photos must not vanish for a missing quote."""
    (tmp_path / "config.toml").write_text('[[except]]\nids = ["1234567890]\nreason = "x"\n')
    result = program("runs")
    assert result.code == 2
    assert "not valid TOML" in result.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[index]\nmemory_limit = "abc"', "memory_limit"),
        ('[index]\nmemory_limit = "1kB"', "memory_limit"),
        ('[index]\nmemory_limit = "-1"', "memory_limit"),
        ('[index]\nmemory_limit = "1GB; DROP"', "memory_limit"),
        ("[index]\nmemory_limit = 1000", "memory_limit"),
        ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("[flickr]\napi_key = '" + "caf\u00e9 x'", "FLICKR_API_KEY"),
        ("[flickr]\nplaintext_keyring = 'yes'", "plaintext_keyring"),
    ],
    ids=lambda value: value[:30],
)
def test_a_setting_that_cannot_be_is_named(program: Program, tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "flickr-auditor.toml").write_text(content)
    os.environ.pop("FLICKR_API_KEY")
    result = program("audit")
    assert result.code == 2
    assert says in result.err


@pytest.mark.parametrize("key", ["'{}'", '"{}"', "\u200b{}", "{}\u00a0", " {}\n", "\ufeff{}"], ids=repr)
def test_a_key_is_taken_as_it_was_meant(program: Program, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("FLICKR_API_KEY", key.format(os.environ["FLICKR_API_KEY"]))
    assert program("whoami").code == 0


@pytest.mark.parametrize("port", ["99999", "-1", "70000"])
def test_a_port_that_does_not_exist_is_told(program: Program, port: str) -> None:
    result = program("sandbox", "--port", port)
    assert result.code == 2
    assert "port" in result.err.lower()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_lists_for_plans_are_read_in_whatever_unicode(
    program: Program, tmp_path: Path, encoding: str
) -> None:
    assert program("sync").code == 0
    photos = program("plan", "--all", "--add-tag", "no_cv", "--out", "all.json")
    assert photos.code == 0
    (tmp_path / "ids.txt").write_bytes("# mine\r\n9000000001 9000000002\r\n".encode(encoding))
    result = program("plan", "--ids", "ids.txt", "--add-tag", "no_cv")
    assert "\ufffd" not in result.err
    assert "line" not in result.err
    (tmp_path / "ids.txt").write_bytes("9000000001\r\nhtps://flickr.com/x\r\n".encode(encoding))
    result = program("plan", "--ids", "ids.txt", "--add-tag", "no_cv")
    assert result.code == 2
    assert "line 2" in result.err
