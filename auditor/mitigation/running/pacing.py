"""How many calls are in flight at once: one more after a good round, half as many after a 429 (AIMD)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from auditor import clock
from auditor.outside import world


class StoppedError(Exception):
    """The run is being stopped; nothing was sent."""


class Pacer:
    """Hands out at most `most` slots at a time; safe for threads."""

    def __init__(self, most: int, *, clock: Callable[[], float] = clock.now) -> None:
        self._most = most
        self._allowed = float(most)
        self._taken = 0
        self._hold_until = 0.0
        self._slowed_at = float("-inf")
        self._stopped = False
        self._clock = clock
        self._changed = world().condition()

    @property
    def allowed(self) -> int:
        """Calls that may be in flight now."""
        return int(self._allowed)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a turn and hold it. Errors: `StoppedError`."""
        with self._changed:
            while not self._stopped and (wait := self._wait()) != 0:
                self._changed.wait(wait)
            if self._stopped:
                raise StoppedError
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()

    def _wait(self) -> float | None:
        """Seconds until the next look: 0 now, None when somebody has to make room first."""
        held = self._hold_until - self._clock()
        if held > 0:
            return held
        return 0 if self._taken < self.allowed else None

    def went_well(self) -> None:
        """A call was answered."""
        with self._changed:
            self._allowed = min(self._most, self._allowed + 1 / self._allowed)
            self._changed.notify()

    def slow_down(self, wait: float) -> None:
        """Flickr wants fewer calls; nobody sends for `wait` seconds. A volley of complaints counts once."""
        with self._changed:
            now = self._clock()
            self._hold_until = max(self._hold_until, now + wait)
            if now - self._slowed_at > 1.0:
                self._slowed_at = now
                self._allowed = max(1.0, self._allowed / 2)

    def stop(self) -> None:
        """No more turns."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
