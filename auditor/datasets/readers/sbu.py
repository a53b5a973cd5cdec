"""SBU Captions: one JSON object of parallel lists (``sbu-captions-all.json``, cs.rice.edu/~vo9/sbucaptions).

``image_urls`` holds the photos, ``user_ids`` the owners' NSIDs in the same order.
"""

from collections.abc import Iterator
from itertools import zip_longest

from auditor.datasets.parsing.json_items import items, opens_with
from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.packing import GET_AGAIN
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.errors import WrongFileError

# {"image_urls": ["http://static.flickr.com/2723/4385058960_….jpg", …], "user_ids": ["<NSID>", …],
# "captions": […]}: nothing but the order ties an owner to a photo.
_END = object()
"""Stands where one of the lists has ended; null stands for an unknown owner."""


def _sniff(source: Source) -> bool:
    # The first list fills the head many times over, whichever it is.
    head = source.head
    if not opens_with(source, b"{"):
        return False
    return b'"image_urls"' in head or (b'"user_ids"' in head and b"@N" in head)


def _read(source: Source) -> Iterator[Row]:
    pairs = zip_longest(items(source, "image_urls.item"), items(source, "user_ids.item"), fillvalue=_END)
    owned = False
    for index, (url, owner) in enumerate(pairs):
        owned = owned or owner is not _END
        if url is _END or (owned and owner is _END):
            raise WrongFileError(
                f"{source.label}: its lists differ in length, so it is unclear which value belongs"
                " to which photo",
                hint=GET_AGAIN,
            )
        yield row_of(index + 1, records_in((url, owner), place=f"image_urls[{index}]"))


FORMAT = Format(
    name="sbu-json",
    title="an SBU Captions file",
    expects='SBU\'s JSON object of the lists "image_urls" and "user_ids"',
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
