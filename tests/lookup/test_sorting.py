"""Records are put in order a part at a time, which is seen in nothing but the memory that it takes."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lookup import staging
from auditor.lookup.sorting import ORDER, in_order
from tests.lookup.conftest import Hosted, contents

SCHEMA = pa.schema(
    {
        "place": pa.uint64(),
        "photo": pa.int64(),
        "dataset": pa.uint16(),
        "source": pa.int32(),
        "row": pa.int64(),
        "text": pa.string(),
        "key": pa.string(),
        "license": pa.uint16(),
    }
)
Record = tuple[int, int | None, int, int, int, str | None, str | None, int]

PLACES = st.one_of(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0, 2**32 - 1, 2**32, 2**58 - 1, 2**58, 2**64 - 1]),  # at the ends of ranges
    st.integers(2**63, 2**63 + 3),  # many behind one prefix
)
FEW = st.integers(0, 2)
TEXTS = st.none() | st.sampled_from(["images[3]", "x"])
RECORDS = st.lists(st.tuples(PLACES, st.none() | FEW, FEW, FEW, FEW, TEXTS, TEXTS, FEW), max_size=60)


def ordered(records: list[Record], *, rows: int, batch: int) -> list[Record]:
    """The records as `in_order` gives them, which takes them in batches and sorts so many rows at once."""
    batches = [
        pa.RecordBatch.from_pylist(
            [dict(zip(ORDER, one, strict=True)) for one in records[n : n + batch]], SCHEMA
        )
        for n in range(0, len(records), batch)
    ]
    with TemporaryDirectory() as work:
        found = [row for part in in_order(batches, Path(work), rows=rows) for row in part.to_pylist()]
        assert not [path for path in Path(work).rglob("*") if path.is_file()]
    return [tuple(row[name] for name in ORDER) for row in found]


@given(RECORDS, st.integers(1, 70), st.integers(1, 20))
def test_the_order_does_not_depend_on_how_much_is_sorted_at_once(
    records: list[Record], rows: int, batch: int
) -> None:
    def rank(record: Record) -> list[tuple[bool, object]]:
        return [(value is None, value) for value in record]  # what is missing comes last

    assert ordered(records, rows=rows, batch=batch) == sorted(records, key=rank)


@pytest.mark.parametrize("rows", [1, 500])
def test_a_look_up_is_the_same_however_much_is_sorted_at_once(
    small: Hosted, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    before = contents(small.folder)
    monkeypatch.setattr(staging, "in_order", partial(in_order, rows=rows))
    assert small.again().root == small.published.root
    assert contents(small.folder) == before
