"""What leaves the machine, to whom and when; who may read what is kept; and where secrets show.

The table of docs/security.md, watched in real processes by Python's own audit events.
"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.sandbox import Sandbox, demo_datasets, make_account

FLICKR = {"api.flickr.com", "www.flickr.com", "live.staticflickr.com"}


@dataclass
class Watched:
    """The program in processes of their own, and what each of them did."""

    folder: Path
    environ: dict[str, str]
    said: list[str] = field(default_factory=list)

    def __call__(self, *words: object, codes: tuple[int, ...] = (0, 1)) -> list[tuple[str, list[object]]]:
        """Run a command; what it connected to, looked up and started."""
        log = self.folder / "watch.log"
        log.unlink(missing_ok=True)
        result = subprocess.run(
            [sys.executable, "-m", "auditor", *map(str, words)],
            env=self.environ | {"WATCH_LOG": str(log), "PYTHONPATH": str(Path(__file__).with_name("watch"))},
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            umask=0,
            check=False,
        )
        assert result.returncode in codes, result.stderr
        assert "Traceback" not in result.stderr
        self.said += [result.stdout, result.stderr]
        return [tuple(json.loads(line)) for line in log.read_text().splitlines()]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(make_account(20)) as box:
        yield box


@pytest.fixture
def watched(box: Sandbox, tmp_path: Path) -> Watched:
    token, secret = box.issue_token("write")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLICKR_", "AUDITOR_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    return Watched(
        tmp_path,
        kept
        | {
            "HOME": str(tmp_path),
            "AUDITOR_HOME": str(tmp_path / "home"),
            "AUDITOR_FLICKR_URL": box.url,
            "FLICKR_API_KEY": box.key,
            "FLICKR_API_SECRET": box.secret,
            "FLICKR_OAUTH_TOKEN": token,
            "FLICKR_OAUTH_TOKEN_SECRET": secret,
        },
    )


def test_the_whole_journey_talks_to_flickr_alone_and_only_when_it_says(
    watched: Watched, box: Sandbox, tmp_path: Path
) -> None:
    files = demo_datasets.write(box.account, tmp_path / "publishers")
    photo = box.account.own_photos()[0]
    (tmp_path / "answer.txt").write_text("We have removed your photos.")
    calls = {"whoami", "sync", "plan", "apply", "verify", "undo"}
    journey: list[list[object]] = [
        ["whoami"],
        ["sync"],
        *(["datasets", "add", name, file] for name, file in files.items() if name in {"ffhq", "coco"}),
        ["datasets", "verify"],
        ["datasets", "export", "coco", "coco.zip"],
        ["datasets", "import", "coco.zip", "--replace"],
        ["audit", "--output", "report.html"],
        ["audit", "--format", "json", "--output", "report.json"],
        ["check", photo.id, f"https://www.flickr.com/photos/someone/{photo.id}/", photo.owner],
        ["plan", "--exposed", "--add-tag", "no_cv", "--privacy", "friends", "--out", "plan.json"],
        ["show", "plan.json", "--format", "html", "--output", "plan.html"],
        ["apply", "plan.json", "--yes"],
        ["verify", "last"],
        ["undo", "last", "--yes"],
        ["runs", "--format", "json"],
        ["optout", "draft", "ffhq", "--ground", "gdpr", "--name", "Ada Example", "--include-private"],
        ["optout", "sent", "last", "--on", "2026-11-21"],
        ["optout", "answer", "last", "--text-file", "answer.txt"],
        ["optout", "folder", "last", "--out", "case.zip"],
        ["optout", "status", "--ics", "terms.ics"],
        ["signals"],
        ["doctor"],
    ]
    flickr = ["127.0.0.1", urlsplit(box.url).port]
    for words in journey:
        did = watched(*words)
        reached = [where for what, where in did if what == "connect"]
        assert bool(reached) == (words[0] in calls), words
        assert [where for where in reached if where != flickr] == [], words
        assert [where for what, where in did if what == "send"] == [], words
        assert {where[0] for what, where in did if what == "look up"} <= {"127.0.0.1"}, words
        assert closed_to_others(tmp_path) == [], words
        started = [word for what, words in did if what == "start" for word in words]
        assert not secrets(watched, box) & set(started)
    shown = [*watched.said, *texts_of(tmp_path)]
    for secret in secrets(watched, box) | {photo.original_secret for photo in box.account.own_photos()}:
        assert not [text for text in shown if secret in text], secret


@pytest.mark.parametrize(
    "words",
    [
        ["login", "--no-browser", "--token-file", "login"],
        ["whoami"],
        ["sync"],
        ["check", "Some Body"],
        ["audit"],
        ["doctor"],
    ],
    ids=lambda words: words[0],
)
def test_without_a_sandbox_only_flickrs_hosts_are_looked_up(watched: Watched, words: list[str]) -> None:
    assert watched("sync")
    del watched.environ["AUDITOR_FLICKR_URL"]
    did = watched(*words, codes=(0, 1, 2, 5))
    hosts = {where[0] for what, where in did if what == "look up"}
    assert hosts <= FLICKR
    assert bool(hosts) == (words[0] not in {"audit", "doctor"})
    assert not [where for what, where in did if what == "connect"]


def secrets(watched: Watched, box: Sandbox) -> set[str]:
    """What must show nowhere."""
    token = {value for name, value in watched.environ.items() if name.startswith("FLICKR_OAUTH")}
    return {box.secret} | token


def closed_to_others(folder: Path) -> list[str]:
    """What the program wrote that other users of the computer could read or list."""
    home = folder / "home"
    written = [*home.rglob("*"), home, *(file for file in folder.iterdir() if file.suffix in WRITTEN)]
    return [
        f"{path.relative_to(folder)} {stat.filemode(path.stat().st_mode)}"
        for path in written
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.name != "answer.txt"
    ]


WRITTEN = {".html", ".json", ".ics", ".zip"}


def texts_of(folder: Path) -> list[str]:
    """All that the program wrote but its database and indexes, which are where secrets are kept."""
    home = folder / "home"
    kept = [home / "indexes", folder / "publishers"]
    return [
        path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file()
        and not any(path.is_relative_to(place) for place in kept)
        and not path.name.startswith("auditor.sqlite3")
    ]
