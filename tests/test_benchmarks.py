"""The benchmarks work; how fast anything is, is for nobody to assert on a machine that others share."""

import time
from collections.abc import Sequence
from contextlib import nullcontext

import pytest

from benchmarks import lines, scale, table
from benchmarks.__main__ import main
from benchmarks.jobs import JOBS
from benchmarks.table import Figure, Goal, Line, Run
from tests.datasets.cluster.conftest import Here

_CELLS = 7


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs run in this process: what they need to be imported costs more than their small work."""
    start = table.run

    def run(command: Sequence[str], code: int = 0) -> Run:
        if command[1:3] != ("-m", "benchmarks.jobs"):
            return start(command, code)
        said = JOBS[command[3]](*command[4:])
        return Run(1.0, 1, list(map(str, said if isinstance(said, tuple) else (said,))))

    monkeypatch.setattr(table, "run", run)
    monkeypatch.setattr(lines, "run", run)
    monkeypatch.setattr(lines, "LATENCIES", [0.01, 0.02])


@pytest.mark.usefixtures("here")
def test_every_line_makes_its_files_and_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--scale", "0.0001", "--repeat", "1"])
    printed = capsys.readouterr().out.splitlines()[2:]
    others = ["owner", "many indexes", "audit at start", "check ID", "--help", "sync", "sync", "tags"]
    merges = [account for account in lines.ACCOUNTS if account.merge]
    several = (lines.BUILDS, lines.GROWTH[1:], lines.SIZES, lines.ACCOUNTS, merges, lines.REPORTS, others)
    assert len(printed) == sum(map(len, several))
    assert {line.count("|") for line in printed} == {_CELLS + 1}


def test_a_line_is_measured_in_processes_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--scale", "0.0001", "--repeat", "1", "CC12M"])
    (line,) = capsys.readouterr().out.splitlines()[2:]
    cells = line.strip("| ").split(" | ")
    assert cells[0] == "build, CC12M-like TSV, 20 rows"
    assert cells[2].endswith(" ×")
    assert int(cells[-1].removesuffix(" MiB")) > 10


def test_work_that_found_less_than_its_yardstick_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "run", lambda command, _=0: Run(1.0, 1, command))
    with pytest.raises(SystemExit, match="work found 1, yardstick 2"):
        table.measured(Line("work", "yardstick", ["1"], ["2"]), 1, 1.0)


def test_a_line_whose_yardstick_is_not_installed_says_so() -> None:
    line = Line("work", "yardstick", ["1"], ["2"], needs="no-such-program")
    assert (
        table.measured(line, 1, 1.0)
        == "| work | yardstick | – | – | skipped: no no-such-program here | – | – |"
    )


@pytest.mark.parametrize(
    ("goal", "scale_", "ratio", "reached"),
    [
        (Goal(ratio=2), 0.1, 2.0, "yes"),
        (Goal(ratio=2), 1.0, 2.1, "no"),
        (Goal(mib=10), 1.0, 2.0, "yes"),
        (Goal(mib=10), 0.1, 2.0, "so far"),
        (Goal(mib=9), 0.1, 2.0, "no"),
        (Goal(ratio=2, full=100), 1.0, 1.0, "so far"),
        (Goal(figure=4.9), 1.0, 1.0, "no"),
        (Goal(more=2.4), 1.0, 1.0, "no"),
        (Goal(more=2.5), 1.0, 1.0, "yes"),
    ],
)
def test_a_goal_is_reached_only_with_files_as_large_as_it_means(
    goal: Goal, scale_: float, ratio: float, reached: str
) -> None:
    assert goal.reached(5.0, 2.5, ratio, 10, scale_) == reached


def test_a_goal_is_written_in_the_units_of_its_line() -> None:
    assert Goal(ratio=1 / 8, mib=300).text(Figure.SECONDS) == "≥ 8 × faster, ≤ 300 MiB"
    assert Goal(more=0.25, figure=1).text(Figure.SECONDS) == "≤ 1.00 s, ≤ + 0.25 s"


def test_the_simulation_of_many_shards_prints_its_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "connect", lambda _: nullcontext(Here()))
    monkeypatch.setattr(scale, "_workers_seconds", time.process_time)
    scale.main(["--fraction", "0.0000002", "--shards", "2"])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert len(lines) == len(scale.WHOLES)
    assert all(line.count("|") == 10 and " GB |" in line for line in lines)
