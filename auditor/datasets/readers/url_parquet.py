"""Web-scale lists as Parquet: any file with a column of addresses, of which some or all are on Flickr.

LAION (``URL`` or ``url``; the ``-md5`` variants add ``md5``), COYO, DataComp (``url``), megalith
(``url``, ``url_highres``, ``url_source``), bigdata-pw/Flickr (``url_m``, ``url_c`` …) and their like,
whatever other columns they have: see their pages on huggingface.co. The ``md5`` of LAION is that of the
file behind the address, so it is that of an original only where the address leads to one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from auditor.datasets.parsing import parquet as parquet
from auditor.datasets.parsing.keys import license_of, md5, records_in
from auditor.datasets.parsing.row import Found, Record, Row
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
        if parquet.is_text(kind)
        and any(word in name.lower() for word in ("url", "link"))
        and not name.lower().startswith("licen")
    ]


def _read(source: Source) -> Iterator[Row]:
    links = _links(source)
    licenses, hashes = parquet.named(source, *_LICENSES), parquet.named(source, "md5")
    keys = parquet.named(source, *_KEYS)[:1]

    def find(values: Sequence[Any]) -> Found:
        addresses, rest = values[: len(links)], values[len(links) :]
        license_id = next((known for text in rest[: len(licenses)] if (known := license_of(text))), None)
        key = str(rest[-1]) if keys and rest[-1] is not None else None
        found = records_in(addresses, license_id=license_id, key=key)
        if hashes and isinstance(found, Record):
            return found._replace(content_md5=md5(rest[len(licenses)]))
        return found

    return parquet.rows_with_links(source, links, [*licenses, *hashes, *keys], find)


FORMAT = Format(
    name="url-parquet",
    title="a Parquet file with a column of addresses",
    expects="a Parquet file with a column of addresses",
    match_keys=("photo_id", "owner", "content_md5"),
    sniff=lambda source: bool(_links(source)) and not parquet.named(source, "photoid"),
    read=_read,
)
