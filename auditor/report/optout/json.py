"""Cases for programs: the values of ``schemas/optout.json``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from auditor.optout.case import Answer, Case, LetterRecord
from auditor.optout.incoming import Filed
from auditor.optout.ladder import position, steps
from auditor.optout.next_index import Rechecked
from auditor.optout.next_step import next_step
from auditor.optout.opening import AskedAll, Drafted


def case_json(case: Case, today: date, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """A case."""
    due, outcome, letter, answer = case.deadline, case.outcome, case.newest_sent, case.newest_answer
    fields = {
        "case_id": case.id,
        "dataset": case.dataset,
        "datasets": list(case.datasets),
        "state": case.state.value,
        "purpose": case.purpose.value,
        "ground": case.ground.value,
        "role": case.role.value,
        "to": case.to,
        "drafted_on": case.drafted_on.isoformat(),
        "sent_on": _text(letter.sent_on if letter else None),
        "received_on": _text(letter.received_on if letter else None),
        "answered_on": _text(answer.on if answer else None),
        "closed_on": _text(case.closed_on),
        "deadline": due.day.isoformat() if due else None,
        "deadline_is_legal": due.legal if due else None,
        "overdue": case.overdue(today),
        "answer": answer_json(answer) if answer else None,
        "next_step": next_step(case, today),
        "steps": [step.value for step in steps(position(case, today))],
        "follows": case.follows,
        "photos": case.photos,
        "records": case.records,
        "files": list(case.files),
        "letters": [_letter_json(item) for item in case.letters],
        "removed": outcome.removed if outcome else None,
        "still_there": outcome.still_there if outcome else None,
        "newly_found": outcome.newly_found if outcome else None,
    }
    return {**fields, "warnings": list(warnings)} if warnings else fields


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer, and whether the user agreed what it means."""
    return {
        "class": answer.meaning and answer.meaning.value,
        "confirmed": answer.confirmed,
        "on": answer.on.isoformat(),
        "file": answer.file,
    }


def _letter_json(letter: LetterRecord) -> dict[str, Any]:
    return {
        "number": letter.number,
        "kind": letter.kind.value,
        "to": letter.to,
        "drafted_on": letter.drafted_on.isoformat(),
        "sent_on": _text(letter.sent_on),
        "received_on": _text(letter.received_on),
        "files": list(letter.files),
    }


def draft_json(report: Drafted, today: date) -> dict[str, Any]:
    """What a draft or a question gave; without a case, `case_id` is null and nothing is counted."""
    nothing: dict[str, Any] = {
        "case_id": None,
        "dataset": report.dataset,
        "state": None,
        "deadline": None,
        "photos": 0,
        "records": 0,
        "files": [],
        "removed": None,
        "still_there": None,
        "newly_found": None,
    }
    return {
        **(case_json(report.case, today) if report.case else nothing),
        "left_out": dict(report.left_out),
        "no_longer_in_account": report.gone,
        "parts": report.parts,
        "fill_in": list(report.fill_in),
        "warnings": list(report.warnings),
    }


def asked_all_json(report: AskedAll, today: date) -> dict[str, Any]:
    """One letter for each publisher, and why the others have none."""
    return {
        "cases": [draft_json(drafted, today) for drafted in report.drafted],
        "refused": [{"dataset": name, "reason": reason} for name, reason in report.refused.items()],
        "already_open": [{"dataset": name, "case_id": case_id} for name, case_id in report.already.items()],
    }


def filed_json(filed: Sequence[Filed]) -> dict[str, Any]:
    """What became of each mail."""
    return {
        "mails": [
            {
                "source": item.source,
                "case_id": item.case and item.case.id,
                "recognised_by": item.by or None,
                "class": item.proposal.meaning if item.proposal else None,
                "sure": bool(item.proposal and item.proposal.sure),
                "because": list(item.proposal.because) if item.proposal else [],
                "notes": list(item.notes),
            }
            for item in filed
        ],
    }


def recheck_json(done: Rechecked, today: date) -> dict[str, Any]:
    """The case with what became of each photo."""
    states = (
        ("removed", done.result.removed),
        ("still-there", done.result.still_there),
        ("newly-found", done.result.newly_found),
    )
    return {
        **case_json(done.case, today),
        "items": [
            {
                "photo_id": photo.photo_id,
                "link": photo.link,
                "state": state,
                "records": [f"{place.source}, {place.record}" for place in photo.places],
            }
            for state, photos in states
            for photo in photos
        ],
        "warnings": list(done.warnings),
    }


def status_json(cases: Iterable[Case], today: date) -> dict[str, Any]:
    """All cases."""
    listed = list(cases)
    return {
        "overdue": sum(case.overdue(today) for case in listed),
        "cases": [case_json(case, today) for case in listed],
    }


def links_json(skipped: Mapping[str, int], taken: int) -> dict[str, Any]:
    """What became of a publisher's list of links."""
    return {"links": {"taken": taken, "skipped": dict(skipped)}}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
