"""Tables with YFCC100M's own columns, whatever they are kept in: one row, and many at once."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import license_ids, mask, matching, nsids, numbers
from auditor.datasets.parsing.keys import NO_PHOTO_ID, ORIGINAL_FORM, is_secret, license_of, nsid, photo_id
from auditor.datasets.parsing.row import Found, Record, Row, placed, row_of

COLUMNS: Final = ("photoid", "uid", "licenseurl", "licensename", "secretoriginal")
"""Those that are read. All but the first may be missing, and are null then."""


class Columns(NamedTuple):
    """The values of some rows."""

    photo: pa.Int64Array
    user: pa.StringArray
    license_url: pa.StringArray
    license_name: pa.StringArray
    original_secret: pa.StringArray


def find(photo: Any, user: Any, url: Any, name: Any, secret: Any) -> Found:
    """The record of a row with these values of `COLUMNS`."""
    found = photo_id(photo)
    if found is None:
        return NO_PHOTO_ID
    return Record(
        photo_id=found, nsid=nsid(user), license_id=license_of(url, name), original=is_secret(secret)
    )


def row(number: int, values: Sequence[Any]) -> Row:
    """The row with these values of `COLUMNS`, placed by its number."""
    return row_of(number, placed(find(*values), f"row {number}"))


def rows_at_once(rows: pa.Int64Array, columns: Columns) -> Iterator[Row | pa.Table]:
    """These `rows`: the usual ones as a table, and the others, whose photo id or NSID is odd, one by one."""
    photos, owners = columns.photo.fill_null(0).to_numpy(), nsids(columns.user)
    usual = (photos > 0) & ((owners > 0) | mask(columns.user.is_null()))
    table = {
        "row": rows,
        "photo_id": columns.photo,
        "nsid": numbers(owners),
        "license_id": license_ids(columns.license_url, columns.license_name),
        "original": pa.array(matching(columns.original_secret, f"^{ORIGINAL_FORM}$")),
        "record": pc.binary_join_element_wise("row", rows.cast(pa.string()), " "),
        "skip": pa.nulls(len(rows), pa.string()),
    }
    yield pa.table(table).filter(pa.array(usual))
    for place in np.flatnonzero(~usual).tolist():
        yield row(rows[place].as_py(), [column[place].as_py() for column in columns])
