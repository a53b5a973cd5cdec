"""Indexes of billions of rows at a thousandth: ``python -m benchmarks.scale [--fraction 0.001]``.

Builds each from shards on all processors of this computer, looks an account of 12,000 photos up, and says
what the whole would take: in worker hours, which more workers divide, and bytes on disk, which they do not.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.datasets.adding import Wish
from auditor.datasets.cluster.build import Output, build
from auditor.datasets.cluster.pool import LOCAL, connect
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from benchmarks.data import Invented, laion

PHOTOS: Final = 12_000


class Whole(NamedTuple):
    """A dataset of which nobody has an index."""

    name: str
    rows: int
    make: Callable[[Path, int, int], None]


def _web(path: Path, rows: int, seed: int) -> None:
    laion(path, rows, seed)


def _all_flickr(path: Path, rows: int, seed: int) -> None:
    """As the public programs that use bigdata-pw/Flickr read it: an id and addresses in two sizes."""
    invented = Invented(seed)
    numbers = [invented.photo() for _ in range(rows)]
    links = [invented.static(number) for number in numbers]
    larger = [f"{link.removesuffix('.jpg')}_c.jpg" for link in links]
    pq.write_table(pa.table({"id": pa.array(numbers), "url_m": links, "url_c": larger}), path)


WHOLES: Final = (
    Whole("laion-5b", 5_850_000_000, _web),
    Whole("bigdata-pw-flickr", 5_150_000_000, _all_flickr),
    Whole("datacomp", 12_800_000_000, _web),
)


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--fraction", type=float, default=0.001)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--part", type=int, default=250_000, help="records a data file")
    options = parser.parse_args(given)
    print(
        "| dataset | rows here | records | worker s | rows a worker s | B a record | look-up"
        " | whole: worker h | whole: disk |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for whole in WHOLES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(whole, Path(folder), options.fraction, options.shards, options.part), flush=True)


def _line(whole: Whole, folder: Path, fraction: float, shards: int, part: int) -> str:
    rows = max(1, int(whole.rows * fraction) // shards)
    paths = [folder / f"part-{number:05d}.parquet" for number in range(shards)]
    for number, path in enumerate(paths):
        whole.make(path, rows, number)
    before = _workers_seconds()
    output = Output(folder / "indexes", records_a_part=part)
    workers = partial(connect, LOCAL)
    new = build(output, whole.name, [str(path) for path in paths], Wish(as_is=True), workers)
    used = _workers_seconds() - before  # of processes that have ended, as the workers have by now
    size = sum(file.bytes for file in new.files)
    index = Index.open(folder / "indexes" / whole.name)
    account = [str(Invented(number).photo()) for number in range(PHOTOS)]
    began = time.process_time()
    sum(group.records for group in index.groups(MatchKey.PHOTO_ID, account))
    asked = time.process_time() - began
    total = whole.rows / new.rows
    return (
        f"| {whole.name} | {new.rows:,} | {new.records:,} in {len(new.files)} files | {used:.1f} |"
        f" {new.rows / used:,.0f} | {size / new.records:.1f} | {asked:.2f} s |"
        f" {used * total / 3600:,.0f} | {size * total / 1e9:,.0f} GB |"
    )


def _workers_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
