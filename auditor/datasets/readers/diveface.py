"""DiveFace: lines ``<NSID>_identity_<n>/<photo id>_<face>.jpg`` (github.com/BiDAlab/DiveFace, files/)."""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NSID, mostly, nsid, photo_id
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import EMPTY, TOO_LONG, lines
from auditor.datasets.readers import Format

_LINE = re.compile(rf"({NSID})_identity_[0-9]+/([0-9]+)_[0-9]+\.jpg", re.IGNORECASE)


def _read(source: Source) -> Iterator[Row]:
    for number, line in lines(source):
        match = _LINE.fullmatch(line) if line else None
        photo = photo_id(match[2]) if match else None
        if match is None or photo is None:
            reason = TOO_LONG if line is None else "no path of a Flickr photo" if line.strip() else EMPTY
            yield Row(number, skipped=reason)
        else:
            yield Row(number, (Record(photo_id=photo, nsid=nsid(match[1])),))


FORMAT = Format(
    name="diveface",
    title="a DiveFace list",
    expects="DiveFace's lines <NSID>_identity_<n>/<photo id>_<face>.jpg",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=_read,
)
