"""What is measured, each in a process of its own: ``python -m benchmarks.jobs JOB ARGUMENT…``.

A job prints how much it found, so that no work is compared with a yardstick that did less or more.
"""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PHOTO = re.compile(r"flickr\.com/(?:[0-9]+/|photos/[^/\s]+/)([0-9]+)")
_NAME = re.compile(r"([0-9]+@N[0-9]{2}).*/([0-9]+)_")


def make(what: str, file: str, rows: str, *more: str) -> int:
    """An invented file. A job too, for a process counts the memory of the one that started it as its own."""
    from benchmarks import data

    data.MAKERS[what](Path(file), int(rows), *map(Path, more))
    return int(rows)


def build(format_: str, file: str, indexes: str) -> int:
    """The program's own build of an index."""
    from auditor.datasets import readers
    from auditor.datasets.index.build import build as build_index

    return build_index(Path(indexes), "benchmark", [Path(file)], formats=readers.select([format_])).indexed


def lookup(indexes: str, ids: str, times: str = "1") -> int:
    """The program's own look-up of an account, in one index or as often."""
    from auditor.datasets.index.lookup import Index
    from auditor.datasets.match_keys import MatchKey

    wanted = frozenset(Path(ids).read_text(encoding="utf-8").split())
    opened = [Index.open(Path(indexes, "benchmark")) for _ in range(int(times))]
    return sum(1 for index in opened for _ in index.groups(MatchKey.PHOTO_ID, wanted))


def count_rows(file: str) -> int:
    """DuckDB counting the rows of a TSV."""
    import duckdb

    options = "delim='\t', header=false, quote='', escape='', all_varchar=true"
    query = f"SELECT count(*) FROM read_csv('{file}', {options})"
    return int(duckdb.connect().execute(query).fetchall()[0][0])


def pandas_chunks(file: str) -> int:
    """What a notebook would do."""
    import pandas as pd

    chunks = pd.read_csv(file, sep="\t", header=None, chunksize=100_000, quoting=3)
    return len(pd.concat([chunk[1] for chunk in chunks]).sort_values())


def unpack(file: str) -> int:
    """The decoder alone."""
    import rapidgzip

    with rapidgzip.IndexedBzip2File(file, parallelization=0) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 24), b""))


def typed_json(file: str) -> int:
    """Typed decoding of the one value that is needed."""
    import msgspec

    face = msgspec.defstruct("Face", [("metadata", Any)])
    return len(msgspec.json.decode(Path(file).read_bytes(), type=dict[str, face]))  # type: ignore[valid-type]


def url_column(file: str) -> int:
    """Decoding the column of addresses."""
    import duckdb

    query = f"SELECT count(*) FROM read_parquet('{file}') WHERE contains(URL, 'flic')"
    return int(duckdb.connect().execute(query).fetchall()[0][0])


def line_loop(file: str) -> int:
    """A plain loop with one compiled regular expression."""
    with Path(file).open(encoding="utf-8") as lines:
        return len([int(match[1]) for line in lines if (match := _PHOTO.search(line))])


def walk(folder: str) -> int:
    """A plain walk with one compiled regular expression."""
    paths = (f"{root}/{name}" for root, _, names in os.walk(folder) for name in names)
    return len([(match[1], int(match[2])) for path in paths if (match := _NAME.search(path))])


def memmap(array: str, ids: str) -> int:
    """A sorted array of the ids alone, mapped, and a binary search."""
    import numpy as np

    known = np.load(array, mmap_mode="r")
    wanted = np.unique(np.loadtxt(ids, dtype=np.int64))
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return int(np.count_nonzero(known[places] == wanted))


def nothing() -> int:
    """Bare Python."""
    return 0


JOBS: dict[str, Callable[..., int]] = {
    job.__name__: job
    for job in (
        *(make, build, lookup, count_rows, pandas_chunks, unpack, typed_json),
        *(url_column, line_loop, walk, memmap, nothing),
    )
}

if __name__ == "__main__":
    print(JOBS[sys.argv[1]](*sys.argv[2:]))
