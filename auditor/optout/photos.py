"""The photos that a letter asks about, with what proves that they are in the dataset.

A photographer's come out of the audit; those of a person shown (or of a guardian) are the links that were
given, and nothing else of the account they belong to.

Some publishers (FFHQ, FDF) want something done on Flickr before a request. A photo is ready when one of their
steps is done: NVIDIA's README names the tag `no_cv`, a licence without derivatives or none, privacy, and
deletion, and asks for one of them.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from auditor import clock
from auditor.account.license_history import Held
from auditor.account.photo import Photo
from auditor.audit import run
from auditor.audit.audit import AccountState, audit
from auditor.audit.coverage import checked_index, lacks_parent
from auditor.audit.license_facts import license_then
from auditor.audit.match import Subject, match_all, subject_of
from auditor.audit.result import AuditResult, Exposure, MatchKey
from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index.lookup import Hit, Index
from auditor.errors import RefusedError
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import NO_CV, has_tag
from auditor.flickr.urls import PhotoAddress, page_url, without_original_secret, yfcc_photo_hashes
from auditor.text import plain

MAX_PLACES = 50


class Standing(StrEnum):
    """What the photo is on Flickr, as far as the sender's account tells."""

    PUBLIC = "public"
    HIDDEN = "not-public"
    GONE = "gone"
    """No longer in the account's listing, but still in the index."""
    UNKNOWN = "unknown"
    """Not looked at: a photo in somebody else's account, or one that the listing of one's own may lack."""


@dataclass(frozen=True, slots=True)
class Place:
    """One record of a photo: the publisher's file, and where in it."""

    source: str
    record: str
    key: str | None = None
    """The publisher's own name of the row, such as Open Images' ImageID: what it needs to find it."""

    @classmethod
    def of(cls, source: str, record: str, key: str | None = None) -> Self:
        """As an index tells it: made safe to print, and without an original's secret, which would open it."""
        shown = plain(without_original_secret(plain(record)), 300)
        return cls(
            plain(source, 200), shown, plain(without_original_secret(plain(key)), 200) if key else None
        )


@dataclass(frozen=True, slots=True)
class RequestedPhoto:
    """One photo with every record of it."""

    photo_id: str | None
    """None where the index names the owner but no photo."""
    link: str | None
    """The photo's page; None without a photo id."""
    match_key: MatchKey
    certainty: str
    places: tuple[Place, ...]
    standing: Standing = Standing.UNKNOWN
    license_then: str | None = None
    """Flickr's id of the licence that the dataset recorded."""
    license_now: str | None = None
    """As Flickr had it when the account was read, on `license_read_on`."""
    license_read_on: str | None = None
    """The day of it; None where it is not known."""
    url_hash: str | None = None
    """What a match by YFCC's hash was by; None for other matches."""
    more_places: int = 0
    """Records beyond `MAX_PLACES`: a letter must end, however often an index repeats a photo."""
    history_day: str | None = None
    """The day for which Flickr's own licence history was read; None: not known."""
    history_license: str | None = None
    """Its name on that day."""
    history_unchanged: bool = False
    """It never changed since that day, the photo's upload."""
    steps_done: tuple[str, ...] = ()
    """Of `auditor.datasets.card.FIRST_STEPS`, as of the last sync."""

    @property
    def records(self) -> int:
        """How many records it has."""
        return len(self.places) + self.more_places

    @property
    def order(self) -> tuple[bool, int]:
        """Sorts by photo id as a number; what has none comes last."""
        return (self.photo_id is None, int(self.photo_id or 0))


@dataclass(frozen=True, slots=True)
class LetterPhotos:
    """What goes into a letter, and what stays out of it."""

    asked: tuple[RequestedPhoto, ...]
    left_out: tuple[RequestedPhoto, ...]
    """Not public on Flickr, and the user did not agree to name them."""


def select(found: Iterable[RequestedPhoto], *, include_private: bool) -> LetterPhotos:
    """Sort `found` into a letter and out of it."""
    ordered = sorted(found, key=lambda photo: photo.order)
    if include_private:
        return LetterPhotos(tuple(ordered), ())
    return LetterPhotos(
        tuple(photo for photo in ordered if photo.standing is not Standing.HIDDEN),
        tuple(photo for photo in ordered if photo.standing is Standing.HIDDEN),
    )


def account_state(
    conn: sqlite3.Connection, nsid: str | None, also: Sequence[RequestedPhoto] = ()
) -> AccountState:
    """The account (None: the one synced last) as it is known; `also` are further photos to look for."""
    state = run.account_state(conn, nsid)
    known = state.gone_ids | {photo.id for photo in state.photos}
    return replace(state, also_ids=frozenset(photo.photo_id for photo in also if photo.photo_id) - known)


def in_account(
    state: AccountState, index: Index, card: Card, parents: Sequence[Index] = ()
) -> tuple[RequestedPhoto, ...]:
    """What one index holds of the account; `parents` are those whose numbers it may name photos by."""
    now = clock.utc().isoformat(timespec="seconds")
    result = audit(state, [index], catalogue.load(), generated_at=now, parents=parents, only=[card.name])
    return from_audit(result, state, index)


def from_audit(result: AuditResult, state: AccountState, index: Index) -> tuple[RequestedPhoto, ...]:
    """Every photo that the audit of `state` found in `index`, also those no longer in the account."""
    nsid = result.account.nsid
    photos = [
        replace(
            _requested(exposed.photo.id, exposed.photo.url(nsid), exposure),
            standing=Standing.PUBLIC if exposed.photo.privacy is Privacy.PUBLIC else Standing.HIDDEN,
            license_now=exposed.photo.license_id,
            license_read_on=_day(exposed.photo.as_of),
            steps_done=steps_done(exposed.photo),
        )
        for exposed in result.exposed
        for exposure in exposed.exposures
        if exposure.dataset == index.name
    ]
    photos += [
        replace(
            _requested(
                gone.photo_id, page_url(gone.photo_id, nsid) if gone.photo_id else None, gone.exposure
            ),
            standing=Standing.GONE if is_gone else Standing.UNKNOWN,
            steps_done=DELETED if is_gone else (),
        )
        for gone in result.gone
        if gone.exposure.dataset == index.name
        for is_gone in [result.proves_gone or gone.photo_id in state.gone_ids]
    ]
    hashed = {photo.photo_id for photo in photos if photo.match_key == "url_hash"}
    subject = subject_of(
        [photo for photo in state.photos if photo.id in hashed],
        [address for address in state.addresses if address.photo_id in hashed],
        nsid=nsid,
    )
    return _with_all_places(photos, index, subject.hashes)


def _day(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def with_license_histories(
    photos: Iterable[RequestedPhoto], histories: Mapping[str, Sequence[Held]], card: Card
) -> tuple[RequestedPhoto, ...]:
    """`photos` with the licence, by Flickr's own history, of the time when the dataset recorded them."""
    return tuple(
        replace(
            photo,
            history_day=then.day.isoformat(),
            history_license=plain(then.license),
            history_unchanged=then.unchanged,
        )
        if (then := license_then(histories.get(photo.photo_id or "", ()), card))
        else photo
        for photo in photos
    )


def from_links(
    links: Sequence[PhotoAddress], index: Index, parents: Sequence[Index] = ()
) -> tuple[RequestedPhoto, ...]:
    """Those of the photos at `links` that are in `index`, each named by the page that its link leads to."""
    hashes = {
        url_hash: link.photo_id
        for link in links
        if link.server and link.secret and not link.is_original
        for url_hash in yfcc_photo_hashes(link.photo_id, link.server, link.secret, link.farm)
    }
    pages = {link.photo_id: page_url(link.photo_id, link.nsid or link.path_alias) for link in links}
    return _named(pages, hashes, index, parents)


def again(
    asked: Sequence[RequestedPhoto], index: Index, parents: Sequence[Index] = ()
) -> tuple[RequestedPhoto, ...]:
    """Those of `asked` that are in another `index`, by the same keys and under the same links."""
    pages = {photo.photo_id: photo.link for photo in asked if photo.photo_id and photo.link}
    hashes = {photo.url_hash: photo.photo_id for photo in asked if photo.url_hash and photo.photo_id}
    return _named(pages, hashes, index, parents)


def _named(
    pages: Mapping[str, str], hashes: Mapping[str, str], index: Index, parents: Sequence[Index]
) -> tuple[RequestedPhoto, ...]:
    subject = Subject(frozenset(pages), hashes)
    photos = [
        _requested(photo_id, pages[photo_id], exposure)
        for _, matches in match_all(subject, [index], catalogue.load(), parents)
        for photo_id, exposure in matches.by_photo.items()
    ]
    return _with_all_places(photos, index, hashes)


def refuse_without_parent(index: Index, parents: Sequence[Index], *, in_part: bool) -> None:
    """Raise `RefusedError` where the index names photos by the numbers of a dataset that is not here.

    Without that one's index a photo would read as not listed. With `in_part` also where other records tell.
    """
    here = {other.name: other for other in (*parents, index)}
    lacking = lacks_parent(index, here, catalogue.load())
    if lacking and (in_part or set(index.manifest.match_keys) == {MatchKey.PARENT_KEY}):
        raise RefusedError(
            f"what {index.name} holds of you cannot be told: {lacking}", hint="Build that index first."
        )


def looked_in_part(index: Index, card: Card, parents: Sequence[Index]) -> str | None:
    """Why `index` may hold more than a letter can name, as an audit says it; None: nothing is known."""
    here = {other.name: other for other in (*parents, index)}
    lacking = lacks_parent(index, here, catalogue.load())
    return checked_index(index.manifest, card, lacking).in_part


def _requested(photo_id: str | None, link: str | None, exposure: Exposure) -> RequestedPhoto:
    return RequestedPhoto(
        photo_id=photo_id,
        link=link,
        match_key=exposure.match_key,
        certainty=exposure.certainty,
        places=tuple(
            Place.of(*place)
            for place in exposure.places or [(exposure.source, exposure.record, exposure.record_key)]
        ),
        more_places=max(0, exposure.records - max(1, len(exposure.places))),
        license_then=exposure.license_then_id,
    )


def _with_all_places(
    photos: Sequence[RequestedPhoto], index: Index, hashes: Mapping[str, str]
) -> tuple[RequestedPhoto, ...]:
    """`photos` with all their records, where an exposure tells the first one only."""
    by_hash = {photo.photo_id for photo in photos if photo.match_key == "url_hash"}
    by_id = {photo.photo_id for photo in photos if photo.photo_id} - by_hash
    hits = [(hit.photo_id, hit) for hit in index.by_photo(by_id)]
    wanted = [url_hash for url_hash, photo_id in hashes.items() if photo_id in by_hash]
    hits += [(hashes[hit.url_hash], hit) for hit in index.by_hash(wanted) if hit.url_hash]
    found: dict[str | None, list[Hit]] = {}
    counts: Counter[str | None] = Counter()
    for photo_id, hit in hits:
        counts[photo_id] += 1
        if counts[photo_id] <= MAX_PLACES:
            found.setdefault(photo_id, []).append(hit)
    return tuple(
        replace(
            photo,
            places=tuple(Place.of(hit.source, hit.record, hit.key) for hit in found[photo.photo_id]),
            more_places=counts[photo.photo_id] - len(found[photo.photo_id]),
            url_hash=found[photo.photo_id][0].url_hash if photo.photo_id in by_hash else None,
        )
        if photo.photo_id in found
        else photo
        for photo in photos
    )


PLAN_OPTIONS = {
    "no_cv": "--add-tag no_cv",
    "license": "--license all-rights-reserved",
    "private": "--privacy private",
}
"""The option of `plan` that does a step; `delete` has none, for the tool deletes nothing."""

DELETED = ("delete",)


def steps_done(photo: Photo) -> tuple[str, ...]:
    """The steps that hold for `photo` as last synced."""
    state = {
        "no_cv": has_tag(photo.tags, NO_CV),
        # All Rights Reserved and every NoDerivs licence forbid derivatives.
        "license": licenses.get(photo.license_id).derivatives is False,
        "private": photo.privacy not in {None, Privacy.PUBLIC},
    }
    return tuple(step for step, holds in state.items() if holds)


def steps_pending(photos: Sequence[Collection[str]], wanted: Collection[str]) -> int:
    """How many of the photos (one entry each) have none of the `wanted` steps; 0 when none is wanted."""
    return sum(not set(wanted) & set(steps) for steps in photos) if wanted else 0


def plan_command(dataset: str, wanted: Sequence[str]) -> str:
    """The command that plans the first step that the tool can do."""
    option = next((PLAN_OPTIONS[step] for step in wanted if step in PLAN_OPTIONS), PLAN_OPTIONS["no_cv"])
    return f"flickr-auditor plan --dataset {dataset} {option}"
