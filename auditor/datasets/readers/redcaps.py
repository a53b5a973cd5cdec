"""RedCaps: JSON files of Reddit posts with pictures, one a subreddit and year (redcaps.xyz, annotations).

``author`` is the person on Reddit, not on Flickr.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

# COCO's annotations hold no address.
_LINKED = re.compile(rb'"annotations"\s*:\s*\[[^]]*"url"\s*:')


def _sniff(source: Source) -> bool:
    head = source.head
    posts = b'"subreddit"' in head or b'"permalink"' in head or b'"raw_caption"' in head
    told = posts and b'"annotations"' in head and b'"url"' in head
    return opens_with(source, b"{") and (told or _LINKED.search(head) is not None)


def _read(source: Source) -> Iterator[Row]:
    for index, post in enumerate(entries(source, "annotations.item")):
        key = post.get("image_id")
        found = records_in(
            (post.get("url"),), place=f"annotations[{index}]", key=key if isinstance(key, str) else None
        )
        yield row_of(index + 1, found)


FORMAT = Format(
    name="redcaps-json",
    title="a RedCaps file",
    expects='RedCaps\' JSON object with "annotations" of Reddit posts, each with its "url"',
    match_keys=("photo_id",),
    sniff=_sniff,
    read=_read,
)
