"""YFCC100M as an SQLite database: the columns of 2014 in one table (``yfcc100m_dataset.sql``)."""

from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_PHOTO_ID, license_of, nsid, photo_id
from auditor.datasets.parsing.row import Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC, database, quoted, tables
from auditor.datasets.readers import Format
from auditor.errors import WrongFileError

_TABLE = "yfcc100m_dataset"
_COLUMNS = ("photoid", "uid", "licenseurl", "licensename", "secretoriginal")


def _sniff(source: Source) -> bool:
    return source.head.startswith(MAGIC) and _TABLE.encode() in source.head


def _read(source: Source) -> Iterator[Row]:
    with database(source) as connection:
        present = tables(connection).get(_TABLE, [])
        if "photoid" not in present:
            raise WrongFileError(
                f"{source.label} has no table {_TABLE} with a column photoid",
                hint="Check that the dataset's name and the file belong together.",
            )
        wanted = ", ".join(quoted(name) if name in present else "NULL" for name in _COLUMNS)
        rows = connection.execute(f"SELECT {wanted} FROM {_TABLE}")  # noqa: S608 - our own names
        for number, (photo, user, url, name, secret) in enumerate(rows, 1):
            key = photo_id(photo)
            if key is None:
                yield Row(number, skipped=NO_PHOTO_ID)
                continue
            found = Record(
                photo_id=key,
                nsid=nsid(user),
                license_id=license_of(url, name),
                original=bool(secret),
                record=f"row {number}",
            )
            yield row_of(number, found)


FORMAT = Format(
    name="yfcc-sqlite",
    title="a YFCC100M database",
    expects="YFCC100M's SQLite database with the table yfcc100m_dataset",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
)
