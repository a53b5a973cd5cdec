"""Writing look-alike files, and reading back what an index holds."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from auditor.datasets.index.manifest import Manifest
from auditor.flickr.urls import unpack_nsid
from tests.datasets.readers.lookalikes import Expected

Write = Callable[[bytes | dict[str, bytes]], Path]
Records = Callable[[Manifest], Counter[Expected]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file, or a folder from its members; the name says nothing about the content."""
    number = 0

    def write(content: bytes | dict[str, bytes]) -> Path:
        nonlocal number
        number += 1
        path = tmp_path / f"given-{number}"
        members = {"": content} if isinstance(content, bytes) else content
        for name, data in members.items():
            target = path / name if name else path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return path

    return write


def records_of(indexes: Path, manifest: Manifest) -> Counter[Expected]:
    """All records of the index that the manifest describes."""
    file = manifest.parts("photo_id")[0]
    assert file
    table = pq.read_table(indexes / manifest.dataset / file.name)
    return Counter(
        Expected(
            row["photo_id"],
            unpack_nsid(row["nsid"]) if row["nsid"] is not None else row["alias"],
            row["url_hash"],
            row["content_md5"],
            row["license_id"],
            row["original"],
            row["parent_key"],
        )
        for row in table.to_pylist()
    )


def found_in_index(indexes: Path, manifest: Manifest) -> dict[str, set[object]]:
    """The photos, owners, aliases and originals of an index."""
    file = manifest.parts("photo_id")[0]
    assert file
    rows = pq.read_table(indexes / manifest.dataset / file.name).to_pylist()
    return {
        "photo_ids": {row["photo_id"] for row in rows if row["photo_id"] is not None},
        "owners": {unpack_nsid(row["nsid"]) for row in rows if row["nsid"] is not None},
        "aliases": {row["alias"] for row in rows if row["alias"] is not None},
        "links_original": {row["photo_id"] for row in rows if row["original"]},
    }


@pytest.fixture
def records(indexes: Path) -> Records:
    """All records of an index that was just built."""
    return lambda manifest: records_of(indexes, manifest)
