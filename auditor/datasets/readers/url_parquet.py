"""Web-scale lists as Parquet: any file with a column of addresses, of which some or all are on Flickr.

LAION (``URL`` or ``url``; the ``-md5`` variants add ``md5``), COYO, DataComp (``url``), megalith
(``url``, ``url_highres``, ``url_source``), bigdata-pw/Flickr (``url_m``, ``url_c`` …) and their like,
whatever other columns they have: see their pages on huggingface.co. The ``md5`` of LAION is that of the
file behind the address, so it is that of an original only where the address leads to one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing import parquet
from auditor.datasets.parsing.bulk import license_ids, mask, matching, read_addresses, usual_rows
from auditor.datasets.parsing.keys import license_of, md5, records_in
from auditor.datasets.parsing.row import Found, Record, Row, placed, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LICENSES = ("licenseurl", "license_url", "licensename", "license_name", "license")

_KEYS = ("sample_id", "uid", "key", "id", "photo_id")
"""The publisher's own key of a row: LAION's, DataComp's, COYO's, the others'."""


def _links(source: Source) -> list[str]:
    """The columns of addresses; ``license_url`` is one, but of no photo."""
    return [
        name
        for name, kind in parquet.columns(source).items()
        if parquet.is_text(getattr(kind, "value_type", kind))
        and any(word in name.lower() for word in ("url", "link"))
        and not name.lower().startswith("licen")
    ]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a file that are read."""

    links: Sequence[str]
    licenses: Sequence[str]
    hashes: Sequence[str]
    keys: Sequence[str]

    @classmethod
    def of(cls, source: Source) -> Self:
        hashes, keys = parquet.named(source, "md5"), parquet.named(source, *_KEYS)[:1]
        return cls(_links(source), parquet.named(source, *_LICENSES), hashes, keys)

    @property
    def others(self) -> Sequence[str]:
        return (*self.licenses, *self.hashes, *self.keys)

    def find(self, values: Sequence[Any]) -> Found:
        """What the values of one row say."""
        addresses, rest = values[: len(self.links)], values[len(self.links) :]
        license_id = license_of(*rest[: len(self.licenses)])
        key = str(rest[-1]) if self.keys and rest[-1] is not None else None
        found = records_in(addresses, license_id=license_id, key=key)
        if self.hashes and isinstance(found, Record):
            return found._replace(content_md5=md5(rest[len(self.licenses)]))
        return found

    def at_once(self, batch: pa.RecordBatch) -> Iterator[Row | pa.Table]:
        """The rows of a batch: of the usual kind as a table, the others one by one."""
        rows, *columns = batch.columns
        if any(pa.types.is_nested(column.type) for column in columns[: len(self.links)]):
            yield from self._one_by_one(batch)
            return
        read = read_addresses([column.cast(pa.string()) for column in columns[: len(self.links)]])
        usual = read.usual
        given = {"record": pc.binary_join_element_wise("row", rows.cast(pa.string()), " ")}
        texts = dict(zip(self.others, columns[len(self.links) :], strict=True))
        for name in self.hashes:
            given["content_md5"] = texts[name]
            usual = usual & (matching(texts[name], "^[0-9a-f]{32}$") | mask(texts[name].is_null()))
        for name in self.keys:
            given["key"] = texts[name].cast(pa.string())
        if self.licenses:
            given["license_id"] = license_ids(*(texts[name] for name in self.licenses))
        yield usual_rows(rows.to_numpy(), read._replace(usual=usual), given)
        yield from self._one_by_one(batch.filter(pa.array(~usual)))

    def _one_by_one(self, batch: pa.RecordBatch) -> Iterator[Row]:
        for number, *values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield row_of(number, placed(self.find(values), f"row {number}"))


def _read(source: Source) -> Iterator[Row]:
    columns = _Columns.of(source)
    return parquet.rows_with_links(source, columns.links, columns.others, columns.find)


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    columns = _Columns.of(source)
    kinds = parquet.columns(source)
    plain = [name for name in columns.others if parquet.is_text(kinds[name])]
    plain += [name for name in columns.keys if pa.types.is_integer(kinds[name])]
    if not set(columns.others) <= set(plain):  # Python and Arrow write other values in different ways
        yield from _read(source)
        return
    for part in parquet.batches_with_links(source, columns.links, columns.others):
        if isinstance(part, Row):
            yield part
        else:
            yield from columns.at_once(part)


FORMAT = Format(
    name="url-parquet",
    title="a Parquet file with a column of addresses",
    expects="a Parquet file with a column of addresses",
    match_keys=("photo_id", "owner", "content_md5"),
    certain=False,
    sniff=lambda source: bool(_links(source)) and not parquet.named(source, "photoid"),
    read=_read,
    bulk=_read_at_once,
)
