"""FDF and FDF256: ``fdf_metainfo.json``, one object a face (github.com/hukkelas/FDF, README).

``photo_url`` is the photo's page, ``user_nsid`` the owner; ``author`` is a display name and no key.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.json_items import objects, opens_with
from auditor.datasets.parsing.keys import license_of, records_in
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

# FDF's own check, search_username.py, compares "user_nsid" to the letter, and so does the audit.
_KEYS = ("photo_url", "user_nsid", "license_url", "license")


def _sniff(source: Source) -> bool:
    siblings = (
        b'"metadata"',
        b'"image_name"',
        b'"image_info"',
        b'"dialogue_id"',
    )  # FFHQ, FSXL, LPFF, PhotoChat
    return (
        opens_with(source, b"{", b"[")
        and b'"photo_url"' in source.head
        and not any(key in source.head for key in siblings)
    )


def _read(source: Source) -> Iterator[Row]:
    for number, (place, face) in enumerate(objects(source, _KEYS), 1):
        license_id = license_of(face.get("license_url"), face.get("license"))
        addresses = (face.get("photo_url"), face.get("user_nsid"))
        key = place.strip('[]"') if place.startswith('["') else None
        yield row_of(number, records_in(addresses, license_id=license_id, place=place, key=key))


FORMAT = Format(
    name="fdf-json",
    title="an FDF metadata file",
    expects='FDF\'s JSON entries, each with its "photo_url"',
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
