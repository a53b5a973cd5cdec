"""The publisher's own key of a record, and the key by which its parent names the same photo."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from auditor.datasets.index import manifest
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing.folders import digest
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.datasets.sharing import pack
from tests.datasets import same_photos
from tests.datasets.conftest import Build


def _format(*records: Record) -> Format:
    def read(_source: Source) -> Iterator[Row]:
        yield from (Row(number, (record,)) for number, record in enumerate(records, 1))

    return Format("made-up", "a list", "a list", ("photo_id", "parent_key"), lambda _source: True, read)


def _build(tmp_path: Path, *records: Record) -> Manifest:
    (tmp_path / "list").write_bytes(b"x")
    return build(tmp_path / "indexes", "example", [tmp_path / "list"], formats=[_format(*records)])


def test_the_publishers_key_comes_out_beside_the_place(tmp_path: Path) -> None:
    _build(tmp_path, Record(photo_id=7, key="0006400c1c224e19"), Record(photo_id=8))
    hits = Index.open(tmp_path / "indexes" / "example").by_photo(["7", "8"])
    assert [(hit.key, hit.record) for hit in hits] == [("0006400c1c224e19", "line 1"), (None, "line 2")]


def test_a_key_keeps_no_secret_of_an_original_and_no_novel(tmp_path: Path) -> None:
    _build(tmp_path, Record(photo_id=7, key="7_0123456789_o.jpg"), Record(photo_id=8, key="x" * 5000))
    first, second = Index.open(tmp_path / "indexes" / "example").by_photo(["7", "8"])
    assert first.key == "7_…_o.jpg"
    assert second.key is not None
    assert len(second.key) == 300


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("0006400C1c224e19", "0006400c1c224E19"), ("00042", "42"), (" 0 ", "00000"), ("images/7.png",) * 2],
)
def test_records_are_found_by_their_parents_key(tmp_path: Path, stored: str, asked: str) -> None:
    built = _build(tmp_path, Record(parent_key=stored), Record(parent_key="another"))
    assert built.match_keys == ("parent_key",)
    index = Index.open(tmp_path / "indexes" / "example")
    (group,) = index.groups(MatchKey.PARENT_KEY, [asked])
    assert [place.record for place in group.places] == ["line 1"]
    assert list(index.groups(MatchKey.PARENT_KEY, ["43"])) == []


@pytest.fixture
def older(add: Build, indexes: Path) -> Path:
    """An index as it was built before records had keys."""
    built = add("diveface", same_photos.diveface())
    folder = indexes / "example"
    files = []
    for file in built.files:
        path = folder / file.name
        content = f"SELECT * EXCLUDE (key, parent_key) FROM read_parquet('{path}')"
        duckdb.sql(f"COPY ({content}) TO '{path}.new' (FORMAT parquet, PARQUET_VERSION v2)")
        Path(f"{path}.new").replace(path)
        files.append({**asdict(file), "bytes": path.stat().st_size, "sha256": digest(path)})
    data = json.loads((folder / manifest.NAME).read_text())
    del data["keyed"]
    (folder / manifest.NAME).write_text(json.dumps({**data, "files": files}))
    return folder


def test_an_index_of_before_there_were_keys_still_answers(older: Path) -> None:
    index = Index.open(older)
    photo, _, _ = same_photos.PHOTOS[0]
    assert [hit.key for hit in index.by_photo([str(photo)])] == [None]
    assert list(index.groups(MatchKey.PARENT_KEY, ["1"])) == []


def test_an_index_of_before_there_were_keys_can_be_added_to(
    older: Path, add: Build, index: Callable[[], Index]
) -> None:
    before = Index.open(older).manifest.records
    assert add("diveface", b"99000009@N01_identity_1/123456_0.jpg\n", append=True).records == before + 1
    assert len(index().by_photo(["123456"])) == 1


def test_a_pack_of_before_there_were_keys_can_be_imported(older: Path, tmp_path: Path) -> None:
    packed = pack.export(older.parent, "example", tmp_path / "example.zip")
    imported = pack.import_pack(packed.path, tmp_path / "other")
    assert imported.records == Index.open(older).manifest.records
