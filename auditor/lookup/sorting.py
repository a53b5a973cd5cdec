"""Records in the order of their digests, in the memory of a few: spread over files, and sorted file by file.

A database's sort takes all of the memory that it may have, on top of what packing the records before left
behind. Digests lie evenly, so that files of equal ranges of them are about equally full, and small.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.lookup.tree import PREFIXES

ROWS: Final = 1 << 20
"""Records that are sorted at once; those of one prefix are, however many they are."""
FILES: Final = 128
"""Open at once while records are spread; some systems allow no more than 256."""
SPREAD_ROWS: Final = 1 << 18
"""Records that are spread at once: with fewer, each file would get a few hundred at a time, which costs more
than to sort them."""
BATCH_ROWS: Final = 1 << 16
"""Records that are handed on at once."""
PACKED: Final = pa.ipc.IpcWriteOptions(compression="lz4")
ORDER: Final = ("place", "photo", "dataset", "source", "row", "text", "key", "license")
"""By key, and within a key by photo, those without one last; the rest so that the same records give the same
bytes."""


def in_order(
    batches: Iterable[pa.RecordBatch],
    work: Path,
    *,
    rows: int = ROWS,
    first: int = 0,
    end: int = PREFIXES,
) -> Iterator[pa.RecordBatch]:
    """The records of `batches` in order; their prefixes are from `first` to below `end`.

    More than `rows` of them are kept in the folder `work`, and each file is removed once it is read. The
    order does not depend on how the records come, nor on `rows`.
    """
    coming, waiting, size = iter(batches), [], 0
    for batch in coming:
        waiting.append(batch)
        size += batch.num_rows
        if size > rows and end - first > 1:
            break
    else:
        if size:
            table = pa.Table.from_batches(waiting).combine_chunks()
            waiting.clear()
            table = table.take(pc.sort_indices(table, [(name, "ascending") for name in ORDER]))
            yield from table.to_batches(BATCH_ROWS)
        return
    width = -(-(end - first) // FILES)
    files = spread(chain(waiting, coming), work / f"{first:08x}-{end:09x}", first, width)
    waiting.clear()
    for begin, path in files:
        part = batches_of(path)
        yield from in_order(part, work, rows=rows, first=begin, end=min(begin + width, end))
        path.unlink()


def spread(batches: Iterable[pa.RecordBatch], folder: Path, first: int, width: int) -> list[tuple[int, Path]]:
    """Write the records to files in `folder`, one for each `width` prefixes from `first` on, if it has any.

    Each file with the first of its prefixes, in their order.
    """
    folder.mkdir()
    writers: dict[int, pa.RecordBatchFileWriter] = {}
    for batch in batches:
        prefixes = batch["place"].to_numpy() >> np.uint64(32)
        numbers = (prefixes - np.uint64(first)) // np.uint64(width)
        order = np.argsort(numbers.astype(np.uint8), kind="stable")
        ordered, numbers = batch.take(pa.array(order)), numbers[order]
        ends = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1], True]).tolist()
        for begin, end in pairwise(ends):
            begins = first + int(numbers[begin]) * width
            if begins not in writers:
                writers[begins] = pa.ipc.new_file(
                    folder / f"{begins:08x}.arrow", batch.schema, options=PACKED
                )
            writers[begins].write_batch(ordered.slice(begin, end - begin))
    for writer in writers.values():
        writer.close()
    return [(begins, folder / f"{begins:08x}.arrow") for begins in sorted(writers)]


def batches_of(path: Path) -> Iterator[pa.RecordBatch]:
    """The records of a file. Errors: `pa.ArrowInvalid` for one that is damaged."""
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as part:
        yield from map(part.get_batch, range(part.num_record_batches))
