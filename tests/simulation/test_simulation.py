"""The simulation in small: the long runs are in docs/simulation.md."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.bugs import PATCHES, ROOT, hunt
from tests.simulation.exhaustive import explore
from tests.simulation.invariants import Invariants
from tests.simulation.journeys import scratch, travel
from tests.simulation.scheduler import Process, Violation
from tests.simulation.shrinking import command, shrink

JOURNEYS = 40


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kinds", [(("add-tag",),), (("hide",),)], ids=str)
def test_everything_that_can_happen_to_a_change(kinds: tuple[tuple[str, ...], ...]) -> None:
    tally = explore([kinds], faults=1)
    assert tally.states > 4
    assert tally.faults["killed"] > 0
    assert tally.writes > 0


@pytest.mark.timeout(600)
def test_journeys_break_no_promise() -> None:
    with scratch() as folder:
        for seed in range(JOURNEYS):
            journey, violation = travel(seed, folder)
            if violation is not None:
                picks = shrink(seed, journey.choices.taken, violation, folder)
                pytest.fail(f"{violation}\n{command(seed)}\n{command(seed, picks)}")


def test_the_same_seed_gives_the_same_trace_byte_for_byte() -> None:
    """In another process, and with other hashes: the order of a set must not matter."""
    replayed = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "replay", "--seed", "7"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(replayed[0]) > 1000
    assert len({hashlib.sha256(trace).hexdigest() for trace in replayed}) == 1


def test_a_failing_journey_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Invariants.ended

    def wary(invariants: Invariants, process: Process) -> None:
        if process.name == "plan" and process.code == 0:
            raise Violation("nobody shall plan")
        ended(invariants, process)

    monkeypatch.setattr(Invariants, "ended", wary)
    with scratch() as folder:
        seed, (journey, violation) = next(
            (seed, result) for seed in range(100) if (result := travel(seed, folder))[1] is not None
        )
        assert violation is not None
        picks = shrink(seed, journey.choices.taken, violation, folder)
        assert len(picks) <= 3 < len(journey.choices.taken)
        again, found = travel(seed, folder, picks)
        assert str(found) == str(violation)
        assert again.commands < journey.commands
    assert command(seed, {3: 1, 7: 2}) == f"python -m tests.simulation replay --seed {seed} --only 3:1,7:2"


def test_there_are_enough_planted_bugs() -> None:
    assert len(PATCHES) >= 20


@pytest.mark.timeout(900)
@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_planted_bug_is_found(patch: Path, tmp_path: Path) -> None:
    assert hunt(patch, tmp_path).found
