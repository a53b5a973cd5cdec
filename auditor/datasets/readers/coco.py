"""MS COCO: JSON annotation files whose ``images`` carry a ``flickr_url`` (cocodataset.org, "Data format").

The licence of an image is a number of the file's own ``licenses`` list, not one of Flickr's. The annotations,
most of the file, are passed over, but they are read to the end: a file cut short is refused.
"""

import re
from collections.abc import Iterator

import pyarrow as pa

from auditor.datasets.parsing.bulk import Entry, at_once, one_by_one
from auditor.datasets.parsing.json_items import entries
from auditor.datasets.parsing.keys import license_of
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_SECTIONS = (b"info", b"licenses", b"images", b"annotations", b"categories", b"type")
_START = re.compile(rb'\s*\{\s*"(?:' + b"|".join(_SECTIONS) + rb')"\s*:')
_NO_IMAGES = re.compile(rb'"images"\s*:\s*\[\s*\]')
_OTHERS = (
    b'"flickr_640_url"',
    b'"open_images_id"',
    b'"paragraphs"',
    b'"question_id"',
    b'"qas"',
    b'"permalink"',
)
"""Keys of TACO, nocaps, HierText, VQA, GuessWhat?! and RedCaps, which took over COCO's words."""
_KEYS = ("id", "flickr_url", "flickr_640_url", "license")
_OF_LVIS = (b'"neg_category_ids"', b'"not_exhaustive_category_ids"', b'"synset"')


def has_shape(source: Source) -> bool:
    """Whether it may be a file of COCO or of a set that took over COCO's photos and shape.

    The images may stand anywhere: behind 1,230 categories in LVIS, behind all annotations in others.
    """
    if not _START.match(source.head.removeprefix(b"\xef\xbb\xbf")):
        return False
    if any(key in source.head for key in _OTHERS):
        return False
    # The images of the test sets have a "coco_url" only; a list of no images is still a right one.
    return source.mentions(b'"flickr_url"', b'"coco_url"') or _NO_IMAGES.search(source.head) is not None


def is_lvis(source: Source) -> bool:
    """Whether it names what only LVIS has. Its "info" says "COCO 2017 Dataset": a title proves nothing."""
    return source.mentions(*_OF_LVIS)


def images(source: Source) -> Iterator[Entry]:
    """One row for each image."""
    licenses = _licenses(source)
    for index, image in enumerate(entries(source, "images.item", _KEYS)):
        number = image.get("id")
        yield Entry(
            index + 1,
            (image.get("flickr_url"), image.get("flickr_640_url")),
            licenses.get(str(image.get("license"))),
            f"images[{index}].id={number}",
            None if number is None else str(number),
        )


def read(source: Source) -> Iterator[Row]:
    """The images, one by one."""
    return one_by_one(images(source))


def read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    """The images, the usual ones at once."""
    return at_once(images(source))


# {"license": 4, "file_name": "000000397133.jpg", "flickr_url":
# "http://farm7.staticflickr.com/6116/6255196340_…_z.jpg", "id": 397133}: the 4 happens to be Flickr's BY too,
# but a copy with a list of its own may number otherwise; 397133 is COCO's number and the name of the file,
# and no photo id.
def _licenses(source: Source) -> dict[str, int | None]:
    """The file's licence numbers, as text, to Flickr's licence ids."""
    return {
        str(row.get("id")): license_of(row.get("url"), row.get("name"))
        for row in entries(source, "licenses.item", ("id", "url", "name"))
    }


FORMAT = Format(
    name="coco-json",
    title="a COCO annotation file",
    expects='COCO\'s JSON object with "images", each with its "flickr_url"',
    match_keys=("photo_id",),
    sniff=lambda source: has_shape(source) and not is_lvis(source),
    read=read,
    bulk=read_at_once,
)
