"""CommonCatalog: Parquet with YFCC100M's columns and the pictures themselves (huggingface.co/common-canvas).

Only the columns with keys are read, never the pictures.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from auditor.datasets.parsing import parquet as parquet
from auditor.datasets.parsing.keys import NO_PHOTO_ID, license_of, nsid, photo_id
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_COLUMNS = ("photoid", "uid", "licenseurl", "licensename", "secretoriginal")


def _read(source: Source) -> Iterator[Row]:
    wanted = parquet.named(source, *_COLUMNS)
    names = [name.lower() for name in wanted]

    def find(values: Sequence[Any]) -> Found:
        row = dict(zip(names, values, strict=True))
        photo = photo_id(row["photoid"])
        if photo is None:
            return NO_PHOTO_ID
        return Record(
            photo_id=photo,
            nsid=nsid(row.get("uid")),
            license_id=license_of(row.get("licenseurl"), row.get("licensename")),
            original=bool(row.get("secretoriginal")),
        )

    return parquet.rows(source, wanted, find)


FORMAT = Format(
    name="commoncatalog-parquet",
    title="a CommonCatalog file",
    expects="CommonCatalog's Parquet with the column photoid",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: bool(parquet.named(source, "photoid")),
    read=_read,
)
