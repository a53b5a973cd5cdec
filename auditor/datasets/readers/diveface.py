"""DiveFace: lines ``<NSID>_identity_<n>/<photo id>_<face>.jpg`` (github.com/BiDAlab/DiveFace, files/)."""

import re

from auditor.datasets.parsing.keys import NSID, mostly, record
from auditor.datasets.parsing.photo_lines import lines_of_form
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_LINE = re.compile(rf"{NSID}_identity_[0-9]+/[0-9]+_[0-9]+\.jpg", re.IGNORECASE)
_USUAL = (
    "^(?P<key>(?P<nsid>[1-9][0-9]{4,10}@N[0-9]{2})_identity_[0-9]{1,9}"
    r"/(?P<photo_id>[1-9][0-9]{0,17})_[0-9]{1,4}\.jpg)$"
)


def _find(line: str) -> Found:
    photo = parse_name(line, numbered=True) if "_identity_" in line else None
    if photo is None or photo.nsid is None:
        return "no path of a Flickr photo"
    return record(photo, key=line)


FORMAT = Format(
    name="diveface",
    title="a DiveFace list",
    expects="DiveFace's lines <NSID>_identity_<n>/<photo id>_<face>.jpg",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_line(source, _find),
    bulk=lines_of_form(_USUAL, _find),
)
