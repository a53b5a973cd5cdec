"""The clock counts sleep and heeds nobody who sets the wall clock."""

import time
from dataclasses import replace

import pytest

from auditor import clock, outside
from auditor.clock import Moment, least_since

THEN = Moment("a", 1000.0, 1_700_000_000.0)


@pytest.mark.parametrize(
    ("current", "passed"),
    [
        (Moment("a", 1060.0, THEN.wall + 60), 60.0),
        (Moment("a", 1060.0, THEN.wall + 1e9), 60.0),  # set ahead
        (Moment("a", 1060.0, THEN.wall - 1e9), 60.0),  # set back
        (Moment("b", 5.0, THEN.wall + 600), 5.0),  # started again: off for how long, nobody knows for certain
        (Moment("b", 5000.0, THEN.wall + 600), 600.0),  # another computer with the same home
        (Moment("b", 5.0, THEN.wall - 1e9), 0.0),
        (Moment("a", 5.0, THEN.wall + 600), 5.0),  # the same name, but the clock began again
    ],
    ids=str,
)
def test_the_least_that_has_passed(current: Moment, passed: float) -> None:
    assert least_since(THEN, current) == passed


def test_a_moment_is_understood_by_the_next_process() -> None:
    first, second = clock.moment(), clock.moment()
    assert first.boot == second.boot
    assert 0 <= least_since(first, second) < 5
    assert least_since(replace(second, uptime=second.uptime + 99), second) <= second.uptime


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no clock that counts sleep")
def test_a_slept_night_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.clock_gettime
    before = clock.now(), clock.moment()
    monkeypatch.setattr(
        time, "clock_gettime", lambda which: real(which) + (30_000 if which == time.CLOCK_BOOTTIME else 0)
    )
    assert clock.now() - before[0] >= 30_000
    assert least_since(before[1], clock.moment()) >= 30_000


def test_without_such_a_clock_a_reading_ages_by_the_larger_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocks = {"monotonic": 100.0, "time": 1_700_000_000.0}
    monkeypatch.setattr(outside, "_BOOTTIME", None)
    for name in clocks:
        monkeypatch.setattr(time, name, lambda name=name: clocks[name])
    monkeypatch.setattr(clock, "_larger", clock._Larger())
    before = clock.now()
    clocks["time"] += 30_000  # slept: the monotonic clock stood still
    assert clock.now() - before == 30_000
    clocks["time"] -= 30_000  # set back
    clocks["monotonic"] += 60
    assert clock.now() - before == 30_060
