"""The list of links as a table for the publisher's own tools."""

import csv
import io

from auditor.flickr import licenses
from auditor.optout.letter import Letter
from auditor.text import csv_cell

COLUMNS = (
    "link",
    "photo_id",
    "records",
    "match_key",
    "certainty",
    "on_flickr",
    "license_recorded",
    "license_today",
)


def links_csv(letter: Letter) -> str:
    """One row a photo, its records with `` | `` between; no cell is run as a formula by a spreadsheet."""
    own = letter.account is not None
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for photo in letter.photos:
        row = (
            photo.link or "",
            photo.photo_id or "",
            " | ".join(f"{place.source} {place.record}" for place in photo.places),
            photo.match_key,
            photo.certainty,
            photo.standing.value if own else "",
            licenses.get(photo.license_then).name if own and photo.license_then else "",
            licenses.get(photo.license_now).name if own and photo.license_now else "",
        )
        writer.writerow([csv_cell(cell) for cell in row])
    return text.getvalue()
