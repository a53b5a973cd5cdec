"""MP-16: ``mp16_urls.csv``, lines of the photo's number there and its address.

(github.com/TIBHannover/GeoEstimation)

No header; the address is missing where the photo was gone.
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

_LINE = re.compile(r"[^,\t]*[0-9][^,\t]*\.jpe?g,((?:https?://[^,\s]+)?)", re.IGNORECASE)

FORMAT = Format(
    name="mp16-urls",
    title="a list of MP-16's addresses",
    expects="MP-16's lines of <name>.jpg and address, separated by a comma",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
