"""Localized Narratives: JSON Lines by the picture's number in the set it is of.

(google.github.io/localized-narratives)

``image_id`` is Open Images' ImageID where ``dataset_id`` begins with "open_images", and Flickr30k's photo id
where it begins with "Flickr30k". Those of COCO and ADE20k lead nowhere from here.
"""

import re

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import NO_PHOTO_ID, mostly, numbered
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format

_LINE = re.compile(r'\{(?=.*"dataset_id"\s*:)(?=.*"image_id"\s*:).*')


def _find(entry: dict[str, object]) -> Found:
    dataset, image = str(entry.get("dataset_id")).lower(), entry.get("image_id")
    if dataset.startswith("open_images"):
        return child(open_images_id(image))
    return numbered(image, str(image)) if dataset.startswith("flickr30k") else NO_PHOTO_ID


FORMAT = Format(
    name="localized-narratives-jsonl",
    title="a Localized Narratives file",
    expects="Localized Narratives' JSON Lines, each with its dataset_id and image_id",
    match_keys=("photo_id", "parent_key"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_json_line(source, _find),
)
