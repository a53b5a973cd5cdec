"""CSV files whose rows hold addresses of one photo each, in columns that are known by name."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import md5_of_base64, read_addresses, usual_rows
from auditor.datasets.parsing.csv_bulk import Cut, rows_at_once
from auditor.datasets.parsing.keys import license_of, md5_base64, records_in
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Which columns hold what; a file may lack any of them."""

    addresses: tuple[str, ...]
    license: str | None = None
    key: str | None = None
    md5: str | None = None
    """The original's, in base64."""
    separator: str = ","

    def find(self, fields: dict[str, str]) -> Found:
        """The record of one row."""
        found = records_in(
            tuple(map(fields.get, self.addresses)),
            license_id=license_of(fields.get(self.license)) if self.license is not None else None,
            key=fields.get(self.key) or None if self.key is not None else None,
        )
        if self.md5 is not None and isinstance(found, Record):
            return found._replace(content_md5=md5_base64(fields.get(self.md5, "")))
        return found

    def rows(self, source: Source) -> Iterator[Row]:
        """All rows, one by one."""
        return by_fields(source, self.find, self.separator)

    def bulk(self, source: Source) -> Iterator[Row | pa.Table]:
        """All rows, those of the usual kind at once."""
        wanted = [*self.addresses, *(name for name in (self.license, self.key, self.md5) if name is not None)]
        return rows_at_once(source, wanted, self._usual, self.find, self.separator)

    def _usual(self, cut: Cut) -> tuple[pa.Table, np.ndarray]:
        """The usual ones of the rows, and which those are."""
        read = read_addresses([cut.columns[name] for name in self.addresses if name in cut.columns])
        names = {"license": self.license, "key": self.key, "content_md5": self.md5}
        given = {
            what: cut.columns[name]
            for what, name in names.items()
            if name is not None and name in cut.columns
        }
        if "key" in given:
            given["key"] = pc.if_else(pc.equal(given["key"], ""), None, given["key"])
        if "content_md5" in given:
            given["content_md5"] = md5_of_base64(given["content_md5"])
        return usual_rows(cut.rows, read, given), read.usual
