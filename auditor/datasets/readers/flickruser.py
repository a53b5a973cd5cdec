"""FlickrUser: CSV of photos that users marked as favourites (``FlickrUser.csv``, ECCV 2024).

``favimg_url`` is the photo. The row's user is the one who liked it, not its photographer, so nobody is
its owner.
"""

from auditor.datasets.parsing.keys import records_in
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_COLUMN = "favimg_url"


def _find(fields: dict[str, str]) -> Found:
    return records_in((fields[_COLUMN],))


FORMAT = Format(
    name="flickruser-csv",
    title="a FlickrUser file",
    expects="FlickrUser's CSV with the column favimg_url",
    match_keys=("photo_id",),
    sniff=lambda source: _COLUMN in columns_of(source),
    read=lambda source: by_fields(source, _find),
)
