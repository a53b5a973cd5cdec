"""What goes out of a case, step by step: ask, draft, remind, reply, complain, re-check, hand over.

What comes in is in `incoming`.

Each use-case is a function that takes the `Desk` (database, folder of letters, the day) and what it works on.
A letter, its photos and the case's new state are written together or not at all.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import clock, database
from auditor.account.license_history import kept
from auditor.account.photo import Account
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import RefusedError, UsageError
from auditor.files import private_dir
from auditor.flickr.urls import PhotoAddress, page_url, parse_photo
from auditor.names import inside
from auditor.optout import addressees, case_files
from auditor.optout import case as cases
from auditor.optout import letter as letters
from auditor.optout import photos as requested
from auditor.optout.addressees import Addressee, Authority
from auditor.optout.case import (
    REPLIES,
    AnswerClass,
    Case,
    IndexVersion,
    Kind,
    LetterRecord,
    Outcome,
    Purpose,
    Step,
)
from auditor.optout.case_store import CasePhoto, CaseStore, PhotoState
from auditor.optout.law import Ground, Role, law
from auditor.optout.letter import FollowUp, Letter, Recipient
from auditor.optout.next_index import Recheck, compare, fingerprint, refuse_unproven, version
from auditor.optout.photos import RequestedPhoto, Selection, select
from auditor.optout.render import LANGUAGES, language_of
from auditor.outside import world
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.audit.audit import AccountState


@dataclass(frozen=True, slots=True)
class Desk:
    """What all work on cases needs."""

    conn: sqlite3.Connection
    letters: Path
    """The folder that gets one folder a case."""
    today: date
    templates: Path | None = None
    """The user's own templates."""

    @property
    def store(self) -> CaseStore:
        """The cases."""
        return CaseStore(self.conn)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for when drafting."""

    ground: Ground
    role: Role
    language: str
    sender: str | None
    include_private: bool = False

    def checked(self) -> "Wish":
        """Itself, once its law gives the role a right and there are letters in its language."""
        law(self.ground, self.role)
        language_of(self.language)
        return self


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a draft put in, what it left out and why, and what the user should know before sending it."""

    case: Case | None
    """None: there was nothing to ask for."""
    dataset: str
    left_out: Mapping[str, int]
    """Number of photos or links by the reason why they are not in the letter."""
    gone: int
    """Photos of the letter that are no longer in the account."""
    parts: int
    fill_in: tuple[str, ...]
    """What the letter leaves a space for."""
    warnings: tuple[str, ...]


def draft(
    desk: Desk,
    wish: Wish,
    card: Card,
    index: Index,
    *,
    state: "AccountState | None",
    links: Sequence[PhotoAddress] = (),
    host: str | None = None,
    out: Path | None = None,
) -> Drafted:
    """Open a case that asks to remove every photo of the account, or at `links`, that `index` holds.

    `state` is the photographer's account, None for a person shown. `host` sends a notice to a host of copies
    instead. The files go to `out`, or to a folder of the case.
    """
    if index.manifest.provenance is Provenance.OWN_LIST:
        raise RefusedError(
            f"the index of {card.name} is built from your own list: a letter would call it the publisher's",
            hint="Build it from the publisher's files, or ask: flickr-auditor optout ask " + card.name,
        )
    left_out: dict[str, int] = {}
    if state:
        found = in_account(state, index, card)
        histories = kept(desk.conn, {photo.photo_id for photo in found if photo.photo_id})
        found = requested.with_license_histories(found, histories, card)
    else:
        found = requested.from_links(links, index, card.certainty)
        left_out["not in the index"] = len({photo.photo_id for photo in links}) - len(found)
    selection = select(found, include_private=wish.include_private)
    left_out["not public on Flickr (--include-private names them)"] = len(selection.left_out)
    left_out = {reason: number for reason, number in left_out.items() if number}
    if not selection.asked:
        return Drafted(None, card.name, left_out, 0, 0, (), ())
    to = addressees.of_host(host, card) if host else addressees.of_card(card)
    purpose = Purpose.HOST if host else Purpose.REMOVAL
    made_from = version(index)
    opened = Case(
        id="",
        datasets=(card.name,),
        purpose=purpose,
        ground=wish.ground,
        role=wish.role,
        language=wish.language,
        sender=wish.sender,
        nsid=state.account.nsid if state else None,
        include_private=wish.include_private,
        to=to.name,
        contact=to.contact,
        folder="",
        photos=len(selection.asked),
        records=sum(photo.records for photo in selection.asked),
        index=made_from,
        fingerprint=fingerprint(index, selection.asked),
        drafted_on=desk.today,
        follows=_followed(desk, card.name) if not host else None,
    )
    case, written = _open(
        desk, opened, [card], to, selection, account=state.account if state else None, out=out, stem=card.name
    )
    return Drafted(
        case=case,
        dataset=card.name,
        left_out=left_out,
        gone=written[0].gone_count,
        parts=len(written),
        fill_in=fill_in(case),
        warnings=(
            *warnings(card, case, to, desk.store.all(), desk.today, selection),
            law(case.ground, case.role).applies,
        ),
    )


def _followed(desk: Desk, dataset: str) -> str | None:
    """The open question whose answer gave the links that a removal letter now rests on."""
    for case in reversed(desk.store.all()):
        answer = case.newest_answer
        if dataset in case.datasets and answer and answer.meaning is AnswerClass.LINKS and not case.closed_on:
            return case.id
    return None


def ask(
    desk: Desk,
    wish: Wish,
    cards: Sequence[Card],
    *,
    account: Account | None,
    links: Sequence[PhotoAddress] = (),
    out: Path | None = None,
) -> Drafted:
    """Open a case that asks one publisher what it holds in `cards`; no index is needed.

    The letter names the account and, only where given, photos. Raises `RefusedError` where nobody can be
    asked about the first card.
    """
    addressees.refuse_without_letter(cards[0])
    to = addressees.of_cards(cards)
    named = tuple(
        RequestedPhoto(
            photo_id=link.photo_id,
            link=page_url(link.photo_id, link.nsid or link.path_alias),
            match_key=MatchKey.PHOTO_ID,
            certainty="published",
            places=(),
        )
        for link in {link.photo_id: link for link in links}.values()
    )
    opened = Case(
        id="",
        datasets=tuple(card.name for card in cards),
        purpose=Purpose.ACCESS,
        ground=wish.ground,
        role=wish.role,
        language=wish.language,
        sender=wish.sender,
        nsid=account.nsid if account else None,
        include_private=False,
        to=to.name,
        contact=to.contact,
        folder="",
        photos=len(named),
        records=0,
        index=None,
        fingerprint=None,
        drafted_on=desk.today,
    )
    stem = cards[0].name if len(cards) == 1 else (to.stem or cards[0].name)
    case, written = _open(desk, opened, cards, to, Selection(named, ()), account=account, out=out, stem=stem)
    notes = warnings(cards[0], case, to, desk.store.all(), desk.today)
    return Drafted(
        case=case,
        dataset=case.dataset,
        left_out={},
        gone=0,
        parts=len(written),
        fill_in=fill_in(case),
        warnings=(*notes, law(case.ground, case.role).applies),
    )


@dataclass(frozen=True, slots=True)
class AskedAll:
    """What came of asking about every dataset that could not be checked."""

    drafted: tuple[Drafted, ...]
    """One letter for each publisher."""
    refused: Mapping[str, str]
    """Datasets that nobody can be asked about, with the reason."""
    already: Mapping[str, str]
    """Datasets with an open case, and its id."""


def ask_all(desk: Desk, wish: Wish, names: Iterable[str], *, account: Account | None) -> AskedAll:
    """Ask about each of the datasets `names`, with one letter for each publisher and not each dataset."""
    refused: dict[str, str] = {}
    already: dict[str, str] = {}
    groups: dict[str, list[Card]] = {}
    open_cases = {name: case.id for case in desk.store.all() if not case.closed_on for name in case.datasets}
    for card in (catalogue.get(name) for name in names):
        if reason := addressees.no_letter(card):
            refused[card.name] = reason
        elif card.name in open_cases:
            already[card.name] = open_cases[card.name]
        else:
            to = addressees.of_card(card)
            groups.setdefault(to.contact or to.name, []).append(card)
    drafted = tuple(ask(desk, wish, cards, account=account) for cards in groups.values())
    return AskedAll(drafted, refused, already)


def _open(
    desk: Desk,
    opened: Case,
    cards: Sequence[Card],
    to: Addressee,
    selection: Selection,
    *,
    account: Account | None,
    out: Path | None,
    stem: str,
) -> tuple[Case, tuple[Letter, ...]]:
    """Give the case its id, write its first letter and keep both."""
    if out and (out / "letter-1.txt").exists():
        raise UsageError(f"{out} already holds a letter", hint="Name another folder with --out DIR.")
    with database.transaction(desk.conn):
        case_id = desk.store.new_id(stem)
        folder = out.absolute() if out else inside(private_dir(desk.letters), case_id, "a case")
        case = replace(opened, id=case_id, folder=str(folder))
        written = letters.request(
            case,
            cards,
            selection.asked,
            to=to.recipient,
            account=account,
            written_on=desk.today,
            index=case.index,
        )
        case = _write(desk, case, Kind.REQUEST, written, folder, public=to.needs_public_note)
        desk.store.save(case, event="drafted", on=desk.today)
        desk.store.save_photos(
            case_id,
            [CasePhoto(photo, PhotoState.ASKED) for photo in selection.asked]
            + [CasePhoto(photo, PhotoState.LEFT_OUT) for photo in selection.left_out],
        )
    return case, written


def _write(
    desk: Desk,
    case: Case,
    kind: Kind,
    parts: Sequence[Letter],
    folder: Path,
    *,
    replies_to: AnswerClass | None = None,
    public: bool = False,
) -> Case:
    """`case` with a letter more, whose files are in `folder`."""
    number = cases.next_letter_number(case)
    # The token keeps strangers from filing a mail to the case by guessing its reference.
    message_id = f"{case.id}.{number}.{world().token(8)}"
    files = case_files.write_letter(
        parts, folder, message_id=message_id, templates=desk.templates, public=public
    )
    return cases.wrote(
        case,
        LetterRecord(
            number=number,
            kind=kind,
            to=parts[0].to.name,
            drafted_on=desk.today,
            files=files,
            message_id=message_id,
            replies_to=replies_to,
        ),
    )


def remind(desk: Desk, case_id: str, *, account: Account | None) -> tuple[Case, tuple[str, ...]]:
    """Write the reminder of an overdue case, or ask the authority how its complaint stands."""
    case = desk.store.get(case_id)
    cases.refuse_unless(case, Step.REMIND, desk.today)
    at = cases.position(case, desk.today)
    if cases.asks_authority(at):
        sent = next(item for item in reversed(case.letters) if item.kind in {Kind.COMPLAINT, Kind.INQUIRY})
        known = next((item for item in addressees.authorities().values() if item.name == sent.to), None)
        to = known.recipient if known else Recipient(sent.to)
        return _further(desk, case, Kind.INQUIRY, to, account), ()
    addressee = addressees.of_case(case, catalogue.get(case.dataset))
    case = _further(desk, case, Kind.REMINDER, addressee.recipient, account)
    return case, addressees.channel_notes(addressee, desk.today)


def complain(
    desk: Desk,
    case_id: str,
    *,
    account: Account | None,
    country: str | None = None,
    language: str | None = None,
) -> tuple[Case, tuple[str, ...]]:
    """Write the complaint to the authority of `country`, or the last notice where the law has none."""
    case = desk.store.get(case_id)
    cases.refuse_unless(case, Step.COMPLAIN, desk.today)
    authority = addressees.authority_for(case.ground, country)
    if authority is None:
        addressee = addressees.of_case(case, catalogue.get(case.dataset))
        case = _further(desk, case, Kind.COMPLAINT, addressee.recipient, account)
        return case, (f"Note that {law(case.ground, case.role).escalation_note}.",)
    code = language or (authority.language if authority.language in LANGUAGES else case.language)
    chosen = language_of(code or case.language).code
    case = _further(desk, case, Kind.COMPLAINT, authority.recipient, account, language=chosen)
    return case, _authority_notes(authority, chosen)


def _authority_notes(authority: Authority, language: str) -> tuple[str, ...]:
    notes = []
    if authority.form:
        notes.append(f"{authority.name} has a form for complaints: {authority.form}")
    elif authority.email:
        notes.append(f"Send it to {authority.email} ({authority.source}, seen {authority.seen}).")
    if authority.language and authority.language != language:
        notes.append(
            f'It takes complaints in the language "{authority.language}"; this one is in "{language}":'
            " have it translated."
        )
    if authority.note:
        notes.append(authority.note)
    notes.append("Add the case folder: flickr-auditor optout folder CASE")
    return tuple(notes)


def _further(
    desk: Desk,
    case: Case,
    kind: Kind,
    to: Recipient,
    account: Account | None,
    *,
    language: str | None = None,
) -> Case:
    """Write a letter that follows from the case's own facts, and keep the case."""
    cards = [catalogue.get(name) for name in case.datasets]
    asked = desk.store.outstanding(case.id)
    own_account = account if account and account.nsid == case.nsid else None
    letter = letters.further(
        case if language is None else replace(case, language=language),
        cards,
        kind,
        asked,
        to=to,
        account=own_account or (Account(case.nsid) if case.nsid else None),
        written_on=desk.today,
    )
    replies_to = letter.meaning if kind is Kind.REPLY else None
    folder = case_files.free_folder(Path(case.folder), kind.value)
    with database.transaction(desk.conn):
        case = _write(desk, case, kind, [letter], folder, replies_to=replies_to)
        desk.store.save(case, event=f"{kind.value} drafted", on=desk.today, note=to.name)
    return case


def move(desk: Desk, case_id: str, event: str, step: Callable[[Case], Case], on: date) -> Case:
    """Take one step with a case, such as `case.sent` or `case.closed`, and write it down."""
    with database.transaction(desk.conn):
        case = step(desk.store.get(case_id))
        desk.store.save(case, event=event, on=on)
    return case


def reply(desk: Desk, case: Case, *, account: Account | None) -> Case:
    """Write the letter that the newest answer asks for; `case` unchanged where that kind has none."""
    answer = case.newest_answer
    if not answer or not answer.confirmed or answer.meaning not in REPLIES or case.closed_on:
        return case
    addressee = addressees.of_case(case, catalogue.get(case.dataset))
    return _further(desk, case, Kind.REPLY, addressee.recipient, account)


def recheck(
    desk: Desk,
    case: Case,
    found: Sequence[RequestedPhoto],
    index: Index,
    *,
    account: Account | None,
    include_new: bool,
) -> tuple[Case, Recheck]:
    """Compare `case` with what was `found` in the new `index`, and write the follow-up letter.

    With `include_new` the newly found photos become part of the case, but for those that are not public
    where the user did not agree to name such.

    Raises `WrongFileError` when nothing shows that `index` is the next version of the case's.
    """
    store = desk.store
    asked = store.asked(case.id)
    left_out = [item.photo for item in store.photos(case.id) if item.state is PhotoState.LEFT_OUT]
    result = compare(asked, left_out, found)
    refuse_unproven(case, result)
    added = select(result.newly_found, include_private=case.include_private).asked if include_new else ()
    missing = sorted((*result.still_there, *added), key=lambda photo: photo.order)
    outcome = Outcome(
        checked_on=desk.today,
        removed=len(result.removed),
        still_there=len(result.still_there),
        newly_found=len(result.newly_found),
    )
    with database.transaction(desk.conn):
        case = replace(
            case,
            photos=len(asked) + len(added),
            records=case.records + sum(photo.records for photo in added),
            outcome=outcome,
        )
        if missing:
            last = case.newest_sent
            follow_up = None  # a letter that was never sent has none; it is written anew
            if last and last.sent_on:
                follow_up = FollowUp(last.sent_on, len(asked), len(result.removed), len(added))
            case = _follow_up(desk, case, missing, version(index), account, follow_up)
        note = (
            f"{outcome.removed} removed, {outcome.still_there} still there, {outcome.newly_found} newly found"
        )
        store.save(case, event="rechecked", on=desk.today, note=note)
        store.save_photos(
            case.id,
            [CasePhoto(photo, PhotoState.REMOVED) for photo in result.removed]
            + [CasePhoto(photo, PhotoState.STILL_THERE) for photo in missing]
            + [CasePhoto(photo, PhotoState.LEFT_OUT) for photo in left_out],
        )
    return case, result


def _follow_up(
    desk: Desk,
    case: Case,
    photos: Sequence[RequestedPhoto],
    index: IndexVersion,
    account: Account | None,
    follow_up: FollowUp | None,
) -> Case:
    card = catalogue.get(case.dataset)
    to = addressees.of_case(case, card)
    parts = letters.request(
        case,
        [card],
        photos,
        to=to.recipient,
        account=account,
        written_on=desk.today,
        index=index,
        follow_up=follow_up,
    )
    folder = case_files.free_folder(Path(case.folder), "follow-up")
    kind = Kind.FOLLOW_UP if follow_up else Kind.REQUEST
    return _write(desk, case, kind, parts, folder, public=to.needs_public_note)


def recheck_warnings(case: Case, result: Recheck, missing: int, *, include_new: bool) -> tuple[str, ...]:
    """What to know before believing a re-check; `missing`: how many witnesses the new index lacks."""
    found = []
    others = len(case.fingerprint.witnesses) if case.fingerprint else 0
    if missing * 100 > others:
        found.append(
            f"Of {others:,} photos in the old index that you did not ask to remove, {missing:,} are not in"
            " the new one either. If the file may be incomplete, get it again: what it lacks reads"
            " as removed."
        )
    hidden = 0
    if include_new and not case.include_private:
        hidden = sum(photo.standing is requested.Standing.HIDDEN for photo in result.newly_found)
    if hidden:
        found.append(
            f"{count(hidden, 'newly found photo')} not public on Flickr: left out of the follow-up letter."
        )
    return tuple(found)


def warnings(
    card: Card,
    case: Case,
    to: Addressee,
    known: Iterable[Case],
    today: date,
    selection: Selection | None = None,
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
    found += addressees.channel_notes(to, today)
    if case.purpose is Purpose.REMOVAL and "form" in opt_out.asks_for and opt_out.url:
        found.append(f"The publisher wants a form filled in: {opt_out.url}. Copy the links from the letter.")
    if card.opt_out.contacts and card.opt_out.contacts[0].key == "laion":
        found.append(
            "OLG Hamburg, 10 December 2025, 5 U 104/24: LAION's mining was lawful as to copyright (an appeal"
            " was allowed). The judgment is not about data protection."
        )
    hosts = addressees.hosts_of(card)
    if case.purpose is not Purpose.HOST and hosts and case.purpose is Purpose.REMOVAL:
        names = " or ".join(host.key for host in hosts)
        found.append(
            f"Its files are hosted by {names}: a notice to the host is another letter, --host {hosts[0].key}."
        )
    if card.status.state == "withdrawn" and card.status.copies:
        found.append(f"The publisher no longer offers the dataset. Copies: {card.status.copies}")
    return tuple(found)


def _step_notes(card: Card, case: Case, selection: Selection) -> Iterable[str]:
    wanted = card.opt_out.first_steps
    if case.role is not Role.PHOTOGRAPHER or case.purpose is not Purpose.REMOVAL:
        return
    steps = [photo.steps_done for photo in selection.asked]
    if missing := requested.steps_pending(steps, wanted):
        yield (
            f"{case.to} asks you to protect the photos first; {missing:,} of {len(steps):,} are not yet (as"
            f" of the last sync or apply). Make a plan: {requested.plan_command(card.name, wanted)}"
        )


def fill_in(case: Case) -> tuple[str, ...]:
    """What the letter leaves a space for."""
    name = () if case.sender else ("your name (or give --name, or [optout] name in the settings)",)
    return (*name, *(("the child's name",) if case.role is Role.GUARDIAN else ()))


def account_state(
    conn: sqlite3.Connection, nsid: str | None, also: Sequence[RequestedPhoto] = ()
) -> "AccountState":
    """The account (None: the one synced last) as it is known; `also` photos are looked for even if gone."""
    from auditor.audit.run import account_state as known

    state = known(conn, nsid)
    gone = state.gone_ids | {photo.photo_id for photo in also if photo.photo_id} - {
        photo.id for photo in state.photos
    }
    return replace(state, gone_ids=gone)


def in_account(state: "AccountState", index: Index, card: Card) -> Sequence[RequestedPhoto]:
    """What one index holds of the account."""
    from auditor.audit.audit import audit

    now = clock.utc().isoformat(timespec="seconds")
    result = audit(state, [index], catalogue.load(), generated_at=now, only=[card.name])
    return requested.from_audit(result, state, index)


def refuse_other_account(case: Case, account: Account) -> None:
    """Raise `RefusedError` when the home holds another account than the case is about."""
    if account.nsid != case.nsid:
        raise RefusedError(
            f"case {case.id} is about the account {case.nsid}, but this home holds {account.nsid}",
            hint="Use the home of that account (--home DIR).",
        )


def shown_in(texts: Sequence[str], role: Role, *, optional: bool = False) -> list[PhotoAddress]:
    """The photos given with ``--link``: people shown must; photographers may if it is `optional`."""
    if role is Role.PHOTOGRAPHER and texts and not optional:
        raise UsageError(
            "--link is for people shown in a photo",
            hint="Add --as subject or --as guardian, or leave --link out.",
        )
    if role is not Role.PHOTOGRAPHER and not texts:
        raise UsageError(f"--as {role} needs the photos", hint="Give the link of each photo with --link.")
    photos = []
    for text in texts:
        photo = parse_photo(text)
        if photo is None:
            raise UsageError(
                f"{plain(text, 200)} is not a link to a Flickr photo",
                hint="Open the photo on Flickr and copy its link.",
            )
        photos.append(photo)
    return photos


@dataclass(frozen=True, slots=True)
class Protection:
    """What a run of the tool did on Flickr for photos of a case, as Flickr confirmed it."""

    run_id: str
    day: date
    what: str
    photos: int


def protections(conn: sqlite3.Connection, photo_ids: Iterable[str]) -> tuple[Protection, ...]:
    """The runs that changed some of these photos, oldest first; undone changes are runs of their own."""
    wanted = {int(photo_id) for photo_id in photo_ids if photo_id}
    rows = conn.execute(
        "SELECT run_id, started_at, mitigation, photo_id FROM change JOIN run USING (run_id)"
        " WHERE state IN ('done', 'already') ORDER BY started_at, mitigation"
    )
    counts: dict[tuple[str, float, str], int] = {}
    for run_id, started_at, mitigation, photo_id in rows:
        if photo_id in wanted:
            key = (run_id, started_at, mitigation)
            counts[key] = counts.get(key, 0) + 1
    return tuple(
        Protection(run_id, datetime.fromtimestamp(started_at, UTC).date(), mitigation, number)
        for (run_id, started_at, mitigation), number in counts.items()
    )


def earlier_cases(desk: Desk, case: Case) -> tuple[Case, ...]:
    """The cases whose answers led to `case`, the first question first."""
    found: list[Case] = []
    while follows := (found[0] if found else case).follows:
        found.insert(0, desk.store.get(follows))
    return tuple(found)


def folder_files(desk: Desk, case: Case) -> list[tuple[str, Path]]:
    """What belongs into a case's folder: letters and answers, also of the cases that led to it.

    Only what the cases name or kept themselves: with `--out`, a letter may lie among the user's other files.
    """
    return [
        (f"{member.id}/{_place(path, Path(member.folder))}", path)
        for member in (*earlier_cases(desk, case), case)
        for path in _own_files(member)
        if path.is_file() and not path.is_symlink()
    ]


def _own_files(case: Case) -> Iterator[Path]:
    yield from (Path(name) for letter in case.letters for name in letter.files)
    kept = Path(case.folder) / case_files.ANSWERS
    if kept.is_dir() and not kept.is_symlink():
        yield from sorted(kept.iterdir())


def _place(path: Path, folder: Path) -> str:
    """Where a file lies in its case's folder; its name alone where it lies elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def proof_csv(photos: Iterable[CasePhoto]) -> str:
    """The proof table: one row a photo, with what became of it and every record that proves it."""
    return case_files.table(
        ("link", "photo_id", "state", "match_key", "certainty", "records"),
        (
            (
                item.photo.link or "",
                item.photo.photo_id or "",
                item.state.value,
                item.photo.match_key,
                item.photo.certainty,
                case_files.records_of(item.photo),
            )
            for item in photos
            if item.state is not PhotoState.LEFT_OUT
        ),
    )
