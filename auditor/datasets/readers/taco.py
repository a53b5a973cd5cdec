"""TACO: annotations in COCO's shape, whose images have a ``flickr_640_url`` too.

(github.com/pedropro/TACO)
"""

from auditor.datasets.parsing.json_items import has_keys
from auditor.datasets.readers import Format
from auditor.datasets.readers.coco import read, read_at_once

FORMAT = Format(
    name="taco-json",
    title="a TACO annotation file",
    expects='TACO\'s JSON object with "images", each with its "flickr_640_url"',
    match_keys=("photo_id",),
    sniff=lambda source: has_keys(source, "{", "flickr_640_url"),
    read=read,
    bulk=read_at_once,
)
