"""The ladder: every position has a next step, every letter says only what its case holds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from auditor.account.photo import Account
from auditor.datasets import catalogue
from auditor.errors import RefusedError
from auditor.optout import ladder
from auditor.optout import letter as letters
from auditor.optout.case import REPLIES, SETTLES, AnswerClass, Case, CaseState, Kind, LetterRecord, Purpose
from auditor.optout.ladder import Position, Step, position, steps
from auditor.optout.law import LAWS, Escalation, Ground, Role
from auditor.optout.letter import Recipient
from auditor.optout.next_step import next_step
from auditor.optout.render import LANGUAGES, Markup, render
from tests.optout.conftest import ACCOUNT, CASE, PHOTO

START = date(2026, 1, 5)
LONG = timedelta(days=400)


def begin(ground: Ground, purpose: Purpose) -> Case:
    """A case whose first letter was drafted and not sent."""
    role = Role.PHOTOGRAPHER if Role.PHOTOGRAPHER in LAWS[ground].roles else Role.SUBJECT
    return replace(CASE, ground=ground, role=role, purpose=purpose, drafted_on=START)


def moves(case: Case, day: date) -> Iterator[Case]:
    """Whatever a user or a publisher can do to `case` on `day`, also what steps do not propose."""

    def attempt(step: object) -> Iterator[Case]:
        try:
            yield step()  # type: ignore[operator]
        except RefusedError:
            return

    yield from attempt(lambda: ladder.sent(case, day, day))
    yield from attempt(lambda: ladder.closed(case, day, day))
    yield from attempt(lambda: ladder.answered(case, day, day))
    for meaning in AnswerClass:
        yield from attempt(lambda meaning=meaning: ladder.answered(case, day, day, meaning=meaning))
        if case.newest_answer and not case.closed_on:
            yield from attempt(lambda meaning=meaning: ladder.understood(case, meaning))
    for kind, step in WRITES.items():
        if step in steps(position(case, day)):
            yield wrote(case, kind, day)


WRITES = {Kind.REMINDER: Step.REMIND, Kind.COMPLAINT: Step.COMPLAIN, Kind.REPLY: Step.REPLY}


def wrote(case: Case, kind: Kind, day: date) -> Case:
    """`case` with a letter more, as the workflow writes it."""
    at = position(case, day)
    if kind is Kind.REMINDER and ladder.asks_authority(at):
        kind = Kind.INQUIRY
    answer = case.newest_answer
    record = LetterRecord(
        ladder.next_letter_number(case),
        kind,
        "somebody",
        day,
        replies_to=answer.meaning if kind is Kind.REPLY and answer else None,
    )
    return ladder.wrote(case, record)


@cache
def reachable(ground: Ground, purpose: Purpose) -> dict[Position, tuple[Case, date]]:
    """Every position that can be reached, with one case and day for it.

    From each, all moves are tried on the day itself and long after, when every term is over.
    """
    start = begin(ground, purpose)
    found = {position(start, START): (start, START)}
    queue = list(found.values())
    while queue:
        case, day = queue.pop()
        for later in (day, day + LONG):
            for moved in (case, *moves(case, later)):
                at = position(moved, later)
                if at not in found and len(moved.letters) < 5:
                    found[at] = (moved, later)
                    queue.append((moved, later))
    return found


ALL = [
    (ground, purpose)
    for ground in (
        Ground.GDPR,
        Ground.CCPA,
        Ground.BIPA,
        Ground.NONE,
    )  # the UK GDPR has the steps of the GDPR
    for purpose in (Purpose.REMOVAL, Purpose.ACCESS)
]


@pytest.mark.parametrize("key", ALL, ids=str)
def test_no_position_is_without_a_next_step(key: tuple[Ground, Purpose]) -> None:
    found = reachable(*key)
    assert len(found) > 60
    assert {at.state for at in found} == set(CaseState)
    for at, (case, day) in found.items():
        todo = steps(at)
        assert todo
        words = next_step(case, day)
        assert words.endswith((".", ")", f"sent {case.id}", case.id, case.dataset)) or "--" in words, words
        if at.state is not CaseState.CLOSED:
            assert Step.CLOSE in todo
            assert "flickr-auditor optout" in words


@pytest.mark.parametrize("key", ALL, ids=str)
def test_the_ladder_is_climbed_in_order(key: tuple[Ground, Purpose]) -> None:
    ground, purpose = key
    for at in reachable(*key):
        todo = steps(at)
        if Step.REMIND in todo:
            assert at.overdue or at.waiting
        if Step.COMPLAIN in todo:
            assert LAWS[ground].escalation is not Escalation.NOTHING
            assert not at.complained
            assert at.overdue or (at.confirmed and at.answer not in SETTLES)
        if Step.REPLY in todo:
            assert at.confirmed
            assert at.answer in REPLIES
        if Step.DRAFT in todo:
            assert at.answer is AnswerClass.LINKS
        if Step.RECHECK in todo:
            assert purpose is Purpose.REMOVAL
        if not at.confirmed and at.state is CaseState.ANSWERED and not at.waiting:
            assert todo[0] is Step.SAY_WHAT_IT_MEANS
    reached = {step for at in reachable(*key) for step in steps(at)}
    wanted = set(Step) - ({Step.COMPLAIN} if LAWS[ground].escalation is Escalation.NOTHING else set())
    assert reached == wanted - ({Step.RECHECK} if purpose is Purpose.ACCESS else set())


def _dates(text: str, language: str) -> set[str]:
    months = "|".join(LANGUAGES[language].months.split())
    return set(re.findall(rf"\d+(?:er|\.)?(?: de)? (?:{months})(?: de)? \d{{4}}", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ALL, ids=str)
def test_no_letter_claims_what_its_case_does_not_hold(key: tuple[Ground, Purpose], language: str) -> None:
    """Every date in a letter is one of the case, and silence is claimed only when the term is over."""
    wording = LANGUAGES[language]
    card = catalogue.get("ffhq")
    written = set()
    for at, (case, day) in reachable(*key).items():
        for kind, step in WRITES.items():
            told = (kind, at.letter, at.answer, at.overdue)
            if step not in steps(at) or at.waiting or told in written:
                continue
            written.add(told)
            actual = wrote(case, kind, day).letters[-1].kind
            letter = letters.further(
                replace(case, language=language),
                [card],
                actual,
                [PHOTO] if case.purpose is Purpose.REMOVAL else [],
                to=Recipient("Somebody"),
                account=ACCOUNT if case.role is Role.PHOTOGRAPHER else None,
                written_on=day,
            )
            text = " ".join(render(letter, Markup.PLAIN).body.split()).replace("\u00a0", " ")
            due = case.deadline
            true_dates = {day, *(item.sent_on for item in case.letters), *(item.on for item in case.answers)}
            true_dates |= {item.received_on for item in case.letters}
            if due:
                true_dates.add(due.day)
            known = {wording.date(one).replace("\u00a0", " ") for one in true_dates if one}
            assert _dates(text, language) <= known, text
            assert not re.search(r"None|\{\{|\{%", text)
            if letter.no_answer_by:
                assert day > letter.no_answer_by
                assert at.state is CaseState.SENT
            if case.ground in {Ground.NONE, Ground.BIPA, Ground.CCPA}:
                assert not re.search(r"GDPR|DSGVO|RGPD", text)
    assert len(written) > 5


@pytest.mark.parametrize("meaning", sorted(REPLIES))
@pytest.mark.parametrize("ground", Ground)
def test_each_answer_has_a_reply_of_its_own(meaning: AnswerClass, ground: Ground) -> None:
    """In four languages; no two answers get the same words."""
    bodies = {}
    for language in LANGUAGES:
        for other in {meaning, *REPLIES}:
            case = ladder.sent(begin(ground, Purpose.REMOVAL), START, START)
            case = ladder.answered(case, START, START, meaning=other, confirmed=True)
            letter = letters.further(
                replace(case, language=language),
                [catalogue.get("ffhq")],
                Kind.REPLY,
                [],
                to=Recipient("Somebody"),
                account=Account("1@N00"),
                written_on=START,
            )
            bodies[language, other] = render(letter, Markup.PLAIN).body
    same = [
        (language, other)
        for language in LANGUAGES
        for other in REPLIES
        if other is not meaning and bodies[language, other] == bodies[language, meaning]
    ]
    assert same == []


@pytest.mark.parametrize(
    ("ground", "purpose", "sent", "received", "events", "due"),
    [
        # A request: one month, 45 days, 30 days.
        ("gdpr", "removal", "2026-01-31", None, [], "2026-03-02"),
        ("gdpr", "access", "2026-01-31", "2026-02-04", [], "2026-03-04"),
        ("uk-gdpr", "removal", "2024-01-30", None, [], "2024-02-29"),
        ("ccpa", "removal", "2026-03-01", None, [], "2026-04-15"),
        ("bipa", "removal", "2026-03-01", None, [], "2026-03-31"),
        ("none", "access", "2024-02-01", None, [], "2024-03-02"),
        # Extended within the first term: three months from receipt, 90 days, 60 days.
        ("gdpr", "removal", "2026-01-31", None, [("2026-02-20", "extends")], "2026-04-30"),
        ("gdpr", "removal", "2025-11-30", None, [("2025-12-30", "extends")], "2026-03-02"),
        ("gdpr", "removal", "2023-11-30", None, [("2023-12-30", "extends")], "2024-02-29"),
        ("gdpr", "removal", "2026-01-31", "2026-02-04", [("2026-03-04", "extends")], "2026-05-04"),
        ("ccpa", "removal", "2026-03-01", None, [("2026-03-20", "extends")], "2026-05-30"),
        ("none", "removal", "2026-03-01", None, [("2026-03-20", "extends")], "2026-04-30"),
        # Taking note of it sets no term of its own.
        ("gdpr", "removal", "2026-01-31", None, [("2026-02-20", "extends"), "2026-02-22"], "2026-04-30"),
        # Too late: the first term stays.
        ("gdpr", "removal", "2026-01-31", None, [("2026-03-03", "extends")], "2026-03-02"),
        # An automatic reply changes nothing.
        ("gdpr", "removal", "2026-01-31", None, [("2026-02-01", "no-answer")], "2026-03-02"),
        # A reply about who asks starts the term anew; other replies and reminders give 14 days.
        (
            "gdpr",
            "removal",
            "2026-01-05",
            None,
            [("2026-01-20", "identification"), "2026-01-31"],
            "2026-03-02",
        ),
        ("gdpr", "removal", "2026-01-05", None, [("2026-01-20", "partly"), "2026-02-20"], "2026-03-06"),
        ("none", "removal", "2026-01-05", None, [("2026-01-20", "refuses"), "2026-02-20"], "2026-03-06"),
    ],
)
def test_every_date_of_the_ladder(
    ground: str, purpose: str, sent: str, received: str | None, events: list[object], due: str
) -> None:
    today = date(2030, 1, 1)
    case = ladder.sent(begin(Ground(ground), Purpose(purpose)), date.fromisoformat(sent), today)
    if received:
        case = ladder.acknowledged(case, date.fromisoformat(received), today)
    for event in events:
        if isinstance(event, tuple):
            day, meaning = date.fromisoformat(event[0]), AnswerClass(event[1])
            case = ladder.answered(case, day, today, meaning=meaning, confirmed=True)
        else:
            case = ladder.sent(wrote(case, Kind.REPLY, today), date.fromisoformat(str(event)), today)
    assert case.deadline is not None
    assert case.deadline.day.isoformat() == due


@pytest.mark.parametrize(
    ("ground", "due", "legal"),
    [
        (Ground.GDPR, "2026-05-28", True),
        (Ground.UK_GDPR, "2026-05-28", True),
        (Ground.CCPA, "2026-05-29", False),
        (Ground.BIPA, "2026-03-30", False),
    ],
)
def test_a_complaint_has_the_authoritys_term(ground: Ground, due: str, *, legal: bool) -> None:
    today = date(2030, 1, 1)
    case = ladder.sent(begin(ground, Purpose.REMOVAL), START, today)
    case = ladder.sent(wrote(case, Kind.COMPLAINT, today), date(2026, 2, 28), today)
    assert case.deadline is not None
    assert (case.deadline.day.isoformat(), case.deadline.legal) == (due, legal)


def test_a_second_extension_and_an_unconfirmed_one_change_no_term() -> None:
    today = date(2026, 2, 20)
    case = ladder.sent(begin(Ground.GDPR, Purpose.REMOVAL), date(2026, 1, 31), today)
    guessed = ladder.answered(case, today, today, meaning=AnswerClass.EXTENDS)
    assert (guessed.state, guessed.deadline) == (CaseState.ANSWERED, case.deadline)
    sure = ladder.understood(guessed, AnswerClass.EXTENDS)
    assert sure.state is CaseState.SENT
    again = ladder.answered(sure, today, today, meaning=AnswerClass.EXTENDS, confirmed=True)
    assert again.deadline == sure.deadline
