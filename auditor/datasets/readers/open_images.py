"""Open Images: CSV files of image information (storage.googleapis.com/openimages, "Image information").

The row holds the original's address with its secret, the photo's page, the owner's profile (under path alias
or NSID) and the MD5 of the original file in base64. ``Author`` is a display name and no key.
"""

import base64
import binascii
from collections.abc import Iterator

from auditor.datasets.parsing.keys import license_of, records_in
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_ADDRESSES = ("OriginalURL", "OriginalLandingURL", "Thumbnail300KURL", "AuthorProfileURL")


def _find(fields: dict[str, str]) -> Found:
    found = records_in(
        map(fields.get, _ADDRESSES), license_id=license_of(fields.get("License")), key=fields.get("ImageID")
    )
    if isinstance(found, Record):
        return found._replace(content_md5=_hex(fields.get("OriginalMD5", "")))
    return found


def _read(source: Source) -> Iterator[Row]:
    return by_fields(source, _find)


def _hex(md5: str) -> str | None:
    """A base64 MD5 as hex digits; None for anything else."""
    try:
        raw = base64.b64decode(md5, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 16 else None


FORMAT = Format(
    name="open-images-csv",
    title="an Open Images file of image information",
    expects="Open Images' CSV with the columns OriginalURL and OriginalLandingURL",
    match_keys=("photo_id", "owner", "content_md5"),
    sniff=lambda source: bool({"OriginalURL", "OriginalLandingURL"} & set(columns_of(source))),
    read=_read,
)
