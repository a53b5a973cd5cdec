"""Pull the account from Flickr: everything the first time, afterwards only what changed.

`recentlyUpdated` tells neither deletions nor, perhaps, pure privacy changes, so a full listing is made
whenever Flickr's own count disagrees with the store, after a run that broke off before it read back what it
changed, and at least every seven days. Nothing is stored before
the pull is whole: one that breaks off leaves the last good snapshot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Literal

from auditor.account.photo import Account, Photo, account_from_person, photo_from_row
from auditor.account.store import AccountStore, Snapshot
from auditor.errors import RefusedError
from auditor.flickr.api import Login, Page, ReadApi
from auditor.flickr.parse import Json, text
from auditor.flickr.urls import normalise_nsid
from auditor.progress import SILENT, Progress
from auditor.text import count
from auditor.workers import Workers

FULL_EVERY: Final = 7 * 24 * 3600
"""Seconds after which a full listing is due."""
AT_ONCE: Final = 8
"""Pages of a full listing that are asked for at the same time: 12,000 photos are 24 pages."""
_MORE_PASSES: Final = 2
"""How often all is listed again when photos come or go meanwhile."""
_MOVED: Final = "photos came or went while they were listed"
OVERLAP: Final = 3600
"""Seconds asked for again, because Flickr's clock and this computer's may differ."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did; the counts say how the store changed."""

    account: Account
    source: Literal["api", "export"]
    photos: int
    added: int
    changed: int
    removed: int
    complete: bool
    calls: int
    full: bool
    skipped: dict[str, int] = field(default_factory=dict)
    """Rows that are no photos, by reason."""
    listed: int | None = None
    """Unique photo ids of a full listing."""
    total: int | None = None
    """Flickr's first count: the `total` of the listing."""
    counted: int | None = None
    """Flickr's second count: `photos.getCounts`."""
    incomplete: tuple[str, ...] = ()
    """Why this is not, or may not be, the whole account, beside the counts."""
    as_of: float | None = None
    """Unix time at which what came was so."""
    dated: bool = True
    """False: the files of the export do not tell the day it was made, which is `as_of` or later."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A page with its rows read: each is a photo or the reason why it is none."""

    page: Page
    photos: tuple[Photo | str, ...]


@dataclass(frozen=True, slots=True)
class _Listing:
    photos: dict[str, Photo]
    skipped: dict[str, int]
    total: int | None
    repeated: bool
    """A row came twice: rows moved while they were paged through, or Flickr lists a photo twice."""
    untold: int
    """Photos of which Flickr did not say what tags they have."""
    moved: bool
    """The number of photos changed while they were paged through, so that one may have been passed over."""


def sync(
    api: ReadApi,
    store: AccountStore,
    *,
    now: float,
    full: bool = False,
    expected: str | None = None,
    progress: Progress = SILENT,
) -> SyncResult:
    """Bring the store up to date; `now` is unix time, `expected` the NSID that the login must be of.

    Errors: `RefusedError` for a login of another account, those of the calls; the store is then as before.
    """
    login = api.login()
    if expected is not None and login.nsid != expected:
        raise RefusedError(
            f"you are logged in as {login.nsid}, and named the account {expected}",
            hint="Log in to that account, or leave --account out.",
        )
    before = store.snapshot(login.nsid)
    if before is None or store.believed_since(login.nsid, before.full_at):
        full = True  # a change that Flickr confirmed and did not make would not be among the updated photos
    if not full and before is not None and _can_update(before, now):
        result = _update(api, store, login, before, now, progress)
        if result is not None:
            return result
    return _list_all(api, store, login, now, progress)


def _can_update(before: Snapshot, now: float) -> bool:
    return (
        before.source == "api"
        and before.complete
        and 0 <= now - before.full_at < FULL_EVERY
        and now >= before.taken_at
    )


def _update(
    api: ReadApi, store: AccountStore, login: Login, before: Snapshot, now: float, progress: Progress
) -> SyncResult | None:
    """Pull what changed; None when the count then disagrees, so that a full listing is due."""
    stored = {photo.id: photo for photo in store.photos(login.nsid)}
    # By Flickr's own clock: this computer's may have been ahead when it pulled last.
    told = (photo.last_update for photo in stored.values() if photo.last_update is not None)
    since = min(int(before.taken_at), max(told, default=int(before.taken_at)))
    pages = api.updated_since(max(since - OVERLAP, 1))
    listing = _collect(_until_known(_parse(pages, login), stored, before.taken_at), progress)
    counted = api.count(int(now))
    if counted != len(stored | listing.photos) or listing.skipped or listing.untold:
        return None
    known = store.account(login.nsid)
    # An old `test.login` tells no path alias; a new alias must be known, for indexes name owners by it.
    same = known and known.username == login.username and login.path_alias in {None, known.path_alias}
    account = known if known and same else account_from_person(login, api.person(login.nsid))
    changed = [
        photo for photo in listing.photos.values() if stored.get(photo.id) != _with_albums(photo, stored)
    ]
    store.save(account, changed, taken_at=now, source="api", complete=True, full=False)
    added = sum(photo.id not in stored for photo in changed)
    return SyncResult(
        account=account,
        source="api",
        photos=len(stored | listing.photos),
        added=added,
        changed=len(changed) - added,
        removed=0,
        complete=True,
        calls=api.calls,
        full=False,
        counted=counted,
        as_of=now,
    )


def _list_all(api: ReadApi, store: AccountStore, login: Login, now: float, progress: Progress) -> SyncResult:
    with Workers(1) as workers:  # neither needs the other, and each call is half a second of waiting
        asked = workers.submit(partial(api.person, login.nsid))
        listing = _list(api, login, progress)
        account = account_from_person(login, asked())
    counted = api.count(int(now))
    for _ in range(_MORE_PASSES):
        # An upload or deletion in the middle moves rows across page borders, and hides some. The number need
        # not show it: a photo that was listed, and deleted while the rest was, stands for the one it hid.
        if not (listing.moved or (listing.repeated and _incomplete(listing, counted))):
            break
        listing = _list(api, login, progress)
        counted = api.count(int(now))
    incomplete = tuple(_unsure(listing))
    complete = not (incomplete or _incomplete(listing, counted))
    stored = {photo.id: photo for photo in store.photos(login.nsid)}
    photos = listing.photos
    snapshot = store.save(
        account, list(photos.values()), taken_at=now, source="api", complete=complete, full=True
    )
    return SyncResult(
        account=account,
        source="api",
        photos=snapshot.photos,
        added=len(photos.keys() - stored.keys()),
        changed=sum(
            stored[key] != _with_albums(photos[key], stored) for key in photos.keys() & stored.keys()
        ),
        removed=len(stored.keys() - photos.keys()) if complete else 0,
        complete=complete,
        calls=api.calls,
        full=True,
        skipped=listing.skipped,
        listed=len(photos),
        total=listing.total,
        counted=counted,
        incomplete=incomplete,
        as_of=now,
    )


def _list(api: ReadApi, login: Login, progress: Progress) -> _Listing:
    return _collect(_parse(api.own_photos(at_once=AT_ONCE), login), progress)


def _unsure(listing: _Listing) -> Iterator[str]:
    """What of the listing is not, or may not be, as the account is."""
    if listing.moved:
        yield _MOVED
    if listing.untold:
        yield f"it did not say what tags {count(listing.untold, 'photo has', 'photos have')}"


def _incomplete(listing: _Listing, counted: int | None) -> bool:
    """Whether the photos that came are not as many as Flickr says there are.

    By the larger of its two counts.
    """
    # Rows are filtered after paging, so a `total` can count photos that no page shows; nothing says that
    # getCounts is the same number.
    counts = [count for count in (listing.total, counted) if count is not None]
    return not counts or len(listing.photos) != max(counts)


def _parse(pages: Iterable[Page], login: Login) -> Iterator[_Parsed]:
    for page in pages:
        yield _Parsed(page, tuple(_own_photo(row, login) for row in page.rows))


def _own_photo(row: Json, login: Login) -> Photo | str:
    """The photo of a row, or why it is none; a cache can mix up answers, and nobody wants a stranger's."""
    owner = normalise_nsid(text(row.get("owner")))
    return "photo of another member" if owner not in {None, login.nsid} else photo_from_row(row)


def _until_known(pages: Iterable[_Parsed], stored: dict[str, Photo], taken_at: float) -> Iterator[_Parsed]:
    """The pages down to the first that tells nothing new, for `recentlyUpdated` gives the latest first.

    So what one bulk edit touched is listed once, not again by every sync of the hour after it.
    """
    for page in pages:
        yield page
        if page.photos and all(_is_known(photo, stored, taken_at) for photo in page.photos):
            return


def _is_known(photo: Photo | str, stored: dict[str, Photo], taken_at: float) -> bool:
    """Whether the last sync, begun at `taken_at`, stored the photo as it is.

    One updated while that sync ran proves nothing: others of that time may have been read too early.
    """
    return (
        isinstance(photo, Photo)
        and photo.last_update is not None
        and photo.last_update < taken_at
        and stored.get(photo.id) == _with_albums(photo, stored)
    )


def _collect(pages: Iterable[_Parsed], progress: Progress) -> _Listing:
    photos: dict[str, Photo] = {}
    skipped: dict[str, int] = {}
    totals: list[int | None] = []
    repeated = False
    with progress.task("Listing photos", unit="photos") as task:
        for parsed in pages:
            totals.append(parsed.page.total)
            for photo in parsed.photos:
                if isinstance(photo, str):
                    skipped[photo] = skipped.get(photo, 0) + 1
                    continue
                repeated = repeated or photo.id in photos
                # Newest first: the first sight of a photo is the fresher one only by milliseconds; keep
                # either.
                photos[photo.id] = photo
            task.advance(len(parsed.photos))
    untold = sum(not photo.tags_told for photo in photos.values())
    total = totals[-1] if totals else None
    return _Listing(photos, skipped, total, repeated, untold, moved=len(set(totals)) > 1)


def _with_albums(photo: Photo, stored: dict[str, Photo]) -> Photo:
    """`photo` with what only the export told about it.

    So that comparing the two compares what Flickr said.
    """
    old = stored.get(photo.id)
    return replace(photo, albums=old.albums) if old is not None else photo
