"""Openverse: tab-separated lists of its crawler for Flickr, without header.

(github.com/WordPress/openverse-catalog)

Photo id, page, picture, thumbnail, width, height, size, licence, its version, creator, creator's page,
title, more. Addresses come without ``https://``; the creator is a display name and no key.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import license_of, mostly, records_in
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, by_line
from auditor.datasets.readers import Format

_LINE = re.compile(r"[0-9]+\t(?:https?://)?(?:www\.)?flickr\.com/photos/[^\t]+\t[^\t]*staticflickr\.com/.*")
_LEAST_COLUMNS = 11


def _find(line: str) -> Found:
    fields = line.split("\t")
    if len(fields) < _LEAST_COLUMNS:
        return COLUMNS
    number, page, picture = fields[:3]
    license_id = license_of(f"https://creativecommons.org/licenses/{fields[7]}/{fields[8]}/")
    addresses = (_with_scheme(page), picture, _with_scheme(fields[10]))
    return records_in(addresses, license_id=license_id, key=number)


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _read(source: Source) -> Iterator[Row]:
    return by_line(source, _find)


FORMAT = Format(
    name="openverse-tsv",
    title="an Openverse list",
    expects="Openverse's tab-separated lines of photo id, page and picture",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
