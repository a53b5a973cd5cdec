"""YFCC100M's columns as JSON Lines (Hugging Face, dalle-mini/YFCC100M_OpenAI_subset, ``metadata.jsonl``).

One object a line with ``photoid`` and ``uid``; ``key`` is the YFCC hash.
"""

import re
from collections.abc import Iterator
from typing import Any

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import NO_PHOTO_ID, license_of, mostly, nsid, photo_id, url_hash
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LINE = re.compile(r'\s*\{.*"photoid"\s*:.*')


def _find(entry: dict[str, Any]) -> Found:
    photo = photo_id(entry.get("photoid"))
    if photo is None:
        return NO_PHOTO_ID
    return Record(
        photo_id=photo,
        nsid=nsid(entry.get("uid")),
        url_hash=url_hash(entry.get("key")) or url_hash(entry.get("hash")),
        license_id=license_of(entry.get("licenseurl"), entry.get("licensename")),
        original=bool(entry.get("secretoriginal")),
    )


def _read(source: Source) -> Iterator[Row]:
    return by_json_line(source, _find)


FORMAT = Format(
    name="yfcc-jsonl",
    title="a YFCC100M file of JSON lines",
    expects='lines of JSON objects, each with YFCC100M\'s "photoid"',
    match_keys=("photo_id", "owner", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
