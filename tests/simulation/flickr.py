"""A model of Flickr, from its documentation and recorded answers alone: it shares nothing with the tool.

It holds one account. `answer` does what a method does and gives its JSON, or raises the code of its refusal;
whether the answer arrives, and when, is not its business. It keeps what every write changed, for the
invariants.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NSID: Final = "12345678@N01"
GROUP: Final = "34567890@N22"
PRIVACIES: Final = {
    "public": (1, 0, 0),
    "friends": (0, 1, 0),
    "family": (0, 0, 1),
    "friends-family": (0, 1, 1),
    "private": (0, 0, 0),
}
OFFERED: Final = ("0", "9", "10", "11", "12", "13", "14", "15", "16")
"""Licences that can be chosen since 2025-06-18: of Creative Commons only those of version 4.0."""


class Refusal(Exception):  # noqa: N818 - an answer
    """``{"stat":"fail"}``."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Photo:
    """A photo, with what can be changed of it."""

    id: str
    uploaded: int
    title: str = "a title"
    license: str = "4"
    privacy: str = "public"
    comment: int = 3
    add_meta: int = 2
    safety: int = 0
    hidden: bool = False
    secret: str = "0a1b2c3d4e"
    updated: int = 0
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Clean form → as typed, full id."""
    groups: tuple[str, ...] = ()

    def subjects(self) -> dict[str, object]:
        """What changes are about, by name."""
        tags = {f"tag:{clean}": raw for clean, (raw, _) in self.tags.items()}
        groups = {f"group:{group}": True for group in self.groups}
        rest = {
            name: getattr(self, name)
            for name in ("title", "license", "privacy", "comment", "add_meta", "safety", "hidden", "secret")
        }
        return rest | tags | groups


@dataclass(frozen=True)
class Effect:
    """What a request, or the owner, changed."""

    time: float
    photo_id: str
    changed: Mapping[str, tuple[object, object]]
    """Subject → before and after."""
    request: object = None
    """None: the owner did it."""
    before: Mapping[str, object] = field(default_factory=dict)
    """All of the photo, as it was."""

    @property
    def deletes(self) -> bool:
        """Whether the photo is gone with it."""
        return "privacy" in self.changed and self.changed["privacy"][1] is None


class Flickr:
    """The account and its photos."""

    def __init__(self, photos: list[Photo], *, pro: bool = True, clock: Callable[[], float]) -> None:
        self.photos = {photo.id: photo for photo in photos}
        self.pro = pro
        self.clock = clock
        self.effects: list[Effect] = []
        self.stale = copy.deepcopy(self.photos)
        """As it was before the last change: what a listing may still show."""
        self._tags = 100

    # -- changes ---------------------------------------------------------------------------------------------

    def change(self, photo_id: str, change: Callable[[Photo], object], request: object = None) -> bool:
        """Change a photo, and keep what that did; return whether it did something."""
        photo = self.photos[photo_id]
        old_photo, old = copy.deepcopy(photo), photo.subjects()
        change(photo)
        new = photo.subjects()
        changed = {
            name: (old.get(name), new.get(name))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        }
        if not changed:
            return False
        self.stale = {**copy.deepcopy(self.photos), photo_id: old_photo}
        photo.updated = int(self.clock())
        self.effects.append(Effect(self.clock(), photo_id, changed, request, old))
        return True

    def delete(self, photo_id: str) -> None:
        """The owner deletes a photo."""
        self.stale = copy.deepcopy(self.photos)
        old = self.photos.pop(photo_id).subjects()
        changed = {name: (value, None) for name, value in old.items()}
        self.effects.append(Effect(self.clock(), photo_id, changed, before=old))

    def tag(self, photo: Photo, raw: str) -> list[dict[str, object]]:
        """Add a tag; the answer holds it only when it was not there."""
        clean = "".join(letter for letter in raw.lower() if letter.isalnum())
        if clean in photo.tags:
            return []
        self._tags += 1
        tag_id = f"{NSID[:4]}-{photo.id}-{self._tags}"
        photo.tags[clean] = (raw, tag_id)
        return [{"full_tag_id": tag_id, "id": str(self._tags), "raw": raw, "_content": clean, "author": NSID}]

    def set_privacy(self, photo: Photo, privacy: str) -> None:
        """Who may see it; a stricter one makes a new secret."""
        if privacy != photo.privacy and photo.privacy == "public":
            photo.secret = f"{(int(photo.secret, 16) * 7 + 1) % 16**10:010x}"
        photo.privacy = privacy

    # -- methods ---------------------------------------------------------------------------------------------

    def answer(
        self, method: str, given: Mapping[str, str], request: object, *, stale: bool = False
    ) -> dict[str, Any]:
        """Do it, and answer. Errors: `Refusal`."""
        name = method.removeprefix("flickr.").replace(".", "_")
        shown = self.stale if stale else self.photos
        handler: Callable[..., dict[str, Any]] = getattr(self, f"_{name}")
        if name in _WRITES:
            return handler(given, request)
        return handler(given, shown)

    def _test_login(self, _: Mapping[str, str], __: object) -> dict[str, Any]:
        return {"user": {"id": NSID, "username": {"_content": "owner"}, "path_alias": None}}

    def _auth_oauth_checkToken(self, _: Mapping[str, str], __: object) -> dict[str, Any]:  # noqa: N802
        return {"oauth": {"perms": {"_content": "write"}}}

    def _people_getInfo(self, given: Mapping[str, str], _: object) -> dict[str, Any]:  # noqa: N802
        if given["user_id"] != NSID:
            raise Refusal(1, "User not found")
        about = {"id": NSID, "nsid": NSID, "ispro": int(self.pro), "path_alias": None}
        about |= {"username": {"_content": "owner"}, "upload_count": len(self.photos), "upload_limit": 1000}
        return {"person": about}

    def _people_getPhotos(self, given: Mapping[str, str], shown: dict[str, Photo]) -> dict[str, Any]:  # noqa: N802
        low = int(given.get("min_upload_date", 0))
        high = int(given.get("max_upload_date", 10**12))
        wanted = given.get("privacy_filter")
        rows = [
            _row(photo)
            for photo in sorted(shown.values(), key=lambda photo: -photo.uploaded)
            if low <= photo.uploaded <= high and (wanted != "1" or photo.privacy == "public")
        ]
        return {"photos": {"page": 1, "pages": 1, "perpage": 500, "total": str(len(rows)), "photo": rows}}

    def _photos_recentlyUpdated(self, given: Mapping[str, str], shown: dict[str, Photo]) -> dict[str, Any]:  # noqa: N802
        rows = [_row(p) for p in sorted(shown.values(), key=lambda p: -p.updated)]
        rows = [row for row in rows if int(row["lastupdate"]) >= int(given["min_date"])]
        return {"photos": {"page": 1, "pages": 1, "perpage": 500, "total": len(rows), "photo": rows}}

    def _photos_getCounts(self, _: Mapping[str, str], __: object) -> dict[str, Any]:  # noqa: N802
        return {"photocounts": {"photocount": [{"count": str(len(self.photos))}]}}

    def _photos_getInfo(self, given: Mapping[str, str], _: object) -> dict[str, Any]:  # noqa: N802
        photo = self._find(given)
        flags = dict(zip(("ispublic", "isfriend", "isfamily"), PRIVACIES[photo.privacy], strict=True))
        tags = [{"id": key, "raw": raw, "_content": clean} for clean, (raw, key) in photo.tags.items()]
        return {
            "photo": {
                "id": photo.id,
                "owner": {"nsid": NSID},
                "secret": photo.secret,
                "server": "65535",
                "farm": 66,
                "dateuploaded": str(photo.uploaded),
                "license": photo.license,
                "safety_level": str(photo.safety),
                "title": {"_content": photo.title},
                "visibility": flags,
                "dates": {"posted": str(photo.uploaded), "lastupdate": str(photo.updated)},
                "permissions": {"permcomment": photo.comment, "permaddmeta": str(photo.add_meta)},
                "tags": {"tag": tags},
                "media": "photo",
            }
        }

    def _photos_getPerms(self, given: Mapping[str, str], _: object) -> dict[str, Any]:  # noqa: N802
        photo = self._find(given)
        flags = dict(zip(("ispublic", "isfriend", "isfamily"), PRIVACIES[photo.privacy], strict=True))
        return {
            "perms": {"id": photo.id, **flags, "permcomment": photo.comment, "permaddmeta": photo.add_meta}
        }

    def _photos_getAllContexts(self, given: Mapping[str, str], _: object) -> dict[str, Any]:  # noqa: N802
        photo = self._find(given)
        return {"pool": [{"id": group, "title": "a group"} for group in photo.groups]} if photo.groups else {}

    def _photos_licenses_getAvailable(self, given: Mapping[str, str], _: object) -> dict[str, Any]:  # noqa: N802
        now = self._find(given).license
        offered = dict.fromkeys((*OFFERED, now))
        return {"available_licenses": {"license": [{"id": key, "name": "", "url": ""} for key in offered]}}

    def _prefs_getPrivacy(self, _: Mapping[str, str], __: object) -> dict[str, Any]:  # noqa: N802
        return {"person": {"nsid": NSID, "privacy": "1"}}

    def _prefs_getHidden(self, _: Mapping[str, str], __: object) -> dict[str, Any]:  # noqa: N802
        return {"person": {"nsid": NSID, "hidden": "0"}}

    def _photos_addTags(self, given: Mapping[str, str], request: object) -> dict[str, Any]:  # noqa: N802
        added: list[dict[str, object]] = []
        self.change(self._find(given).id, lambda photo: added.extend(self.tag(photo, given["tags"])), request)
        return {"tags": {"tag": added}}

    def _photos_removeTag(self, given: Mapping[str, str], request: object) -> dict[str, Any]:  # noqa: N802
        for photo in self.photos.values():
            for clean, (_, tag_id) in photo.tags.items():
                if tag_id == given["tag_id"]:
                    self.change(photo.id, lambda photo, clean=clean: photo.tags.pop(clean), request)  # type: ignore[misc]
                    return {}
        raise Refusal(1, "Tag not found")

    def _photos_licenses_setLicense(self, given: Mapping[str, str], request: object) -> dict[str, Any]:  # noqa: N802
        photo = self._find(given)
        if given["license_id"] not in {str(number) for number in range(17)}:
            raise Refusal(2, "License not found")
        self.change(photo.id, lambda photo: setattr(photo, "license", given["license_id"]), request)
        return {}

    def _photos_setPerms(self, given: Mapping[str, str], request: object) -> dict[str, Any]:  # noqa: N802
        flags = tuple(int(given[f"is_{who}"]) for who in ("public", "friend", "family"))
        privacy = next(name for name, value in PRIVACIES.items() if value == flags)

        def change(photo: Photo) -> None:
            self.set_privacy(photo, privacy)
            # Whether leaving them out keeps them is documented nowhere: here it does not.
            photo.comment = int(given.get("perm_comment", 0))
            photo.add_meta = int(given.get("perm_addmeta", 0))

        photo = self._find(given)
        self.change(photo.id, change, request)
        return {"photoid": {"_content": photo.id, "secret": photo.secret, "originalsecret": ""}}

    def _photos_setSafetyLevel(self, given: Mapping[str, str], request: object) -> dict[str, Any]:  # noqa: N802
        def change(photo: Photo) -> None:
            photo.safety = int(given.get("safety_level", photo.safety + 1)) - 1
            photo.hidden = bool(int(given.get("hidden", photo.hidden)))

        self.change(self._find(given).id, change, request)
        return {}

    def _groups_pools_add(self, given: Mapping[str, str], request: object) -> dict[str, Any]:
        photo = self._find(given)
        if given["group_id"] in photo.groups:
            raise Refusal(3, "Photo already in pool")
        self.change(
            photo.id, lambda photo: setattr(photo, "groups", (*photo.groups, given["group_id"])), request
        )
        return {}

    def _groups_pools_remove(self, given: Mapping[str, str], request: object) -> dict[str, Any]:
        photo = self._find(given)
        if given["group_id"] not in photo.groups:
            raise Refusal(2, "Photo not in pool")
        left = tuple(group for group in photo.groups if group != given["group_id"])
        self.change(photo.id, lambda photo: setattr(photo, "groups", left), request)
        return {}

    def _find(self, given: Mapping[str, str]) -> Photo:
        photo = self.photos.get(given["photo_id"])
        if photo is None:
            raise Refusal(1, f'Photo "{given["photo_id"]}" not found (invalid ID)')
        return photo


_WRITES: Final = frozenset(
    {
        "photos_addTags",
        "photos_removeTag",
        "photos_licenses_setLicense",
        "photos_setPerms",
        "photos_setSafetyLevel",
        "groups_pools_add",
        "groups_pools_remove",
    }
)


def writes(method: str) -> bool:
    """Whether a method changes something."""
    return method.removeprefix("flickr.").replace(".", "_") in _WRITES


def _row(photo: Photo) -> dict[str, Any]:
    flags = dict(zip(("ispublic", "isfriend", "isfamily"), PRIVACIES[photo.privacy], strict=True))
    return {
        "id": photo.id,
        "owner": NSID,
        "secret": photo.secret,
        "server": "65535",
        "farm": 66,
        "title": photo.title,
        **flags,
        "license": photo.license,
        "dateupload": str(photo.uploaded),
        "lastupdate": str(photo.updated),
        "tags": " ".join(photo.tags),
        "machine_tags": "",
        "media": "photo",
        "safety_level": str(photo.safety),
        "views": "3",
    }
