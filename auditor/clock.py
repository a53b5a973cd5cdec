"""How much time has passed, also while the computer slept and whatever somebody does to its clock.

The wall clock can be set. The monotonic clock cannot, but on Linux and macOS it stands still while a laptop
sleeps: with it a reading of last night looked seconds old, and 20 of 20 edits made in the meantime were
overwritten. CLOCK_BOOTTIME counts the sleep too. Where the system has none, the truth lies between the
monotonic and the wall clock, and each caller asks for the end of that range that is safe:

- a reading is fresh only if it is so by the *most* that may have passed (`now`);
- a call is an hour old only if it is so by the *least* that has passed (`least_since`).
"""

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime

from auditor.outside import world


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that other processes understand, also after a restart of the computer."""

    boot: str
    """Which run of the computer; "" where the system does not say."""
    uptime: float
    """Seconds of a clock that began when the computer started and that nobody can set."""
    wall: float
    """Unix time, as the computer's clock had it."""


def moment() -> Moment:
    """What the clocks show."""
    return Moment(world().boot_id(), world().uptime(), world().wall())


def wall() -> float:
    """Unix time, as the computer's clock has it: for what people read, never for how much time has passed."""
    return world().wall()


def utc() -> datetime:
    """The date and time of `wall`."""
    return datetime.fromtimestamp(wall(), UTC)


def today() -> date:
    """The day it is where the user is."""
    return datetime.fromtimestamp(wall()).astimezone().date()


def sleep(seconds: float) -> None:
    """Wait."""
    world().sleep(seconds)


def least_since(then: Moment, current: Moment) -> float:
    """The least number of seconds that passed between two moments, never below 0.

    Across a restart this is what the wall clock says, but no more than the computer has been running since:
    so a wall clock that jumps, before or after the restart, makes nothing older than it is.
    """
    if then.boot == current.boot and then.uptime <= current.uptime:
        return current.uptime - then.uptime
    return max(0.0, min(current.uptime, current.wall - then.wall))


def now() -> float:
    """Seconds of a clock that counts sleep; for differences within this process.

    Where the system has no such clock, a difference is at least as large as the truth, as far as the
    monotonic and the wall clock can tell.
    """
    return world().uptime() if world().counts_sleep else _larger.read()


class _Larger:
    """Goes on by what the monotonic or the wall clock went on, whichever is more. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (world().uptime(), world().wall())
        self._passed = 0.0

    def read(self) -> float:
        with self._lock:
            current = (world().uptime(), world().wall())
            self._passed += max(b - a for a, b in zip(self._last, current, strict=True))
            self._last = current
            return self._passed


_larger = _Larger()
