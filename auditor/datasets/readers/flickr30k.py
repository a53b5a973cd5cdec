"""Flickr30k: photo ids, one a line (github.com/BryanPlummer/flickr30k_entities), or names with captions.

The captions come as ``<photo id>.jpg#<n>⇥<caption>`` or, in copies, separated by ``|`` or a comma; as the
JSON of Karpathy's splits (``dataset_flickr30k.json``), or as JSON with ``flickr30k-images/<photo id>.jpg``.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import opens_with
from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import names_in_json, photo_id_lines
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

# 3359636318. Three of its ids have five digits, so the reader takes them, and the guess by `_TYPICAL` does
# not.
_LINE = re.compile(r"\s*([1-9][0-9]*)(?:\.jpg(?:\s*[#|,\t].*)?)?\s*")
# Flickr's ids went past a million in 2004; lists of mostly smaller numbers, such as AVA's, are other sites'.
# Behind a comma only words are a caption: KonIQ's lists have columns of numbers there.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}(?:\.jpg(?:\s*[#|\t].*|\s*,.*\w\s+[^\W\d].*)?)?\s*")
_NAME = re.compile(r"([1-9][0-9]*)\.jpg")
_IN_JSON = re.compile(rb'"(?:[^"]*/)?[1-9][0-9]{7,18}\.jpg"')


def _is_json(source: Source) -> bool:
    return opens_with(source, b"{", b"[")


def _sniff(source: Source) -> bool:
    if not _is_json(source):
        return mostly(source.head_lines, _TYPICAL)
    # Numbers as names are not enough: Visual Genome's files have them too.
    return _IN_JSON.search(source.head) is not None and source.mentions(b"flickr30k", b"Flickr30k")


def _read(source: Source) -> Iterator[Row]:
    return names_in_json(_NAME)(source) if _is_json(source) else photo_id_lines(_LINE)(source)


FORMAT = Format(
    name="flickr30k",
    title="a list of numbers",
    expects="Flickr30k's photo ids, one a line, or its captions",
    match_keys=("photo_id",),
    certain=False,
    sniff=_sniff,
    read=_read,
)
