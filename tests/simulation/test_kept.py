"""Results of long runs are counted together by the commit that ran."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import kept


def test_results_of_a_commit_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", tmp_path / "kept.json")
    kept.keep("random", "abc1234", [0, 25], {"journeys": 25, "faults": {"cut": 2}, "violations": 0})
    kept.keep("random", "abc1234", [50, 75], {"journeys": 25, "faults": {}, "violations": 1})
    kept.keep(
        "random", "abc1234", [25, 50], {"journeys": 25, "faults": {"cut": 1, "500": 4}, "violations": 0}
    )
    kept.keep("random", "def5678", [0, 25], {"journeys": 25, "faults": {}, "violations": 0})
    kept.keep("exhaustive", "abc1234", "license/hide", {"plans": 1, "lives": 900, "faults": {}})
    kept.keep("exhaustive", "abc1234", "add-tag", {"plans": 1, "lives": 100, "faults": {"cut": 5}})

    first, second = kept.entries("random")
    assert (first["commit"], first["done"]) == ("abc1234", [[0, 50], [50, 75]])
    assert first["found"] == {"journeys": 75, "violations": 1, "faults": {"cut": 3, "500": 4}}
    assert (second["commit"], second["done"]) == ("def5678", [[0, 25]])
    together = kept.total(entry["found"] for entry in kept.entries())
    assert together == {
        "journeys": 100,
        "plans": 2,
        "lives": 1000,
        "violations": 1,
        "faults": {"cut": 8, "500": 4},
    }
    assert [line.partition(": ")[2] for line in kept.lines()] == [
        "seeds 0 to 49, 50 to 74",
        "seeds 0 to 24",
        "plans of 1: 1, plans of 2: 1",
    ]


def test_results_depend_on_all_that_a_walk_loads() -> None:
    """What is left out of the code of a walk could change and its results would still count."""
    root = Path(kept.__file__).parents[2]
    words = (
        "import sys, tests.simulation.exhaustive; print(*(str(m) for m in sys.modules.values()), sep='\\n')"
    )
    loaded = subprocess.check_output([sys.executable, "-c", words], cwd=root, text=True)
    ours = set(re.findall(rf"from '({root}/(?:auditor|tests/simulation)/.*)'", loaded))
    assert f"{root}/auditor/outside.py" in ours
    walk, journey = (
        {str(file) for place in kept._CODE[what] for file in root.glob(place.replace("**", "**/*.py"))}
        for what in ("exhaustive", "random")
    )
    assert {file for file in ours if not file.endswith("/tests/simulation/__init__.py")} <= walk < journey


def test_what_is_committed_is_what_ran() -> None:
    """Every kept entry names its commit, and counts what it names."""
    for entry in kept.entries("random"):
        assert entry["found"]["journeys"] == sum(stop - start for start, stop in entry["done"])
    for entry in kept.entries("exhaustive"):
        violations = entry["found"].get("violations", 0)
        assert entry["found"]["plans"] + violations == len(entry["done"]) == len(set(entry["done"]))
