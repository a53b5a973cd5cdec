"""What only Flickr can tell before a plan is made: reading calls, as few as possible."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from auditor.account.photo import Photo
from auditor.errors import CallError, RefusedError
from auditor.flickr.api import Login, Pool, ReadApi
from auditor.flickr.parse import text
from auditor.flickr.urls import is_nsid
from auditor.mitigation.kinds.base import FlickrFacts
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.planning.policy import Actions
from auditor.progress import SILENT, Progress
from auditor.text import plain

MapCalls = Callable[[Callable[[str], None], Iterable[str]], object]
"""Calls a function on every item, perhaps several at once (`Workers.map`)."""


def check_account(api: ReadApi, nsid: str) -> Login:
    """Whether the login is of this account. Errors: `RefusedError` when it is not."""
    login = api.login()
    if login.nsid != nsid:
        raise RefusedError(
            f"this is about the account {nsid}, and you are logged in as {login.nsid}",
            hint="Log in as the right one, or use another --home for another account.",
        )
    return login


def map_one_by_one(work: Callable[[str], None], items: Iterable[str]) -> None:
    """Without threads."""
    for item in items:
        work(item)


def gather(
    api: ReadApi,
    wanted: Mapping[str, Actions],
    photos: Sequence[Photo],
    *,
    run_all: MapCalls = map_one_by_one,
    progress: Progress = SILENT,
) -> FlickrFacts:
    """Groups of the photos that become less public or leave groups, and the licences that Flickr offers.

    `photos` is the whole account. Errors: those of `Transport.read`.
    """
    by_id = {photo.id: photo for photo in photos}
    groups: dict[str, tuple[Pool, ...]] = {}
    gone: set[str] = set()
    asked = [key for key, actions in wanted.items() if _needs_groups(by_id[key], actions)]
    with progress.task("Asking for groups", total=len(asked), unit="photos") as task:

        def ask(photo_id: str) -> None:
            try:
                pools = api.pools(photo_id)
                groups[photo_id] = tuple(
                    Pool(pool.group_id, plain(pool.title, 100)) for pool in pools if is_nsid(pool.group_id)
                )
            except CallError as error:
                if error.code != 1:
                    raise
                # "Photo not found" is believed when the photo itself is not found either.
                if _is_gone(api, photo_id):
                    gone.add(photo_id)
            task.advance()

        run_all(ask, asked)
    samples = _samples(wanted, photos)
    return FlickrFacts(
        groups, offered_licenses(api, samples), frozenset(gone), asked=frozenset(samples.values())
    )


def _is_gone(api: ReadApi, photo_id: str) -> bool:
    try:
        api.photo(photo_id)
    except CallError as error:
        if error.code == 1:
            return True
        raise
    return False


def _needs_groups(photo: Photo, actions: Actions) -> bool:
    return any(ASKED[key].asks_groups(photo, wanted) for key, wanted in actions.items())


def _samples(wanted: Mapping[str, Actions], photos: Sequence[Photo]) -> dict[str, str]:
    """Present licence id → a photo that has it, of each licence to be changed, and of each new one."""
    changing = {
        photo.license_id: photo.id
        for photo in photos
        if wanted.get(photo.id, Actions()).get("license", photo.license_id) != photo.license_id
    }
    targets = {actions.get("license") for actions in wanted.values()} if changing else set()
    samples = {photo.license_id: photo.id for photo in photos if photo.license_id in targets} | changing
    return {key: photo_id for key, photo_id in samples.items() if key is not None}


def offered_licenses(api: ReadApi, samples: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Present licence id → ids that Flickr offers; `samples`: present licence id → a photo that has it."""
    available = {}
    for license_id, photo_id in samples.items():
        try:
            offered = api.available_licenses(photo_id)
        except CallError:
            # Not told for this photo; the plan then says that it is not known.
            continue
        if offered:
            available[license_id] = offered
    return available


def album_members(
    api: ReadApi, nsid: str, names: Collection[str]
) -> tuple[dict[str, frozenset[str]], list[str]]:
    """Photo id → ids and titles of those albums among `names` that it is in; and which came short.

    Errors: those of the calls.
    """
    members: dict[str, frozenset[str]] = {}
    short = []
    for album_id, title in api.albums().items():
        if album_id in names or title in names:
            pages = list(api.album_photos(album_id, nsid))
            listed = {text(row.get("id")) for page in pages for row in page.rows}
            total = max((page.total or 0 for page in pages), default=0)
            if len(listed) < total:
                short.append(
                    f"Flickr listed only {len(listed):,} of {total:,} photos of the album"
                    f" {plain(title, 100)}: the others are not chosen, so plan again later"
                )
            for photo_id in listed:
                members[photo_id] = members.get(photo_id, frozenset()) | {album_id, title}
    return members, short
