"""YFCC100M's columns as JSON Lines (Hugging Face, dalle-mini/YFCC100M_OpenAI_subset, ``metadata.jsonl``).

One object a line with ``photoid`` and ``uid``; ``key`` is the YFCC hash.
"""

import re
from typing import Any

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import NO_PHOTO_ID, is_secret, license_of, mostly, nsid, photo_id, url_hash
from auditor.datasets.parsing.row import Found, Record
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
        original=is_secret(entry.get("secretoriginal")),
    )


FORMAT = Format(
    name="yfcc-jsonl",
    title="a YFCC100M file of JSON lines",
    expects='lines of JSON objects, each with YFCC100M\'s "photoid"',
    match_keys=("photo_id", "owner", "url_hash"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_json_line(source, _find),
)
