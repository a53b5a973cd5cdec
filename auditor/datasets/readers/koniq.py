"""KonIQ-10k: CSV files whose ``image_name`` is ``<photo id>.jpg`` (github.com/subpic/koniq, metadata/)."""

from auditor.datasets.parsing.keys import numbered
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_COLUMNS = {"image_name", "c1", "MOS"}


def _find(fields: dict[str, str]) -> Found:
    return numbered(fields["image_name"].removesuffix(".jpg"), fields["image_name"])


FORMAT = Format(
    name="koniq-csv",
    title="a KonIQ-10k file",
    expects="KonIQ-10k's CSV with the columns image_name, c1 and MOS",
    match_keys=("photo_id",),
    sniff=lambda source: set(columns_of(source)) >= _COLUMNS,
    read=lambda source: by_fields(source, _find),
)
