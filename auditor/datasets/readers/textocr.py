"""TextOCR: a JSON object whose ``imgs`` are keyed by Open Images ImageID (mmocr, dataset_zoo/textocr)."""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import has_keys, pairs
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    for number, (key, _) in enumerate(pairs(source, "imgs"), 1):
        yield row_of(number, child(open_images_id(key), f'imgs["{key}"]'))


FORMAT = Format(
    name="textocr-json",
    title="a TextOCR file",
    expects='TextOCR\'s JSON object with "imgs" by Open Images ImageID',
    match_keys=("parent_key",),
    sniff=lambda source: has_keys(source, "{", "imgs"),
    read=_read,
)
