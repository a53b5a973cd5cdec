"""FCDB (Flickr Cropping Dataset): JSON lists of photos with crops.

(github.com/yiling-chen/flickr-cropping-dataset)

Its ``sliding_window.json`` has crops alone and names no photo.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import NO_ADDRESS, address, photo_id, record
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    head = source.head
    return opens_with(source, b"[") and b'"url"' in head and (b'"crops"' in head or b'"crop"' in head)


def _read(source: Source) -> Iterator[Row]:
    for index, entry in enumerate(entries(source, "item")):
        place = f"[{index}]"
        photo, number = address(entry.get("url")), photo_id(entry.get("flickr_photo_id"))
        if photo:
            yield Row(index + 1, (record(photo, place=place),))
        elif number:
            yield Row(index + 1, (Record(photo_id=number, record=place),))
        else:
            yield Row(index + 1, skipped=NO_ADDRESS)


FORMAT = Format(
    name="fcdb-json",
    title="a file of the Flickr Cropping Dataset",
    expects="the Flickr Cropping Dataset's JSON list of photos, each with its url and crops",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
