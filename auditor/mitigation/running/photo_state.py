"""Read how photos stand on Flickr now, with as few calls as it takes.

One call lists up to 500 photos with licence, tags and privacy. A plan's photos are read in windows of upload
time: as many of them as lie within 500 photos of the account cost one call, a lonely one a single `getInfo`.
So 20 photos of 100,000 cost 20 calls, and 10,000 of 10,000 cost 20 as well.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auditor import clock
from auditor.account.photo import Photo, photo_from_info, photo_from_row, privacy_of, tag_ids
from auditor.clock import wall
from auditor.errors import CallError, UnreachableError
from auditor.flickr.api import PER_PAGE, ReadApi
from auditor.flickr.parse import Json, integer, table, text
from auditor.flickr.privacy import Privacy
from auditor.flickr.urls import normalise_nsid
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.base import Permissions, PhotoState, Unreadable
from auditor.mitigation.kinds.registry import of

FRESH_SECONDS: Final = 540.0
"""No write rests on a reading older than ten minutes; an answer can be a minute old when it arrives."""


@dataclass(frozen=True, slots=True)
class Window:
    """Photos that are read with one listing; without times it is a single photo."""

    photo_ids: tuple[str, ...]
    uploaded_from: int | None = None
    uploaded_to: int | None = None


class Reader:
    """Reads photos of the account `nsid`; `photos` is the account as last synced. Safe for threads."""

    def __init__(
        self, api: ReadApi, nsid: str, photos: Iterable[Photo], *, clock: Callable[[], float] = clock.now
    ) -> None:
        self._api = api
        self._nsid = nsid
        self._clock = clock
        self._uploads = {photo.id: photo.date_upload for photo in photos}
        self._times = sorted(uploaded for uploaded in self._uploads.values() if uploaded is not None)

    def ordered(self, photo_ids: Iterable[str]) -> list[str]:
        """In order of upload, so that photos next to each other share a window."""
        return sorted(set(photo_ids), key=lambda key: (self._uploads.get(key) or 0, int(key)))

    def windows(self, photo_ids: Iterable[str]) -> list[Window]:
        """The cheapest way to read these photos."""
        ordered = self.ordered(photo_ids)
        windows: list[Window] = []
        start = 0
        while start < len(ordered):
            end = self._reach(ordered, start)
            chosen = tuple(ordered[start:end])
            first, last = self._uploads.get(chosen[0]), self._uploads.get(chosen[-1])
            alone = len(chosen) == 1 or first is None or last is None
            windows.append(Window(chosen) if alone else Window(chosen, first, last))
            start = end
        return windows

    def _reach(self, ordered: Sequence[str], start: int) -> int:
        """The end of the longest window that begins with photo `start`: of one page, or of one second."""
        first = self._uploads.get(ordered[start])
        if first is None:
            return start + 1
        limit = bisect_left(self._times, first) + PER_PAGE
        # The first upload time that no longer fits on the page.
        too_late = self._times[limit] if limit < len(self._times) else None
        end = start + 1
        while end < len(ordered):
            uploaded = self._uploads.get(ordered[end])
            # Photos of the very second of the first belong to it, page after page if they are that many.
            if uploaded is None or (too_late is not None and uploaded >= too_late and uploaded != first):
                break
            end += 1
        return end

    def read(self, window: Window) -> dict[str, PhotoState | None]:
        """The photos of a window; None: gone, which a call for that photo alone has confirmed."""
        found: dict[str, PhotoState | None] = {}
        if window.uploaded_from is not None and window.uploaded_to is not None:
            found |= self._list(window)
        for photo_id in window.photo_ids:
            if photo_id not in found:
                found[photo_id] = self.read_one(photo_id)
        return found

    def _list(self, window: Window) -> dict[str, PhotoState]:
        missing = set(window.photo_ids)
        found: dict[str, PhotoState] = {}
        for page in self._api.own_photos(uploaded_from=window.uploaded_from, uploaded_to=window.uploaded_to):
            at = self._clock()
            for row in page.rows:
                photo = photo_from_row(row, as_of=wall())
                if isinstance(photo, str) or photo.privacy is None or not photo.tags_told:
                    continue  # read alone, where what is unknown is an error
                if photo.id in missing:
                    missing.discard(photo.id)
                    found[photo.id] = PhotoState(photo, at)
            if not missing:
                break
        return found

    def read_one(self, photo_id: str) -> PhotoState | None:
        """All about one photo, tag ids and permissions included (`getInfo`); None: gone."""
        try:
            info = self._api.photo(photo_id)
        except CallError as error:
            # 'Photo "…" not found (invalid ID)': deleted, or not this account's.
            if error.code == 1:
                return None
            raise
        owner = normalise_nsid(text(table(info.get("owner")).get("nsid")))
        if owner is None:
            raise UnreachableError("Flickr's answer does not say whose the photo is")
        return replace(_seen(info, self._clock()), others=owner != self._nsid)

    def complete(self, change: Change, seen: PhotoState) -> PhotoState | None:
        """`seen` with what the mitigation needs beyond a listing, read now; None: gone.

        Errors: `CallError`; `UnreachableError` where Flickr does not say how what is changed stands.
        """
        try:
            return self._complete(change, seen)
        except CallError as error:
            # "Photo not found", whatever code 1 means to the method that writes.
            if error.code == 1 and self.read_one(seen.photo.id) is None:
                return None
            raise

    def _complete(self, change: Change, seen: PhotoState) -> PhotoState | None:
        mitigation = of(change)
        if seen.others:
            return seen
        if mitigation.reads_groups:
            if seen.groups is None:
                seen = self._with_groups(seen)
            # A photo in no group is answered by {"stat":"ok"}, and so is one of which nothing is said.
            if mitigation.observed(change, seen) != change.before:
                seen = self._with_groups(seen)
        if mitigation.reads_permissions:
            perms = self._api.photo_permissions(seen.photo.id)
            photo = replace(seen.photo, privacy=_privacy(perms))
            seen = replace(seen, photo=photo, permissions=_permissions(perms), at=self._clock())
        if not mitigation.readable or not isinstance(mitigation.observed(change, seen), Unreadable):
            return seen
        alone = self.read_one(seen.photo.id)
        if (
            alone is not None
            and not alone.others
            and isinstance(mitigation.observed(change, alone), Unreadable)
        ):
            raise UnreachableError(f"Flickr did not say {mitigation.what}")
        return alone

    def _with_groups(self, seen: PhotoState) -> PhotoState:
        return replace(seen, groups=frozenset(pool.group_id for pool in self._api.pools(seen.photo.id)))

    def is_fresh(self, seen: PhotoState) -> bool:
        """Whether a write may rest on it."""
        return self._clock() - seen.at <= FRESH_SECONDS


def _seen(info: Json, at: float) -> PhotoState:
    """From the answer of `getInfo` for an own photo."""
    photo = photo_from_info(info, as_of=wall())
    if isinstance(photo, str) or photo.privacy is None:
        raise UnreachableError("Flickr's answer does not say who may see the photo")
    permissions = table(info.get("permissions"))
    return PhotoState(
        photo=photo,
        at=at,
        tag_ids=tag_ids(info),
        permissions=_permissions(permissions) if permissions else None,
    )


def _privacy(flags: Json) -> Privacy:
    privacy = privacy_of(flags)
    if privacy is None:
        raise UnreachableError("Flickr's answer does not say who may see the photo")
    return privacy


def _permissions(perms: Json) -> Permissions:
    levels = [integer(perms.get(name)) for name in ("permcomment", "permaddmeta")]
    if any(level not in {0, 1, 2, 3} for level in levels):
        raise UnreachableError("Flickr's answer does not say who may comment")
    return Permissions(str(levels[0]), str(levels[1]))


def image(seen: PhotoState) -> dict[str, object]:
    """The photo before the change, for the journal; without the original's secret."""
    photo = seen.photo
    kept: dict[str, object] = {
        "title": photo.title,
        "license": photo.license_id,
        "privacy": photo.privacy,
        "tags": list(photo.tags),
        "secret": photo.secret,
        "server": photo.server,
        "safety_level": photo.safety_level,
        "last_update": photo.last_update,
    }
    if seen.permissions is not None:
        kept |= {"permcomment": seen.permissions.comment, "permaddmeta": seen.permissions.add_meta}
    if seen.groups is not None:
        kept["groups"] = sorted(seen.groups)
    return kept


def photos_of(changes: Iterable[Change]) -> Collection[str]:
    """The ids of the photos that `changes` are about."""
    return {change.photo_id for change in changes}
