"""Lists of pictures with the MD5 of each file: CC12M's second list (CSV), PD12M (Parquet, ``hash``).

The publisher hashed the file as downloaded. Where that was the original, it is the same as on the
photographer's disk, whatever site it came from; so rows without a Flickr address count too.
"""

from collections.abc import Iterator, Sequence

from auditor.datasets.parsing import parquet
from auditor.datasets.parsing.keys import md5, records_in
from auditor.datasets.parsing.row import Found, Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_HASHES = ("md5", "hash")


def _hash_column(columns: Sequence[str]) -> str | None:
    """The column of MD5s. A ``hash`` counts beside an address only: PASS's is something else."""
    present = {name.lower(): name for name in reversed(columns)}
    wanted = _HASHES if "url" in present else ("md5",)
    return next((present[name] for name in wanted if name in present), None)


def _find(url: object, value: object, key: object = None) -> Found:
    content = md5(value)
    found = records_in((url,), key=None if key is None else str(key))
    if isinstance(found, str):
        if content is None:
            return "no MD5 and no Flickr address"
        return Record(content_md5=content, key=None if key is None else str(key))
    return found._replace(content_md5=content) if isinstance(found, Record) else found


def _read(source: Source) -> Iterator[Row]:
    if columns := list(parquet.columns(source)):
        keys = parquet.named(source, "id", "key")[:1]
        wanted = [_hash_column(columns) or "", *keys, *parquet.named(source, "url")]
        return parquet.rows(
            source, wanted, lambda values: _find(values[-1], values[0], values[1] if keys else None)
        )
    columns = columns_of(source)
    column = _hash_column(columns) or ""
    link = next((name for name in columns if name.lower() == "url"), "")
    return by_fields(source, lambda fields: _find(fields.get(link), fields.get(column)))


def _sniff(source: Source) -> bool:
    return _hash_column(list(parquet.columns(source)) or columns_of(source)) is not None


FORMAT = Format(
    name="md5-list",
    title="a list of MD5 hashes",
    expects="a CSV or Parquet file with a column MD5, or the columns hash and url",
    match_keys=("photo_id", "content_md5"),
    certain=False,
    sniff=_sniff,
    read=_read,
)
