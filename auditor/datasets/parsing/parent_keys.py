"""The numbers by which other datasets know a photo, for the sets drawn from them that give nothing else.

Each is written as the parent's own index writes it, so that the two can be joined.
"""

import re
from typing import Final

from auditor.datasets.parsing.row import Found, Record

NO_PARENT_KEY = "no number of the dataset it was drawn from"

_OPEN_IMAGES = re.compile(r"(?:.*[/\\])?([0-9a-f]{16})(?:\.jpe?g)?", re.IGNORECASE)
OPEN_IMAGES_USUAL: Final = r"^(?P<key>(?P<parent_key>[0-9a-f]{16}))(?:\.jpg)?$"
"""For RE2, of nearly all of them."""
_COCO_NAME = re.compile(
    r"(?:.*[/\\])?(?:COCO_(?:train|val|test)[0-9]{4}_)?([0-9]{12})(?:_[0-9]+)?(?:\.jpe?g)?"
)
_FFHQ = re.compile(r"(?:.*[/\\])?([0-9]{1,5})(?:\.(?:png|jpe?g|json))?")
_FFHQ_FACES = 70_000


def open_images_id(value: object) -> str | None:
    """An Open Images ImageID: 16 hexadecimal digits, alone or as a file's name."""
    match = _OPEN_IMAGES.fullmatch(value) if isinstance(value, str) else None
    return match[1].lower() if match else None


def coco_id(value: object) -> str | None:
    """COCO's number of an image, as a number or in a name like ``COCO_val2014_000000391895.jpg``."""
    if isinstance(value, float) and value.is_integer():  # as pandas writes it where others are missing
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value > 0 else None
    match = _COCO_NAME.fullmatch(value) if isinstance(value, str) else None
    return str(int(match[1])) if match else None


def ffhq_number(value: object) -> str | None:
    """The number of an FFHQ face, 0 to 69999, alone or as a file's name (``00042.png``)."""
    match = _FFHQ.fullmatch(value) if isinstance(value, str) else None
    return str(int(match[1])) if match and int(match[1]) < _FFHQ_FACES else None


def child(parent_key: str | None, place: str | None = None) -> Found:
    """The record of a photo that is named by its parent's number only."""
    if parent_key is None:
        return NO_PARENT_KEY
    return Record(parent_key=parent_key, key=parent_key, record=place)


def or_child(found: Found, parent_key: str | None, place: str | None = None) -> Found:
    """What was found of a row, or where that is no photo its record by the parent's number."""
    if isinstance(found, str):
        return child(parent_key, place)
    if isinstance(found, Record):
        return found if found.photo_id else found._replace(parent_key=parent_key)
    return found
