"""Flickr8k: names ``<photo id>_<secret>.jpg``, alone or with ``#<n>`` and a caption (Flickr8k.token.txt).

Also two names a line (CrowdFlowerAnnotations.txt), and the JSON of Karpathy's splits
(``dataset_flickr8k.json``).
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import opens_with
from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import names_in_json, names_in_lines
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_NAME = re.compile(r"(?<![\w@/])([1-9][0-9]*)_[0-9a-f]{6,16}\.jpg\b")
# One published name is odd: 2258277193_586949ec62.jpg.1#0. Copies separate the caption by a comma.
_LINE = re.compile(r"\s*[1-9][0-9]*_[0-9a-f]{6,16}\.jpg(?:\.[0-9]+)?(?:\s*[#,\t].*)?\s*")
_IN_JSON = re.compile(rb'"[1-9][0-9]*_[0-9a-f]{6,16}\.jpg"')


def _is_json(source: Source) -> bool:
    return opens_with(source, b"{", b"[")


def _sniff(source: Source) -> bool:
    if not _is_json(source):
        return mostly(source.head_lines, _LINE)
    return _IN_JSON.search(source.head) is not None and source.mentions(b"flickr8k", b"Flickr8k")


def _read(source: Source) -> Iterator[Row]:
    return names_in_json(_NAME)(source) if _is_json(source) else names_in_lines(_NAME)(source)


FORMAT = Format(
    name="flickr8k",
    title="a Flickr8k list",
    expects="Flickr8k's file names <photo id>_<secret>.jpg, with or without captions",
    match_keys=("photo_id",),
    certain=False,
    sniff=_sniff,
    read=_read,
)
