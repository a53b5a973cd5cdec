"""Personality-Captions and Image-Chat: JSON lists with YFCC100M's hash of each photo.

(parl.ai, tasks of these names)
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import url_hash
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    for index, entry in enumerate(entries(source, "item")):
        key = url_hash(entry.get("image_hash"))
        if key is None:
            yield Row(index + 1, skipped="no hash")
        else:
            yield Row(index + 1, (Record(url_hash=key, record=f"[{index}]", key=key),))


FORMAT = Format(
    name="personality-captions-json",
    title="a Personality-Captions or Image-Chat file",
    expects="a JSON list of entries with an image_hash",
    match_keys=("url_hash",),
    sniff=lambda source: opens_with(source, b"[") and b'"image_hash"' in source.head,
    read=_read,
)
