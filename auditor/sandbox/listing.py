"""Lists of photos: the rows with the extras that were asked for, and Flickr's paging with all its habits."""

import itertools
import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from auditor.flickr.urls import static_url
from auditor.sandbox.flickr_rules import is_machine_tag
from auditor.sandbox.methods import Call, content, method
from auditor.sandbox.records import Photo

#: Names of `extras=url_…` with the suffix of the file and the longest edge. Names and suffixes do not match.
SIZES = {
    "sq": ("s", 75),
    "q": ("q", 150),
    "t": ("t", 100),
    "s": ("m", 240),
    "n": ("n", 320),
    "w": ("w", 400),
    "m": ("", 500),
    "z": ("z", 640),
    "c": ("c", 800),
    "l": ("b", 1024),
}

MAX_PER_PAGE = 500

#: Whoever asks for a page beyond it gets this one.
MAX_PAGE = 10_000

_WHOLE = re.compile(r"[0-9]{1,18}")

#: The answer of `privacy_filter` 1 to 5: (ispublic, isfriend, isfamily).
_PRIVACY_FILTERS = {
    "1": (True, False, False),
    "2": (False, True, False),
    "3": (False, False, True),
    "4": (False, True, True),
    "5": (False, False, False),
}


def row(call: Call, photo: Photo) -> dict[str, Any]:
    """One photo as lists give it: the fields that are always there, and the extras asked for."""
    fields = {
        "id": photo.id,
        "owner": photo.owner,
        "secret": photo.secret,
        "server": photo.server,
        "farm": photo.farm,
        "title": photo.title,
        "ispublic": int(photo.is_public),
        "isfriend": int(photo.is_friend),
        "isfamily": int(photo.is_family),
    }
    for extra in call.args.get("extras", "").split(","):
        make = _EXTRAS.get(extra.strip())
        if make:
            fields |= make(call, photo)
    return fields


def _url(name: str) -> Callable[[Call, Photo], dict[str, Any]]:
    suffix, edge = SIZES[name]

    def make(_: Call, photo: Photo) -> dict[str, Any]:
        width, height = _fitted(photo, edge) if name not in ("sq", "q") else (edge, edge)
        url = static_url(photo.server, photo.id, photo.secret, suffix)
        return {f"url_{name}": url, f"height_{name}": height, f"width_{name}": width}

    return make


def _fitted(photo: Photo, edge: int) -> tuple[int, int]:
    scale = edge / max(photo.width, photo.height)
    return round(photo.width * scale), round(photo.height * scale)


def _original(call: Call, photo: Photo) -> dict[str, Any]:
    """The original's secret goes only to who may download the original."""
    if not call.owns(photo) or not photo.original_secret:
        return {}
    return {"originalsecret": photo.original_secret, "originalformat": photo.original_format}


def _url_o(call: Call, photo: Photo) -> dict[str, Any]:
    original = _original(call, photo)
    if not original:
        return {}
    name = f"{photo.id}_{photo.original_secret}_o.{photo.original_format}"
    url = f"https://live.staticflickr.com/{photo.server}/{name}"
    return {"url_o": url, "height_o": photo.height, "width_o": photo.width}


def _owner_field(key: str, field: str) -> Callable[[Call, Photo], dict[str, Any]]:
    return lambda call, photo: {key: getattr(call.account.person(photo.owner) or call.account.me, field)}


def _geo(_: Call, photo: Photo) -> dict[str, Any]:
    if photo.location is None:
        return {"latitude": 0, "longitude": 0, "accuracy": 0, "context": 0}
    return {**photo.location, "context": 0, "geo_is_public": 1}


_EXTRAS: dict[str, Callable[[Call, Photo], dict[str, Any]]] = {
    "description": lambda _, photo: {"description": content(photo.description)},
    "license": lambda _, photo: {"license": photo.license},
    "date_upload": lambda _, photo: {"dateupload": str(photo.uploaded)},
    "date_taken": lambda _, photo: {
        "datetaken": photo.taken,
        "datetakengranularity": str(photo.taken_granularity),
        "datetakenunknown": str(int(photo.taken_unknown)),
    },
    "last_update": lambda _, photo: {"lastupdate": str(photo.lastupdate)},
    "tags": lambda _, photo: {"tags": " ".join(photo.tags)},
    "machine_tags": lambda _, photo: {
        "machine_tags": " ".join(tag for tag in photo.tags if is_machine_tag(tag))
    },
    "owner_name": _owner_field("ownername", "username"),
    "realname": _owner_field("realname", "realname"),
    "path_alias": _owner_field("pathalias", "path_alias"),
    "icon_server": lambda _, photo: {"iconserver": photo.server, "iconfarm": photo.farm},
    "original_format": _original,
    "o_dims": lambda _, photo: {"o_width": str(photo.width), "o_height": str(photo.height)},
    "views": lambda _, photo: {"views": str(photo.views)},
    "count_views": lambda _, photo: {"count_views": str(photo.views)},
    "count_comments": lambda _, photo: {"count_comments": str(photo.comments)},
    "count_faves": lambda _, photo: {"count_faves": str(len(photo.faves))},
    "media": lambda _, photo: {"media": photo.media, "media_status": "ready"},
    "safety_level": lambda _, photo: {"safety_level": str(photo.safety_level)},
    "content_type": lambda _, photo: {"content_type": str(photo.content_type)},
    "geo": _geo,
    "url_o": _url_o,
    **{f"url_{name}": _url(name) for name in SIZES},
}


def envelope(
    call: Call, photos: Sequence[Photo], *, rows: Callable[[Call, Photo], dict[str, Any]] = row
) -> dict[str, Any]:
    """The page that was asked for.

    A page beyond the end is the last page again, with the last page's number. Faults bend it further: short
    pages, rows that move while a client is paging (see `faults`).
    """
    per_page = min(max(_number(call.args.get("per_page"), 100), 1), MAX_PER_PAGE)
    step = max(1, per_page - int(call.bends.get("short-pages", 0)))
    pages = math.ceil(len(photos) / step)
    page = min(max(_number(call.args.get("page"), 1), 1), max(pages, 1), MAX_PAGE)
    start = (page - 1) * step
    if page > 1:
        start = max(0, start - int(call.bends.get("shifted-rows", 0)))
    chosen = list(photos[start : start + step])
    lost = int(call.bends.get("lost-rows", 0))
    if lost:
        chosen = chosen[:-lost]
    double = int(call.bends.get("double-rows", 0))
    if double:
        chosen += chosen[-double:]
    total: int | str = len(photos) + int(call.bends.get("total-off", 0))
    if "total-text" in call.bends:
        total = str(total)
    return {
        "page": page,
        "pages": pages,
        "perpage": per_page,
        "total": total,
        "photo": [rows(call, photo) for photo in chosen],
    }


@method("flickr.people.getPhotos")
def _people_get_photos(call: Call) -> dict[str, Any]:
    account = call.account
    user = call.args.get("user_id", "")
    if not user:
        raise call.refusal(1)
    if user == "me" and not call.signed:
        raise call.refusal(2)
    person = account.person(account.me.nsid if user == "me" else user)
    if person is None or person.deleted:
        raise call.refusal(2)
    own = call.signed and person is account.me
    photos = [photo for photo in _by_upload(call, person.nsid) if call.lists(photo)]
    wanted = _PRIVACY_FILTERS.get(call.args.get("privacy_filter", "")) if own else None
    if wanted:
        photos = [p for p in photos if (p.is_public, p.is_friend, p.is_family) == wanted]
    if own and not (call.args.get("safe_search") == "3" or not account.rules.unsafe_hidden_from_owner):
        highest = 1 if call.args.get("safe_search") == "2" else 0
        photos = [photo for photo in photos if photo.safety_level <= highest]
    if call.args.get("content_types"):
        types = call.args["content_types"].split(",")
        photos = [photo for photo in photos if str(photo.content_type) in types]
    return {"photos": envelope(call, photos)}


def _by_upload(call: Call, nsid: str) -> list[Photo]:
    """The photos of this person inside the asked dates, newest upload first."""
    earliest = _number(call.args.get("min_upload_date"), 0)
    latest = _number(call.args.get("max_upload_date"), 2**62)
    taken_from = call.args.get("min_taken_date") or ""
    taken_to = call.args.get("max_taken_date") or "9999"
    photos = [
        photo
        for photo in call.account.photos.values()
        if photo.owner == nsid
        and earliest <= photo.uploaded <= latest
        and taken_from <= photo.taken <= taken_to
    ]
    return sorted(photos, key=lambda photo: (photo.uploaded, int(photo.id)), reverse=True)


@method("flickr.photos.recentlyUpdated", needs="read")
def _recently_updated(call: Call) -> dict[str, Any]:
    if not call.args.get("min_date"):
        raise call.refusal(1)
    since = _moment(call.args["min_date"])
    if since is None:
        raise call.refusal(2)
    photos = [photo for photo in call.account.own_photos() if photo.lastupdate >= since]
    photos.sort(key=lambda photo: (photo.lastupdate, int(photo.id)), reverse=True)
    return {"photos": envelope(call, photos)}


@method("flickr.photos.getCounts", needs="read")
def _get_counts(call: Call) -> dict[str, Any]:
    dates = [_moment(text) for text in call.args.get("dates", "").split(",")]
    uploads = [photo.uploaded for photo in call.account.own_photos()]
    off = int(call.bends.get("counts-off", 0))
    counts = [
        {
            "count": str(sum(start <= at < end for at in uploads) + off),
            "fromdate": str(start),
            "todate": str(end),
        }
        for start, end in itertools.pairwise(sorted(date for date in dates if date is not None))
    ]
    if not counts:
        raise call.refusal(1)
    return {"photocounts": {"photocount": counts}}


@method("flickr.photosets.getList")
def _photosets_get_list(call: Call) -> dict[str, Any]:
    account = call.account
    user = call.args.get("user_id", "me")
    person = account.me if user == "me" and call.signed else account.person(user)
    if person is None or person.deleted:
        raise call.refusal(1)
    if person is not account.me:
        return {"photosets": {"page": 1, "pages": 1, "perpage": 0, "total": 0, "photoset": []}}
    sets = []
    for album in account.albums:
        cover = account.photos[album.photos[0]] if album.photos else None
        sets.append(
            {
                "id": album.id,
                "owner": account.me.nsid,
                "username": account.me.username,
                "primary": cover.id if cover else "0",
                "secret": cover.secret if cover else "",
                "server": cover.server if cover else "0",
                "farm": cover.farm if cover else 0,
                "count_views": str(album.views),
                "count_comments": "0",
                "count_photos": account.count_media(album)[0],
                "count_videos": account.count_media(album)[1],
                "title": content(album.title),
                "description": content(""),
            }
        )
    count = len(sets)
    return {"photosets": {"page": 1, "pages": 1, "perpage": count, "total": count, "photoset": sets}}


@method("flickr.photosets.getPhotos")
def _photosets_get_photos(call: Call) -> dict[str, Any]:
    account = call.account
    album = next((album for album in account.albums if album.id == call.args.get("photoset_id")), None)
    if album is None:
        raise call.refusal(1)
    photos = [account.photos[key] for key in album.photos if call.lists(account.photos[key])]
    listed = envelope(call, photos, rows=lambda call, photo: _without_owner(row(call, photo)))
    head = {"id": album.id, "primary": album.photos[0] if album.photos else "0", "owner": account.me.nsid}
    return {"photoset": {**head, "ownername": account.me.username, "title": album.title, **listed}}


def _without_owner(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "owner"}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and _WHOLE.fullmatch(text) else default


def _moment(text: str) -> int | None:
    """A date argument: unix seconds, or a date as MySQL writes it; None for what is neither."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
