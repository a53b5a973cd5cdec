"""TextVQA and TextCaps: JSON with the photo's addresses at Flickr in each entry of ``data`` (textvqa.org).

``image_id`` is Open Images' ImageID, which is what is left where an address is missing.
"""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.parent_keys import open_images_id, or_child
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format


def _find(entry: Mapping[str, object], place: str) -> Found:
    image = open_images_id(entry.get("image_id"))
    addresses = (entry.get("flickr_original_url"), entry.get("flickr_300k_url"))
    found = records_in(addresses, place=place, key=image)
    return or_child(found, image, place)


FORMAT = Format(
    name="textvqa-json",
    title="a TextVQA or TextCaps file",
    expects='TextVQA\'s JSON object with "data", each entry with its "flickr_original_url"',
    match_keys=("photo_id", "owner", "parent_key"),
    sniff=lambda source: has_keys(source, "{", "data", "image_id", "flickr_original_url"),
    read=lambda source: by_entry(source, "data", _find),
)
