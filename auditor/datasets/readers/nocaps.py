"""nocaps: annotations in COCO's shape whose images have an ``open_images_id`` (nocaps.org/download)."""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format


def _find(image: Mapping[str, object], place: str) -> Found:
    return child(open_images_id(image.get("open_images_id")), place)


FORMAT = Format(
    name="nocaps-json",
    title="a nocaps file",
    expects='nocaps\' JSON object with "images", each with its "open_images_id"',
    match_keys=("parent_key",),
    sniff=lambda source: has_keys(source, "{", "open_images_id"),
    read=lambda source: by_entry(source, "images", _find),
)
