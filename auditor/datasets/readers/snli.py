"""SNLI: JSON Lines with ``captionID``, a Flickr30k picture's name (its photo id) and the caption's number.

(nlp.stanford.edu/projects/snli) The captions of Visual Genome among them name no photo.
"""

import re
from collections.abc import Callable, Iterator

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import mostly, numbered
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LINE = re.compile(r'\{(?!.*"Flickr30K_ID")(?=.*"captionID"\s*:)(?=.*"pairID"\s*:).*')
_PICTURE = re.compile(r"([0-9]+)(?:\.jpg)?(?:#[0-9]+)?")


def pairs(key: str) -> Callable[[Source], Iterator[Row]]:
    """What reads lines of sentence pairs that name the Flickr30k picture under `key`."""

    def find(entry: dict[str, object]) -> Found:
        value, pair = entry.get(key), entry.get("pairID")
        picture = _PICTURE.fullmatch(value) if isinstance(value, str) else None
        return numbered(picture and picture[1], pair if isinstance(pair, str) else None)

    return lambda source: by_json_line(source, find)


FORMAT = Format(
    name="snli-jsonl",
    title="an SNLI file",
    expects="SNLI's JSON Lines, each with its captionID and pairID",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=pairs("captionID"),
)
