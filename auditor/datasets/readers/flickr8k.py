"""Flickr8k: names ``<photo id>_<secret>.jpg``, alone or with ``#<n>`` and a caption (Flickr8k.token.txt)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import photo_id_lines
from auditor.datasets.readers import Format

# One published name is odd: 2258277193_586949ec62.jpg.1#0. Copies separate the caption by a comma.
_LINE = re.compile(r"\s*([1-9][0-9]*)_[0-9a-f]{6,16}\.jpg(?:\.[0-9]+)?(?:\s*[#,\t].*)?\s*")


FORMAT = Format(
    name="flickr8k",
    title="a Flickr8k list",
    expects="Flickr8k's file names <photo id>_<secret>.jpg, with or without captions",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=photo_id_lines(_LINE),
)
