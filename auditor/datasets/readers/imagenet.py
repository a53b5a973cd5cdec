"""ImageNet's addresses: ``<category>_<number>⇥<address>`` a line (``fall11_urls.txt``, image-net.org)."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

# n00004475_6590⇥http://farm4.static.flickr.com/3175/2737866473_….jpg: the category is WordNet's, its number
# ImageNet's.
_LINE = re.compile(r"(?P<key>n[0-9]{8}_[0-9]+)\s+\S.*")


FORMAT = Format(
    name="imagenet-urls",
    title="ImageNet's list of addresses",
    expects="ImageNet's lines of picture name and address",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
