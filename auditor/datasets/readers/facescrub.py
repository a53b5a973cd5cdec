"""FaceScrub: tab-separated name, image, face, address, box and SHA-256 (vintage.winklerbros.net).

Copies come with and without the header line.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

# <name>⇥21012⇥9743⇥http://farm6.staticflickr.com/5467/8968074320_….jpg⇥108,81,270,243⇥7ed26a85…: the numbers
# are FaceScrub's own, and the SHA-256 is of the file that was at that address, whatever its size.
_LINE = re.compile(r"[^\t]+\t(?P<key>[0-9]+)\t[0-9]+\t\S[^\t]*\t-?[0-9]+(?:,-?[0-9]+){3}(?:\t.*)?")


FORMAT = Format(
    name="facescrub",
    title="a FaceScrub list",
    expects="FaceScrub's tab-separated lines of name, image id, face id, address and box",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
