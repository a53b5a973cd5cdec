"""What a reader gets out of an index file: rows, and the records in them.

Tuples and not dataclasses, because the large files make a hundred million of them.
"""

from typing import Final, NamedTuple

NO_ADDRESS: Final = "no Flickr address"
UNNAMED_PHOTOS: Final = "Flickr address that does not name its photos (an album, a group, a cut link)"
"""What is in the album is in the dataset, so "not found" is not known of such a row."""
ROWS_ELSEWHERE: Final = "no row where the file's rows should be, though it holds Flickr addresses"
EMPTY: Final = "empty line"
HEADER: Final = "header"
COMMENT: Final = "comment"
OTHER_SOURCE: Final = "picture of another source"
NO_NUMBER: Final = "names no photo of Flickr or of its parent"
LOOKED_UP: Final = "COCO photo, used to look up those of Visual Genome"
OTHER_MEMBER: Final = "other file of the archive"
UNREAD_MEMBER: Final = "file of the archive that may hold a list, but cannot be read"
READ_WITHOUT_RECORD: Final = frozenset(
    {NO_ADDRESS, NO_NUMBER, LOOKED_UP, EMPTY, HEADER, COMMENT, OTHER_SOURCE, OTHER_MEMBER}
)
"""Reasons of rows that were understood, and hold no photo of Flickr; any other row could not be read."""


class Record(NamedTuple):
    """One place in a publisher's file where one photo stands. Every key the file does not carry is None."""

    photo_id: int | None = None
    nsid: int | None = None
    """The owner, packed by `auditor.flickr.urls.pack_nsid`."""
    alias: str | None = None
    """The owner's path alias, in lower case."""
    url_hash: str | None = None
    """YFCC's hash of the download address."""
    content_md5: str | None = None
    """MD5 of the original file, 32 hex digits."""
    license_id: int | None = None
    """Flickr's licence id of the licence the dataset recorded."""
    original: bool = False
    """The row carries the original's secret, so it links to the full-size file."""
    record: str | None = None
    """Where a person finds it in the publisher's file; None stands for ``line <number of the row>``.

    In an archive or folder the member's name is put before it; "" stands for that name alone.
    """
    key: str | None = None
    """The publisher's own key of the row, as written there: Open Images' ImageID, DiveFace's file name.

    It comes out as ``record_key``: what a publisher needs to find the row again.
    """
    parent_key: str | None = None
    """The `key` of this photo in the dataset that this one was drawn from (the card's ``joins``).

    MIAP names its photos by Open Images' ImageID alone; the parent's index tells whose they are.
    """


class Row(NamedTuple):
    """One row of the publisher's file: its records, or the reason why it has none."""

    number: int
    """Counted from 1: the physical line in text files, else the position among the file's rows."""
    records: tuple[Record, ...] = ()
    skipped: str | None = None
    """A short reason from a small set, for it is counted. Never quotes the file."""
    stands_for: int = 1
    """How many rows of the file this is: more than one only for rows skipped in bulk."""


Found = Record | tuple[Record, ...] | str
"""What a reader makes of one row: its record, or several, one for each photo; or why it has none."""


def row_of(number: int, found: Found) -> Row:
    """The row with what was found in it."""
    if isinstance(found, str):
        return Row(number, skipped=found)
    return Row(number, (found,) if isinstance(found, Record) else found)


def placed(found: Found, place: str) -> Found:
    """What was found, with the place where it is."""
    if isinstance(found, str):
        return found
    if isinstance(found, Record):
        return found._replace(record=place)
    return tuple(record._replace(record=place) for record in found)


def join_key(key: str) -> str:
    """How a parent's `key` and a child's `parent_key` are compared: FFHQ's 00042 is 42 elsewhere."""
    key = key.strip().lower()
    return key.lstrip("0") or "0" if key.isdecimal() else key
