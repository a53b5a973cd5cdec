"""From a failing journey to a simple one that fails in the same way: fewer picks that are not the first."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.simulation.journeys import travel
from tests.simulation.scheduler import Violation


def shrink(seed: int, taken: Mapping[int, int], violation: Violation, folder: Path) -> dict[int, int]:
    """The picks of a shorter history that breaks the same promise."""
    kind, best = _kind(violation), dict(taken)
    size = max(1, len(best) // 2)
    while True:
        shorter, start = False, 0
        while start < len(best):
            numbers = sorted(best)
            left = {number: best[number] for number in numbers[:start] + numbers[start + size :]}
            journey, found = travel(seed, folder, left)
            if found is not None and _kind(found) == kind and len(journey.choices.taken) < len(best):
                best, shorter = dict(journey.choices.taken), True  # and go on from here
            else:
                start += size
        if size == 1 and not shorter:
            return best
        size = max(1, size // 2)


def command(seed: int, picks: Mapping[int, int] | None = None) -> str:
    """What replays a journey."""
    only = (
        ""
        if picks is None
        else " --only " + (",".join(f"{at}:{what}" for at, what in picks.items()) or "0:0")
    )
    return f"python -m tests.simulation replay --seed {seed}{only}"


def _kind(violation: Violation) -> str:
    """Which promise was broken, without names and numbers."""
    return re.sub(r"[0-9]+|'[^']*'", "", str(violation).partition(":")[0])[:60]
