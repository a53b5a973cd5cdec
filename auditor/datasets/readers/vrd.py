"""VRD (Visual Relationship Detection): JSON by file name ``<photo id>_<secret>_<size>.jpg``.

(cs.stanford.edu/people/ranjaykrishna/vrd)

``annotations_*.json`` is an object with the names as its keys, ``sg_*_annotations.json`` a list whose
entries have a ``filename``. Some names are no Flickr names; their photos cannot be told.
"""

import re
from collections.abc import Iterator
from typing import Any

from auditor.datasets.parsing.json_items import entries, members, opens_with
from auditor.datasets.parsing.keys import NO_PHOTO_ID, record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_RELATIONS = (b'"predicate"', b'"subject"', b'"object"')
_SCENE_GRAPHS = (b'"filename"', b'"relationships"', b'"objects"')
_NAME = re.compile(rb'"[0-9]{6,19}_[0-9a-f]{10}(?:_[a-z])?\.jpe?g"')


def _sniff(source: Source) -> bool:
    keys = _RELATIONS if opens_with(source, b"{") else _SCENE_GRAPHS
    return all(key in source.head for key in keys) and _NAME.search(source.head) is not None


def _named(source: Source) -> Iterator[tuple[str, Any]]:
    """Each entry's place and name."""
    if opens_with(source, b"{"):
        yield from ((f'["{name}"]', name) for name, _ in members(source))
    else:
        yield from ((f"[{n}]", entry.get("filename")) for n, entry in enumerate(entries(source, "item")))


def _read(source: Source) -> Iterator[Row]:
    for number, (place, name) in enumerate(_named(source), 1):
        photo = parse_name(name, proven=True) if isinstance(name, str) else None
        if photo is None:
            yield Row(number, skipped=NO_PHOTO_ID)
        else:
            yield Row(number, (record(photo, place=place, key=name),))


FORMAT = Format(
    name="vrd-json",
    title="a file of Visual Relationship Detection",
    expects="VRD's JSON of relationships by file name <photo id>_<secret>_<size>.jpg",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
