"""Open a case, by the letter that asks for removal (`draft`) or the one that asks what is held (`ask`).

Each use-case takes the `Desk` (database, folder of letters, the day) and what it works on. A letter, its
photos and the case's new state are written together or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from auditor import database
from auditor.account.license_history import kept
from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.audit.coverage import covered
from auditor.audit.result import FRESH
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index import local
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import RefusedError, UsageError
from auditor.files import private_dir
from auditor.flickr.urls import PhotoAddress, page_url, parse_photo
from auditor.names import inside
from auditor.optout import addressees, case_files
from auditor.optout import letter as letters
from auditor.optout import photos as requested
from auditor.optout.addressees import Addressee
from auditor.optout.case import AnswerClass, Case, Kind, Purpose
from auditor.optout.case_store import CasePhoto, Desk, RemovalState
from auditor.optout.law import Ground, Role, law
from auditor.optout.next_index import fingerprint, version
from auditor.optout.photos import LetterPhotos, RequestedPhoto, select
from auditor.optout.render import language_of
from auditor.settings import Settings
from auditor.text import count, plain


@dataclass(frozen=True, slots=True)
class LetterOptions:
    """What the user asked for when drafting."""

    ground: Ground
    role: Role
    language: str
    sender: str | None
    include_private: bool = False

    @classmethod
    def of(
        cls,
        settings: Settings,
        ground: Ground,
        role: Role,
        *,
        name: str | None = None,
        language: str | None = None,
        include_private: bool = False,
    ) -> Self:
        """With the name and language of the settings where none is given.

        Errors: `UsageError` where the law gives the role no right, or there are no letters in the language.
        """
        law(ground, role)
        chosen = language_of(language or settings.optout.get("lang", "en")).code
        sender = plain(name or settings.optout.get("name", "")) or None
        return cls(ground, role, chosen, sender, include_private)


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
    options: LetterOptions,
    card: Card,
    index: Index,
    *,
    nsid: str | None = None,
    links: Sequence[PhotoAddress] = (),
    host: str | None = None,
    out: Path | None = None,
) -> Drafted:
    """Open a case that asks to remove every photo of the account, or at `links`, that `index` holds.

    A photographer's letter is about the account `nsid` (None: the one synced last). `host` sends a notice to
    a host of copies instead. The files go to `out`, or to a folder of the case.
    """
    if index.manifest.provenance is Provenance.OWN_LIST:
        raise RefusedError(
            f"the index of {card.name} is built from your own list: a letter would call it the publisher's",
            hint="Build it from the publisher's files, or ask: flickr-auditor optout ask " + card.name,
        )
    left_out: dict[str, int] = {}
    parents = local.parents_of(desk.indexes, card.name)
    requested.refuse_without_parent(index, parents, in_part=False)
    state = requested.account_state(desk.conn, nsid) if options.role is Role.PHOTOGRAPHER else None
    if state:
        found = requested.in_account(state, index, card, parents)
        histories = kept(desk.conn, {photo.photo_id for photo in found if photo.photo_id})
        found = requested.with_license_histories(found, histories, card)
    else:
        found = requested.from_links(links, index, parents)
        left_out["not in the index"] = len({photo.photo_id for photo in links}) - len(found)
    selection = select(found, include_private=options.include_private)
    left_out["not known to be public on Flickr (--include-private names them)"] = len(selection.left_out)
    left_out = {reason: number for reason, number in left_out.items() if number}
    caution = _in_part(index, card, parents)
    if state:
        caution += _long_ago(desk, state.account.nsid)
    if not selection.asked:
        return Drafted(None, card.name, left_out, 0, 0, (), caution)
    to = addressees.of_host(host, card) if host else addressees.of_card(card)
    account = state.account if state else None
    case = replace(
        _new_case(desk, options, [card], to, Purpose.HOST if host else Purpose.REMOVAL, selection, account),
        index=version(index),
        fingerprint=fingerprint(index, selection.asked),
        follows=None if host else _followed(desk, card.name),
    )
    drafted = _open(desk, case, [card], to, selection, account=account, out=out, stem=card.name)
    return replace(drafted, left_out=left_out, warnings=(*caution, *drafted.warnings))


def limits(desk: Desk, case: Case) -> tuple[str, ...]:
    """What the removal letter of a case does not name, or may not."""
    left = sum(photo.state is RemovalState.LEFT_OUT for photo in desk.store.photos(case.id))
    found = [f"{count(left, 'photo')} left out: not known to be public on Flickr."] if left else []
    if case.purpose is Purpose.REMOVAL and case.dataset in local.names(desk.indexes):
        opened = local.open_indexes(desk.indexes, [case.dataset])
        for index in opened.readable:
            found += _in_part(index, catalogue.get(case.dataset), opened.parents)
    return tuple(found)


def _in_part(index: Index, card: Card, parents: Sequence[Index]) -> tuple[str, ...]:
    why = requested.looked_in_part(index, card, parents)
    return (f"The index was looked in only in part, so photos may be missing: {why}.",) if why else ()


def _long_ago(desk: Desk, nsid: str) -> tuple[str, ...]:
    """The caution that audits have too, where the account was read long ago."""
    snapshot = AccountStore(desk.conn).required_snapshot(nsid)
    read_on = datetime.fromtimestamp(snapshot.taken_at, UTC).date()
    age = desk.today - read_on
    if age <= FRESH:
        return ()
    what = (
        f"Your account is known here as it was on {read_on}, {count(age.days, 'day')} ago"
        if snapshot.dated
        else f"Your account comes from a data export that does not say when it was made ({read_on} or later)"
    )
    return (f"{what}: newer photos and changes are not in the letter. Run: flickr-auditor sync",)


def _followed(desk: Desk, dataset: str) -> str | None:
    """The open question whose answer gave the links that a removal letter now rests on."""
    for case in reversed(desk.store.all()):
        answer = case.newest_answer
        if dataset in case.datasets and answer and answer.meaning is AnswerClass.LINKS and not case.closed_on:
            return case.id
    return None


def ask(
    desk: Desk,
    options: LetterOptions,
    cards: Sequence[Card],
    *,
    nsid: str | None = None,
    links: Sequence[PhotoAddress] = (),
    out: Path | None = None,
) -> Drafted:
    """Open a case that asks one publisher what it holds in `cards`; no index is needed.

    A photographer's letter names the account `nsid` (None: the one synced last) and, only where given,
    photos. Errors: `RefusedError` where nobody can be asked about the first card, `NotSyncedError`.
    """
    account = None
    caution: tuple[str, ...] = ()
    if options.role is Role.PHOTOGRAPHER:
        store = AccountStore(desk.conn)
        known = store.required_snapshot(nsid).nsid
        account, caution = store.account(known), _long_ago(desk, known)
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
    selection = LetterPhotos(named, ())
    case = _new_case(desk, options, cards, to, Purpose.ACCESS, selection, account)
    stem = to.contact if len(cards) > 1 and to.contact else cards[0].name
    drafted = _open(desk, case, cards, to, selection, account=account, out=out, stem=stem)
    return replace(drafted, warnings=(*caution, *drafted.warnings))


@dataclass(frozen=True, slots=True)
class AskedAll:
    """What came of asking about every dataset that could not be checked."""

    drafted: tuple[Drafted, ...]
    """One letter for each publisher."""
    refused: Mapping[str, str]
    """Datasets that nobody can be asked about, with the reason."""
    already: Mapping[str, str]
    """Datasets with an open case, and its id."""


def unchecked(desk: Desk) -> tuple[Card, ...]:
    """The datasets that no index here says anything about; one that is only damaged can be added again."""
    cards = catalogue.load()
    opened = local.open_indexes(desk.indexes)
    known = {index.dataset for index in covered(opened.readable, cards).checked} | opened.damaged.keys()
    return tuple(card for name, card in cards.items() if name not in known)


def ask_all(desk: Desk, options: LetterOptions, *, nsid: str | None = None) -> AskedAll:
    """Ask about every dataset that cannot be checked here: one letter for each publisher."""
    refused: dict[str, str] = {}
    already: dict[str, str] = {}
    groups: dict[str, list[Card]] = {}
    open_cases = {name: case.id for case in desk.store.all() if not case.closed_on for name in case.datasets}
    for card in unchecked(desk):
        if reason := addressees.no_letter(card):
            refused[card.name] = reason
        elif card.name in open_cases:
            already[card.name] = open_cases[card.name]
        else:
            to = addressees.of_card(card)
            groups.setdefault(to.contact or to.name, []).append(card)
    drafted = tuple(ask(desk, options, cards, nsid=nsid) for cards in groups.values())
    return AskedAll(drafted, refused, already)


def _new_case(
    desk: Desk,
    options: LetterOptions,
    cards: Sequence[Card],
    to: Addressee,
    purpose: Purpose,
    selection: LetterPhotos,
    account: Account | None,
) -> Case:
    """A case without an id, a folder and a letter; see `_open`."""
    return Case(
        id="",
        datasets=tuple(card.name for card in cards),
        purpose=purpose,
        ground=options.ground,
        role=options.role,
        language=options.language,
        sender=options.sender,
        nsid=account.nsid if account else None,
        include_private=options.include_private,
        to=to.name,
        contact=to.contact,
        folder="",
        photos=len(selection.asked),
        records=sum(photo.records for photo in selection.asked),
        index=None,
        fingerprint=None,
        drafted_on=desk.today,
    )


def _open(
    desk: Desk,
    opened: Case,
    cards: Sequence[Card],
    to: Addressee,
    selection: LetterPhotos,
    *,
    account: Account | None,
    out: Path | None,
    stem: str,
) -> Drafted:
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
        case = case_files.add_letter(desk, case, Kind.REQUEST, written, folder, public=to.needs_public_note)
        desk.store.save(case, event="drafted", on=desk.today)
        desk.store.save_photos(
            case_id,
            [CasePhoto(photo, RemovalState.ASKED) for photo in selection.asked]
            + [CasePhoto(photo, RemovalState.LEFT_OUT) for photo in selection.left_out],
        )
    notes = addressees.warnings(cards[0], case, to, desk.store.all(), desk.today, selection)
    return Drafted(
        case=case,
        dataset=case.dataset,
        left_out={},
        gone=written[0].gone_count,
        parts=len(written),
        fill_in=fill_in(case),
        warnings=(*notes, law(case.ground, case.role).applies),
    )


def fill_in(case: Case) -> tuple[str, ...]:
    """What the letter leaves a space for."""
    name = () if case.sender else ("your name (or give --name, or [optout] name in the settings)",)
    return (*name, *(("the child's name",) if case.role is Role.GUARDIAN else ()))


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
