"""In which orders the records of an index are kept: one for each key by which they are looked up."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Order(NamedTuple):
    """The parts of a query over records, in SQL."""

    which: str
    """The records in it."""
    by: str
    without: tuple[str, ...] = ()
    """Columns that it lacks, since nobody who looks up by this key wants them."""


ORDERS: Final[Mapping[str, Order]] = {
    "photo_id": Order("true", "photo_id, source, row"),
    "owner": Order(
        "nsid IS NOT NULL OR alias IS NOT NULL",
        "nsid, alias, photo_id",
        ("url_hash", "content_md5"),
    ),
    "url_hash": Order("url_hash IS NOT NULL", "url_hash, source, row", ("content_md5",)),
    "content_md5": Order("content_md5 IS NOT NULL", "content_md5, source, row", ("url_hash",)),
    "parent_key": Order("parent_key IS NOT NULL", "parent_key, source, row", ("url_hash", "content_md5")),
}
