"""Pascal VOC 2007: an XML file a picture, with the photo id in ``<source><flickrid>``.

(host.robots.ox.ac.uk/pascal/VOC)

``<owner><flickrid>`` is the name that the owner shows to others, which is no key. VOC 2008 and later
leave the photo id out or write 0.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import numbered
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_VOC = re.compile(rb"<annotation>.{0,400}?<folder>VOC\d{4}</folder>", re.DOTALL | re.IGNORECASE)
_PHOTO = re.compile(rb"<source>(?:(?!</source>).)*?<flickrid>\s*([0-9]{1,19})\s*</flickrid>", re.DOTALL)


def _read(source: Source) -> Iterator[Row]:
    # Not an XML parser: the files are a page long, and one that is not says nothing that is wanted here.
    match = _PHOTO.search(source.head)
    yield row_of(1, numbered(match and match[1].decode(), place=""))


FORMAT = Format(
    name="voc-xml",
    title="a Pascal VOC annotation",
    expects="Pascal VOC's XML annotations, as a folder or archive",
    match_keys=("photo_id",),
    sniff=lambda source: _VOC.search(source.head) is not None,
    read=_read,
)
