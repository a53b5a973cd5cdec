"""The score of a sample says how much it tells of the whole."""

import json
from pathlib import Path

import pytest

from tests.mutation import score
from tests.mutation.workspace import ROOMS


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(90, 100, 0.826, 0.945), (100, 100, 0.963, 1.0), (0, 10, 0.0, 0.278)]
)
def test_the_interval_is_that_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert score.interval(hits, of) == pytest.approx((low, high), abs=5e-4)


def test_what_was_drawn_has_an_interval_and_what_was_run_whole_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "KEPT", tmp_path / "score.json")
    score.save("flickr", {"mutants": 2000, "run": 100, "killed": 88, "timed out": 2}, 7)
    score.save("audit", {"mutants": 40, "run": 40, "killed": 30, "timed out": 0}, 1)
    score.save("flickr", {"mutants": 2000, "run": 100, "killed": 89, "timed out": 1}, 8)
    rows = [line.split(" | ") for line in score.table()[2:]]
    assert [(row[0], *row[2:]) for row in rows] == [
        ("| flickr", "2,000", "100", "89", "1", "90.0%", "82.6% – 94.5% |"),
        ("| audit", "40", "40", "30", "0", "75.0%", "75.0% – 75.0% |"),
    ]


def test_every_score_is_of_a_room_that_is_there() -> None:
    kept = json.loads(score.KEPT.read_text(encoding="utf-8"))
    assert set(kept) <= set(ROOMS)
    assert all(
        found["killed"] + found["timed out"] <= found["run"] <= found["mutants"] for found in kept.values()
    )
