"""In every reader: of two addresses at one place both count, and so does an owner who has no photo."""

import re

import pytest

from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Records, Write
from tests.datasets.readers.lookalikes import ALL, parquet
from tests.datasets.same_photos import PHOTOS

MORE = 7_777_777_777
SECOND = b"https://live.staticflickr.com/65535/7777777777_0123456789.jpg"
PHOTO = str(PHOTOS[0][0]).encode()
_ADDRESS = re.compile(rb"https?:(?:\\?/){2}[\w.]*flickr\.com/[\w@%.\\/]*" + PHOTO + rb"[\w.]*/?")
BY_NUMBER = {
    "yfcc-tsv": "the number is in a column of its own, and the addresses are made of it",
    "nus-wide": "as the line has to name the photo first, two addresses in one field are no line of it",
    "didemo": "the address of a video",
}
"""Readers that have a better source than the address."""


def with_addresses() -> list[str]:
    """The formats whose look-alike holds an address of the first photo, as plain bytes."""
    found = []
    for name, given in ALL.items():
        content = given.content
        if (
            isinstance(content, bytes)
            and _ADDRESS.search(content)
            and not content.startswith((b"PAR1", b"PK"))
        ):
            found.append(name)
    return found


@pytest.mark.parametrize("name", sorted({*with_addresses()} - {*BY_NUMBER}))
def test_both_addresses_at_one_place_count(add: Build, write: Write, records: Records, name: str) -> None:
    content = ALL[name].content
    assert isinstance(content, bytes)
    doubled = _ADDRESS.sub(lambda found: found[0] + b" " + SECOND, content, count=1)
    assert doubled != content
    before = {record.photo_id for record in records(add(name, write(content)))}
    after = {record.photo_id for record in records(add(name, write(doubled)))}
    assert after - {None} == before - {None} | {MORE}  # None: an owner who then may be of either


def test_most_readers_of_addresses_are_tried() -> None:
    assert len(with_addresses()) >= 25


@pytest.mark.parametrize("name", ["url-parquet", "md5-list"])
def test_lists_of_addresses_in_a_column_count(add: Build, write: Write, records: Records, name: str) -> None:
    urls = [f"https://live.staticflickr.com/1/{photo}_{secret}.jpg" for photo, _, secret in PHOTOS]
    columns = {"url": [urls[:3], urls[3:]], "md5": ["0" * 32, "1" * 32]}
    found = records(add(name, write(parquet(columns))))
    assert {record.photo_id for record in found} == {photo for photo, _, _ in PHOTOS}


OWNER = "99000077@N07"
OWNED_ONLY: list[tuple[str, bytes]] = [
    ("fdf-json", b'[{"photo_url": "", "user_nsid": "%s"}]'),
    ("sbu-json", b'{"image_urls": ["https://i.example.org/a.jpg"], "user_ids": ["%s"]}'),
    (
        "open-images-csv",
        b"ImageID,OriginalURL,OriginalLandingURL,AuthorProfileURL\n"
        b"0006400c1c224e19,,,https://www.flickr.com/people/%s/\n",
    ),
    ("lpff-json", b'{"a": {"image_info": {"photo_id": null, "user_id": "%s"}}}'),
    ("geolocation-csv", b"IMG_ID,AUTHOR,LAT,LON\nx.jpg,%s,1.5,2.5\n"),
    ("generic", b"file,owner\nx.jpg,%s\n"),
]


@pytest.mark.parametrize(("name", "content"), OWNED_ONLY, ids=[name for name, _ in OWNED_ONLY])
def test_an_owner_without_a_photo_counts(
    add: Build, write: Write, records: Records, name: str, content: bytes
) -> None:
    found = records(add(name, write(content % OWNER.encode())))
    assert {(record.photo_id, record.owner) for record in found} == {(None, OWNER)}


def test_an_owner_beside_two_photos_is_kept_but_given_to_neither(
    add: Build, write: Write, records: Records
) -> None:
    address = b"https://live.staticflickr.com/1/9000000001_0123456789.jpg " + SECOND
    content = b'[{"photo_url": "%s", "user_nsid": "%s"}]' % (address, OWNER.encode())
    found = records(add("fdf-json", write(content)))
    assert {(record.photo_id, record.owner) for record in found} == {
        (9_000_000_001, None),
        (MORE, None),
        (None, OWNER),
    }
