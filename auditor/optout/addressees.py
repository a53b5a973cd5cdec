"""Whom a letter goes to: the publisher by its best known channel, a host of copies, or an authority.

And what the user should know of them before a letter goes out.

Authorities are those of ``authorities.toml``, by country and, in Germany, by state. Nothing is guessed: a
country that is not there, or has several authorities, is answered with the choice there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from auditor.datasets import contacts
from auditor.datasets.card import Card
from auditor.datasets.contacts import Channel, Contact
from auditor.datasets.toml_table import Table
from auditor.errors import RefusedError, UsageError
from auditor.optout import photos as requested
from auditor.optout.case import Case, Purpose
from auditor.optout.law import LAWS, Escalation, Ground, Role
from auditor.optout.letter import Recipient
from auditor.optout.photos import LetterPhotos


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody that a case can be with."""

    name: str
    contact: str | None
    """Key in ``contacts.toml``; None: only a card names it."""
    channels: tuple[Channel, ...]
    """Best first; unconfirmed ones last."""

    @property
    def best(self) -> Channel | None:
        """The best confirmed channel."""
        return next(iter(contacts.usable(self.channels)), None)

    @property
    def needs_public_note(self) -> bool:
        """Only a public channel is known: what is written there may hold nothing personal."""
        return self.best is not None and self.best.public

    @property
    def recipient(self) -> Recipient:
        """As the letter names it."""
        usable = contacts.usable(self.channels)
        return Recipient(
            self.name,
            email=next((channel.to for channel in usable if channel.kind == "email"), None),
            address=next((channel.to for channel in usable if channel.kind == "post"), None),
        )


def of_card(card: Card) -> Addressee:
    """The publisher of `card`, as far as there is one to write to."""
    opt_out = card.opt_out
    contact = opt_out.contacts[0].key if opt_out.contacts else None
    return Addressee(opt_out.who or card.publisher, contact, opt_out.channels)


def of_cards(cards: Sequence[Card]) -> Addressee:
    """The one publisher of all `cards`: of several, the organisation itself and no single team."""
    first = of_card(cards[0])
    return first if len(cards) == 1 or not first.contact else _contact(contacts.load()[first.contact])


def of_host(name: str, card: Card) -> Addressee:
    """A host that copies of `card` lie with, by its key. Errors: `UsageError`, with the known hosts."""
    known = {key: contact for key, contact in contacts.load().items() if contact.domains}
    if contact := known.get(name.strip().lower()):
        return _contact(contact)
    here = ", ".join(contact.key for contact in hosts_of(card)) or "none known"
    raise UsageError(
        f'there is no host "{name}"',
        hint=f"Hosts of files of {card.name}: {here}. All: {', '.join(known)}.",
    )


def of_case(case: Case, card: Card) -> Addressee:
    """Whom `case` is with, with the channels of today."""
    contact = contacts.load().get(case.contact) if case.contact else None
    if contact and contact.domains and contact not in card.opt_out.contacts:
        return _contact(contact)
    found = of_card(card)
    return Addressee(case.to or found.name, found.contact, found.channels)


def _contact(contact: Contact) -> Addressee:
    return Addressee(contact.name, contact.key, contact.channels)


def hosts_of(card: Card) -> tuple[Contact, ...]:
    """The hosts that files of `card` lie with, by their addresses."""
    return contacts.hosts(address for file in card.files for address in (file.url, file.page) if address)


def no_letter(card: Card) -> str | None:
    """Why nobody can be asked about `card`, and what can be done instead; None: a letter can be written."""
    if card.flickr == "none":
        who = of_card(card).best
        instead = f" If a picture shows you, write to its publisher yourself: {who.to}." if who else ""
        reason = f" {card.no_key_reason}" if card.no_key_reason else ""
        return (
            f"{card.title} was not made from Flickr photos, so a Flickr account gives no reason to ask."
            f"{reason}{instead}"
        )
    return card.opt_out.no_letter


def refuse_without_letter(card: Card) -> None:
    """Raise `RefusedError` with the reason where nobody can be asked about `card`."""
    if reason := no_letter(card):
        raise RefusedError(reason, hint=f"What is known: flickr-auditor datasets info {card.name}")


def channel_notes(addressee: Addressee, today: date) -> tuple[str, ...]:
    """What to know of how the addressee is reached: which channel, how old, and what must stay out."""
    best, notes = addressee.best, []
    if best is None:
        notes.append(f"No address of {addressee.name} is known. Look it up and fill the recipient in.")
    elif best.kind == "email":
        notes.append(f"Send it to {best.to} ({best.source}, seen {best.seen}).")
    elif best.kind == "form":
        notes.append(f"{addressee.name} wants a form filled in: {best.to} ({best.source}, seen {best.seen}).")
    elif best.kind == "post":
        notes.append(f"Send it by post: {best.to} ({best.source}, seen {best.seen}).")
    else:
        notes.append(
            f"Only a public place is known: {best.to} (seen {best.seen}). Post public-note.txt there, which"
            " holds no links and nothing personal, and send the letter once they name an address."
        )
    if best and best.note:
        notes.append(best.note)
    privacy = [channel.to for channel in contacts.usable(addressee.channels) if channel.purpose == "privacy"]
    if best and best.to not in privacy and privacy:
        notes.append(f"A copy can go to the organisation's address for data protection: {privacy[0]}.")
    if best and best.old(today):
        notes.append("That contact was seen over 18 months ago: check that it is still right.")
    unconfirmed = [channel.to for channel in addressee.channels if not channel.confirmed]
    if unconfirmed and (best is None or best.public):
        notes.append(f"Not confirmed, from papers or profiles: {', '.join(unconfirmed)}.")
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class Authority:
    """A supervisory authority or regulator that takes complaints."""

    key: str
    name: str
    countries: tuple[str, ...]
    """Codes such as ``fr``, and ``de-be`` for a state with its own."""
    address: str | None
    email: str | None
    form: str | None
    language: str | None
    """In which it takes complaints, where it says so."""
    source: str
    seen: str
    note: str | None

    @property
    def recipient(self) -> Recipient:
        """As the complaint names it."""
        return Recipient(self.name, self.email, self.address)


@cache
def authorities() -> Mapping[str, Authority]:
    """All authorities by key."""
    return _parse((files("auditor.optout") / "authorities.toml").read_text("utf-8"))


def _parse(text: str) -> Mapping[str, Authority]:
    table = Table.parse(text, "authorities.toml")
    found = {}
    for key in table.names():
        entry = table.table(key)
        found[key] = Authority(
            key=key,
            name=entry.text("name"),
            countries=entry.words("countries"),
            address=entry.optional_text("address"),
            email=entry.optional_text("email"),
            form=entry.address("form"),
            language=entry.optional_text("language"),
            source=entry.text("source"),
            seen=entry.date("seen") or "",
            note=entry.optional_text("note"),
        )
        entry.end()
    return found


def authority_for(ground: Ground, country: str | None) -> Authority | None:
    """The authority that a complaint on `ground` goes to; None where the law has none (a last notice then).

    Errors: `UsageError` where the country is missing, has none in the data, or has several, with the choice.
    """
    law = LAWS[ground]
    if law.escalation is not Escalation.AUTHORITY:
        return None
    code = (country or {Ground.UK_GDPR: "gb", Ground.CCPA: "us-ca"}.get(ground, "")).strip().lower()
    code = {"uk": "gb", "el": "gr", "california": "us-ca", "ca-us": "us-ca"}.get(code, code)
    known = _countries(ground)
    if code in known:
        return known[code][0]
    states = sorted(item for item in known if item.startswith(f"{code}-")) if code else []
    if states:
        raise UsageError(
            f"{code.upper()} has an authority for each state",
            hint=f"Name yours: --country {' or '.join(item.upper() for item in states)}",
        )
    problem = f'no authority is known for "{country}"' if code else "no country is given"
    raise UsageError(
        f"{problem}: {law.escalation_note}",
        hint=f"--country takes one of: {', '.join(sorted(item.upper() for item in known))}.",
    )


def authority_named(name: str) -> Authority | None:
    """The authority that a letter of a case names as whom it is to; None: it is to somebody else."""
    return next((item for item in authorities().values() if item.name == name), None)


def _countries(ground: Ground) -> Mapping[str, Sequence[Authority]]:
    """The codes that go with `ground`, with their authorities."""
    found: dict[str, list[Authority]] = {}
    for authority in authorities().values():
        for code in authority.countries:
            group = {"gb": Ground.UK_GDPR, "us-ca": Ground.CCPA, "ch": None}.get(code, Ground.GDPR)
            if group is ground:
                found.setdefault(code, []).append(authority)
    return found


def warnings(
    card: Card,
    case: Case,
    to: Addressee,
    known: Iterable[Case],
    today: date,
    selection: LetterPhotos | None = None,
) -> tuple[str, ...]:
    """What the user should know of the publisher and the `known` cases before sending the letter."""
    found = []
    opt_out = card.opt_out
    still_open = [
        other.id
        for other in known
        if case.dataset in other.datasets
        and other.contact == case.contact
        and other.closed_on is None
        and other.id not in {case.id, case.follows}
    ]
    if still_open:
        found.append(
            f"Still open about {case.dataset}: {', '.join(still_open)}. Close what this letter replaces:"
            f" flickr-auditor optout close {still_open[-1]}"
        )
    if selection:
        found += _step_notes(card, case, selection)
    if case.purpose is Purpose.REMOVAL and opt_out.how:
        found.append(f"The publisher's procedure: {opt_out.how} (Source: {opt_out.source})")
    if opt_out.note:
        found.append(opt_out.note)
    found += channel_notes(to, today)
    if case.purpose is Purpose.REMOVAL and "form" in opt_out.asks_for and opt_out.url:
        found.append(f"The publisher wants a form filled in: {opt_out.url}. Copy the links from the letter.")
    if card.opt_out.contacts and card.opt_out.contacts[0].key == "laion":
        found.append(
            "OLG Hamburg, 10 December 2025, 5 U 104/24: LAION's mining was lawful as to copyright (an appeal"
            " was allowed). The judgment is not about data protection."
        )
    hosts = hosts_of(card)
    if hosts and case.purpose is Purpose.REMOVAL:
        names = " or ".join(host.key for host in hosts)
        found.append(
            f"Its files are hosted by {names}: a notice to the host is another letter, --host {hosts[0].key}."
        )
    if card.status.state == "withdrawn" and card.status.copies:
        found.append(f"The publisher no longer offers the dataset. Copies: {card.status.copies}")
    return tuple(found)


def _step_notes(card: Card, case: Case, selection: LetterPhotos) -> Iterable[str]:
    wanted = card.opt_out.first_steps
    if case.role is not Role.PHOTOGRAPHER or case.purpose is not Purpose.REMOVAL:
        return
    steps = [photo.steps_done for photo in selection.asked]
    if missing := requested.steps_pending(steps, wanted):
        yield (
            f"{case.to} asks you to protect the photos first; {missing:,} of {len(steps):,} are not yet (as"
            f" of the last sync or apply). Make a plan: {requested.plan_command(card.name, wanted)}"
        )
