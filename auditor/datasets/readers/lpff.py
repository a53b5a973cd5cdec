"""LPFF: ``info.json``, one object a face with ``image_info`` (github.com/oneThousand1000/LPFF-dataset).

It holds the photo id, the owner's NSID, and both secrets. ``username`` is the name Flickr shows and no key.
"""

from collections.abc import Iterator
from typing import Any

from auditor.datasets.parsing.json_items import has_keys, objects
from auditor.datasets.parsing.keys import NO_PHOTO_ID, address, is_secret, license_of, nsid, photo_id, record
from auditor.datasets.parsing.row import Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.urls import parse_photos


def _read(source: Source) -> Iterator[Row]:
    for number, (place, face) in enumerate(objects(source, ["image_info"]), 1):
        info = face.get("image_info")
        key = place.strip('[]"') if place.startswith('["') else None
        yield row_of(number, _find(info if isinstance(info, dict) else {}, place, key))


def _find(info: dict[str, Any], place: str, key: str | None) -> Found:
    pages = parse_photos(str(info.get("photo_url")))
    page = pages[0] if pages else None
    photo = photo_id(info.get("photo_id")) or (int(page.photo_id) if page else None)
    owner = nsid(info.get("user_id")) or nsid(page.nsid if page else None)
    if photo is None and owner is None:
        return NO_PHOTO_ID
    terms = info.get("license")
    terms = terms if isinstance(terms, dict) else {"name": terms}
    original = address(info.get("high_resolution_download_url"))
    found = Record(
        photo_id=photo,
        nsid=owner,
        alias=page.path_alias if page else None,
        license_id=license_of(terms.get("url"), terms.get("name")),
        original=is_secret(info.get("originalsecret")) or bool(original and original.is_original),
        record=place,
        key=key,
    )
    others = (record(other, place=place, key=key) for other in pages if int(other.photo_id) != photo)
    return (found, *others)


FORMAT = Format(
    name="lpff-json",
    title="an LPFF info file",
    expects='LPFF\'s JSON object of faces, each with "image_info" and its "photo_id"',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: has_keys(source, "{[", "image_info"),
    read=_read,
)
