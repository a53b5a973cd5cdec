"""PASS: ``pass_metadata.csv``, photos of YFCC100M named by its hash (zenodo.org/record/6615455).

``unickname`` is the name Flickr showed and no key.
"""

from auditor.datasets.parsing.csv_bulk import column_at_once
from auditor.datasets.parsing.keys import license_of, url_hash
from auditor.datasets.parsing.row import Found, Record
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, columns_of
from auditor.datasets.readers import Format

_USUAL = "^(?P<key>(?P<url_hash>[0-9a-f]{16,32}))$"


def _sniff(source: Source) -> bool:
    columns = columns_of(source)
    return "hash" in columns and "url" not in columns  # beside an address it is the hash of a file


# 9,<name>,2004-05-11 02:00:33.0,Attribution License,fff0eece99cc71c2e91fe716051599,…: of 30 characters,
# since YFCC printed each byte of the MD5 without its leading zero.
def _find(fields: dict[str, str]) -> Found:
    key = url_hash(fields["hash"])
    if key is None:
        return "no YFCC100M hash"
    return Record(url_hash=key, key=key, license_id=license_of(fields.get("licensename")))


FORMAT = Format(
    name="pass-csv",
    title="a PASS metadata file",
    expects="PASS's CSV with the column hash",
    match_keys=("url_hash",),
    sniff=_sniff,
    read=lambda source: by_fields(source, _find),
    bulk=lambda source: column_at_once(source, "hash", _USUAL, _find, "licensename"),
)
