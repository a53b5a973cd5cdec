"""Flickr Style: CSV of 80,000 photos (github.com/BVLC/caffe, examples/finetune_flickr_style).

The first column, which has no name, is the photo id; ``image_url`` holds it too, ``page_url`` also the
owner's NSID.
"""

from auditor.datasets.parsing.link_table import LinkTable
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of
from auditor.datasets.readers import Format


def _sniff(source: Source) -> bool:
    columns = set(columns_of(source))
    return "page_url" in columns or {"image_url", "label"} <= columns


# 5159730964,http://farm2.staticflickr.com/1227/5159730964_….jpg,http://www.flickr.com/photos/<NSID>/5159730964,0,train
_TABLE = LinkTable(("image_url", "page_url"), key="")

FORMAT = Format(
    name="flickr-style-csv",
    title="a Flickr Style file",
    expects="Flickr Style's CSV with the columns image_url and page_url",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_TABLE.rows,
    bulk=_TABLE.bulk,
)
