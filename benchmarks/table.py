"""A line of the table: what is done, what it is compared with, and what it is to reach."""

import os
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Final, NamedTuple

HEADER: Final = """\
| work | yardstick | ratio | goal | reached | ours / yardstick | peak memory |
|---|---|---|---|---|---|---|"""


class Figure(Enum):
    """What is compared; the value is how it is written."""

    SECONDS = "{:.2f} s"
    """Processor time, user and system, which others on the machine disturb least."""
    MEMORY = "{:.0f} MiB"
    """The peak."""
    WAITED = "{:.1f} s of waiting"
    """As the job says."""
    MILLISECONDS = "{:.1f} ms"
    """As the job says."""
    CALLS = "{:,.0f} calls"
    """As the job says."""
    BYTES = "{:.1f} B"
    """As the job says."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a line is to reach; all of these are upper bounds."""

    ratio: float = inf
    figure: float = inf
    """Of ours."""
    more: float = inf
    """Of ours, above the yardstick."""
    mib: float = inf
    full: float = 1.0
    """The scale from which on the files are as large as the goal means."""

    def text(self, figure: Figure) -> str:
        """The goal in words."""
        ratio = f"≥ {1 / self.ratio:g} × faster" if self.ratio < 1 else f"≤ {self.ratio:g} ×"
        bounds = [
            (self.ratio, ratio),
            (self.figure, f"≤ {figure.value.format(self.figure)}"),
            (self.more, f"≤ + {figure.value.format(self.more)}"),
            (self.mib, f"≤ {self.mib:g} MiB"),
        ]
        return ", ".join(text for bound, text in bounds if bound < inf)

    def reached(self, ours: float, than: float | None, ratio: float | None, mib: int, scale: float) -> str:
        """Whether it is reached; "so far" where only files smaller than meant were tried."""
        kept = (
            (ratio is None or ratio <= self.ratio)
            and ours <= self.figure
            and (than is None or ours - than <= self.more)
            and mib <= self.mib
        )
        sized = min(self.figure, self.more, self.mib) < inf or self.full > 1
        return "no" if not kept else "so far" if sized and scale < self.full else "yes"


@dataclass(frozen=True, slots=True)
class Line:
    """What is done, and what it is compared with: a command each, or a figure that the job itself gives."""

    work: str
    yardstick: str
    ours: Sequence[str]
    theirs: Sequence[str] = ()
    goal: Goal = field(default_factory=Goal)
    figure: Figure = Figure.SECONDS
    same: bool = True
    """Both print how much they found, and it must be as much."""
    code: int = 0
    """The exit code of the work; 1 is that something was found."""
    needs: str = ""
    """A program without which there is no yardstick."""


class Run(NamedTuple):
    """What one process took, and what it printed: how much it found, and perhaps a figure and a yardstick."""

    seconds: float
    mib: int
    said: Sequence[str]

    def figure(self, figure: Figure) -> float:
        """What is compared."""
        match figure:
            case Figure.SECONDS:
                return self.seconds
            case Figure.MEMORY:
                return self.mib
            case _:
                return float(self.said[1])


def run(command: Sequence[str], code: int = 0) -> Run:
    """Run a command to its end. Raises SystemExit when it ends with another exit code."""
    # As an installed program has it, and as ours sets it.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != code:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss >> 10, said.split())


def measured(line: Line, repeat: int, scale: float) -> str:
    """The line as it is printed: medians of pairs that ran one after the other."""
    goal = line.goal.text(line.figure) or "–"
    if line.needs and shutil.which(line.needs) is None:
        return f"| {line.work} | {line.yardstick} | – | {goal} | skipped: no {line.needs} here | – | – |"
    pairs = [(run(line.ours, line.code), run(line.theirs) if line.theirs else None) for _ in range(repeat)]
    for ours, theirs in pairs:
        if line.same and theirs and ours.said[0] != theirs.said[0]:
            raise SystemExit(f"{line.work} found {ours.said[0]}, {line.yardstick} {theirs.said[0]}")
    figures = [(ours.figure(line.figure), _than(line.figure, ours, theirs)) for ours, theirs in pairs]
    ours_ = statistics.median(ours for ours, _ in figures)
    theirs_ = [than for _, than in figures if than is not None]
    than = statistics.median(theirs_) if theirs_ else None
    ratio = statistics.median(ours / than for ours, than in figures if than) if theirs_ else None
    mib = max(ours.mib for ours, _ in pairs)
    cells = [
        *(line.work, line.yardstick, _ratio(ratio), goal),
        line.goal.reached(ours_, than, ratio, mib, scale),
        " / ".join(line.figure.value.format(value) for value in (ours_, than) if value is not None),
        f"{mib} MiB",
    ]
    return f"| {' | '.join(cells)} |"


def _than(figure: Figure, ours: Run, theirs: Run | None) -> float | None:
    if theirs:
        return theirs.figure(figure)
    return float(ours.said[2]) if len(ours.said) > 2 else None


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.{2 if ratio < 10 else 0}f} ×"
