"""What a page shows when something is not as it should be: in words, and with a way on."""

import asyncio
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from auditor import lock
from auditor.datasets.card import Card
from auditor.lock import account_lock
from auditor.progress import Progress
from auditor.review.app import create_app
from auditor.review.guard import COOKIE
from auditor.review.jobs import Job, JobState
from auditor.review.pages.jobs import _watch
from auditor.review.state import State
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.exports import write_export
from tests.review.conftest import Served, runs
from tests.review.test_pages import ticked, writes

CLOSED_PORT = "http://127.0.0.1:9"


def begin(page: Served, path: str, **fields: object) -> str:
    """The page of a job that was begun, once it ended."""
    answer = page.post(path, **fields)
    page.wait()
    return page.get(answer.url.removeprefix(page.address)).text


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "auditor.sqlite3")) as conn, conn:
        yield conn


@pytest.fixture
def calls_left(tmp_path: Path, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Sets how many more calls this hour has; None: as many as Flickr allows."""

    def limit(calls: int | None) -> None:
        if calls is None:
            monkeypatch.delenv("AUDITOR_CONFIG")
            return
        file = tmp_path / "few.toml"
        file.write_text(f"[flickr]\ncalls_per_hour = {len(box.log) + calls}\n")
        monkeypatch.setenv("AUDITOR_CONFIG", str(file))

    return limit


def planned(page: Served) -> str:
    """A plan of three changes; its path."""
    ticked(page, 3)
    return page.post("/plans", add_tags="seen").url.removeprefix(page.address)


def test_an_account_without_photos_is_neither_good_nor_bad_news(
    program: Program, inside: Served, box: Sandbox, environment: Path
) -> None:
    assert program("sync").code == 0
    with database(environment) as conn:
        conn.execute("DELETE FROM photo")
        conn.execute("UPDATE snapshot SET photos = 0")
    overview = inside.get("/").text
    assert "holds no photo" in overview
    assert 'class="lead"' not in overview
    assert "no photos" in inside.get("/photos").text


def test_work_that_goes_on_is_shown_on_every_page(
    indexed: Program, inside: Served, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account_lock(environment, "apply"):
        inside.post("/sync")
        for path in ("/", "/photos", "/runs", "/letters", "/datasets", "/start"):
            assert "Pulling your account …" in inside.get(path).text, path
        page = inside.get("/jobs/sync").text
        assert "<progress" in page
        assert "Pause" in page
    inside.wait()
    assert "Pulling your account …" not in inside.get("/runs").text


def test_what_is_paused_stops_at_its_next_step_and_goes_on_from_there(
    indexed: Program, inside: Served, environment: Path
) -> None:
    with account_lock(environment, "apply"):
        inside.post("/sync")
        assert "something is at work" in inside.post("/practice", begins="yes").text
        inside.post("/jobs/sync/pause")
    inside.wait()
    job = inside.state.jobs.get("sync")
    assert job is not None
    assert job.state is JobState.PAUSED
    assert 'href="/start">Continue from there' in inside.get("/jobs/sync").text


def test_whoever_watches_a_job_is_told_what_changed_until_they_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.review.pages.jobs._LOOK", 0)
    looks = iter([False, False, True])

    class Watcher:
        async def is_disconnected(self) -> bool:
            return next(looks)

    async def watch() -> list[str]:
        job = Job("sync", "Pulling", "/", "/", announced=True)
        return [text async for text in _watch(Watcher(), job)]  # type: ignore[arg-type]

    (told,) = asyncio.run(watch())
    assert told.startswith("event: progress")
    assert next(looks, "all looked at") == "all looked at"


def test_whoever_practises_when_the_program_ends_leaves_no_pretend_flickr_behind(environment: Path) -> None:
    state, ended = State(environment, None), []
    state.practice = SimpleNamespace(end=lambda: ended.append(True))  # type: ignore[assignment]
    app = create_app(state)

    async def live() -> None:
        async with app.router.lifespan_context(app):
            assert ended == []

    asyncio.run(live())
    assert ended == [True]


def test_spent_calls_pause_the_work_and_say_until_when(
    writer: Program, inside: Served, calls_left: Callable[[int | None], None]
) -> None:
    calls_left(0)
    page = begin(inside, "/sync")
    assert re.search(r"Paused: the \d+ calls of this hour are used up until .*\d\d:\d\d", page)
    assert 'href="/start">Continue from there' in page
    assert "run the same command" not in page


@pytest.mark.parametrize("calls", [0, 2, 3, 5])
def test_spent_calls_pause_a_run_that_goes_on_from_there(
    writer: Program, inside: Served, box: Sandbox, calls_left: Callable[[int | None], None], calls: int
) -> None:
    plan = planned(inside)
    calls_left(calls)
    page = begin(inside, f"{plan}/apply", number="3")
    assert re.search(r"used up until .*\d\d:\d\d", page)
    (on,) = re.findall(r'<a class="button primary" href="([^"]+)"', page)
    calls_left(None)
    there = inside.get(on)
    path = there.url.removeprefix(inside.address)
    if "/runs/" in path:
        assert "Go on with" in there.text
        inside.post(f"{path}/resume")
    else:  # not even the first call was left
        inside.post(f"{path}/apply", number="3")
    inside.wait()
    assert writes(box) == 3
    assert len(runs(writer)) == 1


def test_without_a_network_nothing_is_lost_and_it_is_said(
    writer: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(inside)
    monkeypatch.setenv("AUDITOR_FLICKR_URL", CLOSED_PORT)
    for path, fields in (("/sync", {}), (f"{plan}/apply", {"number": "3"})):
        page = begin(inside, path, **fields)
        assert 'class="problem"' in page
        assert "Back" in page
        assert "Traceback" not in page
    assert inside.get("/").ok
    assert inside.get("/photos").ok


def test_an_old_account_is_called_old_and_its_plan_is_refused(
    writer: Program, inside: Served, environment: Path, box: Sandbox
) -> None:
    plan = planned(inside)
    with database(environment) as conn:
        month = time.time() - 30 * 86_400
        conn.execute("UPDATE snapshot SET taken_at = ?, full_at = ?", (month, month))
        conn.execute("UPDATE photo SET as_of = ?", (month,))
    for path in ("/", "/photos", "/letters"):
        assert "30 days ago" in inside.get(path).text, path
    old = planned(inside)
    page = inside.get(old).text
    assert "Too old to apply" in page
    assert 'name="number"' not in page
    assert inside.post(f"{old}/apply", number="3").status_code == 409
    assert writes(box) == 0
    assert inside.get(plan).ok


def test_another_process_on_the_account_is_named(
    writer: Program, inside: Served, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.2)
    with account_lock(environment, "apply"):
        page = begin(inside, "/sync")
    assert 'class="problem"' in page
    assert "apply" in page
    assert "Back" in page
    assert "Pulling" not in inside.get("/").text


def test_the_cookie_of_an_earlier_run_of_the_program_opens_nothing(indexed: Program, inside: Served) -> None:
    stale = requests.Session()
    stale.cookies.set(COOKIE, "x" * 43)
    for path in ("/", "/photos", "/runs", "/letters", "/datasets", "/start", "/jobs/sync"):
        answer = stale.get(inside.address + path, timeout=30)
        assert answer.status_code == 403
        assert "open the link that it prints" in answer.text
        assert "viewport" in answer.text
    answer = stale.post(f"{inside.address}/sync", headers={"Origin": inside.address}, timeout=30)
    assert answer.status_code == 403


def test_from_an_export_alone_the_pages_say_what_a_key_would_add(
    program: Program, box: Sandbox, inside: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    (tmp_path / "export").mkdir()
    write_export(box, tmp_path / "export")
    assert program("sync", "--export", tmp_path / "export").code == 0
    ids = [photo.id for photo in box.account.own_photos()[:3]]
    inside.post("/select", what="some", id=ids)
    plan = inside.post("/plans", add_tags="seen").text
    assert "only with an API key" in plan
    assert "upload/edit/?ids=" in plan
    assert 'action="/key"' in inside.get("/start").text
    assert 'action="/sync"' not in inside.get("/start").text
    page = begin(inside, "/sync")
    assert 'class="problem"' in page
    assert box.log == []


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("{address}/plans/x?a=1&b=%22", "/plans/x?a=1&amp;b=%22"),
        ("{address}//evil.example/x", "/evil.example/x"),
        ("http://evil.example/plans/x", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_refusal_leads_back_to_the_page_that_it_came_from(
    indexed: Program, inside: Served, came_from: str, back: str | None
) -> None:
    page = inside.browser.post(
        f"{inside.address}/plans",
        data={"form_token": inside.state.keys.form},
        headers={"Origin": inside.address, "Referer": came_from.format(address=inside.address)},
        timeout=30,
    )
    assert page.status_code == 400
    assert re.findall(r'href="([^"]+)">Back', page.text) == ([back] if back else [])


def test_settings_that_became_unreadable_are_named_on_the_page(
    indexed: Program, inside: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[flickr\n")
    monkeypatch.setenv("AUDITOR_CONFIG", str(broken))
    answer = inside.get("/start")
    assert answer.status_code == 400
    assert "broken.toml is not valid TOML" in answer.text
    assert "img-src 'self' data: https://live.staticflickr.com;" in answer.headers["Content-Security-Policy"]


def test_no_page_is_served_with_settings_that_cannot_be_read(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[flickr\n")
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    refused = program("review", "--no-open", "--config", broken)
    assert (refused.code, "broken.toml is not valid TOML" in refused.err) == (2, True)
    assert "open this link" not in refused.err.lower()


def test_a_page_of_a_named_account_takes_in_no_other_one(
    writer: Program, inside: Served, box: Sandbox, tmp_path: Path
) -> None:
    plan = planned(inside)
    inside.post(f"{plan}/apply", number="3")
    inside.wait()
    run = runs(writer)[0]["run_id"]
    other = planned(inside)
    inside.state.account = "12345678@N01"
    assert "named the account 12345678@N01" in begin(inside, "/sync")
    assert "you named 12345678@N01" in begin(inside, f"/runs/{run}/verify")
    before = writes(box)
    begin(inside, f"{other}/apply", number="3")
    export = write_export(box, tmp_path)
    headers = {"Origin": inside.address, "x-form-token": inside.state.keys.form}
    for path, body in (("?name=a.zip", export[0].read_bytes()), ("/done", b"")):
        url = f"{inside.address}/drop/export{path}"
        assert inside.browser.post(url, data=body, headers=headers, timeout=60).ok
    inside.wait()
    assert "you named 12345678@N01" in inside.get("/datasets").text
    assert writes(box) == before


def test_practice_has_an_account_of_its_own_whatever_account_was_named(
    indexed: Program, inside: Served
) -> None:
    inside.state.account = "12345678@N01"
    inside.post("/practice", begins="yes")
    inside.wait()
    assert "Practice" in inside.get("/photos").text


def test_what_failed_while_another_page_was_open_is_said_on_that_one(
    indexed: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_FLICKR_URL", CLOSED_PORT)
    inside.post("/sync")
    inside.wait()
    assert re.search(r'class="problem" role="status">Pulling your account: ', inside.get("/runs").text)
    assert 'role="status"' not in inside.get("/runs").text


def test_fetching_that_was_paused_calls_no_publisher_unavailable(
    indexed: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(card: Card, *_: object, progress: Progress, **__: object) -> None:
        begun.set()
        with progress.task(card.name) as task:
            while True:
                time.sleep(0.01)
                task.advance()

    monkeypatch.setattr("auditor.datasets.fetch_all.fetch_card", slow)
    inside.post("/datasets/fetch-faces")
    assert begun.wait(30)
    inside.post("/jobs/fetch-faces/pause")
    inside.wait()
    page = inside.get("/jobs/fetch-faces").text
    assert "Paused" in page
    assert "not available" not in page
