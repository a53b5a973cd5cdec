"""A plain list of Flickr photo ids, one a line.

Only for datasets whose publisher says that these numbers are photo ids: the lists of AVA look the same, and
hold the numbers of another site.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import lines_of_form, photo_id_in, photo_id_lines
from auditor.datasets.readers import Format

_LINE = re.compile(r"\s*([0-9]+)\s*")
_USUAL = "^(?P<key>(?P<photo_id>[1-9][0-9]{0,17}))$"
# Flickr's ids went past a million in 2004: a list of mostly smaller numbers is not of Flickr.
_TYPICAL = re.compile(r"\s*[1-9][0-9]{6,18}\s*")


FORMAT = Format(
    name="photo-id-list",
    title="a list of numbers",
    expects="a list of Flickr photo ids, one a line",
    match_keys=("photo_id",),
    certain=False,
    sniff=lambda source: mostly(source.head_lines, _TYPICAL),
    read=photo_id_lines(_LINE),
    bulk=lines_of_form(_USUAL, photo_id_in(_LINE)),
)
