"""FCDB (Flickr Cropping Dataset): JSON lists of photos with crops.

(github.com/yiling-chen/flickr-cropping-dataset)

Its ``sliding_window.json`` has crops alone and names no photo.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import photo_id, records_in
from auditor.datasets.parsing.row import Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    head = source.head
    return opens_with(source, b"[") and b'"url"' in head and (b'"crops"' in head or b'"crop"' in head)


def _read(source: Source) -> Iterator[Row]:
    for index, entry in enumerate(entries(source, "item")):
        place = f"[{index}]"
        found = records_in((entry.get("url"),), place=place)
        if isinstance(found, str) and (number := photo_id(entry.get("flickr_photo_id"))):
            found = Record(photo_id=number, record=place)
        yield row_of(index + 1, found)


FORMAT = Format(
    name="fcdb-json",
    title="a file of the Flickr Cropping Dataset",
    expects="the Flickr Cropping Dataset's JSON list of photos, each with its url and crops",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
