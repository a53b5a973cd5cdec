"""A case: one correspondence with one publisher, as values.

A case keeps what happened: its letters with the days they were written, sent and received, and the answers to
them. How far it is and when it is overdue follow from that alone, so no state can contradict the facts.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auditor.optout.law import Deadline, Ground, Role, answer_due, complaint_due, reminder_due


class CaseState(StrEnum):
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
class RecheckCounts:
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
    outcome: RecheckCounts | None = None
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
    def state(self) -> CaseState:
        """How far it is, by what is known."""
        if self.closed_on:
            return CaseState.CLOSED
        if self.newest_sent is None:
            return CaseState.DRAFTED
        answer = self.newest_answer
        return CaseState.ANSWERED if answer and not self._still_waits(answer) else CaseState.SENT

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
        return self.state is CaseState.SENT and self.deadline is not None and today > self.deadline.day
