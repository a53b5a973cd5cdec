"""Signals for people and programs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from auditor.signals import NOTES, SIGNALS, Signal, recommended


def signals_json(files: tuple[str, int] | None) -> dict[str, Any]:
    """See ``schemas/signals.json``; `files` are the argument file that was written and its pictures."""
    return {
        "signals": [{**asdict(signal), "recommended": signal.recommended} for signal in SIGNALS],
        "recommended": recommended(),
        "notes": list(NOTES),
        "files": {"arguments": files[0], "pictures": files[1]} if files else None,
    }


def signals_text(signals: Iterable[Signal] = SIGNALS) -> str:
    """What can be set, who reads it, and what it does not do."""
    lines = []
    for signal in signals:
        lines += [f"{signal.name}", f"  Set it: {signal.how}"]
        lines += [
            f"  Read by: {reader.who}: {reader.how} [{reader.source}, seen {reader.seen}]"
            for reader in signal.readers
        ] or ["  Read by: no known collector"]
        lines += [f"  Does not: {signal.does_not}", ""]
    return "\n".join([*lines, *(f"Note: {note}" for note in NOTES)])
