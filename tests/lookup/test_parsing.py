"""Whatever bytes a host sends are read, or a ValueError: no crash, no endless memory."""

import json
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lookup import described, keys, tree
from auditor.lookup.columns import RECORD_COLUMNS, Bucket
from tests.lookup.conftest import nsid
from tests.lookup.forging import bucket, deflated

WHO = nsid(3)
HONEST = bucket(WHO, row=7, license=5, dataset=2)
SECTION = {"tree": "0" * 64, "keys": 1, "records": 1, "pages": 1, "page_bytes": 1024, "least_keys": 1}
TOLD = {
    "format": described.FORMAT,
    "schema_version": 1,
    "generated_at": "2025-11-26T12:00:00+00:00",
    "tool_version": "1",
    "about": "0" * 64,
    "left_out": 0,
    "sections": dict.fromkeys(keys.SECTIONS, SECTION),
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def read(content: bytes) -> None:
    digest = keys.digest(keys.NSID, WHO)
    with suppress(ValueError):
        Bucket.unpacked(content).find(digest.place, digest.mask)


@given(st.binary(max_size=400))
def test_any_bytes_as_a_bucket(content: bytes) -> None:
    read(content)
    read(deflated(content))


@given(st.data())
def test_a_bucket_with_bytes_changed(data: st.DataObject) -> None:
    import zlib

    plain = bytearray(zlib.decompress(HONEST.packed(), -15))
    for _ in range(data.draw(st.integers(1, 4))):
        plain[data.draw(st.integers(0, len(plain) - 1))] = data.draw(st.integers(0, 255))
    read(deflated(bytes(plain[: data.draw(st.integers(0, len(plain)))])))
    read(deflated(bytes(plain)))


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.lists(st.integers(1, 2**63 - 1), min_size=1, max_size=5)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2**64 - 1),
)
def test_what_is_packed_is_found_again(groups: list[tuple[int, list[int]]], row: int) -> None:
    digests = sorted((keys.digest(keys.NSID, nsid(n)) for n in range(len(groups))), key=lambda one: one.place)
    photos = [sorted(ids) for _, ids in groups]
    steps = [ids[n] - ids[n - 1] if n else 0 for ids in photos for n in range(len(ids))]
    columns = {name: np.zeros(len(steps), np.uint64) for name in RECORD_COLUMNS}
    columns |= {"photo": np.array(steps, np.uint64), "row": np.full(len(steps), row, np.uint64)}
    made = Bucket(
        np.array([one.place for one in digests], np.uint64),
        np.array([len(ids) for ids in photos], np.uint64),
        np.array([ids[0] ^ one.mask for ids, one in zip(photos, digests, strict=True)], np.uint64),
        columns,
        b"",
        b"",
    )
    again = Bucket.unpacked(made.packed())
    for ids, one in zip(photos, digests, strict=True):
        found = again.find(one.place, one.mask)
        assert [entry.photo_id for entry in found] == ids
        assert {entry.row for entry in found} == {row}


@given(st.binary(max_size=200))
def test_any_bytes_as_a_table(content: bytes) -> None:
    with suppress(ValueError):
        tree.covering(tree.parsed(content), 7)


@pytest.mark.parametrize("parse", [described.parse, described.parse_about])
@given(content=st.binary(max_size=100) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_as_a_description(parse: Callable[[bytes], object], content: bytes) -> None:
    with suppress(ValueError, RecursionError):
        parse(content)


@given(st.sampled_from([*TOLD, *SECTION]), ANYTHING)
def test_a_description_with_anything_in_a_field(field: str, value: object) -> None:
    told = (
        {**TOLD, field: value} if field in TOLD else {**TOLD, "sections": {"nsid": {**SECTION, field: value}}}
    )
    with suppress(ValueError):
        described.parse(json.dumps(told).encode())
