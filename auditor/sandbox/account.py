"""The pretend account: its state, and the rules by which it changes.

The state is plain dataclasses that dump to JSON, so that two moments can be compared field by field. The
operations keep the rules that bite on the real Flickr: a clean tag once a photo, links that change when a
photo becomes less visible, a licence history.
"""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from auditor.sandbox.flickr_rules import MAX_TAGS, circles, clean_tag
from auditor.sandbox.records import Album, LicenseChange, Person, Photo, Pool, Rules, Tag


class TooManyTagsError(Exception):
    """More than 75 tags: Flickr ignores the whole request."""


@dataclass(slots=True)
class Account:
    """The signed-in person's account, and the other people and photos that can be asked about."""

    me: Person
    photos: dict[str, Photo] = field(default_factory=dict)
    others: list[Person] = field(default_factory=list)
    albums: list[Album] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    prefs: dict[str, int] = field(
        default_factory=lambda: {
            "privacy": 1,
            "hidden": 0,
            "safety_level": 1,
        }
    )
    rules: Rules = field(default_factory=Rules)
    tag_numbers: dict[str, int] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    #: Counts the operations that changed something, to tell an effective write from an empty one.
    changes: int = 0

    # -- reading ---------------------------------------------------------------------------------------------

    def own_photos(self) -> list[Photo]:
        """The account's photos, newest upload first, as Flickr lists them."""
        own = [photo for photo in self.photos.values() if photo.owner == self.me.nsid]
        return sorted(own, key=lambda photo: (photo.uploaded, int(photo.id)), reverse=True)

    def person(self, nsid: str) -> Person | None:
        """Who has this NSID."""
        return next((person for person in [self.me, *self.others] if person.nsid == nsid), None)

    def count_media(self, album: Album) -> tuple[int, int]:
        """How many photos and how many videos are in the album."""
        videos = sum(self.photos[key].media == "video" for key in album.photos)
        return len(album.photos) - videos, videos

    def state(self) -> dict[str, Any]:
        """Every field of everything, as plain JSON values (without the clock and the change counter)."""
        plain = asdict(replace(self, clock=time.time))
        del plain["clock"], plain["changes"]
        return plain

    # -- changing --------------------------------------------------------------------------------------------

    def add_tags(
        self, photo: Photo, raws: Iterable[str], author: str, clean_form: Callable[[str], str] = clean_tag
    ) -> list[str]:
        """Add tags; return the clean forms of those that were not there yet.

        Errors: `TooManyTagsError` without adding any when the photo would have more than 75.
        """
        new: dict[str, str] = {}
        for raw in raws:
            clean = clean_form(raw)
            if clean not in photo.tags:
                new.setdefault(clean, raw)
        if len(photo.tags) + len(new) > MAX_TAGS:
            raise TooManyTagsError
        owner = self.person(photo.owner) or self.me
        for clean, raw in new.items():
            number = self.tag_numbers.setdefault(clean, 320 + len(self.tag_numbers))
            photo.tags[clean] = Tag(raw, f"{owner.number}-{photo.id}-{number}", author)
        if new:
            self._touch(photo)
        return list(new)

    def remove_tag(self, full_id: str) -> bool:
        """Remove the tag with this id from the own photo that has it; False: none has."""
        photo = self.photos.get(photo_of_tag(full_id))
        if photo is None or photo.owner != self.me.nsid:
            return False
        clean = next((clean for clean, tag in photo.tags.items() if tag.full_id == full_id), None)
        if clean is None:
            return False
        del photo.tags[clean]
        self._touch(photo)
        return True

    def replace_tags(self, photo: Photo, raws: list[str]) -> None:
        """Make these the tags of `photo`, as its owner may; those that stay keep their spelling."""
        wanted = {clean_tag(raw) for raw in raws}
        for clean in [clean for clean in photo.tags if clean not in wanted]:
            self.remove_tag(photo.tags[clean].full_id)
        self.add_tags(photo, raws, self.me.nsid)

    def set_license(self, photo: Photo, license_id: str) -> None:
        """Give `photo` this licence and note the change in its history."""
        if license_id == photo.license:
            return
        change = LicenseChange(int(self.clock()), photo.license, license_id)
        photo.license_history.append(change)
        photo.license = license_id
        self._touch(photo)

    def set_privacy(self, photo: Photo, privacy: str) -> None:
        """Show `photo` to these people; `privacy` is a key of `flickr_rules.PRIVACY`.

        Whoever is shut out loses the faves, and the photo gets new links: "will permanently alter the
        original link and remove Faves from viewers who no longer have access" (Flickr help, Change your
        privacy settings).
        """
        before = photo.privacy
        if privacy == before:
            return
        if circles(before) - circles(privacy):
            photo.secret = secrets.token_hex(5)
            photo.original_secret = photo.original_secret and secrets.token_hex(5)
            photo.faves = []
        photo.privacy = privacy
        self._touch(photo, bump=self.rules.privacy_bumps_lastupdate)

    def set_permissions(self, photo: Photo, permcomment: int, permaddmeta: int) -> None:
        """Let these people comment, and add tags and notes (0 nobody … 3 everybody)."""
        if (photo.permcomment, photo.permaddmeta) != (permcomment, permaddmeta):
            photo.permcomment, photo.permaddmeta = permcomment, permaddmeta
            self._touch(photo, bump=self.rules.privacy_bumps_lastupdate)

    def set_safety(
        self, photo: Photo, *, safety_level: int | None = None, hidden: bool | None = None
    ) -> None:
        """Set the safety level (0 to 2) and whether public searches leave the photo out; None keeps it."""
        after = (
            photo.safety_level if safety_level is None else safety_level,
            photo.hidden if hidden is None else hidden,
        )
        if after != (photo.safety_level, photo.hidden):
            photo.safety_level, photo.hidden = after
            self._touch(photo)

    def set_title(self, photo: Photo, title: str) -> None:
        """Rename `photo`."""
        if title != photo.title:
            photo.title = title
            self._touch(photo)

    def set_pool(self, pool: Pool, photo: Photo, *, member: bool) -> None:
        """Put `photo` into the pool, or take it out."""
        if member and photo.id not in pool.photos:
            pool.photos.append(photo.id)
            self.changes += 1
        elif not member and photo.id in pool.photos:
            pool.photos.remove(photo.id)
            self.changes += 1

    def queue_for_pool(self, pool: Pool, photo: Photo) -> None:
        """Leave `photo` for the moderators of the pool to let in."""
        pool.pending.append(photo.id)
        self.changes += 1

    def delete(self, photo: Photo) -> None:
        """Delete `photo` for good, out of all albums and pools too."""
        del self.photos[photo.id]
        albums = [album.photos for album in self.albums]
        pools = [ids for pool in self.pools for ids in (pool.photos, pool.pending)]
        for ids in [*albums, *pools]:
            if photo.id in ids:
                ids.remove(photo.id)
        self.changes += 1

    def _touch(self, photo: Photo, *, bump: bool = True) -> None:
        self.changes += 1
        if bump:
            photo.lastupdate = int(self.clock())


def photo_of_tag(full_id: str) -> str:
    """The photo id inside a full tag id: ``98000001-9000000137-320`` is on 9000000137."""
    return full_id.partition("-")[2].partition("-")[0]
