"""Visits to sights by Flickr users: CSV files with ``userID`` and ``poiID``.

(github.com/computationalmedia/tour-cikm16)

Most name the person only, by NSID: where somebody went, when, and for how long. The older files,
separated by semicolons, name the photo too (``photoID``).
"""

from collections.abc import Iterator

from auditor.datasets.parsing.keys import nsid, photo_id
from auditor.datasets.parsing.row import Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of, table
from auditor.datasets.readers import Format

_SEPARATORS = (",", ";")


def _separator(source: Source) -> str | None:
    return next((mark for mark in _SEPARATORS if {"userID", "poiID"} <= set(columns_of(source, mark))), None)


def _find(fields: dict[str, str]) -> Found:
    owner = nsid(fields["userID"])
    if owner is None:
        return "no NSID"
    return Record(photo_id=photo_id(fields.get("photoID")), nsid=owner, key=fields.get("trajID"))


def _read(source: Source) -> Iterator[Row]:
    for number, fields in table(source, _separator(source) or ","):
        yield row_of(number, fields if isinstance(fields, str) else _find(fields))


FORMAT = Format(
    name="poi-visits-csv",
    title="a file of Flickr users' visits",
    expects="a CSV of visits with the columns userID (NSIDs) and poiID",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: _separator(source) is not None,
    read=_read,
)
