"""RedCaps: JSON files of Reddit posts with pictures, one a subreddit and year (redcaps.xyz, annotations).

``author`` is the person on Reddit, not on Flickr.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.bulk import Entry, at_once, one_by_one
from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

# COCO's annotations hold no address.
_LINKED = re.compile(rb'"annotations"\s*:\s*\[[^]]*"url"\s*:')


def _sniff(source: Source) -> bool:
    head = source.head
    posts = b'"subreddit"' in head or b'"permalink"' in head or b'"raw_caption"' in head
    told = posts and b'"annotations"' in head and b'"url"' in head
    return opens_with(source, b"{") and (told or _LINKED.search(head) is not None)


def _posts(source: Source) -> Iterator[Entry]:
    for index, post in enumerate(entries(source, "annotations.item", ["url", "image_id"])):
        key = post.get("image_id")
        place = f"annotations[{index}]"
        yield Entry(index + 1, (post.get("url"),), None, place, key if isinstance(key, str) else None)


FORMAT = Format(
    name="redcaps-json",
    title="a RedCaps file",
    expects='RedCaps\' JSON object with "annotations" of Reddit posts, each with its "url"',
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: one_by_one(_posts(source)),
    bulk=lambda source: at_once(_posts(source)),
)
