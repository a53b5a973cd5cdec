"""Cases told to the user: as JSON values (``schemas/optout.json``) and as lines of text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditor.datasets.card import Card
from auditor.optout import first_steps
from auditor.optout.cases import Case, next_step
from auditor.optout.law import Role, law
from auditor.optout.next_index import Recheck
from auditor.optout.photos import RequestedPhoto, Selection, Standing
from auditor.text import count

NO_ADVICE = "The letters are no legal advice. Read them, and send only what is true of you."


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What a draft put in, what it left out and why, and what the user should know before sending it."""

    case: Case | None
    """None: there was nothing to ask for."""
    dataset: str
    left_out: Mapping[str, int]
    """Number of photos or links by the reason why they are not in the letter."""
    gone: int
    """Photos of the letter that are no longer in the account."""
    parts: int
    fill_in: tuple[str, ...]
    """What the letter leaves a space for."""
    warnings: tuple[str, ...]


def warnings(card: Card, case: Case, selection: Selection, known: Iterable[Case]) -> tuple[str, ...]:
    """What the user should know of the publisher, the law and the `known` cases before sending the letter."""
    found = []
    opt_out = card.opt_out
    still_open = [
        other.id
        for other in known
        if other.dataset == case.dataset and other.closed_on is None and other.id != case.id
    ]
    if still_open:
        found.append(
            f"Still open about {case.dataset}: {', '.join(still_open)}. Close what this letter replaces:"
            f" flickr-auditor optout close {still_open[-1]}"
        )
    if case.role is Role.PHOTOGRAPHER:
        steps = [photo.steps_done for photo in selection.asked]
        if missing := first_steps.pending(steps, opt_out.first_steps):
            found.append(
                f"{opt_out.who or card.publisher} asks you to protect the photos first; {missing:,} of"
                f" {len(steps):,} are not yet (as of the last sync or apply)."
                f" Make a plan: {first_steps.plan_command(card.name, opt_out.first_steps)}"
            )
    if opt_out.how:
        found.append(f"The publisher's procedure: {opt_out.how} (Source: {opt_out.source})")
    if opt_out.note:
        found.append(opt_out.note)
    if "form" in opt_out.asks_for:
        found.append(
            f"The publisher wants a form filled in: {opt_out.url or 'see the procedure'}."
            " Copy the links from the letter."
        )
    elif not opt_out.email:
        where = f"; its page is {opt_out.url}" if opt_out.url else ""
        found.append(
            f"No e-mail address of {opt_out.who or card.publisher} is known{where}. Fill the recipient in."
        )
    if card.status.state == "withdrawn" and card.status.copies:
        found.append(f"The dataset is no longer given out. Copies: {card.status.copies}")
    found.append(law(case.ground, case.role).applies)
    return tuple(found)


def fill_in(case: Case) -> tuple[str, ...]:
    """What the letter leaves a space for."""
    name = () if case.sender else ("your name (or give --name, or [optout] name in the settings)",)
    return (*name, *(("the child's name",) if case.role is Role.GUARDIAN else ()))


def case_json(case: Case, today: date) -> dict[str, Any]:
    """A case for programs."""
    due, outcome = case.deadline, case.outcome
    return {
        "case_id": case.id,
        "dataset": case.dataset,
        "state": case.state.value,
        "ground": case.ground.value,
        "role": case.role.value,
        "drafted_on": case.drafted_on.isoformat(),
        "sent_on": case.sent_on and case.sent_on.isoformat(),
        "received_on": case.received_on and case.received_on.isoformat(),
        "answered_on": case.answered_on and case.answered_on.isoformat(),
        "closed_on": case.closed_on and case.closed_on.isoformat(),
        "deadline": due.day.isoformat() if due else None,
        "deadline_is_legal": due.legal if due else None,
        "overdue": case.overdue(today),
        "next_step": next_step(case, today),
        "photos": case.photos,
        "records": case.records,
        "files": list(case.files),
        "removed": outcome.removed if outcome else None,
        "still_there": outcome.still_there if outcome else None,
        "newly_found": outcome.newly_found if outcome else None,
    }


def draft_json(report: DraftReport, today: date) -> dict[str, Any]:
    """See the schema; without a case, `case_id` is null and nothing is counted."""
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


def recheck_warnings(case: Case, result: Recheck, missing: int, *, include_new: bool) -> tuple[str, ...]:
    """What to know before believing a re-check; `missing`: how many witnesses the new index lacks."""
    found = []
    others = len(case.fingerprint.witnesses)
    if missing * 100 > others:
        found.append(
            f"Of {others:,} photos in the old index that you did not ask to remove, {missing:,} are not in"
            " the new one either. If the file may be incomplete, get it again: what it lacks reads"
            " as removed."
        )
    hidden = 0
    if include_new and not case.include_private:
        hidden = sum(photo.standing is Standing.HIDDEN for photo in result.newly_found)
    if hidden:
        found.append(
            f"{count(hidden, 'newly found photo')} not public on Flickr: left out of the follow-up letter."
        )
    return tuple(found)


def recheck_json(case: Case, result: Recheck, today: date, warnings: Sequence[str]) -> dict[str, Any]:
    """See the schema: the case with what became of each photo."""
    states = (
        ("removed", result.removed),
        ("still-there", result.still_there),
        ("newly-found", result.newly_found),
    )
    return {
        **case_json(case, today),
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
        "warnings": list(warnings),
    }


def status_json(cases: Sequence[Case], today: date) -> dict[str, Any]:
    """See the schema."""
    return {
        "overdue": sum(case.overdue(today) for case in cases),
        "cases": [case_json(case, today) for case in cases],
    }


def draft_text(report: DraftReport, today: date) -> str:
    """The draft for people."""
    left_out = [f"Left out: {number:,} × {reason}." for reason, number in report.left_out.items()]
    case = report.case
    if case is None:
        return "\n".join(
            [f"No photo to ask about was found in {report.dataset}, so no letter was written.", *left_out]
        )
    gone = f", {report.gone:,} of them no longer in your account" if report.gone else ""
    parts = f" in {report.parts} parts" if report.parts > 1 else ""
    return "\n".join(
        [
            f"Case {case.id}: a letter{parts} about {count(case.photos, 'photo')}{gone},"
            f" {count(case.records, 'record')}.",
            *left_out,
            *(f"To fill in: {what}." for what in report.fill_in),
            "Files:",
            *(f"  {file}" for file in case.files),
            f"Next: {next_step(case, today)}",
            NO_ADVICE,
        ]
    )


def case_text(case: Case, today: date) -> str:
    """A case in a few lines."""
    lines = [f"{case.id}: {'OVERDUE' if case.overdue(today) else case.state}, {count(case.photos, 'photo')}"]
    if (due := case.deadline) and case.closed_on is None:
        what = "deadline" if due.legal else "reminder (no law sets a term)"
        assumed = due.legal and not case.received_on
        lines.append(
            f"  {what}: {due.day}{', counted from sending until they tell the day of receipt' * assumed}"
        )
    if outcome := case.outcome:
        lines.append(
            f"  checked on {outcome.checked_on}: {outcome.removed:,} removed,"
            f" {outcome.still_there:,} still there, {outcome.newly_found:,} newly found"
        )
    lines.append(f"  next: {next_step(case, today)}")
    return "\n".join(lines)


def status_text(cases: Sequence[Case], today: date) -> str:
    """All cases, the overdue ones first."""
    if not cases:
        return "There is no case yet. Begin with: flickr-auditor optout draft DATASET"
    return "\n".join(
        case_text(case, today) for case in sorted(cases, key=lambda case: not case.overdue(today))
    )


def recheck_text(case: Case, result: Recheck, today: date, *, include_new: bool) -> str:
    """What became of the photos of a case: those that are still there and the new ones by link."""
    lines = [
        f"{case.id}: {len(result.removed):,} removed, {len(result.still_there):,} still there,"
        f" {len(result.newly_found):,} newly found."
    ]
    lines += _listed("Still there", result.still_there)
    lines += _listed("Newly found", result.newly_found)
    if result.newly_found and not include_new:
        lines.append("The newly found ones are not in the follow-up letter; --include-new puts them in.")
    if case.outcome and case.outcome.follow_up_waits:
        lines += ["Follow-up letter:", *(f"  {file}" for file in case.files), NO_ADVICE]
    lines.append(f"Next: {next_step(case, today)}")
    return "\n".join(lines)


_SHOWN = 20


def _listed(title: str, photos: Sequence[RequestedPhoto]) -> Iterable[str]:
    if not photos:
        return
    yield f"{title}:"
    for photo in photos[:_SHOWN]:
        yield f"  {photo.link or 'a record without a photo'}  {photo.places[0].record}"
    if len(photos) > _SHOWN:
        yield f"  … and {len(photos) - _SHOWN:,} more: --format json lists all"
