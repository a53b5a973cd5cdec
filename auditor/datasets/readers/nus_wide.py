r"""NUS-WIDE: ``NUS-WIDE-urls.txt``, a Windows path, the photo id and four addresses (or ``null``) a line.

(lms.comp.nus.edu.sg, NUS-WIDE.) The fourth address is the original's. The first line is a comment. Its other
lists, and those of papers on hashing, have the names of the files alone, ``actor\0001_2124494179.jpg`` or
``8228_2275882321_a4bf6754ba_m.jpg``, with or without labels.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import matching, read_addresses, rows_of_form
from auditor.datasets.parsing.keys import NO_PHOTO_ID, mostly, photo_id, record
from auditor.datasets.parsing.photo_lines import lines_at_once
from auditor.datasets.parsing.row import COMMENT, Found, Record
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import COLUMNS, by_line, line_reader
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name
from auditor.flickr.urls import parse_photos

# C:\ImageData\Flickr\actor\0001_2124494179.jpg   2124494179
# http://farm3.static.flickr.com/2244/2124494179_…_b.jpg  null
_PATH = r"\s*(\S.*?[\\/][^\\/]*\.jpg)"
_LINE = re.compile(rf"{_PATH}\s+([0-9]+)((?:\s+(?:null|\S+://\S+)){{1,4}})\s*", re.IGNORECASE)
_LISTED = re.compile(
    r"\s*((?:\S*[\\/])?[0-9]{1,6}_[1-9][0-9]{2,18}(?:_[0-9a-f]{6,16}_m)?\.jpg)(?:[\s,]+-?[0-9.]+)*\s*",
    re.IGNORECASE,
)
_ADDRESS = "(?:null|https?://[!-~]+)"
_USUAL = rf"^(?P<key>[!-~]+)[ \t]+(?P<photo_id>[1-9][0-9]{{0,17}})(?P<rest>(?:[ \t]+{_ADDRESS}){{1,4}})$"
_NAME = r"[\\/][^\\/]*\.jpg$"
_REST = "^" + "".join(rf"(?:[ \t]+(?P<address{place}>{_ADDRESS}))?" for place in range(1, 5)) + "$"
"""For RE2, which takes no more groups at once at its full speed."""


def _find(line: str) -> Found:
    if match := _LINE.fullmatch(line):
        photo = photo_id(match[2])
        if photo is None:
            return NO_PHOTO_ID
        found = Record(photo_id=photo, key=match[1])
        others = []
        for named in parse_photos(match[3]):
            if int(named.photo_id) != photo:
                others.append(record(named, key=match[1]))
            elif named.is_original:
                found = found._replace(original=True)
        return (found, *others)
    if match := _LISTED.fullmatch(line):
        listed = parse_name(match[1], numbered=True)
        return record(listed, key=match[1]) if listed else NO_PHOTO_ID
    return COMMENT if line.lstrip().startswith("%") else COLUMNS


def _usual(rows: np.ndarray, lines: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
    """The lines with addresses of the one photo."""
    table, usual = rows_of_form(rows, pc.ascii_rtrim(lines, characters=" \t"), _USUAL)
    addresses = pc.extract_regex(table["rest"].combine_chunks(), _REST).flatten()
    read = read_addresses(addresses)
    photos = table["photo_id"].to_numpy()
    kept = read.usual & ((read.photo_id == photos) | (read.photo_id == 0))
    kept &= matching(table["key"].combine_chunks(), _NAME)
    usual[usual] = kept
    table = table.drop_columns("rest").append_column("original", pa.array(read.original))
    return table.filter(pa.array(kept)), usual


def _sniff(source: Source) -> bool:
    lines = [line for line in source.head_lines if line[0] != "%"]
    return mostly(lines, _LINE) or mostly(lines, _LISTED)


FORMAT = Format(
    name="nus-wide",
    title="NUS-WIDE's list of addresses",
    expects="NUS-WIDE's lines of file name, photo id and addresses, or its file names <n>_<photo id>.jpg",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: by_line(source, _find),
    bulk=lambda source: lines_at_once(source, _usual, line_reader(_find)),
)
