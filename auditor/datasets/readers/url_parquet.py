"""Web-scale lists as Parquet: any file with a column of addresses, of which some or all are on Flickr.

LAION (``URL`` or ``url``; the ``-md5`` variants add ``md5``), COYO, DataComp (``url``), megalith
(``url``, ``url_highres``, ``url_source``), bigdata-pw/Flickr (``url_m``, ``url_c`` …) and their like,
whatever other columns they have: see their pages on huggingface.co. The ``md5`` of LAION is that of the
file behind the address, so it is that of an original only where the address leads to one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from auditor.datasets.parsing import parquet as parquet
from auditor.datasets.parsing.keys import NO_ADDRESS, found_in, license_of, md5
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LICENSES = ("licenseurl", "license_url", "licensename", "license_name", "license")


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

    def find(values: Sequence[Any]) -> Found:
        addresses, rest = values[: len(links)], values[len(links) :]
        license_id = next((found for text in rest[: len(licenses)] if (found := license_of(text))), None)
        photo = found_in(addresses, license_id=license_id)
        return photo._replace(content_md5=md5(rest[-1]) if hashes else None) if photo else NO_ADDRESS

    return parquet.rows_with_links(source, links, [*licenses, *hashes], find)


FORMAT = Format(
    name="url-parquet",
    title="a Parquet file with a column of addresses",
    expects="a Parquet file with a column of addresses",
    match_keys=("photo_id", "owner", "content_md5"),
    sniff=lambda source: bool(_links(source)) and not parquet.named(source, "photoid"),
    read=_read,
)
