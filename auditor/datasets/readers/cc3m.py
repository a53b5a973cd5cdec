"""Conceptual Captions (CC3M): ``<caption>⇥<address>`` a line (ai.google.com/research/ConceptualCaptions)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

# Words before the address: neither ImageNet's names of pictures nor DiDeMo's numbers, nor CC12M's address.
_LINE = re.compile(
    r"(?![a-z]+://|n[0-9]{8}_)(?=[^\t]*[^\W\d_])[^\t]*\thttps?://[^\t]+(?:\t.*)?", re.IGNORECASE
)


FORMAT = Format(
    name="cc3m-tsv",
    title="a Conceptual Captions (CC3M) file",
    expects="CC3M's tab-separated lines of caption and address",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
