"""Adience: tab-separated fold files (github.com/GilLevi/AgeGenderDeepLearning, Folds).

``user_id`` is the NSID, ``original_image`` is ``<photo id>_<original secret>_o.jpg``: with it anyone can
fetch the original.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_PHOTO_ID, nsid, photo_id
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of, table
from auditor.datasets.readers import Format

_IMAGE = re.compile(r"([0-9]+)_[0-9a-f]+(_o)?\.\w+")


def _read(source: Source) -> Iterator[Row]:
    for number, fields in table(source, "\t"):
        if isinstance(fields, str):
            yield Row(number, skipped=fields)
            continue
        match = _IMAGE.fullmatch(fields["original_image"])
        photo = photo_id(match[1]) if match else None
        if match is None or photo is None:
            yield Row(number, skipped=NO_PHOTO_ID)
            continue
        original = match[2] is not None
        yield Row(number, (Record(photo_id=photo, nsid=nsid(fields.get("user_id")), original=original),))


FORMAT = Format(
    name="adience",
    title="an Adience fold file",
    expects="Adience's tab-separated fold file with the column original_image",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: "original_image" in columns_of(source, "\t"),
    read=_read,
)
