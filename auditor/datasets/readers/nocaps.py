"""nocaps: annotations in COCO's shape whose images have an ``open_images_id`` (nocaps.org/download)."""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    for index, image in enumerate(entries(source, "images.item")):
        yield row_of(index + 1, child(open_images_id(image.get("open_images_id")), f"images[{index}]"))


FORMAT = Format(
    name="nocaps-json",
    title="a nocaps file",
    expects='nocaps\' JSON object with "images", each with its "open_images_id"',
    match_keys=("parent_key",),
    sniff=lambda source: opens_with(source, b"{") and b'"open_images_id"' in source.head,
    read=_read,
)
