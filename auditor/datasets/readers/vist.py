"""VIST (Visual Storytelling): JSON of albums, photos and stories (visionandlanguage.net/VIST).

The publisher's files have ``images`` with ``id`` (the photo id) and addresses, mostly of the original
(``url_o``). Files of other papers name a story's photos: ``photo_sequence_ids`` and
``photo_sequence_urls`` (VIST-Edit).
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from auditor.datasets.parsing.json_items import entries, items, opens_with
from auditor.datasets.parsing.keys import NO_PHOTO_ID, photo_id, records_in
from auditor.datasets.parsing.row import Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_SIZES = ("url_o", "url_k", "url_h", "url_l", "url_c", "url_z", "url_m")


def _sniff(source: Source) -> bool:
    head = source.head
    return opens_with(source, b"{") and (
        b'"photo_sequence_ids"' in head
        or (b'"album_id"' in head and (b'"url_' in head or b'"photo_flickr_id"' in head))
    )


def _found(number: object, addresses: list[object], place: str) -> Found:
    """By its address, which may have the original's secret, else by its number."""
    found = records_in(addresses, place=place)
    photo = photo_id(number)
    if isinstance(found, str):
        return Record(photo_id=photo, record=place) if photo else NO_PHOTO_ID
    return found


def _read(source: Source) -> Iterator[Row]:
    number = 0
    if b'"photo_sequence_ids"' in source.head:
        pairs = zip_longest(_values(source, "photo_sequence_ids"), _values(source, "photo_sequence_urls"))
        for index, (photo, url) in enumerate(pairs):
            number += 1
            yield row_of(number, _found(photo, [url], f"photo_sequence_ids[{index}]"))
        return
    for index, image in enumerate(entries(source, "images.item")):
        number += 1
        addresses = [image.get(size) for size in _SIZES]
        yield row_of(number, _found(image.get("id"), addresses, f"images[{index}]"))


def _values(source: Source, key: str) -> Iterator[Any]:
    return items(source, f"{key}.item")


FORMAT = Format(
    name="vist-json",
    title="a Visual Storytelling file",
    expects="Visual Storytelling's JSON with images and their album_id, or a story's photo_sequence_ids",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
