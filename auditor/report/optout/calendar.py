"""Deadlines for a calendar: RFC 5545, one whole-day event for each open case."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from auditor.optout.case import Case, CaseState
from auditor.optout.next_step import next_step
from auditor.text import plain

_FOLD_BYTES = 75


def calendar(cases: Iterable[Case], now: datetime) -> str:
    """The deadlines and reminders of the cases that wait for an answer.

    A case keeps its UID, so that importing the file again updates what is there.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//flickr-auditor//opt-out//EN", "CALSCALE:GREGORIAN"]
    for case in cases:
        if case.state is CaseState.SENT and case.deadline:
            lines += _event(case, case.deadline.day, legal=case.deadline.legal, now=now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(case: Case, day: date, *, legal: bool, now: datetime) -> list[str]:
    what = "answer is due" if legal else "time to ask again"
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(case.id)}-{case.drafted_on:%Y%m%d}@flickr-auditor",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'Opt-out {case.id}: {what}')}",
        f"DESCRIPTION:{_escaped(next_step(case, day + timedelta(days=1)))}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(f'Opt-out {case.id}: {what}')}",
        "TRIGGER:PT9H",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """A TEXT value (3.3.11)."""
    return plain(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """`line` in pieces of at most 75 octets, never cut inside a character (3.1)."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        # A continued line begins with a space, which counts.
        if len(piece.encode()) + len(character.encode()) > _FOLD_BYTES - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
