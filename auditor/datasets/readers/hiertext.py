"""HierText: one JSON object with ``annotations`` by Open Images ImageID, though named .jsonl.

(github.com/google-research-datasets/hiertext)
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import has_keys, items
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    # The numbers alone: an entry has the outline of every word, a hundred and more in a photo.
    for index, image in enumerate(items(source, "annotations.item.image_id")):
        yield row_of(index + 1, child(open_images_id(image), f"annotations[{index}]"))


FORMAT = Format(
    name="hiertext-json",
    title="a HierText file",
    expects='HierText\'s JSON object with "annotations", each with its "image_id" and "paragraphs"',
    match_keys=("parent_key",),
    sniff=lambda source: has_keys(source, "{", "annotations", "image_id", "paragraphs"),
    read=_read,
)
