"""The last score of each room: kept in `score.json`, shown as a table."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parent / "score.json"

_95_PERCENT = 1.96


def save(room: str, counts: Mapping[str, int], seed: int) -> None:
    """Keep what was found of `room`."""
    today = datetime.now(tz=UTC).date().isoformat()
    rooms = {**_kept(), room: {**counts, "on": today, "seed": seed}}
    KEPT.write_text(json.dumps(rooms, indent=2) + "\n", encoding="utf-8")


def _kept() -> dict[str, dict[str, Any]]:
    rooms: dict[str, dict[str, Any]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return rooms


def table() -> list[str]:
    """The score of each room as lines of Markdown."""
    lines = [
        "| mutation testing | on | mutants | run | killed | timed out | score | 95 % interval |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for room, found in _kept().items():
        noticed, run = found["killed"] + found["timed out"], found["run"]
        low, high = interval(noticed, run) if run < found["mutants"] else (noticed / run, noticed / run)
        lines.append(
            f"| {room} | {found['on']} | {found['mutants']:,} | {run:,} | {found['killed']:,}"
            f" | {found['timed out']:,} | {noticed / run:.1%} | {low:.1%} – {high:.1%} |"
        )
    return lines


def interval(hits: int, of: int) -> tuple[float, float]:
    """Where the share of all lies, after Wilson, when `hits` of a sample of `of` were found."""
    share, square = hits / of, _95_PERCENT**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    wide = _95_PERCENT * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return middle - wide, middle + wide
