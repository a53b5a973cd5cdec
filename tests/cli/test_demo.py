"""The README's first command shows the whole job and leaves a report to look at."""

import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.cli.demo import DemoError, _call, headline
from auditor.lock import demo_lock
from tests.cli.conftest import Program


def test_the_demo_does_the_whole_job_with_real_settings_left_alone(tmp_path: Path) -> None:
    # Settings of a real account must neither be used nor be in the way.
    environment = os.environ | {
        "FLICKR_API_KEY": "real",
        "FLICKR_OAUTH_TOKEN": "half",
        "AUDITOR_HOME": str(tmp_path),
    }
    environment["FLICKR_OAUTH_TOKEN_SECRET"] = "half too"
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "demo"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for command in (
        "sync",
        "datasets add ffhq",
        "audit",
        "check",
        "plan",
        "apply",
        "verify",
        "undo",
        "optout draft",
    ):
        assert f"$ flickr-auditor {command}" in done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) < 100 + len(str(tmp_path))
    # What it is about comes last, where it is still on the screen: the result, the report, the next step.
    ending = " ".join(lines[-9:])
    in_faces, photos, exposed = map(int, re.findall(r"(\d+) (?:of the|photos|are) ", ending)[:3])
    assert 0 < in_faces < exposed < photos == 180
    assert ending.index("in FFHQ") < ending.index("in YFCC100M") < ending.index("report.html")
    assert f"The report to look at: {tmp_path / 'demo' / 'report.html'}" in lines
    assert "flickr-auditor login" in lines[-2]
    assert (tmp_path / "demo" / "letters" / "letter-1.eml").is_file()
    assert_asks_for_nothing((tmp_path / "demo" / "report.html").read_text(encoding="utf-8"))


def test_a_second_demo_leaves_the_first_alone(program: Program, environment: Path) -> None:
    report = environment / "demo" / "report.html"
    report.parent.mkdir(parents=True)
    report.touch()
    with demo_lock(environment):
        refused = program("demo")
    assert refused.code == 6
    assert "the demo" in refused.err
    assert report.is_file()


class Requests(HTMLParser):
    """What a browser would load to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        # A script of the page makes pictures of what stands in data-…
        loaded = ("src", "srcset", "data", "poster", *([] if tag == "a" else ["href"]))
        kept = {value for name, value in given.items() if name in loaded or name.startswith("data-")}
        self.addresses += [value for value in kept if ":" in value or "//" in value]


def assert_asks_for_nothing(page: str) -> None:
    """The report shows its pictures without a single request."""
    found = Requests()
    found.feed(page)
    assert len(found.addresses) > 30
    assert {address.partition(",")[0] for address in found.addresses} == {"data:image/png;base64"}
    assert "url(" not in page
    assert "default-src 'none'" in found.policy


def test_the_headline_names_datasets_of_faces_first() -> None:
    def photo(*datasets: str) -> dict[str, object]:
        return {"exposures": [{"dataset": name} for name in datasets]}

    found = {
        "summary": {"photos": 9, "exposed": 3, "by_dataset": {"wide": 2, "faces-b": 1, "faces-a": 2}},
        "indexes": [
            {"dataset": "wide", "title": "Wide (all of it)", "about": "general"},
            {"dataset": "faces-a", "title": "A", "about": "faces"},
            {"dataset": "faces-b", "title": "B", "about": "faces"},
            {"dataset": "none", "title": "None", "about": "faces"},
        ],
        "photos": [photo("wide"), photo("faces-a", "wide"), photo("faces-a", "faces-b")],
    }
    assert headline(found) == (
        "2 of the 9 photos are in datasets of faces (2 in A; 1 in B)."
        " 3 are in at least one of 3 datasets (the others: 2 in Wide)."
    )


def demo(home: Path, *words: str) -> str:
    """What a demo prints."""
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "demo", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"AUDITOR_HOME": str(home)},
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_demo_of_letters_walks_the_whole_ladder(tmp_path: Path) -> None:
    shown = demo(tmp_path, "--optout")
    for command in ("ask", "sent", "answer", "draft", "remind", "complain", "folder"):
        assert f"$ flickr-auditor optout {command}" in shown
    (folder,) = re.findall(r"The case folder to look at: (.+)", shown)
    assert {"chronology.html", "proof.csv"} <= set(zipfile.ZipFile(folder).namelist())


def test_the_demo_of_a_look_up_shows_what_its_host_learned(tmp_path: Path) -> None:
    shown = demo(tmp_path, "--lookup")
    asked = re.search(r"check (\S+) --lookup", shown)
    assert asked is not None
    log = shown.partition("What the host got to know")[2]
    assert log.count('"GET /') == 5
    assert asked[1] not in log
    assert (tmp_path / "demo" / "public" / "index.html").is_file()


def test_a_step_that_ends_otherwise_ends_the_demo_with_its_words(program: Program) -> None:
    with pytest.raises(
        DemoError, match=r"`flickr-auditor nonsense` ended with exit code 2, not 0: "
    ) as ended:
        _call(["nonsense"], 0)
    assert "No such command" in ended.value.message
    assert _call(["--version"], 0).startswith("flickr-auditor ")


def test_ctrl_c_ends_the_pretend_flickr_and_says_so(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter([False])

    def wait(*_: object) -> bool:
        for answer in waits:
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "auditor.cli.sandbox.threading", SimpleNamespace(Event=lambda: SimpleNamespace(wait=wait))
    )
    result = program("sandbox", "--port", "0", "--photos", "3")
    assert (result.code, next(waits, None)) == (0, None)
    assert "Serving 3 invented photos" in result.err
    assert "The pretend Flickr has ended." in result.err
    assert "export AUDITOR_FLICKR_URL=http://127.0.0.1:" in result.out
