"""VIST (Visual Storytelling): JSON of albums, photos and stories (visionandlanguage.net/VIST).

The publisher's files have ``images`` with ``id`` (the photo id) and addresses, mostly of the original
(``url_o``). Files of other papers name a story's photos: ``photo_sequence_ids`` and
``photo_sequence_urls`` (VIST-Edit).
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from auditor.datasets.parsing.json_items import by_entry, items, opens_with
from auditor.datasets.parsing.keys import numbered, records_in
from auditor.datasets.parsing.row import Found, Row, row_of
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
    return numbered(number, place=place) if isinstance(found, str) else found


def _image(image: Mapping[str, object], place: str) -> Found:
    return _found(image.get("id"), [image.get(size) for size in _SIZES], place)


def _read(source: Source) -> Iterator[Row]:
    if b'"photo_sequence_ids"' not in source.head:
        yield from by_entry(source, "images", _image)
        return
    pairs = zip_longest(items(source, "photo_sequence_ids.item"), items(source, "photo_sequence_urls.item"))
    for index, (photo, url) in enumerate(pairs):
        yield row_of(index + 1, _found(photo, [url], f"photo_sequence_ids[{index}]"))


FORMAT = Format(
    name="vist-json",
    title="a Visual Storytelling file",
    expects="Visual Storytelling's JSON with images and their album_id, or a story's photo_sequence_ids",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
