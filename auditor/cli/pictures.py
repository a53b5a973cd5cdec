"""The pictures of an HTML page: linked, fetched into the page, or none."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from auditor.cli.output import Thumbnails, note
from auditor.cli.session import Session

if TYPE_CHECKING:
    from auditor.account.photo import Photo
    from auditor.report import Page


def page_for(session: Session, thumbnails: Thumbnails, photos: Iterable["Photo"]) -> "Page":
    """What a page about `photos` is to know; fetches their pictures where they are to be embedded."""
    from auditor.report import Page, linked

    given = session.settings
    picture: Callable[[str], str | None] = linked
    had: dict[str, str] = {}
    if thumbnails is Thumbnails.none:
        picture = had.get
    elif thumbnails is Thumbnails.embed:
        from auditor.flickr.pictures import fetch

        wanted = [photo.thumbnail for photo in photos if photo.thumbnail]
        had = fetch(wanted, base_url=given.flickr_url, progress=session.progress)
        if lacking := len(set(wanted)) - len(had):
            note(
                f"{lacking:,} of {len(set(wanted)):,} pictures are not in the page: Flickr did not give them."
            )
        picture = had.get
    return Page(picture, can_apply=bool(given.api_key and given.api_secret))
