"""From what a publisher wrote about a photo to the keys of a record."""

import base64
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from auditor.datasets.parsing.row import NO_ADDRESS, UNNAMED_PHOTOS, Found, Record
from auditor.flickr import licenses
from auditor.flickr.urls import (
    OwnerAddress,
    PhotoAddress,
    hides_photos,
    is_photo_id,
    merged,
    normalise_nsid,
    pack_nsid,
    parse_owners,
    parse_photo,
    parse_photos,
)

NO_PHOTO_ID = "no photo id"
ORIGINAL_FORM = "[0-9A-Fa-f]{6,16}"
"""The secret of an original, and no word that programs write for none: null, None."""
_ORIGINAL = re.compile(ORIGINAL_FORM)
_URL_HASH = re.compile(r"[0-9a-f]{16,32}")
_MD5 = re.compile(r"[0-9a-f]{32}")
NSID = r"[1-9][0-9]{4,10}@N[0-9]{2}"


def address(value: object) -> PhotoAddress | None:
    """The photo an address leads to; None for anything that is no text with one."""
    return parse_photo(value) if isinstance(value, str) else None


def photo_id(value: object) -> int | None:
    """A photo id that a schema calls one, as text or number.

    pandas makes the ids of a column floats where one is missing, 6255196340.0. Of a float that ends in three
    zeros nobody knows whether digits were lost, as of 6.255196e+09.
    """
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2**53 and value % 1000 != 0
        return photo_id(int(value)) if whole else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value < 2**63 else None
    if not isinstance(value, str):
        return None
    text = value.removesuffix(".0")
    return int(text) if is_photo_id(text) else None


def is_secret(value: object) -> bool:
    """Whether it is the secret of an original."""
    return isinstance(value, str) and _ORIGINAL.fullmatch(value) is not None


def numbered(value: object, key: str | None = None, place: str | None = None) -> Found:
    """The record of a photo of which nothing but the id is known."""
    photo = photo_id(value)
    return NO_PHOTO_ID if photo is None else Record(photo_id=photo, key=key, record=place)


def nsid(value: object) -> int | None:
    """A packed NSID from text that should be one."""
    found = parsed_nsid(value)
    return pack_nsid(found) if found else None


def parsed_nsid(value: object) -> str | None:
    """An NSID as Flickr writes it, from text that should be one."""
    return normalise_nsid(value) if isinstance(value, str) else None


def record(
    photo: PhotoAddress,
    owners: Iterable[OwnerAddress] = (),
    *,
    license_id: int | None = None,
    place: str | None = None,
    key: str | None = None,
) -> Record:
    """The record of an address; NSID and alias are the first that it, or one of `owners`, has."""
    nsid, alias = photo.nsid, photo.path_alias
    for owner in owners:
        nsid, alias = nsid or owner.nsid, alias or owner.path_alias
    packed = pack_nsid(nsid) if nsid else None
    return Record(  # by position, in half the time
        int(photo.photo_id), packed, alias, None, None, license_id, photo.is_original, place, key
    )


def license_of(*texts: object) -> int | None:
    """Flickr's id for the first of these names or addresses, of any age, of a licence; None without one."""
    for text in texts:
        if isinstance(text, str) and (known := _license_of(text)) is not None:
            return known
    return None


@lru_cache(maxsize=4096)
def _license_of(text: str) -> int | None:
    found = licenses.find(text)
    return int(found.id) if found else None


def records_in(
    texts: Collection[object],
    *,
    license_id: int | None = None,
    place: str | None = None,
    key: str | None = None,
) -> Found:
    """A record for each photo that addresses in the texts of one row lead to, or that there is none.

    A value may be a list of texts. Where all are of one photo, any of them may name its owner or hold the
    original's secret. An owner without a photo, or beside several, is a record of its own.
    """
    first: PhotoAddress | None = None
    others: dict[str, PhotoAddress] = {}
    people: list[OwnerAddress] = []
    for text in _texts(texts):
        found = parse_photos(text)
        for photo in found:
            if first is None:
                first = photo
            elif photo.photo_id == first.photo_id:
                first = merged(first, photo)
            else:
                seen = others.get(photo.photo_id)
                others[photo.photo_id] = merged(seen, photo) if seen else photo
        if not found and text and ("@" in text or "%" in text or "flic" in text.lower()):
            people += _owners(text)
    if first is not None and not others:
        return record(first, people, license_id=license_id, place=place, key=key)
    photos = () if first is None else (first, *others.values())
    named = {name for photo in photos for name in (photo.nsid, photo.path_alias)} - {None}
    loose = dict.fromkeys(owner for owner in people if not named & {owner.nsid, owner.path_alias})
    records = tuple(record(photo, license_id=license_id, place=place, key=key) for photo in photos)
    records += tuple(
        Record(nsid=nsid(owner.nsid), alias=owner.path_alias, record=place, key=key) for owner in loose
    )
    return records[0] if len(records) == 1 else records or without_photo(texts)


def without_photo(values: Iterable[object]) -> str:
    """Why there is no photo in the values of a row that name none."""
    return UNNAMED_PHOTOS if any(map(hides_photos, _texts(values))) else NO_ADDRESS


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _texts(value)


def _owners(text: str) -> list[OwnerAddress]:
    """The members that a text names: a bare NSID, or by links."""
    alone = parsed_nsid(text)
    return [OwnerAddress(nsid=alone)] if alone else parse_owners(text)


def url_hash(value: object) -> str | None:
    """YFCC's hash of a download address: 16 to 32 hex digits, for its bytes are written without padding."""
    text = value.lower() if isinstance(value, str) else ""
    return text if _URL_HASH.fullmatch(text) else None


def md5(value: object) -> str | None:
    """An MD5 as 32 hex digits."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _MD5.fullmatch(text) else None


def md5_base64(text: str) -> str | None:
    """An MD5 in base64 as hex digits; None for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:  # also what binascii raises
        return None
    return raw.hex() if len(raw) == 16 else None


def mostly(lines: list[str], pattern: re.Pattern[str]) -> bool:
    """Whether half of the lines or more match as a whole: a file is of a format despite some bad lines."""
    matching = sum(pattern.fullmatch(line) is not None for line in lines)
    return matching > 0 and matching * 2 >= len(lines)  # one row below a title is half
