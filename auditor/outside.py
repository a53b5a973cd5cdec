"""What the program takes from outside, through one object: time, chance, threads, network, SQLite, files.

Production runs with `Outside`, which is this computer. A simulation puts a world of its own in its place, in
which all of it follows from one seed: so it can kill the program at every step, and replay what it found
(docs/simulation.md). Nothing here decides anything.
"""

import os
import queue
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

_BOOTTIME: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Outside:
    """The computer that the program runs on."""

    # -- time: see `auditor.clock`, through which all others read it -----------------------------------------

    @property
    def counts_sleep(self) -> bool:
        """Whether `uptime` goes on while the computer sleeps."""
        return _BOOTTIME is not None

    def wall(self) -> float:
        """Unix time, as the computer's clock has it; anybody may set it."""
        return time.time()

    def uptime(self) -> float:
        """Seconds of a clock that began when the computer started and that nobody can set."""
        return time.monotonic() if _BOOTTIME is None else time.clock_gettime(_BOOTTIME)

    def boot_id(self) -> str:
        """Which run of the computer; "" where the system does not say."""
        return _boot_id()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    # -- chance ----------------------------------------------------------------------------------------------

    def token(self, size: int) -> str:
        """So many random bytes in hex."""
        return secrets.token_hex(size)

    # -- threads ---------------------------------------------------------------------------------------------

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` in a thread of its own, for which nobody waits at the end."""
        threading.Thread(target=work, daemon=True).start()

    def condition(self) -> threading.Condition:
        """Something that threads wait for."""
        return threading.Condition()

    def queue(self) -> "queue.SimpleQueue[Any]":
        """What threads hand each other."""
        return queue.SimpleQueue()

    def pid(self) -> int:
        """The number of the process."""
        return os.getpid()

    # -- network ---------------------------------------------------------------------------------------------

    def adapter(self, adapter: "BaseAdapter") -> "BaseAdapter":
        """What carries the requests of a session."""
        return adapter

    def client(self, make: Callable[[], Any]) -> Any:
        """What signs calls of Flickr's API and sends them."""
        return make()

    # -- SQLite and files ------------------------------------------------------------------------------------

    def database(self, path: Path, **options: Any) -> sqlite3.Connection:
        """A connection to the database in a file."""
        connection: sqlite3.Connection = sqlite3.connect(path, **options)
        return connection

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of `data` to an open file."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def fsync(self, descriptor: int) -> None:
        """Make a file, or the names in a folder, survive a power cut."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Put one file in the place of another, at once."""
        source.replace(target)


@cache
def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


_world = Outside()


def world() -> Outside:
    """What is outside now."""
    return _world


@contextmanager
def replaced(by: Outside) -> Iterator[None]:
    """Let the program run in another world while the block runs; for all threads."""
    global _world  # noqa: PLW0603 - there is one world at a time
    before, _world = _world, by
    try:
        yield
    finally:
        _world = before
