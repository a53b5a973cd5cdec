"""The pictures of an HTML page: linked, put into the page, or none."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auditor.cli.output import Thumbnails, note
from auditor.cli.session import Session
from auditor.text import count

if TYPE_CHECKING:
    from auditor.account.photo import Photo
    from auditor.report import Page


def page_for(session: Session, nsid: str, thumbnails: Thumbnails, photos: Iterable["Photo"]) -> "Page":
    """What a page about `photos` is to know; gets their pictures where they are to be embedded."""
    from auditor.report import Page

    given = session.settings
    can_apply = bool(given.api_key and given.api_secret)
    if thumbnails is Thumbnails.link:
        if session.store.has_originals(nsid) and not any(photo.thumbnail for photo in photos):
            session.hint("Pictures: --thumbnails embed puts those of your data export into the page.")
        return Page(can_apply=can_apply)
    embedded = _embedded(session, nsid, list(photos)) if thumbnails is Thumbnails.embed else {}
    return Page(lambda photo_id, _: embedded.get(photo_id or ""), can_apply=can_apply)


def _embedded(session: Session, nsid: str, photos: list["Photo"]) -> "dict[str, str | None]":
    """Photo id → picture, of public photos only, for a page may be passed on.

    The files of the export come first, and only for what they lack is Flickr asked.
    """
    from auditor.flickr.pictures import MOST, as_data, fetch
    from auditor.flickr.privacy import Privacy

    public = [photo for photo in photos if photo.privacy is Privacy.PUBLIC]
    first, own = public[:MOST], session.pictures(nsid)
    found = {photo.id: as_data(picture) for photo in first if (picture := own.get(photo.id))}
    wanted = {photo.id: photo.thumbnail for photo in first if photo.thumbnail and photo.id not in found}
    fetched = fetch(wanted.values(), base_url=session.settings.flickr_url, progress=session.progress)
    found |= {photo_id: fetched[address] for photo_id, address in wanted.items() if address in fetched}
    if left := len(public) - len(first):
        note(f"{count(left, 'picture')} more left out: a page holds at most {MOST:,}.")
    if lacking := len(wanted.keys() - found.keys()):
        note(f"{count(lacking, 'picture')} left out: Flickr did not give them.")
    return found
