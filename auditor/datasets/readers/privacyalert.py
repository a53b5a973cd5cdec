"""PrivacyAlert: CSV files whose ``image`` is a photo id.

(github.com/graphnex/privacy-from-visual-entities)

Files of the Image Privacy Dataset have the same columns and other names;
`auditor.datasets.readers.picalert` reads them.
"""

import re

from auditor.datasets.parsing.keys import mostly, numbered
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_ROW = re.compile(r"[1-9][0-9]{6,18}(?:\.jpe?g)?,.*")


def _sniff(source: Source) -> bool:
    return {"image", "pred_class"} <= set(columns_of(source)) and mostly(source.head_lines[1:], _ROW)


def _find(fields: dict[str, str]) -> Found:
    return numbered(fields["image"].partition(".")[0], fields["image"])


FORMAT = Format(
    name="privacyalert-csv",
    title="a PrivacyAlert file",
    expects="PrivacyAlert's CSV with the columns image (photo ids) and pred_class",
    match_keys=("photo_id",),
    sniff=_sniff,
    read=lambda source: by_fields(source, _find),
)
