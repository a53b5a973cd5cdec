"""A few threads that work through lists; they live as long as a run, and so do their connections.

They are daemons: when the user interrupts, nobody waits for a thread that sleeps before its next try.
"""

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from auditor.outside import world

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """`size` threads; use as a context manager."""

    def __init__(self, size: int) -> None:
        self._jobs = world().queue()
        self._size = size
        for _ in range(size):
            world().start(self._work)

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` on every item, in any order of execution; the results in the order of `items`.

        The first error is raised at once; jobs that have not begun by then are dropped.
        """
        results = world().queue()  # of (number, result, error)
        cancelled = threading.Event()

        def job(number: int, item: T) -> None:
            if cancelled.is_set():
                return
            try:
                results.put((number, work(item), None))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
                results.put((number, None, error))

        items = list(items)
        for number, item in enumerate(items):
            self._jobs.put(partial(job, number, item))
        done: dict[int, Any] = {}
        try:
            for _ in items:
                number, result, error = results.get()
                if error is not None:
                    raise error
                done[number] = result
        finally:
            cancelled.set()
        return [done[number] for number in range(len(items))]

    def submit(self, work: Callable[[], R]) -> Callable[[], R]:
        """Begin `work`; what is returned waits for it and gives its result, or raises its error."""
        results = world().queue()  # of (result, error)

        def job() -> None:
            try:
                results.put((work(), None))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
                results.put((None, error))

        def result() -> R:
            value, error = results.get()
            if error is not None:
                raise error
            done: R = value
            return done

        self._jobs.put(job)
        return result

    def close(self) -> None:
        """Let the threads end when they are done with what they do."""
        for _ in range(self._size):
            self._jobs.put(None)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
