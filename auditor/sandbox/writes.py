"""The REST methods that change something: tags, licence, privacy, safety level, group pools.

``photos.setTags`` and ``photos.delete`` are left out on purpose: no mitigation has a use for them, so a
call of one is a bug and gets "Method not found".
"""

import re
from typing import Any

from auditor.sandbox.account import TooManyTagsError
from auditor.sandbox.flickr_rules import LICENSES, clean_tag, is_machine_tag
from auditor.sandbox.methods import Call, content, method
from auditor.sandbox.photos import settable_licenses
from auditor.sandbox.records import Pool

#: Tags are separated by spaces; one with spaces stands in double quotes, and commas are part of a tag.
_TAGS = re.compile(r'"([^"]*)"|([^\s"]+)')

_LEVELS = ("0", "1", "2", "3")

#: What is_public, is_friend and is_family say together; with the first, the others do not count.
_FLAGS = {"000": "private", "010": "friends", "001": "family", "011": "friends-family"} | dict.fromkeys(
    ("100", "110", "101", "111"), "public"
)


@method("flickr.photos.addTags", needs="write")
def _add_tags(call: Call) -> dict[str, Any]:
    account = call.account
    photo = call.photo()
    if not call.owns(photo) and photo.permaddmeta < 3:
        raise call.refusal(1)
    raws = [quoted or plain for quoted, plain in _TAGS.findall(call.args.get("tags", "")) if quoted or plain]
    try:
        added = account.add_tags(
            photo, raws, account.me.nsid, _odd if "odd-clean" in call.bends else clean_tag
        )
    except TooManyTagsError:
        raise call.refusal(2) from None
    tags = [
        {
            "author": account.me.nsid,
            "authorname": account.me.username,
            "raw": photo.tags[clean].raw,
            "machine_tag": "1" if is_machine_tag(clean) else "",
            "full_tag_id": photo.tags[clean].full_id,
            "id": photo.tags[clean].full_id.rpartition("-")[2],
            "_content": clean,
        }
        for clean in added
    ]
    return {"tags": {"tag": tags}}


def _odd(raw: str) -> str:
    """A clean form that no rule foretells, for the fault "odd-clean"."""
    return f"{clean_tag(raw)}2"


@method("flickr.photos.removeTag", needs="write")
def _remove_tag(call: Call) -> dict[str, Any]:
    if not call.account.remove_tag(call.args.get("tag_id", "")):
        raise call.refusal(1)
    return {}


@method("flickr.photos.licenses.setLicense", needs="write")
def _set_license(call: Call) -> dict[str, Any]:
    photo = call.own_photo()
    wanted = call.args.get("license_id", "")
    if wanted not in LICENSES:
        raise call.refusal(2)
    # "7 is not a valid argument" even where it is so already; of any other the same again is no error.
    if wanted == "7" or wanted not in (photo.license, *settable_licenses(call)):
        raise call.refusal(4)
    call.account.set_license(photo, wanted)
    return {}


@method("flickr.photos.setPerms", needs="write")
def _set_perms(call: Call) -> dict[str, Any]:
    photo = call.own_photo()
    flags = "".join(call.args.get(name, "-") for name in ("is_public", "is_friend", "is_family"))
    # Python's True sent as "True" must not pass for a 1.
    if flags not in _FLAGS:
        raise call.refusal(2)
    kept = call.account.rules.omitted_perms_kept
    permcomment = call.args.get("perm_comment", str(photo.permcomment if kept else 3))
    permaddmeta = call.args.get("perm_addmeta", str(photo.permaddmeta if kept else 0))
    if permcomment not in _LEVELS or permaddmeta not in _LEVELS:
        raise call.refusal(2)
    call.account.set_privacy(photo, _FLAGS[flags])
    call.account.set_permissions(photo, int(permcomment), int(permaddmeta))
    return {"photoid": {**content(photo.id), "secret": photo.secret, "originalsecret": photo.original_secret}}


@method("flickr.photos.setSafetyLevel", needs="write")
def _set_safety_level(call: Call) -> dict[str, Any]:
    photo = call.own_photo()
    level, hidden = call.args.get("safety_level"), call.args.get("hidden")
    if (
        (level is None and hidden is None)
        or level not in (None, *_LEVELS[1:])
        or hidden not in (None, "0", "1")
    ):
        raise call.refusal(2)
    if level in ("2", "3") and not call.account.me.is_pro:
        raise call.refusal(4)
    call.account.set_safety(
        photo,
        safety_level=int(level) - 1 if level else None,
        hidden=hidden == "1" if hidden is not None else None,
    )
    return {}


def _pool(call: Call, code: int) -> Pool:
    pool = next((pool for pool in call.account.pools if pool.id == call.args.get("group_id")), None)
    if pool is None:
        raise call.refusal(code)
    return pool


@method("flickr.groups.pools.add", needs="write")
def _pools_add(call: Call) -> dict[str, Any]:
    photo = call.own_photo()
    pool = _pool(call, 2)
    if photo.id in pool.photos:
        raise call.refusal(3)
    if pool.full:
        raise call.refusal(10)
    if photo.id in pool.pending:
        raise call.refusal(7)
    if pool.moderated:
        call.account.queue_for_pool(pool, photo)
        raise call.refusal(6)
    call.account.set_pool(pool, photo, member=True)
    return {}


@method("flickr.groups.pools.remove", needs="write")
def _pools_remove(call: Call) -> dict[str, Any]:
    pool = _pool(call, 1)
    photo = call.account.photos.get(call.args.get("photo_id", ""))
    if photo is None or photo.id not in pool.photos:
        raise call.refusal(2)
    call.account.set_pool(pool, photo, member=False)
    return {}
