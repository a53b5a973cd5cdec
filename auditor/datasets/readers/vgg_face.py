"""VGG Face (2015): a text file for each person, in a folder or archive (robots.ox.ac.uk/~vgg/data/vgg_face).

``<number> <address> <left> <top> <right> <bottom> <pose> <score> <curation>``, separated by spaces. About
one row in a hundred is on Flickr.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

# 00000351 http://farm4.staticflickr.com/3755/10942213505_…_o.png 117… 3.00 2.47 1; of 1,406,983 lines of a
# copy 13,375 are on Flickr, and two of those are buddy icons, which name an owner and no photo.
_LINE = re.compile(r"(?P<key>[0-9]+) \S*://\S.*?(?: -?[0-9]+(?:\.[0-9]+)?){4,7}\s*")


FORMAT = Format(
    name="vgg-face",
    title="a VGG Face list",
    expects="VGG Face's text files of numbered addresses with boxes, one file a person",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
