"""Openverse: tab-separated lists of its crawler for Flickr, without header.

(github.com/WordPress/openverse-catalog)

Photo id, page, picture, thumbnail, width, height, size, licence, its version, creator, creator's page,
title, more. Addresses come without ``https://``; the creator is a display name and no key.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import mask, matching, read_addresses, usual_rows
from auditor.datasets.parsing.keys import license_of, mostly, records_in
from auditor.datasets.parsing.photo_lines import lines_at_once
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import COLUMNS, by_line, line_reader
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


def _usual(rows: np.ndarray, lines: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
    fields = pc.split_pattern(lines, "\t")
    enough = pc.greater_equal(pc.list_value_length(fields), _LEAST_COLUMNS).fill_null(pa.scalar(value=False))
    fields, done = fields.filter(enough), mask(enough)
    number, page, picture, kind, version, person = (
        pc.list_element(fields, place) for place in (0, 1, 2, 7, 8, 10)
    )
    read = read_addresses([_with_schemes(page), picture, _with_schemes(person)])
    read = read._replace(usual=read.usual & matching(number, "^[0-9]+$"))
    license_ = pc.binary_join_element_wise("https://creativecommons.org/licenses", kind, version, "", "/")
    table = usual_rows(rows[done], read, {"key": number, "license": license_})
    done[done] = read.usual
    return table, done


def _with_schemes(texts: pa.StringArray) -> pa.StringArray:
    """`_with_scheme` for a column."""
    return pc.if_else(
        pc.match_substring(texts, "://"), texts, pc.binary_join_element_wise("https://", texts, "")
    )


FORMAT = Format(
    name="openverse-tsv",
    title="an Openverse list",
    expects="Openverse's tab-separated lines of photo id, page and picture",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_line(source, _find),
    bulk=lambda source: lines_at_once(source, _usual, line_reader(_find)),
)
