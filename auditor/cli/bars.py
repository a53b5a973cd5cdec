"""Progress bars on stderr, where it is a terminal; plain lines of importance always."""

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auditor.progress import SILENT, Progress, Task
from auditor.text import plain_lines

if TYPE_CHECKING:
    from tqdm import tqdm


class Bars(Progress):
    """`tqdm` bars that vanish when the work is done."""

    @contextmanager
    def task(self, label: str, *, total: int | None = None, unit: str = "") -> Iterator[Task]:
        """One bar."""
        if not sys.stderr.isatty():
            with SILENT.task(label, total=total, unit=unit) as silent:
                yield silent
            return
        from tqdm import tqdm  # slow to import, and only a terminal needs it

        bar: tqdm[Any] = tqdm(
            desc=label,
            total=total,
            unit=unit if unit == "B" else f" {unit}",
            unit_scale=unit == "B",
            leave=False,
            file=sys.stderr,
        )
        try:
            yield _BarTask(bar)
        finally:
            bar.close()

    def say(self, message: str) -> None:
        """A line above the bars; a full or broken stderr is no reason to stop in the middle of changes."""
        with contextlib.suppress(OSError):
            if sys.stderr.isatty():
                from tqdm import tqdm

                tqdm.write(plain_lines(message), file=sys.stderr)
            else:
                print(plain_lines(message), file=sys.stderr)


class _BarTask:
    def __init__(self, bar: "tqdm[Any]") -> None:
        self._bar = bar

    def advance(self, amount: int = 1) -> None:
        """Move the bar."""
        self._bar.update(amount)
