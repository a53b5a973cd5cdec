"""A stream of items worked on by a few threads, in order and never far ahead of whoever takes the results.

It pays where the work is done outside Python's lock: Arrow, DuckDB, zlib, hashes, files.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_MOST_THREADS: Final = 4
"""Each has an item of some megabytes, and what is made of it, in memory."""


def in_threads(work: Callable[[Given], Made], items: Iterable[Given]) -> Generator[Made]:
    """What `work` makes of each item, in their order; several are worked on at once."""
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[Made]] = deque()
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def ahead(items: Iterable[Made]) -> Generator[Made]:
    """The items, each but the first made by a thread while the one before it is at work elsewhere.

    What comes before the first may take minutes, as before all that is sorted, and Ctrl-C reaches none but
    the thread that asks: it must not wait for another one.
    """
    coming = iter(items)

    def following() -> list[Made]:
        return list(islice(coming, 1))

    item = following()
    with ThreadPoolExecutor(1) as pool:
        while item:
            made = pool.submit(following)
            yield from item
            item = made.result()
