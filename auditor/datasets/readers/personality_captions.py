"""Personality-Captions and Image-Chat: JSON lists with YFCC100M's hash of each photo.

(parl.ai, tasks of these names)
"""

from collections.abc import Mapping

from auditor.datasets.parsing.json_items import by_entry, has_keys
from auditor.datasets.parsing.keys import url_hash
from auditor.datasets.parsing.row import Found, Record
from auditor.datasets.readers import Format


def _find(entry: Mapping[str, object], place: str) -> Found:
    key = url_hash(entry.get("image_hash"))
    return "no hash" if key is None else Record(url_hash=key, record=place, key=key)


FORMAT = Format(
    name="personality-captions-json",
    title="a Personality-Captions or Image-Chat file",
    expects="a JSON list of entries with an image_hash",
    match_keys=("url_hash",),
    sniff=lambda source: has_keys(source, "[", "image_hash"),
    read=lambda source: by_entry(source, "", _find),
)
