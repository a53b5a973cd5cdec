"""A case on one page, for an authority or a lawyer: what was asked, when, and what came back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jinja2

from auditor import pdf
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.files import digest
from auditor.optout.case import AnswerClass, Case, Kind, Purpose
from auditor.optout.case_files import (
    Protection,
    earlier_cases,
    folder_files,
    proof_csv,
    protections,
    write_zip,
)
from auditor.optout.case_store import CaseEvent, CasePhoto, Desk
from auditor.optout.letter import PastEvent, history
from auditor.text import count, plain

_KINDS: Mapping[str, str] = {
    "access": "Question sent: what do they hold",
    Kind.REQUEST: "Request sent",
    Kind.FOLLOW_UP: "Follow-up sent",
    Kind.REMINDER: "Reminder sent",
    Kind.REPLY: "Reply sent",
    Kind.COMPLAINT: "Complaint sent",
    Kind.INQUIRY: "Inquiry sent to the authority",
    "received": "Received, by their own word",
}
_MEANINGS: Mapping[AnswerClass, str] = {
    AnswerClass.CONFIRMED: "they confirm the removal",
    AnswerClass.PARTLY: "they removed a part",
    AnswerClass.LINKS: "they give the links of what they hold",
    AnswerClass.NOTHING_HELD: "they say that they hold nothing",
    AnswerClass.IDENTIFICATION: "they ask who writes",
    AnswerClass.EXTENDS: "they extend the term",
    AnswerClass.REFUSES_RESEARCH: "they refuse: research",
    AnswerClass.REFUSES_MINING: "they refuse: text and data mining",
    AnswerClass.REFUSES_NOT_PERSONAL: "they refuse: not personal data",
    AnswerClass.REFUSES_NOT_CONTROLLER: "they refuse: not the controller",
    AnswerClass.REFUSES_PUBLIC: "they refuse: publicly available",
    AnswerClass.REFUSES: "they refuse",
    AnswerClass.ELSEWHERE: "they refer to somebody else",
    AnswerClass.NO_ANSWER: "an automatic reply",
}
_OTHER_EVENTS: Mapping[str, str] = {
    "drafted": "Case opened",
    "rechecked": "Compared with the publisher's next index",
    "filed": "A mail was kept",
    "closed": "Case closed",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows; all text is plain."""

    title: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[tuple[date, str]]
    protections: Sequence[str]
    files: Sequence[tuple[str, str]]
    """Name and SHA-256 of what is in the folder."""


def write_folder(desk: Desk, case: Case, target: Path) -> int:
    """Put all of a case into the zip `target`: letters, answers, proof, chronology; the number of files."""
    photos = desk.store.photos(case.id)
    files = folder_files(desk.store, case)
    shown = page(
        case,
        [catalogue.get(name) for name in case.datasets],
        photos,
        desk.store.events(case.id),
        protections(desk.conn, (item.photo.photo_id or "" for item in photos)),
        files,
        desk.today,
        earlier=earlier_cases(desk.store, case),
    )
    texts: dict[str, str | bytes] = {"chronology.html": as_html(shown), "proof.csv": proof_csv(photos)}
    if pdf.available():
        texts["chronology.pdf"] = as_pdf(shown)
    write_zip(target, files, texts)
    return len(files) + len(texts)


def page(
    case: Case,
    cards: Sequence[Card],
    photos: Sequence[CasePhoto],
    events: Iterable[CaseEvent],
    protections: Sequence[Protection],
    files: Iterable[tuple[str, Path]],
    today: date,
    *,
    earlier: Sequence[Case] = (),
) -> Page:
    """The case as of `today`; `earlier` are those whose answers led to it."""
    due = case.deadline
    facts = [
        ("Case", case.id),
        ("As of", today.isoformat()),
        ("State", f"{case.state}{', overdue' if case.overdue(today) else ''}"),
        ("With", case.to),
        ("About", ", ".join(card.title for card in cards)),
        ("Asked for", "what is held of the account" if case.purpose is Purpose.ACCESS else "removal"),
        ("Ground", case.ground.value),
        ("Sender", f"{case.sender or 'name not given'} ({case.role})"),
        ("Photos", f"{case.photos:,} in {count(case.records, 'record')}"),
    ]
    if case.nsid:
        facts.append(("Flickr account", case.nsid))
    if due:
        facts.append(("Answer due", f"{due.day}{'' if due.legal else ' (no law sets a term)'}"))
    if case.index:
        facts += [
            ("Index", f"{plain(name)} (SHA-256 {digest}), read on {case.index.read_on}")
            for name, digest in case.index.sources
        ]
    states = Counter(item.state.value for item in photos)
    facts += [(f"Photos {name}", f"{number:,}") for name, number in states.items()]
    told = [(event.on, f"{_words(event)} ({other.id})") for other in earlier for event in history(other)]
    told += [(event.on, _words(event)) for event in history(case)]
    told += [
        (event.on, f"{_OTHER_EVENTS[event.kind]}{f': {plain(event.note, 200)}' if event.note else ''}")
        for event in events
        if event.kind in _OTHER_EVENTS
    ]
    return Page(
        title=f"Case {case.id}: {case.to}",
        facts=facts,
        lines=sorted(told, key=lambda line: line[0]),
        protections=[
            f"{item.day}: {item.what} on {count(item.photos, 'photo')} of the case (run {item.run_id}"
            f"{f', which takes back run {item.undoes}' if item.undoes else ''})"
            for item in protections
        ],
        files=[(name, digest(path)) for name, path in files],
    )


def _words(event: PastEvent) -> str:
    if event.what != "answer":
        return _KINDS[event.what]
    return f"Answer: {_MEANINGS[event.meaning]}" if event.meaning else "Answer (not classified)"


def as_html(shown: Page) -> str:
    """The page as HTML, with everything escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("auditor.report"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("case.html").render(page=shown)


def as_pdf(shown: Page) -> bytes:
    """The page as a PDF."""
    lines = [f"{label}: {value}" for label, value in shown.facts]
    lines += ["", "What happened", *(f"{day}  {what}" for day, what in shown.lines)]
    if shown.protections:
        lines += ["", "Done on Flickr with the photos", *shown.protections]
    lines += ["", "Files (SHA-256)", *(f"{name}  {digest}" for name, digest in shown.files)]
    return pdf.pdf(shown.title, "\n".join(lines))
