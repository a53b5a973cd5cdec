"""MS COCO: JSON annotation files whose ``images`` carry a ``flickr_url`` (cocodataset.org, "Data format").

The licence of an image is a number of the file's own ``licenses`` list, not one of Flickr's. The annotations,
most of the file, are passed over, but they are read to the end: a file cut short is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

from auditor.datasets.parsing.json_items import items, opens_with
from auditor.datasets.parsing.keys import NO_ADDRESS, address, license_of, record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_OTHERS = (b'"flickr_640_url"', b'"open_images_id"', b'"paragraphs"', b'"question_id"', b'"qas"')
"""Keys of TACO, nocaps, HierText, VQA and GuessWhat?!, which took over COCO's words."""
_NO_IMAGES = re.compile(rb'"images"\s*:\s*\[\s*\]')


def has_shape(source: Source) -> bool:
    """Whether it may be a file of COCO or of a set that took over COCO's photos and shape."""
    head = source.head
    if not opens_with(source, b"{") or any(key in head for key in _OTHERS):
        return False
    # The images of the test sets have a "coco_url" only; a list of no images is still a right one.
    if b'"flickr_url"' in head or b'"coco_url"' in head or _NO_IMAGES.search(head):
        return True
    # Annotations that stand first can fill the whole head. RedCaps and V3Det have these words too.
    others = (b'"subreddit"', b'"permalink"', b'"file_name"')
    return b'"annotations"' in head and b'"image_id"' in head and not any(key in head for key in others)


def is_lvis(source: Source) -> bool:
    """Whether it names what only LVIS has."""
    return any(key in source.head for key in (b'"neg_category_ids"', b'"not_exhaustive_category_ids"'))


def read(source: Source) -> Iterator[Row]:
    """One row for each image."""
    licenses = _licenses(source)
    for index, image in enumerate(items(source, "images.item")):
        photo = address(image.get("flickr_url")) if isinstance(image, dict) else None
        if photo is None:
            yield Row(index + 1, skipped=NO_ADDRESS)
            continue
        place = f"images[{index}].id={image.get('id')}"
        license_id = licenses.get(str(image.get("license")))
        yield Row(index + 1, (record(photo, license_id=license_id, place=place),))


def _licenses(source: Source) -> dict[str, int | None]:
    """The file's licence numbers, as text, to Flickr's licence ids."""
    rows: Iterator[Any] = items(source, "licenses.item")
    return {
        str(row.get("id")): license_of(row.get("url")) or license_of(row.get("name"))
        for row in rows
        if isinstance(row, dict)
    }


FORMAT = Format(
    name="coco-json",
    title="a COCO annotation file",
    expects='COCO\'s JSON object with "images", each with its "flickr_url"',
    match_keys=("photo_id",),
    sniff=lambda source: has_shape(source) and not is_lvis(source),
    read=read,
)
