"""One build at a time writes to a store that no lock reaches: an object store knows none.

A file says who builds, and its holder changes it all the time. Whoever finds one that does not change takes
it over: its holder died. Nobody's clock matters.
"""

import json
import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from auditor.datasets.store import Store
from auditor.errors import RefusedError, StorageError
from auditor.outside import world
from auditor.progress import Progress
from auditor.text import plain

NAME: Final = "building.json"
BEAT_SECONDS: Final = 10.0
WATCH_SECONDS: Final = 45.0
"""How long a claim must stand still to be nobody's."""


@contextmanager
def claimed(
    store: Store, progress: Progress, *, watch: float = WATCH_SECONDS
) -> Iterator[Callable[[], None]]:
    """Hold the store while the block runs, which gets what checks that it still does.

    A computer that slept, or was cut off, looks dead to others. Errors, of the check too: `RefusedError` when
    another build has the store; `StorageError`.
    """
    mine = _Claim(store)
    stop = threading.Event()
    if (found := store.read(NAME)) is not None:
        progress.say(f"{_who(found)} builds there, or died: watching it for {watch:.0f} seconds.")
        if stop.wait(watch) or store.read(NAME) not in {found, None}:
            raise _busy(store, found)
    mine.beat()
    # Two that began in the same moment: the later one's words stay, and the other one finds them.
    stop.wait(min(watch / 10, 2.0))
    mine.check()
    beating = threading.Thread(target=mine.beat_until, args=(stop,), daemon=True)
    beating.start()
    try:
        yield mine.check
    finally:
        stop.set()
        beating.join()
        with suppress(StorageError):  # a claim that stays does not move, so the next build takes it over
            if mine.holds():
                store.remove(NAME)


class _Claim:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()  # in a folder, what is being written reads as empty
        self._token = world().token(8)
        self._beats = 0

    def beat(self) -> None:
        self._beats += 1
        told = {"host": platform.node(), "pid": os.getpid(), "token": self._token, "beat": self._beats}
        with self._lock:
            self._store.write(NAME, json.dumps(told).encode())

    def beat_until(self, stop: threading.Event) -> None:
        while not stop.wait(BEAT_SECONDS):
            with suppress(StorageError):  # out of reach for a moment: the next beat is in time
                if not self.holds():
                    return
                self.beat()

    def check(self) -> None:
        if not self.holds():
            raise _busy(self._store, self._store.read(NAME) or b"")

    def holds(self) -> bool:
        with self._lock:
            return self._token.encode() in (self._store.read(NAME) or b"")


def _busy(store: Store, found: bytes) -> RefusedError:
    return RefusedError(
        f"{_who(found)} is building an index at {store.address}", hint="Wait until it is done."
    )


def _who(found: bytes) -> str:
    try:
        told = json.loads(found)
        return f"process {int(told['pid'])} on {plain(told['host'], 60)}"
    except (ValueError, LookupError, TypeError):
        return "another process"
