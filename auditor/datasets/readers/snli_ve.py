"""SNLI-VE: JSON Lines with ``Flickr30K_ID``, the name of a Flickr30k picture, which is its photo id."""

import re

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import NO_PHOTO_ID, mostly, photo_id
from auditor.datasets.parsing.row import Found, Record
from auditor.datasets.readers import Format

_LINE = re.compile(r'\{.*"Flickr30K_ID"\s*:.*')


def _find(entry: dict[str, object]) -> Found:
    name = entry.get("Flickr30K_ID")
    photo = photo_id(name.removesuffix(".jpg")) if isinstance(name, str) else None
    if photo is None:
        return NO_PHOTO_ID
    pair = entry.get("pairID")
    return Record(photo_id=photo, key=pair if isinstance(pair, str) else None)


FORMAT = Format(
    name="snli-ve-jsonl",
    title="an SNLI-VE file",
    expects="SNLI-VE's JSON Lines, each with its Flickr30K_ID",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_json_line(source, _find),
)
