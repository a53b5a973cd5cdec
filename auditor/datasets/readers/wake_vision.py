"""Wake Vision: CSV files by the file name of the Open Images photo.

(wakevision.ai; tensorflow_datasets, wake_vision)
"""

from auditor.datasets.parsing.csv_bulk import column_at_once
from auditor.datasets.parsing.parent_keys import OPEN_IMAGES_USUAL, child, open_images_id
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format


def _find(fields: dict[str, str]) -> Found:
    return child(open_images_id(fields["filename"]))


FORMAT = Format(
    name="wake-vision-csv",
    title="a Wake Vision file",
    expects="Wake Vision's CSV with the columns filename and person",
    match_keys=("parent_key",),
    sniff=lambda source: {"filename", "person"} <= set(columns_of(source)),
    read=lambda source: by_fields(source, _find),
    bulk=lambda source: column_at_once(source, "filename", OPEN_IMAGES_USUAL, _find),
)
