"""The result of `doctor`, as JSON and in words."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from auditor.doctor import Check, State
from auditor.text import plain, wrapped

_MARKS: Final = {State.OK: "ok", State.NOTE: "note", State.MISSING: "MISSING"}


def doctor_json(checks: Sequence[Check]) -> dict[str, Any]:
    """See ``schemas/doctor.json``."""
    return {
        "missing": sum(check.state is State.MISSING for check in checks),
        "checks": [asdict(check) for check in checks],
    }


def doctor_text(checks: Sequence[Check], *, columns: int | None = None) -> str:
    """A line for each check, and below it how to mend it; `columns` is the width of the terminal."""
    lines = []
    for check in checks:
        line = f"{_MARKS[check.state]:<8} {check.name:<13} {plain(check.says)}"
        lines.append(wrapped(line, columns, hang=23))
        if check.mend and check.state is not State.OK:
            lines.append(wrapped(f"{'':<22} → {plain(check.mend)}", columns))
    missing = sum(check.state is State.MISSING for check in checks)
    is_are = "is" if missing == 1 else "are"
    lines.append(f"{missing} of {len(checks)} {is_are} missing." if missing else "Everything is set up.")
    return "\n".join(lines)
