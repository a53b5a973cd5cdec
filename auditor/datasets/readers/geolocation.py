"""Photos with the place where they were taken: CSV files with ``IMG_ID``.

(github.com/TIBHannover/GeoEstimation, meta/)

Im2GPS, Im2GPS3k, YFCC4k and MP-16 come in this form. ``IMG_ID`` is a file name: ``<photo
id>_<secret>_<server>_<NSID>.jpg`` (Im2GPS), or ``<hex>_<hex>_<photo id>.jpg`` (MP-16). ``AUTHOR`` or
``OwnerNSID`` names the owner, ``url`` the picture.
"""

import re

from auditor.datasets.parsing.keys import NO_PHOTO_ID, nsid, photo_id, record, records_in
from auditor.datasets.parsing.row import Found, Record
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_PLACES = {"lat", "gt_lat", "latitude"}
_OWNERS = ("author", "ownernsid")
_MP16 = re.compile(r"(?:[0-9a-f]{2}[_/]){2}([1-9][0-9]{4,18})\.\w+")


def _sniff(source: Source) -> bool:
    columns = {column.lower() for column in columns_of(source)}
    return "img_id" in columns and bool(columns & _PLACES)


def _find(fields: dict[str, str]) -> Found:
    given = {column.lower(): value for column, value in fields.items()}
    name = given["img_id"]
    owner = next((packed for column in _OWNERS if (packed := nsid(given.get(column)))), None)
    if photo := parse_name(name, proven=True):
        found = record(photo)
        return found._replace(nsid=found.nsid or owner, key=name)
    linked = records_in((given.get("url"), *map(given.get, _OWNERS)), key=name)
    if not isinstance(linked, str) and (not isinstance(linked, Record) or linked.photo_id):
        return linked
    match = _MP16.fullmatch(name)
    number = photo_id(match[1] if match else name.partition(".")[0])
    return Record(photo_id=number, nsid=owner, key=name) if number or owner else NO_PHOTO_ID


FORMAT = Format(
    name="geolocation-csv",
    title="a list of photos with their places",
    expects="a CSV with the columns IMG_ID and LAT (gt_lat)",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=lambda source: by_fields(source, _find),
)
