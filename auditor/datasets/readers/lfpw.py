"""LFPW: tab-separated ``imgurl``, ``worker`` and points, up to four rows a picture.

(neerajkumar.org/databases/lfpw)
"""

from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format


def _find(fields: dict[str, str]) -> Found:
    return records_in((fields["imgurl"],))


FORMAT = Format(
    name="lfpw-csv",
    title="an LFPW file",
    expects="LFPW's tab-separated file with the columns imgurl and worker",
    match_keys=("photo_id",),
    sniff=lambda source: {"imgurl", "worker"} <= set(columns_of(source, "\t")),
    read=lambda source: by_fields(source, _find, "\t"),
)
