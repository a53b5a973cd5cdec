"""Records in the order of their digests, cut into buckets of enough keys each."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auditor.lookup.columns import NO_PHOTO, RECORD_COLUMNS, SAME_PHOTO, Bucket, Numbers

SHARING: Final = 10
"""How many buckets at the end share what is left over."""


NUMBERS: Final = ("place", "mask", "dataset", "source", "via", "license", "flags", "photo", "row")
TEXTS: Final = ("text", "key")


@dataclass(frozen=True, slots=True)
class Records:
    """Records by columns; numbers that are missing are 0."""

    numbers: Mapping[str, Numbers]
    texts: Mapping[str, pa.Array]

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """Those of a table in one piece: what Arrow needs a call for is done for many buckets at once."""
        numbers = {name: pc.fill_null(table[name], 0).to_numpy().astype(np.uint64) for name in NUMBERS}
        return cls(numbers, {name: table[name].combine_chunks() for name in TEXTS})

    def between(self, begin: int, end: int) -> Self:
        """Some of them."""
        numbers = {name: column[begin:end] for name, column in self.numbers.items()}
        return type(self)(numbers, {name: column[begin:end] for name, column in self.texts.items()})

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbers["place"])


@dataclass(frozen=True, slots=True)
class Cut:
    """The records of a bucket and the first prefix that leads to it."""

    start: int
    records: Records


def cut(batches: Iterable[pa.RecordBatch], least: int, before: Sequence[int]) -> Iterator[Cut]:
    """Cut sorted records into buckets of at least `least` keys, where there are as many, and about as many.

    `before` are the starts of the last time: where they still leave enough keys, they are kept, so that a
    change costs the buckets that it touches and no others.
    """
    waiting: list[pa.RecordBatch] = []
    first = True
    for batch, last in _with_last(batches):
        waiting.append(batch)
        table = pa.Table.from_batches(waiting).combine_chunks()
        records = Records.of(table)
        places = records.numbers["place"]
        starts = np.flatnonzero(np.r_[True, places[1:] != places[:-1]]) if len(places) else np.empty(0, int)
        prefixes = (places[starts] >> np.uint64(32)).astype(np.int64)
        # The last key may go on in the next batch.
        known = len(starts) if last else len(starts) - 1
        ends = [0]
        while size := _size(known - ends[-1], least, last=last):
            at = ends[-1] + _end(prefixes[ends[-1] : known], least, size, before)
            if known - at < least:
                break
            ends.append(at)
        if last:
            ends.append(len(starts))
        for here, there in pairwise(ends):
            begin = int(starts[here])
            end = int(starts[there]) if there < len(starts) else len(places)
            if end > begin:
                yield Cut(0 if first else int(prefixes[here]), records.between(begin, end))
                first = False
        done = int(starts[ends[-1]]) if ends[-1] < len(starts) else len(places)
        waiting = table.slice(done).to_batches()


def _size(keys: int, least: int, *, last: bool) -> int:
    """How many of so many keys the next bucket gets; 0 when it has to wait for more, or is the last one.

    The last few share what is left evenly: one of nearly twice the size would make all pages as large.
    """
    if not last:
        return least if keys >= SHARING * least else 0
    buckets = keys // least
    return -(-keys // buckets) if buckets > 1 else 0


def _end(prefixes: npt.NDArray[np.int64], least: int, size: int, before: Sequence[int]) -> int:
    """How many of the first keys are the next bucket: about `size`, or up to where one ended before."""
    end = size
    for start in before[bisect_right(before, int(prefixes[0])) :]:
        at = int(np.searchsorted(prefixes, start))
        if at >= least:
            end = at if at <= 2 * least else size
            break
    while end < len(prefixes) and prefixes[end] == prefixes[end - 1]:  # a range can't begin within a prefix
        end += 1
    return end


def bucket(records: Records) -> Bucket:
    """The columns of a bucket's records."""
    numbers = records.numbers
    starts = np.flatnonzero(np.r_[True, numbers["place"][1:] != numbers["place"][:-1]])
    photos, nameless = numbers["photo"], (numbers["flags"] & np.uint64(NO_PHOTO | SAME_PHOTO)) != 0
    firsts = np.where(nameless[starts], np.uint64(0), photos[starts] ^ numbers["mask"][starts])
    columns: dict[str, Numbers] = {name: numbers[name] for name in RECORD_COLUMNS if name in numbers}
    columns["photo"] = _steps(photos, nameless, starts)
    texts, columns["text"] = _joined(records.texts["text"])
    own_keys, columns["key"] = _joined(records.texts["key"])
    counts = np.diff(np.r_[starts, len(photos)]).astype(np.uint64)
    return Bucket(numbers["place"][starts], counts, firsts, columns, texts, own_keys)


def _steps(photos: Numbers, nameless: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]) -> Numbers:
    """The differences; records without an id, which come last of a key, repeat the one before."""
    steps = np.zeros(len(photos), np.uint64)
    steps[1:] = photos[1:] - photos[:-1]
    steps[starts] = 0
    steps[nameless] = 0
    return steps


def _joined(texts: pa.Array) -> tuple[bytes, Numbers]:
    """All texts in one, and the length of each in bytes."""
    if texts.null_count == len(texts):
        return b"", np.zeros(len(texts), np.uint64)
    filled = pc.fill_null(texts, "")
    lengths = pc.binary_length(filled).to_numpy().astype(np.uint64)
    return "".join(filled.to_pylist() if lengths.any() else ()).encode(), lengths


def _with_last(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Each batch, and whether it is the last."""
    before: pa.RecordBatch | None = None
    for batch in batches:
        if before is not None:
            yield before, False
        before = batch
    if before is not None:
        yield before, True
