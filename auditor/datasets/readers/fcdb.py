"""FCDB (Flickr Cropping Dataset): JSON lists of photos with crops.

(github.com/yiling-chen/flickr-cropping-dataset)

Its ``sliding_window.json`` has crops alone and names no photo.
"""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, opens_with
from auditor.datasets.parsing.keys import photo_id, records_in
from auditor.datasets.parsing.row import Found, Record
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    head = source.head
    return opens_with(source, b"[") and b'"url"' in head and (b'"crops"' in head or b'"crop"' in head)


def _find(entry: Mapping[str, object], place: str) -> Found:
    found = records_in((entry.get("url"),), place=place)
    if isinstance(found, str) and (number := photo_id(entry.get("flickr_photo_id"))):
        return Record(photo_id=number, record=place)
    return found


FORMAT = Format(
    name="fcdb-json",
    title="a file of the Flickr Cropping Dataset",
    expects="the Flickr Cropping Dataset's JSON list of photos, each with its url and crops",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: by_entry(source, "", _find),
)
