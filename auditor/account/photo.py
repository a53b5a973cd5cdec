"""The account and its photos as values, and how each of Flickr's ways to tell a photo is read.

Flickr tells a photo in three shapes: a row of a list call, the answer of `photos.getInfo`, and a file of its
data export. Each has its function here, so that a value means the same wherever it came from. A word or
number that nobody knows becomes None, never a guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from auditor.flickr import licenses
from auditor.flickr.parse import Json, flag, integer, listing, repaired, table, text
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean, composed, split_clean
from auditor.flickr.urls import is_photo_id, page_url, parse_photo, static_url

if TYPE_CHECKING:  # the client brings HTTP libraries that an audit does without
    from auditor.flickr.api import Login

_MEDIA: Final = frozenset({"photo", "video"})
_SAFETY: Final = {"safe": 0, "moderate": 1, "restricted": 2}
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})(?:\?.*)?$")
_PHOTO_FORMATS: Final = frozenset({"bmp", "gif", "heic", "jpeg", "jpg", "png", "tif", "tiff", "webp"})
_VIDEO_FORMATS: Final = frozenset(
    {"3gp", "avi", "m2ts", "m4v", "mov", "mp4", "mpeg", "mpg", "mts", "ogg", "ogv", "wmv"}
)


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
    """None: not told, or by no flag."""
    limits: Limits = field(default_factory=Limits)
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Settings for new uploads as far as they were read. From the API ``privacy`` (1 public … 5 private) and
    ``hidden``; from a data export, in its words, ``default_license``, ``who_can_download_photos`` and
    ``photostream_safety_level``."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo or video of the account. What was not told, or in a word that nobody knows, is None."""

    id: str
    title: str
    license_id: str | None
    """Flickr's id as a string; an id that `licenses` does not list is kept as it is."""
    privacy: Privacy | None
    """None never means private: nothing may be skipped as "already" so."""
    secret: str | None = None
    """Of the display sizes; None from an export, which tells the original's only."""
    server: str | None = None
    farm: int | None = None
    original_secret: str | None = field(default=None, repr=False)
    original_format: str | None = None
    tags: tuple[str, ...] = ()
    """Clean forms, machine tags included, as list calls give them."""
    tags_told: bool = field(default=True, compare=False, kw_only=True)  # the store gives the others in order
    """False: Flickr's answer says nothing of tags, so that () means nothing."""
    machine_tags: tuple[str, ...] = ()
    albums: tuple[str, ...] | None = None
    """Ids. Only an export tells them; a photo in no album has ()."""
    date_upload: int | None = None
    """Unix time."""
    date_taken: str | None = None
    """As Flickr writes it, ``2013-10-06 14:06:41``; can be absurd."""
    last_update: int | None = None
    media: str | None = None
    """``photo`` or ``video``."""
    safety_level: int | None = None
    """As read: 0 safe, 1 moderate, 2 restricted (written one higher)."""
    views: int | None = None
    as_of: float | None = field(default=None, compare=False)
    """Unix time at which all this was true: of the reading, or of the day an export was made."""

    def url(self, nsid: str) -> str:
        """The photo's page."""
        return page_url(self.id, nsid)

    @property
    def thumbnail(self) -> str | None:
        """Address of a small square picture; None where the public sees none, or the secret is not known.

        The secret of a photo that is not public would open it to whoever sees the address.
        """
        if self.privacy is not Privacy.PUBLIC or not self.server or not self.secret:
            return None
        return static_url(self.server, self.id, self.secret, "q")


def account_from_person(login: "Login", person: Json) -> Account:
    """The account of `login` from the answer of `people.getInfo`."""
    return Account(
        nsid=login.nsid,
        username=text(person.get("username")) or login.username,
        path_alias=text(person.get("path_alias")) or login.path_alias,
        # {"person":{"ispro":0,"path_alias":null,"upload_count":487,"upload_limit":1000,
        # "upload_limit_status":"below_limit",…}}; path_alias can be null, "" or text.
        is_pro=flag(person.get("ispro")),
        limits=Limits(
            upload_count=integer(person.get("upload_count")),
            upload_limit=integer(person.get("upload_limit")),
            upload_limit_status=text(person.get("upload_limit_status")),
        ),
    )


def photo_from_row(row: Json, as_of: float | None = None) -> Photo | str:
    """A photo from a row of a list call asked for `api.EXTRAS`, or the reason why the row is none.

    A row of 2023, without the extras::

        {"id":"52931686549","owner":"192376927@N06","secret":"0a1b2c3d4e","server":"65535","farm":66,
         "title":"DSC04707","ispublic":1,"isfriend":0,"isfamily":0}
    """
    photo_id = text(row.get("id"))
    if not is_photo_id(photo_id):
        return "no photo id"
    if "ispublic" not in row:
        return "no privacy"
    tags = _row_tags(row)
    return Photo(
        id=str(int(photo_id)),
        title=text(row.get("title")),
        license_id=text(row.get("license")) or None,
        privacy=privacy_of(row),
        tags=tags or (),
        tags_told=tags is not None,
        machine_tags=tuple(text(row.get("machine_tags")).split()),
        date_upload=integer(row.get("dateupload")),
        date_taken=_date_taken(row.get("datetaken"), row.get("datetakenunknown")),
        last_update=integer(row.get("lastupdate")),
        as_of=as_of,
        **_common(row),
    )


def photo_from_info(info: Json, as_of: float | None = None) -> Photo | str:
    """A photo from the answer of `photos.getInfo`, or the reason why it is none.

    Of 2023, shortened; where a list row has ``"license":"0"`` so has this, but the rest is nested::

        {"id":"52992805950","secret":"034d512c5c","server":"65535","farm":66,"dateuploaded":"1687404528",
         "license":"0","safety_level":"0","originalsecret":"0f1e2d3c4b","originalformat":"jpg",
         "title":{"_content":"Hier bin ich"},"visibility":{"ispublic":1,"isfriend":0,"isfamily":0},
         "dates":{"taken":"2023-06-08 08:17:50","takenunknown":"0","lastupdate":"1687412385"},"views":"112",
         "tags":{"tag":[{"id":"153473870-…-241","raw":"Wild","_content":"wild","machine_tag":0}]},
         "media":"photo"}
    """
    photo_id = text(info.get("id"))
    if not is_photo_id(photo_id):
        return "no photo id"
    dates = table(info.get("dates"))
    tags = tag_ids(info)
    return Photo(
        id=str(int(photo_id)),
        title=text(info.get("title")),
        license_id=text(info.get("license")) or None,
        privacy=privacy_of(table(info.get("visibility"))),
        tags=tuple(tags),
        tags_told=_tells_tags(info),
        machine_tags=tuple(tag for tag in tags if ":" in tag),
        date_upload=integer(info.get("dateuploaded")) or integer(dates.get("posted")),
        date_taken=_date_taken(dates.get("taken"), dates.get("takenunknown")),
        last_update=integer(dates.get("lastupdate")),
        as_of=as_of,
        **_common(info),
    )


def _date_taken(date: object, unknown: object) -> str | None:
    """A date that Flickr does not call unknown; with a word that is no flag nobody knows."""
    return text(date) or None if unknown is None or flag(unknown) is False else None


def _row_tags(row: Json) -> tuple[str, ...] | None:
    """The clean tags of a list row, which has ``""`` where a photo has none; None where it does not say."""
    told = row.get("tags", False)
    if isinstance(told, Mapping):
        told = told.get("_content", False)
    if told is None:
        return ()
    return split_clean(text(told)) if isinstance(told, str | int) and told is not False else None


def _tells_tags(info: Json) -> bool:
    """Whether an answer of `photos.getInfo` says which tags there are: of none, ``{"tag":[]}``."""
    tags = info.get("tags")
    return isinstance(tags, Mapping) and isinstance(tags.get("tag") or [], list | Mapping)


def tag_ids(info: Json) -> dict[str, str]:
    """Clean tag → the full id that `removeTag` takes, of an answer of `photos.getInfo`.

    The text of a tag is Flickr's own clean form.
    """
    tags = listing(table(info.get("tags")).get("tag"))
    found = {composed(text(tag)) or clean(text(tag.get("raw"))): text(tag.get("id")) for tag in tags}
    return {tag: tag_id for tag, tag_id in found.items() if tag}


def privacy_of(flags: Json) -> Privacy | None:
    """Who may see a photo by its three flags; None where one that matters is missing or is no flag."""
    try:
        return Privacy.from_flags(flags.get("ispublic"), flags.get("isfriend"), flags.get("isfamily"))
    except ValueError:
        return None


def _common(raw: Json) -> dict[str, Any]:
    """What list rows and `getInfo` tell under the same names."""
    media, safety = text(raw.get("media")), integer(raw.get("safety_level"))
    return {
        "secret": text(raw.get("secret")) or None,
        "server": text(raw.get("server")) or None,
        "farm": integer(raw.get("farm")),
        "original_secret": text(raw.get("originalsecret")) or None,
        "original_format": text(raw.get("originalformat")) or None,
        "media": media if media in _MEDIA else None,
        "safety_level": safety if safety in _SAFETY.values() else None,
        "views": integer(raw.get("views")),
    }


def photo_from_export(raw: Json) -> Photo | str:
    """A photo from a ``photo_<id>.json`` of the data export, or the reason why it is none.

    Of 2026, shortened; Flickr documents no schema, so every value may be missing or of another type::

        {"id":"10000001","name":"…","count_views":"1","date_taken":"2020-03-14 10:00:00",
         "date_imported":"2020-03-15 18:00:00","license":"CC BY-NC-SA 4.0","privacy":"public","safety":"safe",
         "original":"https://live.staticflickr.com/9999/10000001_0000000000_o.jpg",
         "albums":[{"id":"10000000000000001","title":"Album One"}],"tags":[{"tag":"sunset"}]}
    """
    photo_id = text(raw.get("id"))
    if not is_photo_id(photo_id):
        return "no photo id"
    known_license = licenses.find(text(raw.get("license")))
    tags = _export_tags(raw.get("tags"))
    albums = raw.get("albums")
    photo = Photo(
        id=str(int(photo_id)),
        title=repaired(text(raw.get("name"))),
        license_id=known_license.id if known_license else None,
        privacy=Privacy.from_export(text(raw.get("privacy"))),
        tags=tags,
        machine_tags=tuple(tag for tag in tags if "=" in tag),
        albums=tuple(_unique(map(album_id, albums))) if isinstance(albums, list) else None,
        date_upload=unix_time(text(raw.get("date_imported"))),
        date_taken=text(raw.get("date_taken")) or None,
        safety_level=_SAFETY.get(text(raw.get("safety")).strip().lower()),
        views=integer(raw.get("count_views")),
    )
    return _with_original(photo, text(raw.get("original"))[:500])


def album_id(album: object) -> str:
    """Of ``{"id": …, "title": …}``, or of the bare id that some exports are described with; "" for none."""
    found = text(album.get("id") if isinstance(album, Mapping) else album)
    return found if found.isascii() and found.isdigit() else ""


def unix_time(date: str) -> int | None:
    """``2020-03-15 18:00:00`` as unix time of UTC; None for no date, such as ``0000-00-00 00:00:00``."""
    try:
        parsed = datetime.fromisoformat(date)
        return int(parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def _export_tags(value: object) -> tuple[str, ...]:
    """Clean forms of ``[{"tag": …}]`` or of bare tags, which an export may tell raw or clean."""
    entries = value if isinstance(value, list) else []
    tags = (entry.get("tag") if isinstance(entry, Mapping) else entry for entry in entries)
    return tuple(_unique(clean(repaired(text(tag))) for tag in tags))


def _with_original(photo: Photo, address: str) -> Photo:
    """`photo` with what the address of its original tells, if it is the address of this photo."""
    found = parse_photo(address)
    if found is None or found.photo_id != photo.id:
        return photo
    extension = _EXTENSION.search(address.lower())
    original_format = extension[1] if extension else None
    media = "photo" if original_format in _PHOTO_FORMATS else None
    if original_format in _VIDEO_FORMATS or "/video/" in address or "/play/" in address:
        media = "video"
    return replace(
        photo,
        server=found.server,
        farm=found.farm,
        secret=None if found.is_original else found.secret,
        original_secret=found.secret if found.is_original else None,
        original_format=original_format,
        media=media,
    )


def _unique(values: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(value for value in values if value)
