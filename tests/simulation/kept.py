"""What long runs found: kept in `kept.json` with the commit that ran, for a table beside what runs now."""

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

KEPT: Final = Path(__file__).with_name("kept.json")
_ROOT: Final = Path(__file__).parents[2]
_WALKED: Final = "choices", "disk", "exhaustive", "flickr", "invariants", "network", "scheduler", "world"
_CODE: Final[Mapping[str, Sequence[str]]] = {
    "random": ("auditor/**", "tests/simulation/*.py"),
    "exhaustive": (
        *(
            f"auditor/{room}"
            for room in ("*.py", "account/**", "database/**", "flickr/**", "mitigation/**", "web/**")
        ),
        *(f"tests/simulation/{module}.py" for module in _WALKED),
    ),
}
"""What a result depends on: a walk of hours is not lost when a report or a letter changes."""

Entry = dict[str, Any]
"""`what` was run, at which `commit`, `on` which day, what is `done` (plans, or ranges of seeds), `found`."""


def commit(what: str) -> str:
    """The last commit of the code that `random` or `exhaustive` runs.

    Errors: `ValueError` for code that is not committed: it runs only once.
    """
    code = [f":(glob){place}" for place in _CODE[what]]
    if _git("status", "--porcelain", "--", *code):
        raise ValueError("only results of committed code are kept: commit first")
    return _git("log", "-1", "--format=%h", "--", *code)


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def entries(what: str = "") -> list[Entry]:
    """What is kept of `random` or `exhaustive` runs, or of both."""
    kept: list[Entry] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else []
    return [entry for entry in kept if what in {"", entry["what"]}]


def keep(what: str, at: str, done: str | list[int], found: Mapping[str, Any]) -> None:
    """Add what was found of one plan, or of seeds from one to below another, to the entry of a commit."""
    with FileLock(Path(tempfile.gettempdir(), "flickr-auditor-simulation.lock")):
        kept = entries()
        entry = next((entry for entry in kept if (entry["what"], entry["commit"]) == (what, at)), None)
        if entry is None:
            entry = {"what": what, "commit": at, "done": [], "found": {}}
            kept.append(entry)
        if isinstance(done, list) and (before := next((d for d in entry["done"] if d[1] == done[0]), None)):
            before[1] = done[1]
        else:
            entry["done"].append(done)
        entry["on"] = datetime.now(tz=UTC).date().isoformat()
        entry["found"] = total([entry["found"], found])
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def total(found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts together, those of each kind of fault too."""
    numbers, faults = Counter[str](), Counter[str]()
    for each in found:
        numbers.update({name: number for name, number in each.items() if name != "faults"})
        faults.update(each.get("faults", {}))
    return {**numbers, "faults": dict(faults)}


def lines() -> Iterator[str]:
    """Which runs the kept numbers are of."""
    for entry in entries():
        if entry["what"] == "random":
            done = "seeds " + ", ".join(f"{start} to {stop - 1}" for start, stop in entry["done"])
        else:
            sizes = Counter(1 + plan.count("/") + plan.count("+") for plan in entry["done"])
            done = ", ".join(f"plans of {size}: {number}" for size, number in sorted(sizes.items()))
        yield f"- {entry['what']} on {entry['on']}, commit {entry['commit']}: {done}"
