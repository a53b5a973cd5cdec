"""SBU Captions: one JSON object of parallel lists (``sbu-captions-all.json``, cs.rice.edu/~vo9/sbucaptions).

``image_urls`` holds the photos, ``user_ids`` the owners' NSIDs in the same order.
"""

from collections.abc import Iterator
from itertools import zip_longest

from auditor.datasets.readers import Format
from auditor.datasets.readers._json import items, opens_with
from auditor.datasets.readers._photo import NO_ADDRESS, address, record
from auditor.datasets.row import Row, row_of
from auditor.datasets.sources import Source
from auditor.errors import WrongFileError


def _sniff(source: Source) -> bool:
    # The first list fills the head many times over, whichever it is.
    head = source.head
    if not opens_with(source, b"{"):
        return False
    return b'"image_urls"' in head or (b'"user_ids"' in head and b"@N" in head)


def _read(source: Source) -> Iterator[Row]:
    pairs = zip_longest(items(source, "image_urls.item"), items(source, "user_ids.item"))
    owners = photos = 0
    for index, (url, owner) in enumerate(pairs):
        photos, owners = photos + (url is not None), owners + (owner is not None)
        photo = address(url)
        place = f"image_urls[{index}]"
        texts = (owner,) if isinstance(owner, str) else ()
        yield row_of(index + 1, record(photo, *texts, place=place) if photo else NO_ADDRESS)
    if owners not in (0, photos):
        raise WrongFileError(
            f"{source.label}: {photos} photos and {owners} owners, so nobody knows whose is which",
            hint="Get the file again, and compare its size or checksum with the publisher's.",
        )


FORMAT = Format(
    name="sbu-json",
    title="an SBU Captions file",
    expects='SBU\'s JSON object of the lists "image_urls" and "user_ids"',
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
