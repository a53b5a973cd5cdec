"""Cases for people: lines of text, and the board of all cases."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from auditor.optout.answers import Proposal
from auditor.optout.case import Case, CaseState, Purpose
from auditor.optout.incoming import Filed
from auditor.optout.next_index import Recheck
from auditor.optout.next_step import next_step
from auditor.optout.opening import AskedAll, Drafted
from auditor.optout.photos import RequestedPhoto
from auditor.text import count, plain

NO_ADVICE = "The letters are not legal advice. Read them, and send only what is true of you."
_SHOWN = 20


def draft_text(report: Drafted, today: date) -> str:
    """What a draft put in, what it left out, and what comes next."""
    left_out = [f"Left out: {number:,} × {reason}." for reason, number in report.left_out.items()]
    case = report.case
    if case is None:
        return "\n".join(
            [f"No photo to ask about was found in {report.dataset}, so no letter was written.", *left_out]
        )
    return "\n".join(
        [
            _about(case, report),
            *left_out,
            *(f"To fill in: {what}." for what in report.fill_in),
            *_files(case),
            f"Next: {next_step(case, today)}",
            NO_ADVICE,
        ]
    )


def _about(case: Case, report: Drafted) -> str:
    if case.purpose is Purpose.ACCESS:
        photos = f", naming {count(case.photos, 'photo')}" if case.photos else ""
        return f"Case {case.id}: a letter that asks {case.to} about {', '.join(case.datasets)}{photos}."
    gone = f", {report.gone:,} of them no longer in your account" if report.gone else ""
    parts = f" in {report.parts} parts" if report.parts > 1 else ""
    return (
        f"Case {case.id}: a letter{parts} about {count(case.photos, 'photo')}{gone},"
        f" {count(case.records, 'record')}."
    )


def _files(case: Case) -> list[str]:
    return ["Files:", *(f"  {file}" for file in case.files)]


def asked_all_text(report: AskedAll) -> str:
    """One line a letter, and the datasets without one."""
    lines = [
        f"{drafted.case.id}: {drafted.case.to}, about {', '.join(drafted.case.datasets)}"
        f"\n  {drafted.case.files[0]}"
        for drafted in report.drafted
        if drafted.case
    ]
    if report.refused:
        lines += ["No letter for:", *(f"  {name}: {reason}" for name, reason in report.refused.items())]
    if report.already:
        lines.append(
            "Asked before: " + ", ".join(f"{name} ({case_id})" for name, case_id in report.already.items())
        )
    lines += dict.fromkeys(f"To fill in: {what}." for drafted in report.drafted for what in drafted.fill_in)
    total = count(len(report.drafted), "letter")
    return "\n".join([*lines, f"{total} written, one for each publisher. Nothing was sent.", NO_ADVICE])


def case_text(case: Case, today: date, *, goes_on_in: str | None = None) -> str:
    """A case in a few lines; `goes_on_in` is the case that its answer led to."""
    lines = [f"{case.id}: {_state(case, today)}, {_subject(case)}"]
    if (due := case.deadline) and case.state is CaseState.SENT:
        letter = case.newest_sent
        what = "deadline" if due.legal else "reminder (no law sets a term)"
        assumed = due.legal and not (letter and letter.received_on)
        lines.append(
            f"  {what}: {due.day}{', counted from sending until they say when they received it' * assumed}"
        )
    if answer := case.newest_answer:
        meaning = answer.meaning or "not sure what it means"
        lines.append(
            f"  answered on {answer.on}: {meaning}{'' if answer.confirmed else ' (to be confirmed)'}"
        )
    if outcome := case.outcome:
        lines.append(
            f"  checked on {outcome.checked_on}: {outcome.removed:,} removed,"
            f" {outcome.still_there:,} still there, {outcome.newly_found:,} newly found"
        )
    step = next_step(case, today)
    if goes_on_in and case.closed_on is None:
        step = f"Continued in {goes_on_in}. If nothing else is open: flickr-auditor optout close {case.id}"
    lines.append(f"  next: {step}")
    return "\n".join(lines)


def letter_text(case: Case, today: date) -> str:
    """A case with the letter that was just written for it."""
    letter = case.letters[-1]
    return "\n".join(
        [
            f"Case {case.id}: a {letter.kind} to {letter.to}.",
            *_files(case),
            f"Next: {next_step(case, today)}",
            NO_ADVICE,
        ]
    )


def _state(case: Case, today: date) -> str:
    return "OVERDUE" if case.overdue(today) else case.state.value


def _subject(case: Case) -> str:
    if case.purpose is Purpose.ACCESS and not case.photos:
        return "a question"
    return count(case.photos, "photo")


def status_text(cases: Sequence[Case], today: date) -> str:
    """The board: what needs doing first, what waits, what is done."""
    if not cases:
        return "There is no case yet. Begin with: flickr-auditor optout draft DATASET"
    groups: Mapping[str, list[Case]] = {"Your turn": [], "Waiting for an answer": [], "Closed": []}
    for case in cases:
        if case.state is CaseState.CLOSED:
            groups["Closed"].append(case)
        elif case.state is CaseState.SENT and not case.overdue(today) and not case.waiting_letter:
            groups["Waiting for an answer"].append(case)
        else:
            groups["Your turn"].append(case)
    groups["Your turn"].sort(key=lambda case: not case.overdue(today))
    groups["Waiting for an answer"].sort(key=lambda case: case.deadline.day if case.deadline else date.max)
    later = {case.follows: case.id for case in cases if case.follows}
    return "\n".join(
        "\n".join(
            [
                f"{title} ({len(members)})",
                *(case_text(case, today, goes_on_in=later.get(case.id)) for case in members),
                "",
            ]
        )
        for title, members in groups.items()
        if members
    ).rstrip()


def proposal_text(proposal: Proposal) -> str:
    """What the program reads in an answer, and why."""
    if proposal.meaning is None:
        return "Not sure what the answer means: no known phrase was found."
    sure = "It looks like" if proposal.sure else "Not sure, perhaps"
    because = f" Because of: {'; '.join(proposal.because)}." if proposal.because else ""
    return f'{sure} "{proposal.meaning}".{because}'


def filed_text(filed: Iterable[Filed], today: date) -> str:
    """One paragraph a mail."""
    lines = []
    for item in filed:
        where = f"filed with {item.case.id} (by {item.by})" if item.case else "not filed"
        lines.append(f"{plain(item.source)}: {where}")
        if item.proposal:
            lines.append(f"  {proposal_text(item.proposal)}")
        lines += [f"  {note}" for note in item.notes]
        if item.case:
            lines.append(f"  next: {next_step(item.case, today)}")
    return "\n".join(lines)


def links_text(taken: int, skipped: Mapping[str, int]) -> str:
    """What became of a publisher's list of links."""
    left_out = [f"Left out: {number:,} × {reason}." for reason, number in skipped.items()]
    return "\n".join([f"{count(taken, 'photo')} of yours in their list.", *left_out])


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
    if case.waiting_letter and result.still_there:
        lines += ["Follow-up letter:", *_files(case)[1:], NO_ADVICE]
    lines.append(f"Next: {next_step(case, today)}")
    return "\n".join(lines)


def _listed(title: str, photos: Sequence[RequestedPhoto]) -> Iterable[str]:
    if not photos:
        return
    yield f"{title}:"
    for photo in photos[:_SHOWN]:
        yield f"  {photo.link or 'a record without a photo'}  {photo.places[0].record}"
    if len(photos) > _SHOWN:
        yield f"  … and {len(photos) - _SHOWN:,} more: --format json lists all"
