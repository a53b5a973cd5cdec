"""PicAlert, in the Image Privacy Dataset: CSV files whose ``image`` is ``<photo id>_<secret>_<size>``.

(github.com/graphnex/privacy-from-visual-entities, results/ipd.) The other part of that set is VISPR,
whose names ``2017_19784472`` are random numbers and no photo ids.
"""

import re

from auditor.datasets.parsing.keys import NO_PHOTO_ID, record
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_NAME = re.compile(r"[1-9][0-9]{6,18}_[0-9a-f]{10}(?:_[a-z])?(?:\.jpe?g)?")


def _sniff(source: Source) -> bool:
    if not {"image", "pred_class"} <= set(columns_of(source)):
        return False
    return any(_NAME.fullmatch(line.partition(",")[0]) for line in source.head_lines[1:])


def _find(fields: dict[str, str]) -> Found:
    name = fields["image"]
    photo = parse_name(name, proven=True) if _NAME.fullmatch(name) else None
    return record(photo, key=name) if photo else NO_PHOTO_ID


FORMAT = Format(
    name="picalert-csv",
    title="a file of the Image Privacy Dataset",
    expects="a CSV with the columns image (names <photo id>_<secret>_<size>) and pred_class",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: by_fields(source, _find),
)
