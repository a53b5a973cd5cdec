"""Progress as an observer: library code reports to it and never prints.

`SILENT` is the default everywhere; the command line passes `tqdm` bars (``auditor/cli/bars.py``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Task(Protocol):
    """One running piece of work."""

    def advance(self, amount: int = 1) -> None:
        """`amount` more units are done."""


class Progress:
    """The null observer, and the base of real ones."""

    @contextmanager
    def task(self, label: str, *, total: int | None = None, unit: str = "") -> Iterator[Task]:  # noqa: ARG002
        """A piece of work with `total` units (None: unknown); `unit` is e.g. ``photos`` or ``B``."""
        yield _Unseen()

    def say(self, message: str) -> None:
        """A line the user should see now, such as until when the tool waits."""


class _Unseen:
    def advance(self, amount: int = 1) -> None:
        """Nobody watches."""


SILENT = Progress()
