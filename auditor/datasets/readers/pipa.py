"""PIPA: lines of one head each, separated by spaces, without header (github.com/coallaoh/PIPA_dataset).

``<album id> <photo id> <x> <y> <width> <height> <identity> <subset>``, with a ninth column in the files
of the splits. The album's id is no photo id; the pictures are called
``<album id>_<photo id>.jpg``.
"""

import re

from auditor.datasets.parsing.keys import mostly, numbered
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import COLUMNS, by_line
from auditor.datasets.readers import Format

# 72157… 1808… 277 159 218 294 1 1: the first number is an album of Flickr's (17 digits), and
# in the files of the splits the last but one is a subset; only the second is a photo.
_LINE = re.compile(r"\s*([0-9]+)\s+([1-9][0-9]*)(?:\s+-?[0-9]+){6,7}\s*")


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    return numbered(match[2], f"{match[1]}_{match[2]}") if match else COLUMNS


FORMAT = Format(
    name="pipa",
    title="a PIPA list",
    expects="PIPA's lines of album id, photo id, box, identity and subset",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_line(source, _find),
)
