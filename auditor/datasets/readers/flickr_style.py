"""Flickr Style: CSV of 80,000 photos (github.com/BVLC/caffe, examples/finetune_flickr_style).

The first column, which has no name, is the photo id; ``image_url`` holds it too, ``page_url`` also the
owner's NSID.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    columns = set(columns_of(source))
    return "page_url" in columns or {"image_url", "label"} <= columns


def _find(fields: dict[str, str]) -> Found:
    return records_in((fields.get("image_url"), fields.get("page_url")), key=fields.get("") or None)


def _read(source: Source) -> Iterator[Row]:
    return by_fields(source, _find)


FORMAT = Format(
    name="flickr-style-csv",
    title="a Flickr Style file",
    expects="Flickr Style's CSV with the columns image_url and page_url",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
