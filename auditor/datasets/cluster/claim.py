"""One build at a time writes to a store that no lock reaches: an object store knows none.

A file says who builds, and its holder changes it all the time. Whoever finds one that does not change takes
it over: its holder died. Nobody's clock matters.
"""

import json
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from auditor.datasets.store import Store
from auditor.errors import RefusedError
from auditor.outside import world
from auditor.progress import Progress
from auditor.text import plain

NAME: Final = "building.json"
BEAT_SECONDS: Final = 10.0
WATCH_SECONDS: Final = 45.0
"""How long a claim must stand still to be nobody's."""


@contextmanager
def claimed(store: Store, progress: Progress, *, watch: float = WATCH_SECONDS) -> Iterator[None]:
    """Hold the store while the block runs.

    Errors: `RefusedError` when another build has it; `StorageError`.
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
    if not mine.holds():
        raise _busy(store, store.read(NAME) or b"")
    beating = threading.Thread(target=mine.beat_until, args=(stop,), daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()
        if mine.holds():
            store.remove(NAME)


class _Claim:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._token = world().token(8)
        self._beats = 0

    def beat(self) -> None:
        self._beats += 1
        told = {"host": platform.node(), "pid": os.getpid(), "token": self._token, "beat": self._beats}
        self._store.write(NAME, json.dumps(told).encode())

    def beat_until(self, stop: threading.Event) -> None:
        while not stop.wait(BEAT_SECONDS):
            self.beat()

    def holds(self) -> bool:
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
