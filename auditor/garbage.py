"""How often Python looks for objects that refer to each other in a circle.

Builds and audits make millions of objects, none of them in circles; to look for some takes up to a quarter of
their time, for all that there are is looked through again and again.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_RARELY: Final = (50_000, 20, 100)


def look_rarely() -> None:
    """From now on, in a process of our own."""
    gc.set_threshold(*_RARELY)


@contextmanager
def looked_for_rarely() -> Iterator[None]:
    """For a while, in a process that may be another's: a notebook, or a worker of a cluster."""
    before = gc.get_threshold()
    look_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
