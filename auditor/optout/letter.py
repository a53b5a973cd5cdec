"""A letter as a value: every fact the templates may write, and nothing they would have to work out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from auditor.account.photo import Account
from auditor.datasets.card import Card
from auditor.flickr import licenses
from auditor.flickr.licenses import License
from auditor.flickr.urls import profile_url
from auditor.optout.cases import Case, IndexVersion
from auditor.optout.law import Role
from auditor.optout.photos import RequestedPhoto, Standing


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
class Letter:
    """One letter, or one numbered part of it."""

    case: Case
    card: Card
    index: IndexVersion
    """The index that the photos were found in."""
    written_on: date
    photos: tuple[RequestedPhoto, ...]
    """The photos of this part."""
    first_number: int
    """Number of the first of them; parts count on."""
    part: int
    parts: int
    photo_count: int
    """Photos of all parts."""
    record_count: int
    gone_count: int
    """Photos that are no longer in the account."""
    ownerless_count: int
    """Records that name the account but no photo."""
    licenses: tuple[LicenseTerms, ...]
    """As the index records them, most frequent first; empty for a person shown, who licensed nothing."""
    steps: dict[str, int]
    """How many photos have each of the publisher's first steps; empty where it asks for none."""
    account: Account | None
    """Whose photos they are; None for a person shown: nothing of the photographer's account is named."""
    follow_up: FollowUp | None = None

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


def write(
    case: Case,
    card: Card,
    photos: Sequence[RequestedPhoto],
    *,
    index: IndexVersion,
    account: Account | None,
    written_on: date,
    follow_up: FollowUp | None = None,
) -> tuple[Letter, ...]:
    """The letter of `case` about `photos`, in as many parts as the publisher's limit of links asks for.

    `account` is left out of every letter but the photographer's.
    """
    size = card.opt_out.max_links or len(photos)
    starts = range(0, len(photos), size)
    wanted = card.opt_out.first_steps
    own = case.role is Role.PHOTOGRAPHER
    return tuple(
        Letter(
            case=case,
            card=card,
            index=index,
            written_on=written_on,
            photos=tuple(photos[start : start + size]),
            first_number=start + 1,
            part=part,
            parts=len(starts),
            photo_count=len(photos),
            record_count=sum(len(photo.places) for photo in photos),
            gone_count=sum(photo.standing is Standing.GONE and photo.link is not None for photo in photos),
            ownerless_count=sum(photo.link is None for photo in photos),
            licenses=_license_terms(photos) if own else (),
            steps={step: n for step in wanted if (n := sum(step in photo.steps_done for photo in photos))}
            if own
            else {},
            account=account if own else None,
            follow_up=follow_up,
        )
        for part, start in enumerate(starts, 1)
    )


def _license_terms(photos: Sequence[RequestedPhoto]) -> tuple[LicenseTerms, ...]:
    counts: dict[str, int] = {}
    for photo in photos:
        if photo.license_then is not None:
            counts[photo.license_then] = counts.get(photo.license_then, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(LicenseTerms.of(licenses.get(license_id), number) for license_id, number in ordered)
