"""FSXL: ``fsxl-metadata.json``, a list of photos (github.com/KorayUlusan/fsxl-dataset).

``image_name`` is ``<photo id>.jpg``, ``photo_url`` the photo's page with the owner's NSID; ``author`` is
a display name and no key.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import has_keys, objects
from auditor.datasets.parsing.keys import license_of, record, records_in
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_KEYS = ("image_name", "photo_url", "license_url", "license")


def _read(source: Source) -> Iterator[Row]:
    for number, (place, photo) in enumerate(objects(source, _KEYS), 1):
        license_id = license_of(photo.get("license_url"), photo.get("license"))
        name = photo.get("image_name")
        key = name if isinstance(name, str) else None
        found = records_in((photo.get("photo_url"),), license_id=license_id, place=place, key=key)
        named = parse_name(key, numbered=True) if key else None
        if named and isinstance(found, str):
            found = record(named, license_id=license_id, place=place, key=key)
        yield row_of(number, found)


FORMAT = Format(
    name="fsxl-json",
    title="an FSXL metadata file",
    expects='FSXL\'s JSON list of photos, each with "image_name" and "photo_url"',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: has_keys(source, "[{", "image_name", "photo_url"),
    read=_read,
)
