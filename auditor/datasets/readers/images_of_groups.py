"""Images of Groups: ``PersonData.txt``, a photo's name and below it a row for each face.

(chenlab.ece.cornell.edu)

Names are ``<photo id>_<secret>_<server>_<NSID>.jpg``. The rows of six numbers below a name (the eyes'
places, age and sex of one face) belong to the photo above, so they are no rows of their own here.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NSID, record
from auditor.datasets.parsing.row import EMPTY, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import TOO_LONG, lines
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_PHOTO = re.compile(rf"[0-9]+_[0-9a-f]+_[0-9]+_{NSID}\.jpe?g", re.IGNORECASE)
_FACE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[\t ]+-?[0-9]+(?:\.[0-9]+)?){5}\s*")


def _sniff(source: Source) -> bool:
    photos = sum(_PHOTO.fullmatch(line.strip()) is not None for line in source.head_lines)
    faces = sum(_FACE.fullmatch(line) is not None for line in source.head_lines)
    return photos > 0 and faces > 0 and 2 * (photos + faces) >= len(source.head_lines)


def _read(source: Source) -> Iterator[Row]:
    for number, line in lines(source):
        if line and _FACE.fullmatch(line):
            continue
        photo = parse_name(line.strip(), proven=True) if line else None
        if photo is None:
            reason = TOO_LONG if line is None else "no name of a Flickr photo" if line.strip() else EMPTY
            yield Row(number, skipped=reason)
        else:
            yield Row(number, (record(photo),))


FORMAT = Format(
    name="images-of-groups",
    title="an Images of Groups file",
    expects="Images of Groups' PersonData.txt: names …_<server>_<NSID>.jpg above their faces",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
