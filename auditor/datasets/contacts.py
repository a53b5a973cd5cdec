"""Whom to write to: the organisations behind datasets and the hosts of copies, with every known channel.

One list for all cards (``contacts.toml``), because one company answers for many datasets. A channel says what
it is for, where it was read and when; nothing here was guessed. `confirmed` is False where only a paper or
profile names somebody's address: the letter then leaves the decision to the user.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import urlsplit

from auditor.datasets.toml_table import Table

KINDS = ("email", "form", "post", "issues")
PURPOSES = ("removal", "authors", "privacy", "host")
"""For removal requests of this dataset, its authors, data protection, or a host's reports; best first."""
OLD_AFTER_MONTHS = 18
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach somebody."""

    kind: str
    """``email``, ``form`` and ``issues`` (web addresses), or ``post`` (lines with commas between)."""
    to: str
    purpose: str
    source: str
    """Where it was read."""
    seen: str
    """When, as exact as is known: ``2026-07-21``, ``2026-07`` or ``2026``."""
    confirmed: bool
    note: str | None

    @property
    def public(self) -> bool:
        """Whether everybody reads what is written there: no links and no personal data then."""
        return self.kind == "issues"

    def old(self, today: date) -> bool:
        """Whether it was seen so long ago that it may no longer be right."""
        year, month = int(self.seen[:4]), int(self.seen[5:7] or 12)
        return (today.year - year) * 12 + today.month - month > OLD_AFTER_MONTHS


@dataclass(frozen=True, slots=True)
class Contact:
    """An organisation, or a person who published alone."""

    key: str
    name: str
    channels: tuple[Channel, ...]
    domains: tuple[str, ...]
    """Hosts only: the names under which copies lie there."""


@cache
def load() -> Mapping[str, Contact]:
    """All contacts by key. Errors: `ConfigurationError` when the file does not fit the schema."""
    return parse((files("auditor.datasets") / "contacts.toml").read_text("utf-8"))


def parse(text: str, file: str = "contacts.toml") -> Mapping[str, Contact]:
    """The contacts in the text of a TOML file."""
    table = Table.parse(text, file)
    found = {}
    for key in table.names():
        entry = table.table(key)
        found[key] = Contact(
            key=key,
            name=entry.text("name"),
            channels=tuple(channels(entry)),
            domains=entry.words("domains"),
        )
        entry.end()
    return MappingProxyType(found)


def channels(table: Table) -> Iterator[Channel]:
    """The channels in ``[[channels]]`` of a card's or contact's table."""
    for row in table.tables("channels"):
        seen = row.date("seen")
        if seen is None:
            raise row.error("seen", "is missing")
        channel = Channel(
            kind=row.choice("kind", KINDS),
            to=row.text("to"),
            purpose=row.choice("purpose", PURPOSES),
            source=row.text("source"),
            seen=seen,
            confirmed=not row.optional_flag("unconfirmed"),
            note=row.optional_text("note"),
        )
        if channel.kind == "email" and not _EMAIL.fullmatch(channel.to):
            raise row.error("to", "must be one plain e-mail address")
        if channel.kind in {"form", "issues"} and urlsplit(channel.to).scheme not in {"http", "https"}:
            raise row.error("to", "must be a web address that starts with http:// or https://")
        row.end()
        yield channel


def usable(found: Iterable[Channel]) -> tuple[Channel, ...]:
    """The confirmed ones, best first: by purpose, then private ones before public ones."""
    confirmed = [channel for channel in found if channel.confirmed]
    return tuple(
        sorted(
            confirmed, key=lambda item: (item.public, PURPOSES.index(item.purpose), KINDS.index(item.kind))
        )
    )


def hosts(addresses: Iterable[str]) -> tuple[Contact, ...]:
    """The hosts that files at these web addresses lie with."""
    listed = list(addresses)
    return tuple(
        contact
        for contact in load().values()
        if any(lies_with(address, contact.domains) for address in listed)
    )


def lies_with(address: str, domains: Iterable[str]) -> bool:
    """Whether a web address is under one of `domains`."""
    name = urlsplit(address).hostname or ""
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
