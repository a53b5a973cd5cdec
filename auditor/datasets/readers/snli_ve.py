"""SNLI-VE: JSON Lines with ``Flickr30K_ID``, the name of a Flickr30k picture, which is its photo id."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.readers import Format
from auditor.datasets.readers.snli import pairs

_LINE = re.compile(r'\{.*"Flickr30K_ID"\s*:.*')

FORMAT = Format(
    name="snli-ve-jsonl",
    title="an SNLI-VE file",
    expects="SNLI-VE's JSON Lines, each with its Flickr30K_ID",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=pairs("Flickr30K_ID"),
)
