"""Visual Genome: ``image_data.json`` has photos' ``flickr_id``, or COCO's ``coco_id``, or neither.

(visualgenome.org, image meta data.) A COCO number leads to Flickr through the index of COCO; or through its
annotation files, where these are given in the same ``datasets add``: they are looked up, and not indexed.
"""

from collections.abc import Iterator

from auditor.datasets.parsing import sources
from auditor.datasets.parsing.json_items import entries, has_keys
from auditor.datasets.parsing.keys import NO_PHOTO_ID, address, photo_id
from auditor.datasets.parsing.parent_keys import coco_id
from auditor.datasets.parsing.row import LOOKED_UP, NO_NUMBER, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format, coco

# {"image_id": 61512, "coco_id": 248774, "flickr_id": 6273011878, "url":
# "https://cs.stanford.edu/…/61512.jpg"}: both of the others can be null, and "url" is a copy at Stanford.
_KEYS = ("flickr_id", "coco_id", "image_id", "id")


def _is_image_data(source: Source) -> bool:
    return has_keys(source, "[", "flickr_id")


def _sniff(source: Source) -> bool:
    return _is_image_data(source) or (bool(source.beside) and coco.has_shape(source))


def _read(source: Source) -> Iterator[Row]:
    if not _is_image_data(source):
        for index, _ in enumerate(entries(source, "images.item", ["id"])):
            yield Row(index + 1, skipped=LOOKED_UP)
        return
    by_coco_id = _coco_photos(source)
    for index, image in enumerate(entries(source, "item", _KEYS)):
        parent = coco_id(image.get("coco_id"))
        photo = photo_id(image.get("flickr_id")) or by_coco_id.get(parent or "")
        if photo is None and parent is None:
            told = "flickr_id" in image and image["flickr_id"] is None
            yield Row(index + 1, skipped=NO_NUMBER if told else NO_PHOTO_ID)
            continue
        number = image.get("image_id", image.get("id"))
        key = None if number is None else str(number)
        place = f"[{index}].image_id={number}"
        # COCO's number proves less than the photo id: given only where it is all there is.
        by_coco = None if photo else parent
        yield Row(index + 1, (Record(photo_id=photo, record=place, key=key, parent_key=by_coco),))


def _coco_photos(source: Source) -> dict[str, int]:
    """Photo ids by COCO's number, from the COCO files given beside this one."""
    return {
        str(image["id"]): int(photo.photo_id)
        for path in source.beside
        for other in sources.sources(path)
        if coco.has_shape(other)
        for image in entries(other, "images.item", ("id", "flickr_url"))
        if "id" in image and (photo := address(image.get("flickr_url")))
    }


FORMAT = Format(
    name="visual-genome",
    title="Visual Genome's image data",
    expects='Visual Genome\'s JSON list of images, each with "flickr_id" and "coco_id"',
    match_keys=("photo_id", "parent_key"),
    sniff=_sniff,
    read=_read,
)
