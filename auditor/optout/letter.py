"""A letter as a value: every fact the templates may write, and nothing they would have to work out.

Whatever a letter claims ("asked on", "received on", "no answer by") is taken from its case here, so that no
template can claim what the case does not hold.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from auditor.account.photo import Account
from auditor.datasets import contacts
from auditor.datasets.card import Card
from auditor.flickr import licenses
from auditor.flickr.licenses import License
from auditor.flickr.urls import profile_url
from auditor.optout.case import Answer, AnswerClass, Case, IndexVersion, Kind, LetterRecord, Purpose
from auditor.optout.law import LAWS, Deadline, Escalation, Role
from auditor.optout.photos import RequestedPhoto, Standing

MAX_LINKS = 20_000
"""Of one part, where the publisher names no limit: a longer letter is written and read in parts."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to."""

    name: str
    email: str | None = None
    address: str | None = None
    """Postal, its lines with commas between."""


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """A licence that the index records, for how many photos, and what it asks of whoever uses them."""

    name: str
    photos: int
    reserved: bool
    """All rights reserved: it allows no use by others."""
    attribution: bool
    non_commercial: bool
    no_derivatives: bool
    share_alike: bool

    @classmethod
    def of(cls, entry: License, photos: int) -> Self:
        """The terms of `entry`; an unknown licence has none that we could name."""
        shared = entry.allows_reuse is True
        return cls(
            name=entry.name,
            photos=photos,
            reserved=entry.allows_reuse is False,
            attribution=entry.code.startswith("cc-by"),
            non_commercial=shared and entry.commercial is False,
            no_derivatives=shared and entry.derivatives is False,
            share_alike=shared and entry.share_alike is True,
        )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a letter adds to those before it."""

    last_sent_on: date
    """The day of the letter before this one."""
    asked: int
    """Photos of all letters so far."""
    removed: int
    """Of these."""
    newly_found: int
    """Photos of this letter that none before it named."""


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A line of what happened so far: a letter sent, its receipt, or an answer."""

    on: date
    what: str
    """A `Kind`, ``access`` for a first question, ``received`` or ``answer``."""
    meaning: AnswerClass | None = None
    """Of an answer, where the sender of the letter said what it means."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, or one numbered part of it."""

    case: Case
    template: str
    """Name of the template, without language and ending."""
    to: Recipient
    cards: tuple[Card, ...]
    written_on: date
    account: Account | None
    """Whose photos they are; None for a person shown: nothing of the photographer's account is named."""
    photos: tuple[RequestedPhoto, ...] = ()
    """The photos of this part."""
    first_number: int = 1
    """Number of the first of them; parts count on."""
    part: int = 1
    parts: int = 1
    photo_count: int = 0
    """Photos of all parts."""
    record_count: int = 0
    gone_count: int = 0
    """Photos that are no longer in the account."""
    ownerless_count: int = 0
    """Records that name the account but no photo."""
    licenses: tuple[LicenseTerms, ...] = ()
    """As the index records them, most frequent first; empty for a person shown, who licensed nothing."""
    steps: tuple[tuple[str, int], ...] = ()
    """How many photos have each of the publisher's first steps; empty where it asks for none."""
    index: IndexVersion | None = None
    """The index that the photos were found in."""
    follow_up: FollowUp | None = None
    history: tuple[PastEvent, ...] = ()
    """What happened so far, oldest first."""
    asked_on: date | None = None
    """When the first letter was sent."""
    no_answer_by: date | None = None
    """The last day of the term, where it passed without an answer."""
    legal_term: bool = False
    """Whether the law set that term."""
    answer: Answer | None = None
    """The newest answer, once the sender of the letter said what it means."""
    new_term: Deadline | None = None
    """By when an answer is due now, where the publisher extended the term."""
    name: str = ""
    """Of the case's publisher, where the letter goes to somebody else."""

    @property
    def card(self) -> Card:
        """The dataset, or the first of several."""
        return self.cards[0]

    @property
    def titles(self) -> str:
        """Of all datasets it is about."""
        return ", ".join(card.title for card in self.cards)

    @property
    def from_publisher(self) -> bool:
        """Whether the index was built from the publisher's own files: a letter may call them its."""
        return self.index is None or self.index.provenance in {"publisher", "publisher-unverified"}

    @property
    def copies(self) -> tuple[str, ...]:
        """Where files of the dataset lie with the host that the case is with."""
        domains = contacts.load()[self.case.contact].domains if self.case.contact else ()
        addresses = [file.url or file.page for file in self.card.files]
        return tuple(
            dict.fromkeys(
                address for address in addresses if address and contacts.lies_with(address, domains)
            )
        )

    @property
    def meaning(self) -> AnswerClass | None:
        """What the newest answer says."""
        return self.answer.meaning if self.answer else None

    @property
    def inferred(self) -> bool:
        """The dataset never said that its numbers are photo ids."""
        return any(photo.certainty == "inferred" for photo in self.photos)

    @property
    def profile(self) -> str | None:
        """The account's page."""
        return profile_url(self.account.nsid) if self.account else None

    @property
    def names_procedure(self) -> bool:
        """The publisher has a procedure, and it is open to the sender: first steps are the photographer's."""
        opt_out = self.card.opt_out
        return opt_out.how is not None and (self.account is not None or not opt_out.first_steps)

    @property
    def withdrawn(self) -> bool:
        """The publisher no longer gives the dataset out."""
        return self.card.status.state == "withdrawn"


def request(
    case: Case,
    cards: Sequence[Card],
    photos: Sequence[RequestedPhoto],
    *,
    to: Recipient,
    account: Account | None,
    written_on: date,
    index: IndexVersion | None = None,
    follow_up: FollowUp | None = None,
) -> tuple[Letter, ...]:
    """The first letter of `case`, or one that follows a re-check, about `photos`.

    In as many parts as the publisher's limit of links asks for. `account` is left out of every letter but the
    photographer's.
    """
    size = cards[0].opt_out.max_links or MAX_LINKS
    starts = range(0, len(photos), size) or range(1)
    wanted = cards[0].opt_out.first_steps if case.purpose is Purpose.REMOVAL else ()
    own = case.role is Role.PHOTOGRAPHER
    whole = Letter(
        case=case,
        template=_template(case, follow_up),
        to=to,
        cards=tuple(cards),
        written_on=written_on,
        account=account if own else None,
        parts=len(starts),
        photo_count=len(photos),
        record_count=sum(photo.records for photo in photos),
        gone_count=sum(photo.standing is Standing.GONE and photo.link is not None for photo in photos),
        ownerless_count=sum(photo.link is None for photo in photos),
        licenses=_license_terms(photos) if own else (),
        steps=tuple((step, n) for step in wanted if (n := sum(step in photo.steps_done for photo in photos)))
        if own
        else (),
        index=index,
        follow_up=follow_up,
        name=case.to,
    )
    return tuple(
        replace(whole, photos=tuple(photos[start : start + size]), first_number=start + 1, part=part)
        for part, start in enumerate(starts, 1)
    )


def _template(case: Case, follow_up: FollowUp | None) -> str:
    if case.purpose is Purpose.ACCESS:
        return "ask"
    if case.purpose is Purpose.HOST:
        return "host"
    return "follow-up" if follow_up else "letter"


def further(
    case: Case,
    cards: Sequence[Card],
    kind: Kind,
    photos: Sequence[RequestedPhoto],
    *,
    to: Recipient,
    account: Account | None,
    written_on: date,
) -> Letter:
    """A reminder, reply, complaint or inquiry of `case`, with the facts of the case and no others.

    `photos` are those that are still asked about.
    """
    own = case.role is Role.PHOTOGRAPHER
    due, answer, first = case.deadline, case.newest_answer, next(_sent(case), None)
    confirmed = answer if answer and answer.confirmed else None
    overdue = case.overdue(written_on) and due is not None
    extended = confirmed and confirmed.meaning is AnswerClass.EXTENDS and case.extended_in_time(confirmed)
    notice = kind is Kind.COMPLAINT and LAWS[case.ground].escalation is Escalation.NOTICE
    return Letter(
        case=case,
        template="notice" if notice else kind.value,
        to=to,
        cards=tuple(cards),
        written_on=written_on,
        account=account if own else None,
        photos=tuple(photos),
        photo_count=len(photos),
        record_count=sum(photo.records for photo in photos),
        index=case.index,
        history=tuple(history(case)),
        asked_on=first.sent_on if first else None,
        no_answer_by=due.day if overdue and due else None,
        legal_term=bool(overdue and due and due.legal),
        answer=confirmed,
        new_term=due if extended else None,
        name=case.to,
    )


def history(case: Case) -> list[PastEvent]:
    """What was sent, received and answered, oldest first."""
    return sorted(_events(case), key=lambda event: event.on)


def _events(case: Case) -> Iterator[PastEvent]:
    for letter in _sent(case):
        first = letter.number == case.letters[0].number
        if letter.sent_on:
            yield PastEvent(
                letter.sent_on, "access" if first and case.purpose is Purpose.ACCESS else letter.kind
            )
        if letter.received_on:
            yield PastEvent(letter.received_on, "received")
        for answer in case.answers:
            if answer.letter == letter.number:
                yield PastEvent(answer.on, "answer", answer.meaning if answer.confirmed else None)


def _sent(case: Case) -> Iterator[LetterRecord]:
    return (letter for letter in case.letters if letter.sent_on)


def _license_terms(photos: Sequence[RequestedPhoto]) -> tuple[LicenseTerms, ...]:
    counts = Counter(photo.license_then for photo in photos if photo.license_then is not None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(LicenseTerms.of(licenses.get(license_id), number) for license_id, number in ordered)
