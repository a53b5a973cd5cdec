"""At most N calls in any 60 minutes for each key, whatever the processes and the clock do."""

import hashlib
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import database
from auditor.clock import Moment
from auditor.errors import BudgetSpentError
from auditor.flickr.budget import WINDOW, CallBudget
from auditor.progress import Progress


class Clock:
    """A computer whose clocks only sleeping, or the test, moves."""

    def __init__(self) -> None:
        self.boot = "first"
        self.uptime = 50_000.0
        self.wall = 1_700_000_000.0

    def __call__(self) -> Moment:
        return Moment(self.boot, self.uptime, self.wall)

    def sleep(self, seconds: float) -> None:
        self.uptime += seconds
        self.wall += seconds

    def restart(self, *, off: float = 30.0) -> None:
        self.boot += "!"
        self.uptime = 1.0
        self.wall += off


class Told(Progress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def budget_at(path: Path, clock: Clock, limit: int, *, key: str = "k", wait: bool = False) -> CallBudget:
    return CallBudget(path / "a.sqlite3", key, limit, wait=wait, moment=clock, sleep=clock.sleep)


@pytest.fixture
def budget(tmp_path: Path, clock: Clock) -> Iterator[CallBudget]:
    budget = budget_at(tmp_path, clock, 5)
    yield budget
    budget.close()


def test_calls_may_go_out_at_once_until_the_hour_is_full(budget: CallBudget, clock: Clock) -> None:
    for _ in range(5):
        budget.acquire()
    with pytest.raises(BudgetSpentError) as caught:
        budget.acquire()
    assert caught.value.exit_code == 5
    until = datetime.fromtimestamp(clock.wall + WINDOW).astimezone()
    assert caught.value.message == f"the 5 calls of this hour are used up until {until:%H:%M:%S}"
    assert budget.used() == 5


def test_a_call_is_free_again_an_hour_after_it_was_made(budget: CallBudget, clock: Clock) -> None:
    for _ in range(5):
        budget.acquire()
        clock.sleep(60)
    clock.sleep(WINDOW - 5 * 60)
    budget.acquire()
    with pytest.raises(BudgetSpentError):
        budget.acquire()


def test_waiting_says_once_until_when_and_then_goes_on(tmp_path: Path, clock: Clock) -> None:
    told = Told()
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 2, progress=told, moment=clock, sleep=clock.sleep)
    began = clock.uptime
    for _ in range(3):
        budget.acquire()
    assert clock.uptime >= began + WINDOW
    assert len(told.lines) == 1
    assert re.fullmatch(
        r"The 2 Flickr calls of this hour are used up: waiting until \d\d:\d\d:\d\d\.", told.lines[0]
    )
    budget.close()


def test_waiting_for_calls_that_come_free_one_by_one_is_said_once_an_hour(
    tmp_path: Path, clock: Clock
) -> None:
    told = Told()
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 5, progress=told, moment=clock, sleep=clock.sleep)
    for _ in range(5):
        budget.acquire()
        clock.sleep(1)
    for hour in (1, 2):
        for _ in range(5):
            budget.acquire()
        assert len(told.lines) == hour
    budget.close()


def test_processes_share_one_budget_and_keys_do_not(tmp_path: Path, clock: Clock) -> None:
    one, two, other = (budget_at(tmp_path, clock, 3, key=key) for key in ("k", "k", "another"))
    one.acquire()
    two.acquire()
    one.acquire()
    with pytest.raises(BudgetSpentError):
        two.acquire()
    other.acquire()
    for budget in (one, two, other):
        budget.close()


def test_threads_never_take_more_than_the_limit(tmp_path: Path, clock: Clock) -> None:
    budget = budget_at(tmp_path, clock, 50)
    taken: list[int] = []

    def take() -> None:
        for _ in range(20):
            try:
                budget.acquire()
            except BudgetSpentError:
                return
            taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 50
    budget.close()


@pytest.mark.parametrize("jump", [-365 * 24 * 3600.0, -1.0, 3601.0, 365 * 24 * 3600.0], ids=str)
def test_a_jump_of_the_wall_clock_neither_frees_calls_nor_uses_them_up(
    budget: CallBudget, clock: Clock, jump: float
) -> None:
    for _ in range(5):
        budget.acquire()
    clock.wall += jump
    with pytest.raises(BudgetSpentError):
        budget.acquire()
    clock.sleep(WINDOW)
    for _ in range(5):
        budget.acquire()


def test_sleep_counts(budget: CallBudget, clock: Clock) -> None:
    for _ in range(5):
        budget.acquire()
    clock.sleep(WINDOW)  # the lid was closed
    budget.acquire()


@pytest.mark.parametrize("jump", [-1e9, 0.0, 1e9], ids=["back", "right", "ahead"])
def test_a_restart_frees_no_call_before_its_time(tmp_path: Path, clock: Clock, jump: float) -> None:
    before = budget_at(tmp_path, clock, 3)
    for _ in range(3):
        before.acquire()
    before.close()
    clock.restart()
    clock.wall += jump
    after = budget_at(tmp_path, clock, 3)
    with pytest.raises(BudgetSpentError):
        after.acquire()
    clock.sleep(WINDOW)
    after.acquire()
    after.close()


def test_an_hour_after_a_restart_the_calls_from_before_it_are_free(tmp_path: Path, clock: Clock) -> None:
    before = budget_at(tmp_path, clock, 1)
    before.acquire()
    before.close()
    clock.restart()
    clock.sleep(WINDOW)
    after = budget_at(tmp_path, clock, 1)
    after.acquire()
    after.close()


def test_calls_that_an_older_version_wrote_down_count(tmp_path: Path, clock: Clock) -> None:
    budget = budget_at(tmp_path, clock, 1)
    conn = database.connect(tmp_path / "a.sqlite3")
    conn.execute(
        "INSERT INTO api_call (api_key_hash, at) VALUES (?, ?)",
        (hashlib.sha256(b"k").hexdigest()[:16], clock.wall - 60),
    )
    conn.close()
    budget.close()
    budget = budget_at(tmp_path, clock, 1)
    with pytest.raises(BudgetSpentError):
        budget.acquire()
    budget.close()


def test_the_api_key_itself_is_not_stored(tmp_path: Path, clock: Clock) -> None:
    budget = budget_at(tmp_path, clock, 5, key="my-very-own-key")
    budget.acquire()
    budget.close()
    assert not any(b"my-very-own-key" in file.read_bytes() for file in tmp_path.iterdir())


def rows(path: Path) -> list[tuple[object, ...]]:
    conn = database.connect(path / "a.sqlite3")
    found = [tuple(row) for row in conn.execute("SELECT boot, uptime, at FROM api_call ORDER BY rowid")]
    conn.close()
    return found


def test_a_call_is_written_down_with_its_time_by_both_clocks(
    tmp_path: Path, budget: CallBudget, clock: Clock
) -> None:
    budget.acquire()
    assert rows(tmp_path) == [("first", 50_000.0, 1_700_000_000.0)]


def test_calls_of_the_last_hour_are_counted_and_forgotten_after_it(
    tmp_path: Path, budget: CallBudget, clock: Clock
) -> None:
    other = budget_at(tmp_path, clock, 5, key="another")
    other.acquire()
    other.close()
    budget.acquire()
    clock.sleep(1)
    budget.acquire()
    assert budget.used() == 2
    clock.sleep(WINDOW - 1)
    assert budget.used() == 1
    budget.acquire()
    assert [uptime for _, uptime, _ in rows(tmp_path)] == [50_000.0, 50_001.0, 50_000.0 + WINDOW]


def test_a_wait_is_made_of_naps(tmp_path: Path, clock: Clock) -> None:
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        clock.sleep(seconds)

    budget = CallBudget(tmp_path / "a.sqlite3", "k", 1, moment=clock, sleep=sleep)
    budget.acquire()
    clock.sleep(WINDOW - 2.51)
    budget.acquire()
    assert naps[:3] == pytest.approx([1.0, 1.0, 0.51])
    clock.sleep(WINDOW - 0.01)
    naps.clear()
    budget.acquire()
    assert naps == [0.05]
    budget.close()


def test_the_hour_that_is_full_says_until_when_and_what_to_do(tmp_path: Path, clock: Clock) -> None:
    budget = budget_at(tmp_path, clock, 1)
    budget.acquire()
    clock.sleep(60)
    with pytest.raises(BudgetSpentError) as caught:
        budget.acquire()
    until = datetime.fromtimestamp(1_700_000_000.0 + WINDOW).astimezone()
    assert caught.value.message == f"the 1 calls of this hour are used up until {until:%H:%M:%S}"
    assert caught.value.hint == "Nothing is lost: run the same command again then."
    budget.close()


def test_after_a_restart_calls_are_as_old_as_is_certain(tmp_path: Path, clock: Clock) -> None:
    before = budget_at(tmp_path, clock, 9)
    before.acquire()
    before.close()
    other = budget_at(tmp_path, clock, 9, key="another")
    other.acquire()
    other.close()
    clock.restart(off=100.0)
    clock.sleep(500)
    clock.wall -= 300
    budget_at(tmp_path, clock, 9).close()
    assert rows(tmp_path) == [
        ("first!", 201.0, 1_700_000_000.0),
        ("first", 50_000.0, 1_700_000_000.0),
    ]
    clock.uptime = 50.0  # a clock that went back without a restart
    budget_at(tmp_path, clock, 9).close()
    assert rows(tmp_path)[0] == ("first!", 0.0, 1_700_000_000.0)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.floats(0, 1200), st.floats(-1e6, 1e6), st.integers(0, 9)).map(
            lambda step: (step[0], step[1], step[2] == 0)
        ),
        max_size=60,
    ),
    limit=st.integers(1, 6),
)
def test_no_hour_ever_holds_more_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[float, float, bool]], limit: int
) -> None:
    """Whatever the wall clock does, and however often the computer is started again."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("budget")
    budget = budget_at(folder, clock, limit)
    passed, made = 0.0, list[float]()
    for step, jump, restart in steps:
        if restart:
            budget.close()
            clock.restart()
            budget = budget_at(folder, clock, limit)
            passed += 30.0
        clock.sleep(step)
        clock.wall += jump
        passed += step
        try:
            budget.acquire()
        except BudgetSpentError:
            continue
        made.append(passed)
    budget.close()
    for first in made:
        assert sum(first <= at < first + WINDOW - 1e-3 for at in made) <= limit
