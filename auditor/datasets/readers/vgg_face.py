"""VGG Face (2015): a text file for each person, in a folder or archive (robots.ox.ac.uk/~vgg/data/vgg_face).

``<number> <address> <left> <top> <right> <bottom> <pose> <score> <curation>``, separated by spaces. About
one row in a hundred is on Flickr.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

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
