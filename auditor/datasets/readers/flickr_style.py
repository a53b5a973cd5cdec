"""Flickr Style: CSV of 80,000 photos (github.com/BVLC/caffe, examples/finetune_flickr_style).

The first column, which has no name, is the photo id; ``image_url`` holds it too, ``page_url`` also the
owner's NSID.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_ADDRESS, address, record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of, table
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    columns = set(columns_of(source))
    return "page_url" in columns or {"image_url", "label"} <= columns


def _read(source: Source) -> Iterator[Row]:
    for number, fields in table(source):
        if isinstance(fields, str):
            yield Row(number, skipped=fields)
            continue
        page = fields.get("page_url", "")
        photo = address(fields.get("image_url")) or address(page)
        if photo is None:
            yield Row(number, skipped=NO_ADDRESS)
        else:
            yield Row(number, (record(photo, page),))


FORMAT = Format(
    name="flickr-style-csv",
    title="a Flickr Style file",
    expects="Flickr Style's CSV with the columns image_url and page_url",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
