"""Texts are kept without the numbers that their record has anyway, and come out as they went in."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.datasets import readers
from auditor.datasets.index import records
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.short_texts import PHOTO_ID, ROW, cleaned, short_sql, whole, whole_sql
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.sharing.pack import export, import_pack
from tests.datasets import same_photos
from tests.datasets.conftest import Build

_NUMBERS = st.integers(1, 120)
_TEXTS = st.lists(st.one_of(_NUMBERS.map(str), st.text(max_size=3)), max_size=5).map("".join)


@given(_TEXTS.map(cleaned), st.one_of(st.none(), _NUMBERS), _NUMBERS)
def test_a_text_comes_out_as_it_went_in(text: str, photo_id: int | None, row: int) -> None:
    with duckdb.connect() as database:
        kept = f"SELECT {short_sql('record')} AS record, photo_id, row FROM given"
        database.execute(
            "CREATE TABLE given AS SELECT ?::VARCHAR AS record, ?::BIGINT AS photo_id, ?::BIGINT AS row",
            [text, photo_id, row],
        )
        short, again, back = database.execute(
            f"SELECT record, {short_sql('record')}, {whole_sql('record')} FROM ({kept})"
        ).fetchall()[0]
    assert back == whole(short, photo_id, row) == text
    assert again == short
    assert str(row) not in short
    assert photo_id is None or str(photo_id) not in short


LISTS = {
    "diveface": same_photos.diveface(),
    "megaface-list": same_photos.megaface(),
    "photo-id-list": "".join(f"{photo}\n" for photo, _, _ in same_photos.PHOTOS).encode(),
}


@pytest.mark.parametrize("format", LISTS)
def test_places_and_keys_are_whole_wherever_an_index_goes(
    add: Build, index: Callable[[], Index], tmp_path: Path, indexes: Path, format: str
) -> None:
    ids = [str(photo) for photo, _, _ in same_photos.PHOTOS]
    given = LISTS[format].splitlines()
    add(format, LISTS[format])
    hits = index().by_photo(ids)
    keys = [hit.key or "" for hit in hits]
    assert all(any(id_ in key for id_ in ids) for key in keys)
    if format != "megaface-list":  # one line of JSON
        assert all(key.encode() in line for key, line in zip(keys, [*given][-len(keys) :], strict=True))
    main = index().manifest.parts("photo_id")[0].name
    assert not any(
        id_ in str(row["key"]) for row in pq.read_table(indexes / "example" / main).to_pylist() for id_ in ids
    )
    places = {place for group in index().groups(MatchKey.PHOTO_ID, ids, keys=True) for place in group.places}
    assert {(hit.source, hit.record, hit.key) for hit in hits} == places

    export(indexes, "example", tmp_path / "pack")
    import_pack(tmp_path / "pack", tmp_path / "elsewhere")
    assert Index.open(tmp_path / "elsewhere" / "example").by_photo(ids) == hits
    more = tmp_path / "more"
    more.write_bytes(LISTS[format] + b"\n")
    build(indexes, "example", [more], formats=readers.select([format]), append=True)
    assert [hit.key for hit in index().by_photo(ids)] == keys * 2


@pytest.mark.parametrize("mark", [PHOTO_ID, ROW])
def test_what_stands_for_a_number_is_no_part_of_a_text_and_hides_no_secret(mark: str) -> None:
    name = f"5300000001_1234{mark}56789a_o.jpg"
    (by_row,) = records.flat([Row(1, (Record(photo_id=5300000001, key=name),))], 0, "")
    rows = {"photo_id": [5300000001], "row": [1], "key": [name]}
    by_column = records.from_query(pa.table(rows), 0, "").to_pylist()[0]["key"]
    assert by_row[records.SCHEMA.get_field_index("key")] == by_column
    assert mark not in by_column
    assert "123456789a" not in by_column
