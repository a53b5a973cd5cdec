"""KoNViD-1k: a CSV of videos with their ``flickr_id`` and marks.

(database.mmsp-kn.de/konvid-1k-database.html)
"""

from auditor.datasets.parsing.keys import numbered
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format


def _find(fields: dict[str, str]) -> Found:
    return numbered(fields["flickr_id"].strip(), fields["flickr_id"])


FORMAT = Format(
    name="konvid-csv",
    title="a KoNViD file",
    expects="KoNViD's CSV with the columns flickr_id and mos",
    match_keys=("photo_id",),
    sniff=lambda source: {"flickr_id", "mos"} <= {column.lower() for column in columns_of(source)},
    read=lambda source: by_fields(source, _find),
)
