"""What goes out of a case after its first letter: remind, complain, reply; and that a letter was sent.

What comes in is in `incoming`, and the check of the publisher's next index in `next_index`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from auditor import database
from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.datasets import catalogue
from auditor.optout import addressees, case_files, ladder
from auditor.optout import letter as letters
from auditor.optout.addressees import Authority
from auditor.optout.case import REPLIES, Case, Kind
from auditor.optout.case_store import Desk
from auditor.optout.ladder import Step
from auditor.optout.law import law
from auditor.optout.letter import Recipient
from auditor.optout.next_step import refuse_unless
from auditor.optout.render import LANGUAGES, language_of


def remind(desk: Desk, case_id: str) -> tuple[Case, tuple[str, ...]]:
    """Write the reminder of an overdue case, or ask the authority how its complaint stands."""
    with database.transaction(desk.conn):
        case = desk.store.get(case_id)
        refuse_unless(case, Step.REMIND, desk.today)
        at = ladder.position(case, desk.today)
        if ladder.asks_authority(at):
            last = next(
                item for item in reversed(case.letters) if item.kind in {Kind.COMPLAINT, Kind.INQUIRY}
            )
            known = addressees.authority_named(last.to)
            to = known.recipient if known else Recipient(last.to)
            return _further(desk, case, Kind.INQUIRY, to), ()
        addressee = addressees.of_case(case, catalogue.get(case.dataset))
        case = _further(desk, case, Kind.REMINDER, addressee.recipient)
        return case, addressees.channel_notes(addressee, desk.today)


def complain(
    desk: Desk, case_id: str, *, country: str | None = None, language: str | None = None
) -> tuple[Case, tuple[str, ...]]:
    """Write the complaint to the authority of `country`, or the last notice where the law has none."""
    with database.transaction(desk.conn):
        case = desk.store.get(case_id)
        refuse_unless(case, Step.COMPLAIN, desk.today)
        authority = addressees.authority_for(case.ground, country)
        if authority is None:
            addressee = addressees.of_case(case, catalogue.get(case.dataset))
            case = _further(desk, case, Kind.COMPLAINT, addressee.recipient)
            note = law(case.ground, case.role).escalation_note
            return case, (f"{note[0].upper()}{note[1:]}.",)
        code = language or (authority.language if authority.language in LANGUAGES else case.language)
        chosen = language_of(code or case.language).code
        case = _further(desk, case, Kind.COMPLAINT, authority.recipient, language=chosen)
        return case, _authority_notes(case, authority, chosen)


def before_sending(desk: Desk, case: Case) -> tuple[str, ...]:
    """What to know of whom the newest letter of `case` is to: the publisher, a host or an authority."""
    newest = case.letters[-1]
    if authority := addressees.authority_named(newest.to):
        return _authority_notes(case, authority) if newest.kind is Kind.COMPLAINT else ()
    card = catalogue.get(case.dataset)
    return addressees.warnings(card, case, addressees.of_case(case, card), desk.store.all(), desk.today)


def _authority_notes(case: Case, authority: Authority, language: str | None = None) -> tuple[str, ...]:
    """How `authority` takes complaints; `language` is that of the complaint, where it is known."""
    notes = []
    if authority.form:
        notes.append(f"{authority.name} has a form for complaints: {authority.form}")
    elif authority.email:
        notes.append(f"Send it to {authority.email} ({authority.source}, seen {authority.seen}).")
    if authority.language and authority.language != language:
        this = f'; this one is in "{language}": have it translated' if language else ""
        notes.append(f'It takes complaints in the language "{authority.language}"{this}.')
    if authority.note:
        notes.append(authority.note)
    notes.append(f"Add the case folder: flickr-auditor optout folder {case.id}")
    return tuple(notes)


def _further(
    desk: Desk,
    case: Case,
    kind: Kind,
    to: Recipient,
    *,
    language: str | None = None,
) -> Case:
    """Write a letter that follows from the case's own facts, and keep the case.

    In the transaction in which the case was read, or what comes in meanwhile would be overwritten.
    """
    cards = [catalogue.get(name) for name in case.datasets]
    asked = desk.store.outstanding(case.id)
    account = AccountStore(desk.conn).account(case.nsid) if case.nsid else None
    letter = letters.further(
        case if language is None else replace(case, language=language),
        cards,
        kind,
        asked,
        to=to,
        account=account or (Account(case.nsid) if case.nsid else None),
        written_on=desk.today,
    )
    replies_to = letter.meaning if kind is Kind.REPLY else None
    folder = case_files.free_folder(Path(case.folder), kind.value)
    case = case_files.add_letter(desk, case, kind, [letter], folder, replies_to=replies_to)
    desk.store.save(case, event=f"{kind.value} drafted", on=desk.today, note=to.name)
    return case


def sent(desk: Desk, case_id: str, on: date | None = None) -> Case:
    """Note that the newest letter was sent (None: today)."""
    return _moved(desk, case_id, "sent", ladder.sent, on or desk.today)


def close(desk: Desk, case_id: str, on: date | None = None) -> Case:
    """Close a case (None: today)."""
    return _moved(desk, case_id, "closed", ladder.closed, on or desk.today)


def acknowledged(desk: Desk, case_id: str, on: date) -> Case:
    """Note on which day the letter arrived, by the publisher's own word."""
    return _moved(desk, case_id, "acknowledged", ladder.acknowledged, on)


def _moved(desk: Desk, case_id: str, event: str, step: Callable[[Case, date, date], Case], on: date) -> Case:
    with database.transaction(desk.conn):
        case = step(desk.store.get(case_id), on, desk.today)
        desk.store.save(case, event=event, on=on)
    return case


def reply(desk: Desk, case_id: str) -> Case:
    """Write the letter that the newest answer asks for; the case is unchanged where that kind has none."""
    with database.transaction(desk.conn):
        case = desk.store.get(case_id)
        answer = case.newest_answer
        if not answer or not answer.confirmed or answer.meaning not in REPLIES or case.closed_on:
            return case
        addressee = addressees.of_case(case, catalogue.get(case.dataset))
        return _further(desk, case, Kind.REPLY, addressee.recipient)
