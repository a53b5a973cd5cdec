"""ImageNet-V2: lists of what a search on Flickr gave.

(github.com/modestyachts/ImageNetV2, data/search_results)
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_KEYS = (b'"id_ours"', b'"id_search_engine"', b'"wnid"')


def _read(source: Source) -> Iterator[Row]:
    for index, entry in enumerate(entries(source, "item")):
        key = entry.get("id_ours")
        url = entry.get("url") if entry.get("search_engine") == "flickr" else None
        key = key if isinstance(key, str) else None
        yield row_of(index + 1, records_in((url,), place=f"[{index}]", key=key))


FORMAT = Format(
    name="imagenetv2-json",
    title="an ImageNet-V2 list",
    expects="ImageNet-V2's JSON list of search results, each with its id_ours, wnid and url",
    match_keys=("photo_id",),
    sniff=lambda source: opens_with(source, b"[") and all(key in source.head for key in _KEYS),
    read=_read,
)
