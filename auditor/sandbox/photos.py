"""The REST methods that read one photo: everything about it, who may see it, its licence, its tags."""

from typing import Any

from auditor.flickr.urls import page_url
from auditor.sandbox.flickr_rules import LICENSES, is_machine_tag
from auditor.sandbox.methods import Call, content, method
from auditor.sandbox.records import Person, Photo, Tag

#: Where photos with a location were taken: a neighbourhood is often empty.
_PLACE = {
    "locality": content("Mannheim"),
    "neighbourhood": content(""),
    "county": content("Mannheim"),
    "region": content("Baden-Württemberg"),
    "country": content("Germany"),
}

_OLD_CC = ("1", "2", "3", "4", "5", "6")
_NEW_CC = ("11", "12", "13", "14", "15", "16")


@method("flickr.photos.getInfo")
def _photos_get_info(call: Call) -> dict[str, Any]:
    photo = call.account.photos.get(call.args.get("photo_id", ""))
    # "If the correct secret is passed then permissions checking is skipped."
    if photo is None or not (call.may_see(photo) or call.args.get("secret") == photo.secret):
        raise call.refusal(1)
    return {"photo": _photo_info(call, photo)}


def _photo_info(call: Call, photo: Photo) -> dict[str, Any]:
    owner = call.account.person(photo.owner) or call.account.me
    own = call.signed and owner is call.account.me
    info: dict[str, Any] = {
        "id": photo.id,
        "secret": photo.secret,
        "server": photo.server,
        "farm": photo.farm,
        "dateuploaded": str(photo.uploaded),
        "isfavorite": 0,
        "license": photo.license,
        "safety_level": str(photo.safety_level),
        "rotation": 0,
        "owner": {
            "nsid": owner.nsid,
            "username": owner.username,
            "realname": owner.realname,
            "location": owner.location,
            "iconserver": "65535",
            "iconfarm": 66,
            "path_alias": owner.path_alias,
        },
        "title": content(photo.title),
        "description": content(photo.description),
        "visibility": _visibility(photo),
        "dates": {
            "posted": str(photo.uploaded),
            "taken": photo.taken,
            "takengranularity": photo.taken_granularity,
            "takenunknown": str(int(photo.taken_unknown)),
            "lastupdate": str(photo.lastupdate),
        },
        "views": str(photo.views),
        "editability": {
            "cancomment": int(own or (call.signed and photo.permcomment == 3)),
            "canaddmeta": int(own or (call.signed and photo.permaddmeta == 3)),
        },
        "publiceditability": {
            "cancomment": int(photo.permcomment == 3),
            "canaddmeta": int(photo.permaddmeta == 3),
        },
        "usage": {
            "candownload": 1,
            "canblog": int(call.signed),
            "canprint": int(own),
            "canshare": int(photo.is_public),
        },
        "comments": content(str(photo.comments)),
        "notes": {"note": [_note(owner, note) for note in photo.notes]},
        "people": {"haspeople": 0},
        "tags": {"tag": [_tag_fields(call, clean, tag) for clean, tag in photo.tags.items()]},
        "urls": {
            "url": [
                {
                    "type": "photopage",
                    **content(page_url(photo.id, owner.place)),
                }
            ]
        },
        "media": photo.media,
    }
    if own:
        info["permissions"] = {"permcomment": photo.permcomment, "permaddmeta": photo.permaddmeta}
        if photo.original_secret:
            info |= {"originalsecret": photo.original_secret, "originalformat": photo.original_format}
    if photo.location:
        info["location"] = {**photo.location, "context": "0", **_PLACE}
        info["geoperms"] = {"ispublic": 1, "iscontact": 0, "isfriend": 0, "isfamily": 0}
    if photo.media == "video":
        info["video"] = {
            "ready": 1,
            "failed": 0,
            "pending": 0,
            "duration": "12",
            "width": str(photo.width),
            "height": str(photo.height),
        }
    return info


def _visibility(photo: Photo) -> dict[str, int]:
    return {
        "ispublic": int(photo.is_public),
        "isfriend": int(photo.is_friend),
        "isfamily": int(photo.is_family),
    }


def _note(owner: Person, note: dict[str, str]) -> dict[str, Any]:
    place = {key: note[key] for key in ("id", "x", "y", "w", "h")}
    return {**place, "author": owner.nsid, "authorname": owner.username, **content(note["text"])}


def _tag_fields(call: Call, clean: str, tag: Tag) -> dict[str, Any]:
    """A tag as getInfo gives it."""
    author = call.account.person(tag.author)
    return {
        "id": tag.full_id,
        "author": tag.author,
        "authorname": author.username if author else "",
        "raw": tag.raw,
        "_content": clean,
        "machine_tag": is_machine_tag(clean),
    }


@method("flickr.photos.getPerms", needs="read")
def _get_perms(call: Call) -> dict[str, Any]:
    photo = call.own_photo()
    perms = {"permcomment": photo.permcomment, "permaddmeta": photo.permaddmeta, "permprint": 0}
    return {"perms": {"id": photo.id, **_visibility(photo), **perms}}


@method("flickr.photos.getAllContexts")
def _get_all_contexts(call: Call) -> dict[str, Any]:
    photo = call.photo()
    account = call.account
    sets = []
    for album in account.albums:
        if photo.id in album.photos:
            cover = account.photos[album.photos[0]]
            sets.append(
                {
                    "title": album.title,
                    "id": album.id,
                    "primary": cover.id,
                    "secret": cover.secret,
                    "server": cover.server,
                    "farm": cover.farm,
                    "view_count": str(album.views),
                    "comment_count": "0",
                    "count_photo": account.count_media(album)[0],
                    "count_video": account.count_media(album)[1],
                }
            )
    pools = [
        {
            "title": pool.title,
            "url": f"/groups/{pool.slug}/pool/",
            "id": pool.id,
            "iconserver": "65535",
            "iconfarm": 66,
            "members": str(pool.members),
            "pool_count": str(len(pool.photos)),
        }
        for pool in account.pools
        if photo.id in pool.photos
    ]
    # A key is missing when there is nothing under it.
    return ({"set": sets} if sets else {}) | ({"pool": pools} if pools else {})


def _license_fields(license_id: str) -> dict[str, str]:
    license_ = LICENSES[license_id]
    return {"id": license_.id, "name": license_.name, "url": license_.url}


@method("flickr.photos.licenses.getInfo")
def _licenses_get_info(_: Call) -> dict[str, Any]:
    return {"licenses": {"license": [_license_fields(each) for each in LICENSES]}}


def settable_licenses(call: Call) -> tuple[str, ...]:
    """The licence ids that setLicense takes; 7 and 8 are for The Commons and for US government offices."""
    old = _OLD_CC if call.account.rules.old_cc_settable else ()
    return ("0", *old, *_NEW_CC, "9", "10")


@method("flickr.photos.licenses.getAvailable")
def _licenses_get_available(call: Call) -> dict[str, Any]:
    call.photo()
    owner = call.args.get("owner_id")
    if owner and call.account.person(owner) is None:
        raise call.refusal(2)
    return {"available_licenses": {"license": [_license_fields(each) for each in settable_licenses(call)]}}


def _license_in_history(which: str, license_id: str) -> dict[str, str]:
    """The history names licences as they were called before 2025-06-18: tell them apart by their address."""
    license_ = LICENSES.get(license_id)
    name = (license_.name_in_history or license_.name) if license_ else ""
    return {f"{which}_license": name, f"{which}_license_url": license_.url if license_ else ""}


@method("flickr.photos.licenses.getLicenseHistory")
def _get_license_history(call: Call) -> dict[str, Any]:
    photo = call.photo()
    changes = [(change.date, change.old, change.new) for change in photo.license_history]
    # A licence that never changed has one entry, of the day of the upload, with nothing new.
    changes = changes or [(photo.uploaded, photo.license, "")]
    history = []
    for date, old, new in changes:
        history.append(
            {"date_change": date, **_license_in_history("old", old), **_license_in_history("new", new)}
        )
    return {"license_history": history}
