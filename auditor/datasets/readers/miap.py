"""MIAP: CSV files of boxes around people, by Open Images ImageID.

(storage.googleapis.com/openimages, Extended)
"""

from auditor.datasets.parsing.csv_bulk import column_at_once
from auditor.datasets.parsing.parent_keys import OPEN_IMAGES_USUAL, child, open_images_id
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format


def _find(fields: dict[str, str]) -> Found:
    return child(open_images_id(fields["ImageID"]))


FORMAT = Format(
    name="miap-csv",
    title="a MIAP file",
    expects="MIAP's CSV with the columns ImageID, AgePresentation and GenderPresentation",
    match_keys=("parent_key",),
    sniff=lambda source: {"ImageID", "AgePresentation"} <= set(columns_of(source)),
    read=lambda source: by_fields(source, _find),
    bulk=lambda source: column_at_once(source, "ImageID", OPEN_IMAGES_USUAL, _find),
)
