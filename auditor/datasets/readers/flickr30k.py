"""Flickr30k: photo ids, one a line (github.com/BryanPlummer/flickr30k_entities), or names with captions.

The captions come as ``<photo id>.jpg#<n>⇥<caption>`` or, in copies, separated by ``|`` or a comma; as the
JSON of Karpathy's splits (``dataset_flickr30k.json``), as JSON with ``flickr30k-images/<photo id>.jpg``, or
as the CSV ``flickr_annotations_30k.csv`` with the column ``filename``. Flickr30k Entities has two files for
each photo, ``Annotations/<photo id>.xml`` and ``Sentences/<photo id>.txt``, whose names say all.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import opens_with
from auditor.datasets.parsing.keys import NO_PHOTO_ID, mostly, photo_id
from auditor.datasets.parsing.photo_lines import names_in_json, photo_id_lines
from auditor.datasets.parsing.row import Found, Record, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

# 3359636318. Three of its ids have five digits, so the reader takes them, and the guess by `_TYPICAL` does
# not.
_LINE = re.compile(r"\s*([1-9][0-9]*)(?:\.jpg(?:\s*[#|,\t].*)?)?\s*")
# Flickr's ids went past a million in 2004; lists of mostly smaller numbers, such as AVA's, are other sites'.
# Behind a comma only words are a caption: KonIQ's lists have columns of numbers there.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}(?:\.jpg(?:\s*[#|\t].*|\s*,.*\w\s+[^\W\d].*)?)?\s*")
_NAME = re.compile(r"([1-9][0-9]*)\.jpg")
_NAMED = re.compile(r"([1-9][0-9]*)\.(?:jpg|xml|txt)")
_MEMBER = re.compile(r"(?:.*/)?(?:Annotations/[1-9][0-9]{4,18}\.xml|Sentences/[1-9][0-9]{4,18}\.txt)")
_COLUMNS = {"filename", "sentids", "split"}
_IN_JSON = re.compile(rb'"(?:[^"]*/)?[1-9][0-9]{7,18}\.jpg"')


def _is_json(source: Source) -> bool:
    return opens_with(source, b"{", b"[")


def _is_table(source: Source) -> bool:
    return set(columns_of(source)) >= _COLUMNS


def _sniff(source: Source) -> bool:
    if _MEMBER.fullmatch(source.member) or _is_table(source):
        return True
    if not _is_json(source):
        return mostly(source.head_lines, _TYPICAL)
    # Numbers as names are not enough: Visual Genome's files have them too.
    return _IN_JSON.search(source.head) is not None and source.mentions(b"flickr30k", b"Flickr30k")


def _find(name: str) -> Found:
    match = _NAMED.fullmatch(name)
    photo = photo_id(match[1]) if match else None
    return NO_PHOTO_ID if match is None or photo is None else Record(photo_id=photo, key=match[0])


def _read(source: Source) -> Iterator[Row]:
    if _MEMBER.fullmatch(source.member):
        yield row_of(1, placed(_find(source.member.rpartition("/")[2]), ""))
    elif _is_table(source):
        yield from by_fields(source, lambda fields: _find(fields["filename"]))
    else:
        yield from (names_in_json(_NAME) if _is_json(source) else photo_id_lines(_LINE))(source)


FORMAT = Format(
    name="flickr30k",
    title="a list of numbers",
    expects="Flickr30k's photo ids, one a line, its captions, or the files of Flickr30k Entities",
    match_keys=("photo_id",),
    certain=False,
    sniff=_sniff,
    read=_read,
)
