"""Flickr30k: photo ids, one a line (github.com/BryanPlummer/flickr30k_entities), or names with captions.

The captions come as ``<photo id>.jpg#<n>⇥<caption>`` or, in copies, separated by ``|`` or a comma.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import photo_id_lines
from auditor.datasets.readers import Format

_LINE = re.compile(r"\s*([1-9][0-9]*)(?:\.jpg(?:\s*[#|,\t].*)?)?\s*")
# Flickr's ids went past a million in 2004; lists of mostly smaller numbers, such as AVA's, are other sites'.
# A number after the name is a mark (KonIQ-10k) and no caption.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}(?:\.jpg(?!,[0-9.]+,).*)?\s*")


FORMAT = Format(
    name="flickr30k",
    title="a list of numbers",
    expects="Flickr30k's photo ids, one a line, or its captions",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _TYPICAL),
    read=photo_id_lines(_LINE),
)
