"""A case: one correspondence with one publisher, and the ladder it climbs. Values and rules, no I/O.

A case keeps what happened: its letters with the days they were written, sent and received, and the answers to
them. Where it is on the ladder follows from that alone, so no state can contradict the facts::

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

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from auditor.errors import RefusedError, UsageError
from auditor.optout.law import (
    LAWS,
    Deadline,
    Escalation,
    Ground,
    Role,
    answer_due,
    complaint_due,
    reminder_due,
)


class State(StrEnum):
    """How far a case is."""

    DRAFTED = "drafted"
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


class Purpose(StrEnum):
    """What a case asks for."""

    REMOVAL = "removal"
    """Photos known to be in the dataset are to be taken out."""
    ACCESS = "access"
    """What, if anything, the publisher holds of the account."""
    HOST = "host"
    """A host of copies is to take its copy down, or to pass the request on."""


class Kind(StrEnum):
    """What a letter is on the ladder."""

    REQUEST = "request"
    FOLLOW_UP = "follow-up"
    """Names the photos that the publisher's next index still holds."""
    REMINDER = "reminder"
    REPLY = "reply"
    """Answers an answer; see `LetterRecord.replies_to`."""
    COMPLAINT = "complaint"
    """To an authority, or the last notice to the publisher where there is none."""
    INQUIRY = "inquiry"
    """Asks the authority how the complaint stands."""


class AnswerClass(StrEnum):
    """What a publisher's answer says."""

    CONFIRMED = "confirmed"
    """All was removed."""
    PARTLY = "partly"
    LINKS = "links"
    """To a question: they hold photos, and give the links."""
    NOTHING_HELD = "nothing-held"
    IDENTIFICATION = "identification"
    """They want to know who asks."""
    EXTENDS = "extends"
    """They take more time (Article 12(3))."""
    REFUSES_RESEARCH = "refuses-research"
    """Research exemption: Articles 17(3)(d) and 89."""
    REFUSES_MINING = "refuses-mining"
    """Scientific text and data mining."""
    REFUSES_NOT_PERSONAL = "refuses-not-personal"
    REFUSES_NOT_CONTROLLER = "refuses-not-controller"
    REFUSES_PUBLIC = "refuses-public"
    """The photos were publicly available, or freely licensed."""
    REFUSES = "refuses"
    """For another reason, or for none."""
    ELSEWHERE = "elsewhere"
    """They send the request to somebody else."""
    NO_ANSWER = "no-answer"
    """An automatic reply: nothing was decided."""

    @property
    def refuses(self) -> bool:
        """Whether they will not do what was asked."""
        return self.value.startswith("refuses")


SETTLES = frozenset({AnswerClass.CONFIRMED, AnswerClass.NOTHING_HELD})
"""Answers after which nothing more is asked for; the next index shows whether they are true."""
REPLIES = frozenset(AnswerClass) - {AnswerClass.NO_ANSWER, AnswerClass.LINKS}
"""Answers that have a reply letter. After links comes the letter that asks for their removal."""
NEW_TERM = frozenset({AnswerClass.IDENTIFICATION})
"""Replies that start the law's term anew: the publisher may wait until it knows who asks."""


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """The index that a letter was made from."""

    sources: tuple[tuple[str, str], ...]
    """Name and SHA-256 of each file that it was built from."""
    read_on: date
    provenance: str = "publisher"
    """How the index came here: ``publisher``, ``publisher-unverified``, ``pack``, ``told-by-publisher``."""
    origin: str = ""
    """From whom, where it is a copy: a pack's file or a registry's address."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of the first letter's index to tell its next version from a wrong file."""

    rows: int
    indexed: int
    witness_key: str
    """The kind of key of `witnesses`."""
    witnesses: tuple[str, ...]
    """Keys of some photos that nobody asked to remove."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last re-check counted, of the photos asked about."""

    checked_on: date
    removed: int
    still_there: int
    newly_found: int


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """One letter of a case, sent or not."""

    number: int
    kind: Kind
    to: str
    """Name of the addressee, such as a publisher or an authority."""
    drafted_on: date
    files: tuple[str, ...] = ()
    """Paths; empty for a letter of the user's own."""
    message_id: str | None = None
    """Of the e-mail, to file answers by."""
    replies_to: AnswerClass | None = None
    """What a reply answers."""
    sent_on: date | None = None
    received_on: date | None = None
    """The day of receipt, once somebody said it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a letter of the case."""

    number: int
    letter: int
    """The number of the newest letter that was sent when it came."""
    on: date
    meaning: AnswerClass | None
    """None: not sure, so the user has to say."""
    confirmed: bool
    """The user said, or agreed, what it means."""
    file: str | None = None
    """Where its text is kept."""


@dataclass(frozen=True, slots=True)
class Case:
    """See the module."""

    id: str
    datasets: tuple[str, ...]
    """What it is about: one dataset, or several of one publisher (a question only)."""
    purpose: Purpose
    ground: Ground
    role: Role
    language: str
    sender: str | None
    """The name as the user gave it."""
    nsid: str | None
    """The account whose photos they are; None for a person shown, whose links are in anybody's account."""
    include_private: bool
    to: str
    """Name of the publisher or host that the case is with."""
    contact: str | None
    """Key of that publisher or host in the list of contacts; None: only the card names it."""
    folder: str
    """Where the letters and answers are."""
    photos: int
    """Photos asked about."""
    records: int
    index: IndexVersion | None
    """What the request was made from; None for a question."""
    fingerprint: Fingerprint | None
    drafted_on: date
    letters: tuple[LetterRecord, ...] = ()
    """In the order in which they were written."""
    answers: tuple[Answer, ...] = ()
    closed_on: date | None = None
    outcome: Outcome | None = None
    follows: str | None = None
    """The case whose answer led to this one."""

    @property
    def dataset(self) -> str:
        """The dataset, or the first of several."""
        return self.datasets[0]

    @property
    def files(self) -> tuple[str, ...]:
        """Of the newest letter."""
        return self.letters[-1].files if self.letters else ()

    @property
    def newest_sent(self) -> LetterRecord | None:
        """The letter that an answer would be to."""
        return next((letter for letter in reversed(self.letters) if letter.sent_on), None)

    @property
    def waiting_letter(self) -> LetterRecord | None:
        """The letter that was written and not sent yet."""
        newest = self.letters[-1] if self.letters else None
        return newest if newest and newest.sent_on is None else None

    @property
    def newest_answer(self) -> Answer | None:
        """The newest answer to the newest letter; an older letter's answer is history."""
        sent_letter = self.newest_sent
        newest = self.answers[-1] if self.answers else None
        return newest if newest and sent_letter and newest.letter == sent_letter.number else None

    @property
    def state(self) -> State:
        """How far it is, by what is known."""
        if self.closed_on:
            return State.CLOSED
        if self.newest_sent is None:
            return State.DRAFTED
        answer = self.newest_answer
        return State.ANSWERED if answer and not self._still_waits(answer) else State.SENT

    def _still_waits(self, answer: Answer) -> bool:
        if not answer.confirmed:
            return False
        if answer.meaning is AnswerClass.NO_ANSWER:
            return True
        return answer.meaning is AnswerClass.EXTENDS and self.extended_in_time(answer)

    def extended_in_time(self, answer: Answer) -> bool:
        """Whether `answer` says within the first term that more time is taken, and for the first time."""
        letter = self._letter(answer.letter)
        if not self._is_request(letter):
            return False
        return answer.on <= answer_due(self.ground, letter.received_on or letter.sent_on or answer.on).day

    def _is_request(self, letter: LetterRecord) -> bool:
        """Whether the law's own term runs from `letter`."""
        return letter.kind in {Kind.REQUEST, Kind.FOLLOW_UP} or letter.replies_to in NEW_TERM

    @property
    def deadline(self) -> Deadline | None:
        """Of the newest letter sent, counted from receipt, or from sending while that is not known.

        A reply that takes note of an extension sets no term of its own.
        """
        letter = self.newest_sent
        extension = self._extension(letter) if letter else None
        if extension:
            letter = self._letter(extension.letter)
        if letter is None or letter.sent_on is None:
            return None
        start = letter.received_on or letter.sent_on
        if self._is_request(letter):
            return answer_due(self.ground, start, extended=extension is not None)
        if letter.kind in {Kind.COMPLAINT, Kind.INQUIRY}:
            return complaint_due(self.ground, start)
        return reminder_due(letter.sent_on)

    def _extension(self, letter: LetterRecord) -> Answer | None:
        """The extension that counts for `letter`: said in answer to it, or taken note of by it."""
        noted = letter.replies_to is AnswerClass.EXTENDS
        for answer in reversed(self.answers):
            its = answer.letter == letter.number or (noted and answer.letter < letter.number)
            said = answer.confirmed and answer.meaning is AnswerClass.EXTENDS
            if its and said and self.extended_in_time(answer):
                return answer
        return None

    def _letter(self, number: int) -> LetterRecord:
        return next(letter for letter in self.letters if letter.number == number)

    def overdue(self, today: date) -> bool:
        """Whether it waits for an answer that should have come."""
        return self.state is State.SENT and self.deadline is not None and today > self.deadline.day


@dataclass(frozen=True, slots=True)
class Position:
    """All of a case that decides what can be done next."""

    state: State
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
    if at.state is State.CLOSED:
        return (Step.BEGIN_ANEW,)
    if at.all_removed:
        return (Step.CLOSE,)
    if at.waiting:
        return (Step.SEND, *_other_ways(at), Step.CLOSE)
    if at.state is State.SENT and not at.overdue:
        return (Step.WAIT, Step.CLOSE)
    return (*_other_ways(at), Step.CLOSE)


def _other_ways(at: Position) -> tuple[Step, ...]:
    if at.state is State.ANSWERED:
        return _after_answer(at)
    if not at.overdue:
        return ()
    if at.letter is Kind.REMINDER and _can_complain(at):
        return (Step.COMPLAIN, Step.REMIND)
    return (Step.REMIND, *((Step.COMPLAIN,) if _can_complain(at) else ()))


def _after_answer(at: Position) -> tuple[Step, ...]:
    recheck = (Step.RECHECK,) if at.purpose is Purpose.REMOVAL else ()
    if not at.confirmed or at.answer is None:
        return (Step.SAY_WHAT_IT_MEANS, *recheck)
    if at.answer is AnswerClass.LINKS:
        return (Step.DRAFT,)
    if at.answer in SETTLES:
        return (*recheck, Step.REPLY)
    complain = (Step.COMPLAIN,) if _can_complain(at) else ()
    partly = recheck if at.answer is AnswerClass.PARTLY else ()
    return (Step.REPLY, *partly, *complain)


def _can_complain(at: Position) -> bool:
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


def sent(case: Case, on: date, today: date) -> Case:
    """`case` after its newest letter went out: waiting begins (anew).

    Without a letter that waits, the day of the newest is corrected; after an answer, it is taken as a letter
    of the user's own.
    """
    _refuse_closed(case)
    _refuse_future(on, today)
    if case.waiting_letter or case.newest_answer is None:
        before, letter = case.letters[:-1], case.letters[-1]
    else:
        before, letter = case.letters, LetterRecord(next_letter_number(case), Kind.FOLLOW_UP, case.to, on)
    earlier = next((item.sent_on for item in reversed(before) if item.sent_on), None)
    if earlier and on < earlier:
        raise UsageError(f"{on} cannot be the day: the letter before this one was sent on {earlier}")
    return replace(case, letters=(*before, replace(letter, sent_on=on, received_on=None)))


def acknowledged(case: Case, received: date, today: date) -> Case:
    """`case` after the publisher told when the letter arrived: the deadline counts from then."""
    letter = _required_sent(case)
    _refuse_future(received, today)
    if letter.sent_on and received < letter.sent_on:
        raise UsageError(f"the letter cannot have arrived on {received}: it was sent on {letter.sent_on}")
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
        raise UsageError(f"the answer cannot be of {on}: the letter was sent on {letter.sent_on}")
    number = len(case.answers) + 1
    answer = Answer(
        number, letter.number, on, meaning, confirmed=confirmed and meaning is not None, file=file
    )
    return replace(case, answers=(*case.answers, answer))


def understood(case: Case, meaning: AnswerClass) -> Case:
    """`case` after the user said what its newest answer means."""
    _refuse_closed(case)
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


def refuse_unless(case: Case, step: Step, today: date) -> None:
    """Raise `RefusedError`, saying why and what comes first, unless `step` can be done now."""
    _refuse_closed(case)
    if step in steps(position(case, today)):
        return
    law = LAWS[case.ground]
    if step is Step.COMPLAIN and law.escalation is Escalation.NOTHING:
        raise RefusedError(
            f"there is no one to complain to: {law.escalation_note}",
            hint=f"A new request on a law that applies to you: flickr-auditor optout draft {case.dataset}"
            " --ground …; or a notice to a host of copies: --host NAME.",
        )
    raise RefusedError(f"not now: {_why_not(case, step)}", hint=next_step(case, today))


def _why_not(case: Case, step: Step) -> str:
    if case.state is State.DRAFTED:
        return f"the letter of case {case.id} was not sent yet"
    if case.state is State.SENT and case.deadline and step in {Step.REMIND, Step.COMPLAIN}:
        return f"case {case.id} waits for an answer until {case.deadline.day}"
    if case.state is State.ANSWERED and step is Step.REMIND:
        return f"case {case.id} was answered"
    if step is Step.COMPLAIN and any(item.kind is Kind.COMPLAINT for item in case.letters):
        return f"case {case.id} has its complaint already"
    return f"case {case.id} is not at that point"


_PROGRAM = "flickr-auditor optout"


def next_step(case: Case, today: date) -> str:
    """What the user does next, in a sentence or two."""
    at = position(case, today)
    return _WORDS[steps(at)[0]](case, at)


def _send(case: Case, at: Position) -> str:
    what = {Kind.FOLLOW_UP: "the follow-up letter", Kind.REQUEST: "the letter"}.get(
        at.waiting or Kind.REQUEST, f"the {at.waiting}"
    )
    return f"Read {what}, send it, then: {_PROGRAM} sent {case.id}"


def _wait(case: Case, _: Position) -> str:
    return f"Wait. When an answer comes: {_PROGRAM} answer {case.id} --text-file FILE"


def _say(case: Case, at: Position) -> str:
    if at.answer is None:
        then = f". If it settles the case: {_PROGRAM} close {case.id}"
        return f"Read the answer and say what it means: {_PROGRAM} answer {case.id} --as CLASS{then}"
    return (
        f'The answer looks like "{at.answer}". If so: {_PROGRAM} answer {case.id} --as {at.answer}'
        " (or name another class)"
    )


def _reply(case: Case, at: Position) -> str:
    complain = ""
    if _can_complain(at):
        complain = (
            f" Or take the next step: {_PROGRAM} complain {case.id} ({LAWS[case.ground].escalation_note})."
        )
    return f"Write the reply again: {_PROGRAM} answer {case.id} --as {at.answer}.{complain}"


def _remind(case: Case, at: Position) -> str:
    law = LAWS[case.ground]
    complain = f", or complain: {_PROGRAM} complain {case.id} ({law.escalation_note})"
    whom = (
        "Ask the authority about the state of the complaint" if asks_authority(at) else "Remind the publisher"
    )
    return f"{whom}: {_PROGRAM} remind {case.id}{complain if _can_complain(at) else ''}"


def _complain(case: Case, _: Position) -> str:
    return (
        f"The reminder was not answered: {_PROGRAM} complain {case.id} ({LAWS[case.ground].escalation_note})"
    )


def _recheck(case: Case, _: Position) -> str:
    return (
        f"Check the publisher's next index: {_PROGRAM} recheck {case.id} FILE."
        f" If the answer settles it: {_PROGRAM} close {case.id}"
    )


_WORDS: dict[Step, Callable[[Case, Position], str]] = {
    Step.SEND: _send,
    Step.WAIT: _wait,
    Step.SAY_WHAT_IT_MEANS: _say,
    Step.REPLY: _reply,
    Step.DRAFT: lambda case, _: f"Ask for removal: {_PROGRAM} draft {case.dataset}",
    Step.REMIND: _remind,
    Step.COMPLAIN: _complain,
    Step.RECHECK: _recheck,
    Step.CLOSE: lambda case, at: (
        f"{'All records are gone' if at.all_removed else 'Nothing more is asked for'}:"
        f" {_PROGRAM} close {case.id}"
    ),
    Step.BEGIN_ANEW: lambda *_: "Nothing: the case is closed.",
}


def _required_sent(case: Case) -> LetterRecord:
    _refuse_closed(case)
    letter = case.newest_sent
    if letter is None:
        raise RefusedError(
            f"case {case.id} was not sent yet", hint=f"First: flickr-auditor optout sent {case.id} --on DATE"
        )
    return letter


def _refuse_closed(case: Case) -> None:
    if case.closed_on:
        verb = "ask" if case.purpose is Purpose.ACCESS else "draft"
        raise RefusedError(
            f"case {case.id} was closed on {case.closed_on}",
            hint=f"For a new request: flickr-auditor optout {verb} {case.dataset}",
        )


def _refuse_future(on: date, today: date) -> None:
    if on > today:
        raise UsageError(f"{on} is in the future", hint="Give the day on which it happened.")
