"""The licence of a photo when a dataset recorded it, by Flickr's own history, not by its word."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from auditor.account.license_history import Held, held, never_changed
from auditor.datasets.card import Card


@dataclass(frozen=True, slots=True)
class LicenseThen:
    """A licence that is certain for the time when a dataset recorded the photo."""

    license: str
    """Its name."""
    day: date
    """The last day of that time; of an `unchanged` licence the day since when it was the same."""
    unchanged: bool
    """The photo never had another one, so the day does not matter."""

    def __str__(self) -> str:
        """``CC BY 2.0 (on 2014-12-31)``."""
        return f"{self.license} ({'unchanged since' if self.unchanged else 'on'} {self.day})"


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """What Flickr's history says of one photo."""

    periods: tuple[Held, ...]
    """The licences one after the other."""
    then: Mapping[str, LicenseThen]
    """By dataset, where the history reaches that far; the other datasets are not in it."""

    def __str__(self) -> str:
        """``CC BY 2.0 until 2015-03-01; All Rights Reserved since 2015-03-01``."""
        return "; ".join(
            " ".join(
                [period.license]
                + [f"since {period.since}"] * (period.since is not None)
                + [f"until {period.until}"] * (period.until is not None)
                + [f"at least until {period.known_until}"] * (period.known_until is not None)
            )
            for period in self.periods
        )


def license_facts(history: Sequence[Held], cards: Sequence[Card]) -> LicenseFacts:
    """What `history` says about the datasets of `cards`."""
    then = {card.name: found for card in cards if (found := license_then(history, card))}
    return LicenseFacts(tuple(history), then)


def license_then(history: Sequence[Held], card: Card) -> LicenseThen | None:
    """The licence when `card`'s dataset recorded the photo; None: not known."""
    if card.collected:
        first, last = span(card.collected)
        if name := held(history, first, last):
            return LicenseThen(name, last, unchanged=False)
    always = never_changed(history)
    return LicenseThen(always.license, always.since, unchanged=True) if always and always.since else None


def span(text: str) -> tuple[date, date]:
    """The first and the last day of ``2013``, ``2013-11`` or ``2013-11-26``."""
    year, *rest = (int(part) for part in text.split("-"))
    if len(rest) > 1:
        return date(year, *rest), date(year, *rest)
    first, last = (rest[0], rest[0]) if rest else (1, 12)
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
