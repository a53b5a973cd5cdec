"""ImageNet-V2: lists of what a search on Flickr gave.

(github.com/modestyachts/ImageNetV2, data/search_results)
"""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Found
from auditor.datasets.readers import Format


def _find(entry: Mapping[str, object], place: str) -> Found:
    key = entry.get("id_ours")
    url = entry.get("url") if entry.get("search_engine") == "flickr" else None
    return records_in((url,), place=place, key=key if isinstance(key, str) else None)


FORMAT = Format(
    name="imagenetv2-json",
    title="an ImageNet-V2 list",
    expects="ImageNet-V2's JSON list of search results, each with its id_ours, wnid and url",
    match_keys=("photo_id",),
    sniff=lambda source: has_keys(source, "[", "id_ours", "id_search_engine", "wnid"),
    read=lambda source: by_entry(source, "", _find),
)
