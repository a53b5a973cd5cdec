"""At most N calls in any 60 minutes for each key, whatever the processes and the clock do."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import BudgetSpentError
from auditor.flickr.budget import WINDOW, CallBudget
from auditor.progress import Progress


class Clock:
    """A clock that only sleeping, or the test, moves."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Told(Progress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def budget_at(path: Path, clock: Clock, limit: int, *, key: str = "k", wait: bool = False) -> CallBudget:
    return CallBudget(path / "a.sqlite3", key, limit, wait=wait, clock=clock, sleep=clock.sleep)


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
    assert budget.used() == 5


def test_a_call_is_free_again_an_hour_after_it_was_made(budget: CallBudget, clock: Clock) -> None:
    for _ in range(5):
        budget.acquire()
        clock.now += 60
    clock.now += WINDOW - 5 * 60
    budget.acquire()
    with pytest.raises(BudgetSpentError):
        budget.acquire()


def test_waiting_says_once_until_when_and_then_goes_on(tmp_path: Path, clock: Clock) -> None:
    told = Told()
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 2, progress=told, clock=clock, sleep=clock.sleep)
    began = clock.now
    for _ in range(3):
        budget.acquire()
    assert clock.now >= began + WINDOW
    assert len(told.lines) == 1
    assert "waiting until" in told.lines[0]
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


def test_a_clock_set_back_a_year_delays_for_an_hour_at_most(budget: CallBudget, clock: Clock) -> None:
    for _ in range(5):
        budget.acquire()
    clock.now -= 365 * 24 * 3600
    with pytest.raises(BudgetSpentError):
        budget.acquire()
    clock.now += WINDOW + 1
    budget.acquire()


def test_the_api_key_itself_is_not_stored(tmp_path: Path, clock: Clock) -> None:
    budget = budget_at(tmp_path, clock, 5, key="my-very-own-key")
    budget.acquire()
    budget.close()
    assert not any(b"my-very-own-key" in file.read_bytes() for file in tmp_path.iterdir())


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.floats(0, 1200), max_size=60), limit=st.integers(1, 6))
def test_no_window_of_an_hour_ever_holds_more_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float], limit: int
) -> None:
    clock = Clock()
    budget = budget_at(tmp_path_factory.mktemp("budget"), clock, limit)
    made: list[float] = []
    for step in steps:
        clock.now += step
        try:
            budget.acquire()
        except BudgetSpentError:
            continue
        made.append(clock.now)
    budget.close()
    for first in made:
        assert sum(first <= at < first + WINDOW for at in made) <= limit
