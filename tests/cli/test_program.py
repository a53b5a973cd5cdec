"""What a user meets.

Exit codes, one-line errors with the way out, results on stdout and all else on stderr.
"""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.lock import account_lock
from auditor.sandbox import Sandbox
from auditor.version import VERSION

from .conftest import Program


def test_help_names_every_command_and_the_exit_codes(program: Program) -> None:
    result = program("--help")
    assert result.code == 0
    for command in ("demo", "login", "logout", "whoami", "sync", "datasets", "audit", "check", "sandbox"):
        assert re.search(rf"^  {command} ", result.out, re.MULTILINE), command
    assert "Exit codes" in result.out


@pytest.mark.parametrize(
    "words", [("--version",), ("--home", "elsewhere", "--version"), ("audit", "-q", "-h")]
)
def test_a_word_about_the_program_is_all_that_is_answered(
    program: Program, environment: Path, words: tuple[str, ...]
) -> None:
    result = program(*words)
    assert result.code == 0
    assert result.out.startswith(
        "Usage: flickr-auditor audit" if "-h" in words else f"flickr-auditor {VERSION}\n"
    )
    assert not environment.exists()


@pytest.mark.parametrize("typed", [(), ("--quiet",), ("--home=elsewhere",)])
def test_without_a_command_a_terminal_gets_the_page_and_a_script_the_list(
    program: Program,
    answers: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    typed: tuple[str, ...],
) -> None:
    assert program(*typed).code == 2
    assert "Exit codes" in program().out + program().err
    started: list[object] = []
    monkeypatch.setattr(
        "auditor.cli.app.program", lambda *asked: lambda args, prog_name: started.append(args)
    )
    answers("")
    assert program(*typed).code == 0
    assert started == [[*typed, "review"]]


def test_after_two_dashes_nothing_is_an_option(indexed: Program) -> None:
    result = indexed("check", "--format", "json", "--", "--home", "12345")
    assert [entry["target"] for entry in result.json["results"]] == ["--home", "12345"]


CALLS = {"flickrapi", "keyring", "requests", "stamina", "urllib3"}
FILES = {"duckdb", "filelock", "ijson", "msgspec", "numpy", "pandas", "pyarrow", "rapidgzip"}
PAGES = {"PIL", "jinja2", "matplotlib", "pydantic", "reportlab", "rich", "tqdm"}
HEAVY = CALLS | FILES | PAGES
"""Packages whose import takes longer than much of what the program does."""


@pytest.mark.parametrize(
    ("words", "code", "needed"),
    [
        ("--help", 0, set()),
        ("check 9900000002", 0, {"duckdb"}),
        ("audit", 0, {"duckdb"}),
        ("datasets add iipa list.txt", 0, {"duckdb", "filelock", "ijson", "msgspec", "numpy", "pyarrow"}),
    ],
)
def test_a_command_imports_no_package_that_it_does_not_need(
    program: Program, words: str, code: int, needed: set[str]
) -> None:
    Path("list.txt").write_text("https://www.flickr.com/photos/roe-zoe/9900000001/\n")
    assert program("sync").code == 0
    assert program("datasets", "add", "iipa", "list.txt").code == 0
    script = (
        "import atexit, sys\n"
        "from auditor.cli import main\n"
        f"atexit.register(lambda: print(*sorted({HEAVY} & sys.modules.keys())))\n"
        "main()"
    )
    # The address of a pretend Flickr would be judged as the network's modules do.
    environment = {name: value for name, value in os.environ.items() if name != "AUDITOR_FLICKR_URL"}
    done = subprocess.run(
        [sys.executable, "-c", script, *words.split()],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == code, done.stderr
    assert set(done.stdout.splitlines()[-1].split()) == needed


@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_numpy_starts_no_threads_unless_the_user_wants_them(given: dict[str, str], threads: str) -> None:
    script = (
        "import atexit, os\n"
        "from auditor.cli import main\n"
        "atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS']))\n"
        "main()"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script, "--version"],
        check=True,
        capture_output=True,
        text=True,
        env=environment | given,
    )
    assert done.stdout.splitlines()[-1] == threads


def test_sync_tells_the_account_as_json(program: Program, box: Sandbox) -> None:
    result = program("sync", "--format", "json")
    assert result.code == 0
    assert result.json["account"]["nsid"] == box.account.me.nsid
    assert (result.json["photos"], result.json["complete"], result.json["source"]) == (60, True, "api")
    assert result.json["calls"] == len(box.log)


def test_home_is_understood_before_and_after_the_command_and_closed_to_others(
    program: Program, tmp_path: Path
) -> None:
    for number, words in enumerate(
        (("--home", "{}", "sync"), ("sync", "--home", "{}"), ("sync", "--home={}"))
    ):
        home = tmp_path / f"elsewhere-{number}"
        assert program(*(word.format(home) for word in words)).code == 0
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "auditor.sqlite3").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variables", "words", "code", "says"),
    [
        ({"FLICKR_API_KEY": ""}, ["sync"], 2, "FLICKR_API_KEY is not set"),
        ({"FLICKR_API_SECRET": ""}, ["sync"], 2, "FLICKR_API_SECRET is not set"),
        ({"FLICKR_OAUTH_TOKEN": ""}, ["sync"], 2, "FLICKR_OAUTH_TOKEN is not set"),
        ({"FLICKR_OAUTH_TOKEN": "", "FLICKR_OAUTH_TOKEN_SECRET": ""}, ["sync"], 4, "not logged in"),
        ({"FLICKR_API_SECRET": "wrong"}, ["sync"], 4, "secret is wrong"),
        ({"FLICKR_API_KEY": "wrong"}, ["sync"], 4, "API key"),
        ({"FLICKR_OAUTH_TOKEN": "dead"}, ["sync"], 4, "login"),
        ({"AUDITOR_FLICKR_URL": "http://192.0.2.1"}, ["sync"], 2, "on this machine"),
        ({}, ["audit"], 2, "flickr-auditor sync"),
        ({}, ["audit", "--dataset", "nonsense"], 2, "sync"),
        ({}, ["check"], 2, "nothing to check"),
        ({}, ["check", "12345"], 2, "no local index"),
        ({}, ["datasets", "info", "ffqh"], 2, "ffhq"),
        ({}, ["datasets", "add", "fairface", "x.csv"], 2, "cannot be indexed"),
        ({}, ["datasets", "add", "ffhq", "missing.json"], 2, "missing.json"),
        ({}, ["datasets", "remove", "ffhq"], 2, "no local index"),
        ({}, ["datasets", "verify", "ffhq"], 2, "no local index"),
        ({}, ["--config", "missing.toml", "sync"], 2, "missing.toml"),
        ({}, ["nonsense"], 2, "nonsense"),
        ({}, ["sync", "--nonsense"], 2, "--nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_missing_or_wrong_is_one_line_with_the_way_out(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    words: list[str],
    code: int,
    says: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = program(*words)
    assert result.code == code
    assert says in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ({"kind": "502"}, 5, "HTTP 502"),
        ({"kind": "html"}, 5, "not readable"),
        ({"kind": "truncated"}, 5, "not readable"),
        ({"kind": "429", "value": 3600}, 5, "HTTP 429"),
        ({"kind": "cut"}, 5, "cut the connection"),
        ({"kind": "revoked"}, 4, "login"),
        ({"kind": "key-disabled"}, 4, "API key"),
        ({"kind": "lost-rows", "value": 3}, 3, "Not complete"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_a_bad_day_at_flickr_ends_with_its_exit_code_and_keeps_the_last_snapshot(
    program: Program, box: Sandbox, fault: dict[str, object], code: int, says: str
) -> None:
    assert program("sync").code == 0
    box.faults.add(**fault)  # type: ignore[arg-type]
    result = program("sync", "--full")
    assert result.code == code
    assert says in result.err
    box.faults.clear()
    assert program("sync", "--format", "json").json["photos"] == 60


def test_a_spent_budget_ends_at_once_with_no_wait(program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[flickr]\ncalls_per_hour = 2\n")
    result = program("sync", "--no-wait")
    assert result.code == 5
    assert "used up until" in result.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[flickr]\ncalls_per_hoor = 3\n", "flickr.calls_per_hoor"),
        ("[flikr]\n", "flikr"),
        ("[flickr]\ncalls_per_hour = 0\n", "whole number"),
        ("[flickr\n", "not valid TOML"),
        ("policy = 3\n", "[[policy]]"),
    ],
)
def test_a_wrong_setting_is_named(program: Program, tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "flickr-auditor.toml").write_text(content)
    result = program("sync")
    assert result.code == 2
    assert says in result.err


def test_a_home_that_cannot_be_used_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = program("--home", tmp_path / "file" / "home", "sync")
    assert result.code == 2
    assert "cannot be used: file is a file, not a folder" in result.err


def test_a_database_that_is_none_is_told(program: Program, environment: Path) -> None:
    environment.mkdir()
    (environment / "auditor.sqlite3").write_bytes(b"not a database" * 100)
    result = program("sync")
    assert result.code == 2
    assert "cannot use" in result.err


def test_the_audit_finds_exactly_what_the_indexes_hold(
    indexed: Program, box: Sandbox, publishers: dict[str, Path]
) -> None:
    """Counted by plain text search, which has nothing in common with the readers."""
    result = indexed("audit", "--format", "json")
    assert result.code == 1
    report = result.json
    own = {photo.id for photo in box.account.own_photos()}
    for name, path in publishers.items():
        there = {
            photo_id
            for photo_id in re.findall(r"(?<![0-9])[0-9]{10}(?![0-9])", path.read_text())
            if photo_id in own
        }
        found = {
            photo["id"] for photo in report["photos"] if any(e["dataset"] == name for e in photo["exposures"])
        }
        assert found == there, name
        assert report["summary"]["by_dataset"].get(name, 0) == len(there)
    assert {entry["photo_id"] for entry in report["no_longer_in_account"]} == {"6500000000", "6500000977"}
    assert report["summary"]["exposed"] == len(report["photos"])
    assert {index["dataset"] for index in report["indexes"]} == set(publishers)
    assert {entry["dataset"] for entry in report["not_checked"]} >= {"fairface", "flickr30k"}
    assert all(entry["reason"] for entry in report["not_checked"])


def test_a_photo_deleted_since_the_first_sync_is_still_found(indexed: Program, box: Sandbox) -> None:
    report = indexed("audit", "--dataset", "coco", "--format", "json").json
    photo_id = report["photos"][0]["id"]
    box.account.delete(box.account.photos[photo_id])
    assert indexed("sync").code == 0
    report = indexed("audit", "--dataset", "coco", "--format", "json").json
    gone = {entry["photo_id"]: entry["match_key"] for entry in report["no_longer_in_account"]}
    assert gone == {photo_id: "photo_id"}


def test_nothing_exposed_is_exit_0(program: Program, tmp_path: Path) -> None:
    listing = tmp_path / "list.json"
    listing.write_text(json.dumps({"path": ["992/99200007@N03/7000000001_0.jpg"]}))
    program("sync")
    program("datasets", "add", "megaface", listing)
    result = program("audit")
    assert result.code == 0


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "html", "table"])
def test_reports_go_to_a_file_that_only_the_user_can_read(
    indexed: Program, tmp_path: Path, form: str
) -> None:
    target = tmp_path / "report.out"
    result = indexed("audit", "--format", form, "--output", target)
    assert (result.code, result.out) == (1, "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "9000" in target.read_text()


def test_no_report_holds_an_original_secret(indexed: Program, box: Sandbox) -> None:
    secrets = {photo.original_secret for photo in box.account.own_photos()}
    for form in ("json", "csv", "markdown", "html", "table"):
        text = indexed("audit", "--format", form).out
        assert not [secret for secret in secrets if secret in text], form


class TestCheck:
    """Single photos and people, without login."""

    @pytest.fixture
    def exposed(self, publishers: dict[str, Path], box: Sandbox) -> str:
        """A photo id in the FFHQ look-alike that belongs to the account."""
        faces = json.loads(publishers["ffhq"].read_text())
        urls = [face["metadata"]["photo_url"] for face in faces.values()]
        return str(next(url.split("/")[-2] for url in urls if box.account.me.nsid in url))

    @pytest.mark.parametrize(
        "form",
        [
            "{id}",
            "https://www.flickr.com/photos/whoever/{id}/in/album-72157600000000001/",
            "https://live.staticflickr.com/1/{id}_0123456789_b.jpg",
            "flickr.com/photo.gne?id={id}",
        ],
    )
    def test_every_form_of_a_photo_is_found_without_a_call(
        self, indexed: Program, box: Sandbox, exposed: str, form: str
    ) -> None:
        calls = len(box.log)
        result = indexed("check", form.format(id=exposed), "--format", "json")
        assert result.code == 1
        (entry,) = result.json["results"]
        assert entry["photo_id"] == exposed
        assert "ffhq" in {exposure["dataset"] for exposure in entry["exposures"]}
        assert len(box.log) == calls

    def test_an_nsid_gives_every_photo_of_the_owner_without_a_call(
        self, indexed: Program, box: Sandbox
    ) -> None:
        calls = len(box.log)
        result = indexed("check", box.account.me.nsid, "--format", "json")
        (entry,) = result.json["results"]
        assert entry["owner"] == box.account.me.nsid
        assert {exposure["match_key"] for exposure in entry["exposures"]} == {"owner"}
        assert {"6500000000", "6500000977"} <= {exposure["photo_id"] for exposure in entry["exposures"]}
        assert len(box.log) == calls

    @pytest.mark.parametrize(
        "target", ["https://www.flickr.com/people/sandy-practice/", "Sandy Practice", "sandy-practice"]
    )
    def test_a_name_is_resolved_through_flickr_when_a_key_is_set(
        self, indexed: Program, box: Sandbox, target: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FLICKR_OAUTH_TOKEN")
        monkeypatch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
        result = indexed("check", target, "--format", "json")
        assert result.code == 1
        assert result.json["results"][0]["owner"] == box.account.me.nsid

    def test_without_a_key_it_matches_by_alias_and_says_so(
        self, indexed: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FLICKR_API_KEY")
        calls = len(box.log)
        result = indexed("check", "https://www.flickr.com/people/sandy-practice/", "--format", "json")
        assert result.code == 0
        (entry,) = result.json["results"]
        assert (entry["owner"], entry["owner_alias"]) == (None, "sandy-practice")
        assert "alias" in entry["note"]
        assert len(box.log) == calls

    def test_targets_come_from_a_file_or_stdin(
        self, indexed: Program, tmp_path: Path, exposed: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = f"# my photos\n{exposed}  # the wedding\n\nhttps://example.org/\n"
        (tmp_path / "targets").write_text(lines)
        result = indexed("check", "--from", tmp_path / "targets", "--format", "json")
        assert [entry["target"] for entry in result.json["results"]] == [exposed, "https://example.org/"]
        assert result.code == 1

    @pytest.mark.parametrize(
        ("targets", "code"),
        [(["https://example.org/"], 2), (["https://example.org/", "123456"], 3), (["123456"], 0)],
    )
    def test_unreadable_targets_have_their_exit_codes(
        self, indexed: Program, targets: list[str], code: int
    ) -> None:
        assert indexed("check", *targets).code == code


def test_a_second_process_waits_and_is_then_refused(
    program: Program, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.lock.WAIT_SECONDS", 0.1)
    with account_lock(environment, "apply"):
        result = program("sync")
    assert result.code == 6
    assert f"(pid {os.getpid()}, apply)" in result.err
    assert program("sync").code == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda sent: sent.name)
def test_whoever_interrupts_gets_exit_130_and_loses_nothing(
    box: Sandbox, environment: Path, sent: signal.Signals
) -> None:
    box.faults.add("slow", methods=["flickr.people.getPhotos"], value=30)
    # A suite started in the background of a script ignores SIGINT, and what it starts would too;
    # a handler, other than "ignore", isn't inherited.
    was = signal.signal(sent, lambda *_: None)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "auditor", "sync"], stderr=subprocess.PIPE, text=True, env=os.environ
        )
    finally:
        signal.signal(sent, was)
    try:
        deadline = time.monotonic() + 20
        while not any(call.method == "flickr.people.getInfo" for call in box.log):
            assert time.monotonic() < deadline, "sync did not start"
            time.sleep(0.05)
        process.send_signal(sent)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert "Interrupted" in err


def test_an_interrupt_before_the_program_is_loaded_leaves_no_traceback() -> None:
    script = (
        "import auditor.cli as cli, auditor.cli.app as app\n"
        "def stop(words): raise KeyboardInterrupt\n"
        "app.run = stop\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_a_reader_that_closes_the_pipe_is_no_error(environment: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m auditor datasets list | head -n 1",
        shell=True,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_terminal_without_unicode_costs_characters_and_not_the_result(environment: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "datasets", "info", "adience"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert "Adience" in done.stdout
    assert done.stdout.isascii()


class TestWatch:
    """`audit --since`, for cron: new exposures only."""

    def test_a_second_audit_since_the_last_shows_nothing_until_an_index_is_added(
        self, program: Program, publishers: dict[str, Path]
    ) -> None:
        program("sync")
        program("datasets", "add", "yfcc100m", publishers["yfcc100m"])
        first = program("audit", "--since", "last", "--format", "json")
        assert first.code == 1
        second = program("audit", "--since", "last", "--format", "json")
        assert (second.code, second.json["photos"], second.json["no_longer_in_account"]) == (0, [], [])
        program("datasets", "add", "ffhq", publishers["ffhq"])
        third = program("audit", "--since", "last", "--format", "json")
        assert third.code == 1
        assert set(third.json["summary"]["by_dataset"]) == {"ffhq"}

    @pytest.mark.parametrize("since", ["report.json", "2999-01-01"])
    def test_a_report_or_a_date_can_be_the_measure(self, indexed: Program, since: str) -> None:
        indexed("audit", "--format", "json", "--output", "report.json")
        assert indexed("audit", "--since", since).code == 0
        assert indexed("audit", "--since", "2001-01-01").code == 1

    def test_anything_else_is_a_usage_error(self, indexed: Program, tmp_path: Path) -> None:
        assert indexed("audit", "--since", "yesterday-ish").code == 2
        (tmp_path / "other.json").write_text("{}")
        assert indexed("audit", "--since", "other.json").code == 2


def test_a_sandbox_on_a_taken_port_says_so(program: Program, box: Sandbox) -> None:
    result = program("sandbox", "--port", box.url.rpartition(":")[2])
    assert result.code == 2
    assert "--port" in result.err
