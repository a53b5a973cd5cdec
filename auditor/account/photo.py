"""The account and its photos as values, and their reading from the rows of Flickr's list calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.flickr.parse import Json, boolean, integer, text
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import split_clean
from auditor.flickr.urls import is_photo_id, page_url

if TYPE_CHECKING:  # the client brings HTTP libraries that an audit does without
    from auditor.flickr.api import Login


@dataclass(frozen=True, slots=True)
class Limits:
    """What the account may hold, as `people.getInfo` tells it; None: not told."""

    upload_count: int | None = None
    upload_limit: int | None = None
    upload_limit_status: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose photos they are."""

    nsid: str
    username: str = ""
    path_alias: str | None = None
    is_pro: bool | None = None
    """None: not told (an export without it)."""
    limits: Limits = field(default_factory=Limits)
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Settings for new uploads as far as they were read. From the API ``privacy`` (1 public … 5 private) and
    ``hidden``; from a data export, in its words, ``default_license``, ``who_can_download_photos`` and
    ``photostream_safety_level``."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo or video of the account."""

    id: str
    title: str
    license_id: str
    """Flickr's id as a string; "" when not told."""
    privacy: Privacy
    secret: str | None = None
    """Of the display sizes; None from an export, which tells the original's only."""
    server: str | None = None
    farm: int | None = None
    original_secret: str | None = field(default=None, repr=False)
    original_format: str | None = None
    tags: tuple[str, ...] = ()
    """Clean forms, machine tags included, as list calls give them."""
    machine_tags: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    date_upload: int | None = None
    """Unix time."""
    date_taken: str | None = None
    """As Flickr writes it, ``2013-10-06 14:06:41``; can be absurd."""
    last_update: int | None = None
    media: str = "photo"
    safety_level: int | None = None
    """As read: 0 safe, 1 moderate, 2 restricted (written one higher)."""
    views: int | None = None

    def url(self, nsid: str) -> str:
        """The photo's page."""
        return page_url(self.id, nsid)


def account_from_person(login: "Login", person: Json) -> Account:
    """The account of `login` from the answer of `people.getInfo`."""
    return Account(
        nsid=login.nsid,
        username=text(person.get("username")) or login.username,
        path_alias=text(person.get("path_alias")) or login.path_alias,
        is_pro=boolean(person["ispro"]) if "ispro" in person else None,
        limits=Limits(
            upload_count=integer(person.get("upload_count")),
            upload_limit=integer(person.get("upload_limit")),
            upload_limit_status=text(person.get("upload_limit_status")),
        ),
    )


def photo_from_row(row: Json) -> Photo | str:
    """A photo from a row of a list call asked for `api.EXTRAS`, or the reason why the row is none."""
    photo_id = text(row.get("id"))
    if not is_photo_id(photo_id):
        return "no photo id"
    if "ispublic" not in row:
        return "no privacy"
    return Photo(
        id=str(int(photo_id)),
        title=text(row.get("title")),
        license_id=text(row.get("license")),
        privacy=Privacy.from_flags(
            boolean(row["ispublic"]), boolean(row.get("isfriend")), boolean(row.get("isfamily"))
        ),
        secret=text(row.get("secret")) or None,
        server=text(row.get("server")) or None,
        farm=integer(row.get("farm")),
        original_secret=text(row.get("originalsecret")) or None,
        original_format=text(row.get("originalformat")) or None,
        tags=split_clean(text(row.get("tags"))),
        machine_tags=tuple(text(row.get("machine_tags")).split()),
        date_upload=integer(row.get("dateupload")),
        date_taken=text(row.get("datetaken")) or None,
        last_update=integer(row.get("lastupdate")),
        media=text(row.get("media")) or "photo",
        safety_level=integer(row.get("safety_level")),
        views=integer(row.get("views")),
    )
