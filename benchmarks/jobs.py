"""What is measured, each in a process of its own: ``python -m benchmarks.jobs JOB ARGUMENT…``.

A job prints how much it found, so that no work is compared with a yardstick that did less or more. Where
neither its time nor its memory is compared, the figure that is follows, and perhaps a yardstick.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

_PHOTO = re.compile(r"flickr\.com/(?:[0-9]+/|(?:photos|videos)/[^/\s]+/)([0-9]+)")
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


def size(format_: str, file: str, indexes: str, *keys: str) -> tuple[int, float]:
    """Building an index: bytes on disk for each record, of the records in the order of each of `keys`."""
    from auditor.datasets import readers
    from auditor.datasets.index.build import build as build_index

    formats = readers.select([format_])
    built = build_index(Path(indexes), "benchmark", [Path(file)], formats=formats, replace=True)
    return built.records, sum(file.bytes for file in built.files if file.key in keys) / built.records


def lookup(indexes: str, ids: str, times: str = "1") -> int:
    """The program's own look-up of an account, in one index or as often."""
    from auditor.datasets.index.lookup import Index
    from auditor.datasets.match_keys import MatchKey

    wanted = frozenset(Path(ids).read_text(encoding="utf-8").split())
    opened = [Index.open(Path(indexes, "benchmark")) for _ in range(int(times))]
    return sum(1 for index in opened for _ in index.groups(MatchKey.PHOTO_ID, wanted))


def owner(indexes: str, links: str) -> tuple[int, float]:
    """Looking one owner up, by NSID and by an alias, in a process that has done it before: milliseconds."""
    from auditor.datasets.index.lookup import Index
    from auditor.datasets.match_keys import MatchKey

    index = Index.open(Path(indexes, "benchmark"))
    with Path(links).open(encoding="utf-8") as lines:
        owners = [line.split("/")[4] for line, _ in zip(lines, range(9), strict=False)]
    found, took = 0, []
    for nsid in owners:
        began = time.perf_counter()
        found += sum(group.records for group in index.groups(MatchKey.OWNER, [nsid, "nobody"]))
        took.append(time.perf_counter() - began)
    return found, 1000 * statistics.median(took)


def sync(photos: str, latency: str) -> tuple[int, float, float]:
    """See `benchmarks.flickr`."""
    from benchmarks import flickr

    return flickr.sync(photos, latency)


def tags(photos: str) -> tuple[int, float, float]:
    """See `benchmarks.flickr`."""
    from benchmarks import flickr

    return flickr.tags(photos)


def count_rows(file: str) -> int:
    """DuckDB counting the rows of a TSV."""
    import duckdb

    options = "delim='\t', header=false, quote='', escape='', all_varchar=true"
    query = f"SELECT count(*) FROM read_csv('{file}', {options})"
    return int(duckdb.connect().execute(query).fetchall()[0][0])


def pandas_chunks(file: str) -> int:
    """What a notebook would do: photos and owners out of the addresses, written in the order of each."""
    import pandas as pd

    page = r"/photos/(?P<owner>[^/]+)/(?P<photo>[0-9]+)"
    chunks = pd.read_csv(file, sep="\t", header=None, chunksize=100_000, quoting=3)
    records = pd.concat([chunk[15].str.extract(page) for chunk in chunks])
    records = records.astype({"photo": "int64"}).reset_index(names="row")
    for key in ("photo", "owner"):
        records.sort_values(key).to_parquet(f"{file}-by-{key}", compression="zstd")
    return len(records)


def unpack(file: str) -> int:
    """The decoder alone."""
    import rapidgzip

    with rapidgzip.IndexedBzip2File(file, parallelization=0) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 24), b""))


def lbzip2(file: str) -> int:
    """lbzip2's decoder on two cores, in a process of its own."""
    with subprocess.Popen(["lbzip2", "-dc", "-n", "2", file], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = sum(block.count(b"\n") for block in iter(partial(process.stdout.read, 1 << 20), b""))
    if process.returncode:
        raise SystemExit(f"lbzip2 ended with {process.returncode}")
    return lines


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


def row_loop(file: str) -> int:
    """A plain loop over the one column that is needed."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(file)) as database:
        return len([int(photo) for (photo,) in database.execute("SELECT photoid FROM yfcc100m_dataset")])


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


def pandas_merge(indexes: str, ids: str) -> int:
    """What a notebook would do with the index: the same columns, and a merge."""
    import pandas as pd

    (file,) = Path(indexes, "benchmark").glob("photo_id-*.parquet")
    records = pd.read_parquet(file, columns=["photo_id", "source", "row", "record", "license_id", "original"])
    account = pd.DataFrame({"photo_id": list(map(int, Path(ids).read_text(encoding="utf-8").split()))})
    return int(records.merge(account, on="photo_id")["photo_id"].nunique())


def nothing() -> int:
    """Bare Python."""
    return 0


JOBS: dict[str, Callable[..., int | tuple[float, ...]]] = {
    job.__name__: job
    for job in (
        *(make, build, size, lookup, owner, sync, tags, count_rows, pandas_chunks, unpack, lbzip2),
        *(typed_json, url_column, line_loop, row_loop, walk, memmap, pandas_merge, nothing),
    )
}

if __name__ == "__main__":
    done = JOBS[sys.argv[1]](*sys.argv[2:])
    print(*done if isinstance(done, tuple) else (done,))
