"""Open Images: CSV files of image information (storage.googleapis.com/openimages, "Image information").

The row holds the original's address with its secret, the photo's page, the owner's profile (under path alias
or NSID) and the MD5 of the original file in base64. ``Author`` is a display name and no key.
"""

import base64
import binascii
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_ADDRESS, address, license_of, record
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of, table
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    for number, fields in table(source):
        if isinstance(fields, str):
            yield Row(number, skipped=fields)
            continue
        page = fields.get("OriginalLandingURL", "")
        photo = address(fields.get("OriginalURL")) or address(page) or address(fields.get("Thumbnail300KURL"))
        if photo is None:
            yield Row(number, skipped=NO_ADDRESS)
            continue
        license_id = license_of(fields.get("License"))
        found = record(photo, page, fields.get("AuthorProfileURL", ""), license_id=license_id)
        yield Row(number, (found._replace(content_md5=_hex(fields.get("OriginalMD5", ""))),))


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
