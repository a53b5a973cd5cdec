"""The ladder that a case climbs: what happens to it, and what can be done next. No I/O.

::

                          sent                    term over
    drafted ────────────────────▶ sent ──────────────────────────▶ sent, overdue
       │                         ▲  │ ▲                             │         │
       │                    sent │  │ └─ answer: extends, or none   │ remind  │ complain
       │                         │  ▼                               ▼         ▼
       │   reply, follow-up,   answered ◀────── answer ────────  a reminder  a complaint
       │   reminder, complaint   │  │                              (drafted, then sent)
       │        written ◀────────┘  │ complain (refused, partly …)
       │                            ▼
       └─────────── close ──────▶ closed ◀──── close (from everywhere)

`Position` is a case seen that way, and `steps` says what can be done from each, the best first. An answer
counts only once the user confirmed what it says; `extends`, said in time, and `no-answer` leave the case
waiting.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from auditor.errors import RefusedError, UsageError
from auditor.optout.case import (
    SETTLES,
    Answer,
    AnswerClass,
    Case,
    CaseState,
    Kind,
    LetterRecord,
    Purpose,
)
from auditor.optout.law import LAWS, Escalation, Ground


@dataclass(frozen=True, slots=True)
class Position:
    """All of a case that decides what can be done next."""

    state: CaseState
    purpose: Purpose
    ground: Ground
    letter: Kind | None
    """The newest letter sent."""
    waiting: Kind | None
    """A letter that was written and not sent."""
    answer: AnswerClass | None
    confirmed: bool
    """The user said what the answer means."""
    overdue: bool
    complained: bool
    all_removed: bool
    """By the last re-check."""


def position(case: Case, today: date) -> Position:
    """Where `case` is on the ladder."""
    letter, answer, waiting = case.newest_sent, case.newest_answer, case.waiting_letter
    return Position(
        state=case.state,
        purpose=case.purpose,
        ground=case.ground,
        letter=letter.kind if letter else None,
        waiting=waiting.kind if waiting else None,
        answer=answer.meaning if answer else None,
        confirmed=bool(answer and answer.confirmed),
        overdue=case.overdue(today),
        complained=any(item.kind is Kind.COMPLAINT and item.sent_on for item in case.letters),
        all_removed=bool(case.outcome and case.photos and case.outcome.removed == case.photos),
    )


class Step(StrEnum):
    """What the user, or the program for the user, does next."""

    SEND = "send"
    WAIT = "wait"
    SAY_WHAT_IT_MEANS = "say-what-it-means"
    REPLY = "reply"
    DRAFT = "draft"
    """The letter that asks for removal, after links came."""
    REMIND = "remind"
    COMPLAIN = "complain"
    RECHECK = "recheck"
    CLOSE = "close"
    BEGIN_ANEW = "begin-anew"


def steps(at: Position) -> tuple[Step, ...]:
    """What can be done from `at`, the best first. There is always something."""
    if at.state is CaseState.CLOSED:
        return (Step.BEGIN_ANEW,)
    if at.all_removed:
        return (Step.CLOSE,)
    if at.waiting:
        return (Step.SEND, *_other_ways(at), Step.CLOSE)
    if at.state is CaseState.SENT and not at.overdue:
        return (Step.WAIT, Step.CLOSE)
    return (*_other_ways(at), Step.CLOSE)


def _other_ways(at: Position) -> tuple[Step, ...]:
    if at.state is CaseState.ANSWERED:
        return _after_answer(at)
    if not at.overdue:
        return ()
    if at.letter is Kind.REMINDER and can_complain(at):
        return (Step.COMPLAIN, Step.REMIND)
    return (Step.REMIND, *((Step.COMPLAIN,) if can_complain(at) else ()))


def _after_answer(at: Position) -> tuple[Step, ...]:
    recheck = (Step.RECHECK,) if at.purpose is Purpose.REMOVAL else ()
    if not at.confirmed or at.answer is None:
        return (Step.SAY_WHAT_IT_MEANS, *recheck)
    if at.answer is AnswerClass.LINKS:
        return (Step.DRAFT,)
    if at.answer in SETTLES:
        return (*recheck, Step.REPLY)
    complain = (Step.COMPLAIN,) if can_complain(at) else ()
    partly = recheck if at.answer is AnswerClass.PARTLY else ()
    return (Step.REPLY, *partly, *complain)


def can_complain(at: Position) -> bool:
    """Whether there is an authority, or a last notice, that is still to be written."""
    return not at.complained and LAWS[at.ground].escalation is not Escalation.NOTHING


def asks_authority(at: Position) -> bool:
    """Whether the next reminder goes to the authority that has the complaint."""
    to_authority = LAWS[at.ground].escalation is Escalation.AUTHORITY
    return to_authority and at.letter in {Kind.COMPLAINT, Kind.INQUIRY}


def wrote(case: Case, letter: LetterRecord) -> Case:
    """`case` after `letter` was written; it takes the place of one that was never sent.

    What is written about a closed case opens it again.
    """
    kept = case.letters[:-1] if case.waiting_letter else case.letters
    return replace(case, letters=(*kept, letter), closed_on=None)


def next_letter_number(case: Case) -> int:
    """The number of the next letter; a number is never given twice."""
    return max((letter.number for letter in case.letters), default=0) + 1


_LATER = "Give that day, or a later one."


def sent(case: Case, on: date, today: date) -> Case:
    """`case` after its newest letter went out: waiting begins (anew).

    Without a letter that waits, the day of the newest is corrected; after an answer, it is taken as a letter
    of the user's own.
    """
    refuse_closed(case)
    _refuse_future(on, today)
    if case.waiting_letter or case.newest_answer is None:
        before, letter = case.letters[:-1], case.letters[-1]
    else:
        before, letter = case.letters, LetterRecord(next_letter_number(case), Kind.FOLLOW_UP, case.to, on)
    earlier = next((item.sent_on for item in reversed(before) if item.sent_on), None)
    if earlier and on < earlier:
        raise UsageError(
            f"{on} cannot be the day: the letter before this one was sent on {earlier}", hint=_LATER
        )
    return replace(case, letters=(*before, replace(letter, sent_on=on, received_on=None)))


def acknowledged(case: Case, received: date, today: date) -> Case:
    """`case` after the publisher told when the letter arrived: the deadline counts from then."""
    letter = _required_sent(case)
    _refuse_future(received, today)
    if letter.sent_on and received < letter.sent_on:
        raise UsageError(
            f"the letter cannot have arrived on {received}: it was sent on {letter.sent_on}", hint=_LATER
        )
    letters = tuple(
        replace(item, received_on=received) if item.number == letter.number else item for item in case.letters
    )
    return replace(case, letters=letters)


def answered(
    case: Case,
    on: date,
    today: date,
    *,
    meaning: AnswerClass | None = None,
    confirmed: bool = False,
    file: str | None = None,
) -> Case:
    """`case` after an answer came to the newest letter that was sent."""
    letter = _required_sent(case)
    _refuse_future(on, today)
    if letter.sent_on and on < letter.sent_on:
        raise UsageError(
            f"the answer cannot be of {on}: the letter was sent on {letter.sent_on}", hint=_LATER
        )
    number = len(case.answers) + 1
    answer = Answer(
        number, letter.number, on, meaning, confirmed=confirmed and meaning is not None, file=file
    )
    return replace(case, answers=(*case.answers, answer))


def understood(case: Case, meaning: AnswerClass) -> Case:
    """`case` after the user said what its newest answer means."""
    refuse_closed(case)
    answer = case.newest_answer
    if answer is None:
        raise UsageError(
            f"case {case.id} has no answer to its newest letter",
            hint=f"Record one first: flickr-auditor optout answer {case.id} --text-file FILE",
        )
    return replace(case, answers=(*case.answers[:-1], replace(answer, meaning=meaning, confirmed=True)))


def closed(case: Case, on: date, today: date) -> Case:
    """`case` when nothing more is to be done about it; closing it twice changes nothing."""
    _refuse_future(on, today)
    return case if case.closed_on else replace(case, closed_on=on)


def _required_sent(case: Case) -> LetterRecord:
    refuse_closed(case)
    letter = case.newest_sent
    if letter is None:
        raise RefusedError(
            f"case {case.id} was not sent yet", hint=f"First: flickr-auditor optout sent {case.id} --on DATE"
        )
    return letter


def refuse_closed(case: Case) -> None:
    """Raise `RefusedError` for a case that is closed."""
    if case.closed_on:
        verb = "ask" if case.purpose is Purpose.ACCESS else "draft"
        raise RefusedError(
            f"case {case.id} was closed on {case.closed_on}",
            hint=f"For a new request: flickr-auditor optout {verb} {case.dataset}",
        )


def _refuse_future(on: date, today: date) -> None:
    if on > today:
        raise UsageError(f"{on} is in the future", hint="Give the day on which it happened.")
