"""FFHQ: ``ffhq-dataset-v2.json``, 70,000 faces keyed "0", "1", … (github.com/NVlabs/ffhq-dataset, README).

``metadata.photo_url`` is the photo's page, under the owner's NSID or path alias. ``metadata.author`` is a
display name and no key: names are shared by strangers.
"""

from collections.abc import Iterator

from auditor.datasets.parsing.bulk import Entry, at_once, one_by_one
from auditor.datasets.parsing.json_items import has_keys, members
from auditor.datasets.parsing.keys import license_of
from auditor.datasets.parsing.row import NO_ADDRESS, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


# NVIDIA's own search (nvlabs.github.io/ffhq-dataset/search) takes everybody whose "author" contains what was
# typed: that is how a display name finds strangers.
def _entries(source: Source) -> Iterator[Entry | Row]:
    for number, (key, face) in enumerate(members(source, ["metadata"]), 1):
        metadata = face.get("metadata") if isinstance(face, dict) else None
        if not isinstance(metadata, dict):
            yield Row(number, skipped=NO_ADDRESS)
            continue
        license_id = license_of(metadata.get("license_url"), metadata.get("license"))
        yield Entry(number, (metadata.get("photo_url"),), license_id, f'["{key}"]', key)


FORMAT = Format(
    name="ffhq-json",
    title="an FFHQ metadata file",
    expects='FFHQ\'s JSON object of faces, each with "metadata" and its "photo_url"',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: has_keys(source, "{", "metadata", "photo_url"),
    read=lambda source: one_by_one(_entries(source)),
    bulk=lambda source: at_once(_entries(source)),
)
