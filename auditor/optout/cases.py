"""A case: one request to one publisher, from the draft to the end. Values and rules; `case_store` keeps them.

States follow from dates: drafted → sent → answered → closed. A case is overdue when it was sent, nobody
answered, and the deadline is over.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from auditor.errors import RefusedError, UsageError
from auditor.optout.deadlines import Deadline, deadline
from auditor.optout.law import Ground, Role


class State(StrEnum):
    """How far a case is."""

    DRAFTED = "drafted"
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """The index that a letter was made from."""

    sources: tuple[tuple[str, str], ...]
    """Name and SHA-256 of each of the publisher's files."""
    read_on: date


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
    follow_up_waits: bool
    """A follow-up letter was written and not sent yet."""


@dataclass(frozen=True, slots=True)
class Case:
    """See the module."""

    id: str
    dataset: str
    ground: Ground
    role: Role
    language: str
    sender: str | None
    """The name as the user gave it."""
    nsid: str | None
    """The account whose photos they are; None for a person shown, whose links are in anybody's account."""
    include_private: bool
    folder: str
    """Where the letter and its follow-ups are."""
    files: tuple[str, ...]
    """Paths of the newest letter's files."""
    photos: int
    """Photos asked about."""
    records: int
    index: IndexVersion
    fingerprint: Fingerprint
    drafted_on: date
    sent_on: date | None = None
    received_on: date | None = None
    """The day of receipt, once an answer told it."""
    answered_on: date | None = None
    closed_on: date | None = None
    outcome: Outcome | None = None

    @property
    def state(self) -> State:
        """How far it is, by the dates that are known."""
        if self.closed_on:
            return State.CLOSED
        if self.answered_on:
            return State.ANSWERED
        return State.SENT if self.sent_on else State.DRAFTED

    @property
    def deadline(self) -> Deadline | None:
        """Counted from receipt, or from sending while nobody told the day of receipt; None before sending."""
        start = self.received_on or self.sent_on
        return deadline(self.ground, start) if start else None

    def overdue(self, today: date) -> bool:
        """Whether it waits for an answer that should have come."""
        return self.state is State.SENT and self.deadline is not None and today > self.deadline.day


def sent(case: Case, on: date, today: date) -> Case:
    """`case` after its letter, or a follow-up, went out: waiting begins (anew)."""
    _refuse_closed(case)
    _refuse_future(on, today)
    outcome = replace(case.outcome, follow_up_waits=False) if case.outcome else None
    return replace(case, sent_on=on, received_on=None, answered_on=None, outcome=outcome)


def acknowledged(case: Case, received: date, today: date) -> Case:
    """`case` after the publisher told when the letter arrived: the deadline counts from then."""
    sent_on = _required_sent(case)
    _refuse_future(received, today)
    if received < sent_on:
        raise UsageError(f"the letter cannot have arrived on {received}: it was sent on {sent_on}")
    return replace(case, received_on=received)


def answered(case: Case, on: date, today: date) -> Case:
    """`case` after an answer came."""
    sent_on = _required_sent(case)
    _refuse_future(on, today)
    if on < sent_on:
        raise UsageError(f"the answer cannot be of {on}: the letter was sent on {sent_on}")
    return replace(case, answered_on=on)


def closed(case: Case, on: date, today: date) -> Case:
    """`case` when nothing more is to be done about it; closing it twice changes nothing."""
    _refuse_future(on, today)
    return case if case.closed_on else replace(case, closed_on=on)


def next_step(case: Case, today: date) -> str:
    """What the user does next, in one sentence."""
    if case.state is State.CLOSED:
        return "Nothing: the case is closed."
    if case.state is State.DRAFTED:
        return f"Read the letter, send it, then: flickr-auditor optout sent {case.id}"
    if case.outcome and case.outcome.removed == case.photos:
        return f"All records are gone: flickr-auditor optout close {case.id}"
    if case.outcome and case.outcome.follow_up_waits:
        return f"Read the follow-up letter, send it, then: flickr-auditor optout sent {case.id}"
    if case.state is State.ANSWERED:
        return (
            f"Check the publisher's next index: flickr-auditor optout recheck {case.id} FILE."
            f" If the answer settles it: flickr-auditor optout close {case.id}"
        )
    if not case.overdue(today):
        return f"Wait. When an answer comes: flickr-auditor optout answer {case.id} --text-file FILE"
    if case.ground in {Ground.GDPR, Ground.UK_GDPR}:
        authority = "your data protection authority" if case.ground is Ground.GDPR else "the ICO (ico.org.uk)"
        return f"Remind the publisher, or complain to {authority} under Article 77."
    if case.deadline and case.deadline.legal:
        return "Remind the publisher, or complain to the California Privacy Protection Agency (cppa.ca.gov)."
    return f"Ask again, then: flickr-auditor optout sent {case.id}"


def _required_sent(case: Case) -> date:
    _refuse_closed(case)
    if case.sent_on is None:
        raise RefusedError(
            f"case {case.id} was not sent yet", hint=f"First: flickr-auditor optout sent {case.id} --on DATE"
        )
    return case.sent_on


def _refuse_closed(case: Case) -> None:
    if case.closed_on:
        raise RefusedError(
            f"case {case.id} was closed on {case.closed_on}",
            hint=f"For a new request: flickr-auditor optout draft {case.dataset}",
        )


def _refuse_future(on: date, today: date) -> None:
    if on > today:
        raise UsageError(f"{on} is still to come", hint="Give the day on which it happened.")
