"""What a person asks about (a link, a photo id, an NSID, a profile, a name), told apart by the text alone."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from auditor.flickr.names import parse_name, photo_ids_in_name
from auditor.flickr.urls import (
    OwnerAddress,
    PhotoAddress,
    is_photo_id,
    names_flickr,
    normalise_nsid,
    parse_owner,
    parse_photo,
)

TargetKind = Literal["photo", "photo_id", "nsid", "profile", "username", "unreadable"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a person typed to be looked up.

    `photo` is set for the kinds photo and photo_id, `owner` for nsid and profile, `reason` for unreadable.
    """

    text: str
    kind: TargetKind
    photo: PhotoAddress | None = None
    owner: OwnerAddress | None = None
    reason: str | None = None


def classify(target: str) -> Target:
    """What kind of thing a person asks about: a link, a photo id, an NSID, a name, or nothing readable."""
    text = target.strip()
    if photo := parse_photo(text):
        return Target(text, "photo", photo=photo)
    if text.isascii() and text.isdigit():
        if is_photo_id(text):
            return Target(text, "photo_id", photo=PhotoAddress(text))
        return Target(text, "unreadable", reason="not a photo id: those start with 1-9 and are below 2^63")
    if nsid := normalise_nsid(text):
        return Target(text, "nsid", owner=OwnerAddress(nsid=nsid))
    if owner := parse_owner(text):
        return Target(text, "profile", owner=owner)
    if reason := _why_no_name(text):
        return Target(text, "unreadable", reason=reason)
    return Target(text, "username")


_ADDRESS = re.compile(r"\S*://|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?/", re.IGNORECASE)


def is_formatted_number(text: str) -> bool:
    """Whether `text` is a number with thousands separators, decimals or an exponent.

    ``52,931,686,549`` is no list of four ids, and of ``5.29317E+10`` the last digits are lost.
    """
    return _FORMATTED_NUMBER.fullmatch(text) is not None


_FORMATTED_NUMBER: Final = re.compile(
    r"[0-9]{1,3}(?:([.,'’_ ])[0-9]{3})(?:\1[0-9]{3})+|[0-9]{7,}[.,]0{1,3}|[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}",
    re.IGNORECASE,
)


def _why_no_name(text: str) -> str | None:
    """Why `text` can't be the name of a Flickr member, None when it can."""
    if not text:
        return "empty"
    if names_flickr(text):
        return (
            "a Flickr address that names neither a photo nor a person; open it and copy the link of a photo"
        )
    if is_formatted_number(text):
        return "a number as a spreadsheet shows it: give all digits of the photo id, and nothing between them"
    if _ADDRESS.match(text):
        return "not a Flickr address"
    if _LOCAL_FILE.search(text) or parse_name(text):
        return _file_reason(text)
    if not any(map(str.isalnum, text)):
        return "nothing but signs, as between the ids of a list"
    if _ID_BESIDE.search(text):
        return "a number that may be a photo id, beside other things: give it alone, or the link of the photo"
    if len(text) > 255 or not text.isprintable():
        return "too long for a name, or holds control characters"
    return None


_ID_BESIDE: Final = re.compile(r"(?<!\w)[1-9][0-9]{8,18}(?!\w)")
"""``9900000001 - my title`` is nobody's name, and "not found" would be told of the wrong thing."""

_LOCAL_FILE: Final = re.compile(
    r"""^(?:\.{1,2}|~)?[/\\]|^[a-z]:[/\\]|^file:|[^/\\]\.
    (?:jpe?g|png|gif|tiff?|webp|avif|hei[cf]|bmp|dng|cr[23]|nef|arw|orf|rw2|raf|psd|mp4|mov|avi|m4v|webm|mts
    |zip|tar|t?gz|json|csv|tsv|txt|toml|html?|parquet|sqlite3?)$""",
    re.IGNORECASE | re.VERBOSE,
)


def _file_reason(text: str) -> str:
    name = re.split(r"[/\\]", text)[-1]
    certain = parse_name(name)
    ids = [certain.photo_id] if certain else sorted(photo_ids_in_name(name), key=int)
    look = f"; its name contains the photo id {' or '.join(ids)}, which can be checked" if ids else ""
    return f"the name of a file, which is not sent anywhere{look}; for its content: audit --originals DIR"
