"""What a look-up costs and hides, on invented indexes: ``python benchmarks/lookup.py [--accounts N]``.

By default a hundredth of YFCC100M (5,811 accounts); ``--accounts 58110`` makes some ten million records. The
sizes of accounts are lognormal with YFCC100M's mean of 171 photos and a median of 30 (which is assumed), and
one account has 100,000; ids come in bursts, as uploads do. A second index holds ids without owners, as COCO's
does. The yardstick is DuckDB sorting the same records by owner and by photo id, in the same run. Prints the
sizes of files, how many accounts hide together, what questions cost, and whether the answers about 1,000
accounts (the largest among them) and 10,000 photo ids are those of the indexes.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.audit.match import Subject, match
from auditor.audit.result import FoundPhoto
from auditor.datasets import duck
from auditor.datasets.index import records
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.manifest import DataFile, Manifest, SourceFile
from auditor.files import digest
from auditor.flickr.urls import unpack_nsid
from auditor.lookup import keys, tree
from auditor.lookup.asked import Asked
from auditor.lookup.client import open_lookup
from auditor.lookup.columns import Bucket
from auditor.lookup.publish import publish
from auditor.sandbox.static_site import static_site

LARGEST = 100_000
UNOWNED = 50_000


def sizes_of(accounts: int, chance: np.random.Generator) -> np.ndarray:
    """Photos of each account; the first has the most."""
    drawn = chance.lognormal(np.log(30), np.sqrt(2 * np.log(171 / 30)), accounts)
    sizes = np.clip(np.ceil(drawn), 1, LARGEST).astype(np.int64)
    sizes[0] = LARGEST
    return sizes


def write_owned(folder: Path, accounts: int) -> int:
    """An index like YFCC100M's; how many records."""
    chance = np.random.default_rng(1)
    sizes = sizes_of(accounts, chance)
    owner = np.repeat(np.arange(accounts), sizes)
    nsid = (10_000_000 + owner * 1511) * 100 + owner % 9
    total = len(owner)
    # Uploads come in sessions of some dozen photos, whose ids are close together.
    session = np.cumsum(chance.random(total) < 1 / 20)
    begin = chance.integers(10**4, 13 * 10**9, session[-1] + 1)
    photo, kept = np.unique(begin[session] + chance.integers(1, 5000, total), return_index=True)
    licence = np.repeat(chance.integers(1, 7, accounts), sizes)
    total = len(photo)
    table = {"photo_id": photo, "nsid": nsid[kept], "license_id": licence[kept]}
    table["row"] = chance.permutation(total) + 1
    write(folder / "yfcc100m", "yfcc100m", table)
    return total


def write_unowned(folder: Path) -> None:
    """An index like COCO's: half of its photos are in the other one."""
    chance = np.random.default_rng(2)
    known = pq.read_table(next((folder / "yfcc100m").glob("photo_id-*")), columns=["photo_id"])[
        "photo_id"
    ].to_numpy()
    photo = np.concatenate(
        [chance.choice(known, UNOWNED // 2), chance.integers(10**4, 13 * 10**9, UNOWNED // 2)]
    )
    write(folder / "coco", "coco", {"photo_id": photo, "row": np.arange(len(photo)) + 1})


def write(folder: Path, name: str, columns: dict[str, np.ndarray]) -> None:
    """An index folder with its data files: by photo id, and by owner where there are any."""
    folder.mkdir(parents=True)
    count = len(columns["photo_id"])
    columns["source"] = np.zeros(count, np.int32)
    columns["original"] = np.zeros(count, np.bool_)
    files = []
    for key, column in (("photo_id", "photo_id"), ("owner", "nsid")):
        if column not in columns:
            continue
        order = np.argsort(columns[column], kind="stable")
        arrays = [
            (pa.array(columns[field.name][order]) if field.name in columns else pa.nulls(count)).cast(
                field.type
            )
            for field in records.SCHEMA
        ]
        path = folder / f"{key}-{'0' * 16}.parquet"
        pq.write_table(pa.table(arrays, records.SCHEMA), path, compression="zstd")
        files.append(DataFile(path.name, key, count, path.stat().st_size, digest(path)))
    source = SourceFile(f"{name}.tsv", 1, "0" * 64)
    match_keys = tuple(file.key for file in files)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Manifest(name, now, "0", (source,), count, count, {}, count, count, 0, match_keys, tuple(files))
    made.write(folder)


def making(indexes: Path, accounts: int) -> None:
    """Write the indexes; in a process of its own, for a peak begins with that of the parent process."""
    total = write_owned(indexes, accounts)
    write_unowned(indexes)
    print(json.dumps({"records": total}))


def sorting(indexes: Path) -> None:
    """The yardstick: how long DuckDB sorts the records, by owner and by photo id."""
    files = [str(path) for path in indexes.glob("*/photo_id-*.parquet")]
    with tempfile.TemporaryDirectory(dir=indexes.parent) as work:
        database = duck.connect(spill=Path(work))
        start = time.perf_counter()
        for order in ("nsid, photo_id", "photo_id"):
            database.execute(
                f"COPY (SELECT * FROM read_parquet({files}) ORDER BY {order})"
                f" TO '{work}/sorted.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"s": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime}))


def publishing(indexes: Path, folder: Path) -> None:
    """Publish and report; in a process of its own, for its memory to be measurable."""
    start = time.perf_counter()
    published = publish(open_indexes(indexes).readable, folder, now=datetime.now(UTC))
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    sections = {name: asdict(section) for name, section in published.described.sections.items()}
    figures = {"s": seconds, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss // 1024}
    print(json.dumps({**figures, "files": published.files, "bytes": published.bytes, "sections": sections}))


def measured(*words: object) -> dict[str, Any]:
    """What a part of this program, in a process of its own, prints."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, words)], check=True, capture_output=True, text=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def ranges_of(folder: Path, section: str) -> list[tree.Range]:
    """All ranges of a section, from its files."""
    told = json.loads((folder / "lookup.json").read_text())["sections"][section]
    groups = tree.parsed((folder / tree.tree_name(section, told["tree"])).read_bytes())
    return [
        one
        for group in groups
        for one in tree.parsed((folder / tree.group_name(section, group)).read_bytes())
    ]


def report_owners(folder: Path, accounts: int) -> None:
    """How many accounts hide together, and what a question about one costs."""
    ranges = ranges_of(folder, keys.NSID)
    told = json.loads((folder / "lookup.json").read_text())["sections"][keys.NSID]
    pages = {entry.start: len(entry.pages) for entry in ranges}
    hide, used = [], []
    for entry in ranges:
        content = b"".join((folder / name).read_bytes() for name in entry.names(keys.NSID))
        bucket = Bucket.unpacked(content[4 : 4 + int.from_bytes(content[:4])])
        hide.append(len(bucket.places))
        used.append(int.from_bytes(content[:4]))
    tables = [folder / "lookup.json", folder / tree.tree_name(keys.NSID, told["tree"])]
    groups = [path.stat().st_size for path in (folder / keys.NSID).glob("group-*")]
    head = sum(path.stat().st_size for path in tables) + max(groups)
    asked = []
    for number in random.Random(3).sample(range(accounts), min(accounts, 5000)):
        found, _ = tree.covering(ranges, keys.digest(keys.NSID, nsid_of(number)).prefix)
        asked.append(head + pages[found.start] * told["page_bytes"])
    padded = told["pages"] * told["page_bytes"]
    deciles = statistics.quantiles(asked, n=10)
    for line in (
        f"accounts behind a prefix: {min(hide)} to {max(hide)}, median {statistics.median(hide):.0f}",
        f"bytes of a record: {sum(used) / told['records']:.2f}, padded {padded / told['records']:.2f}",
        f"buckets by pages: {dict(sorted(Counter(pages.values()).items()))}",
        f"bytes of a question, without about.json: median {statistics.median(asked):,.0f},"
        f" ninth decile {deciles[8]:,.0f}, largest {max(asked):,}",
    ):
        print(f"  {line}")


def answers(folder: Path, indexes: Path, accounts: int) -> tuple[int, int]:
    """How many questions were answered as by the indexes: owners, photos. Any other answer is an error."""
    chance = random.Random(4)
    here = {index.name: index for index in open_indexes(indexes).readable}
    owners = [nsid_of(n) for n in (0, *chance.sample(range(1, accounts), min(accounts, 1000) - 1))]
    (main,) = indexes.glob("yfcc100m/photo_id-*")
    known = pq.read_table(main, columns=["photo_id"])["photo_id"].to_pylist()
    photos = [*chance.sample(known, 5000), *(chance.randrange(10**4, 13 * 10**9) for _ in range(5000))]
    everything = Subject(frozenset(map(str, photos)), {})
    true = {name: match(everything, index).by_photo for name, index in here.items()}
    with static_site(folder) as (address, _), tempfile.TemporaryDirectory() as cache:
        lookup = open_lookup(address, Path(cache))
        asked = Asked(lookup, alone=True)
        for owner in owners:
            whose = Subject(frozenset(), {}, nsids=frozenset({owner}))
            for index in asked.indexes():
                found = match(whose, index).by_owner
                # Beyond the index: photos whose owner another one tells.
                own = [one for one in found if one.exposure.via is None]
                assert told(own) == told(match(whose, here[index.name]).by_owner), owner
        for photo in map(str, photos):
            for index in asked.indexes():
                one = match(Subject(frozenset({photo}), {}), index).by_photo.get(photo)
                same = true[index.name].get(photo)
                assert (one is None) == (same is None), photo
                if one and same:
                    assert told([FoundPhoto(photo, one)]) == told([FoundPhoto(photo, same)]), photo
        assert not lookup.failures
    return len(owners), len(photos)


def told(found: Iterable[FoundPhoto]) -> set[tuple[str | None, str, int, str | None]]:
    """Where photos are, and what is said of them."""
    return {
        (one.photo_id, one.exposure.record, one.exposure.records, one.exposure.license_then_id)
        for one in found
    }


def nsid_of(account: int) -> str:
    """The NSID of an invented account."""
    return unpack_nsid((10_000_000 + account * 1511) * 100 + account % 9)


def main() -> None:
    """Make the indexes, sort, publish, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=5811)
    parser.add_argument("--answers", action="store_true", help="Compare answers too.")
    parser.add_argument("--folder", type=Path, help="Where to work; a temporary folder by default.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as work:
        indexes, folder = Path(work, "indexes"), Path(work, "public")
        total = measured("--make", indexes, given.accounts)["records"]
        print(f"{given.accounts:,} accounts, {total:,} records and {UNOWNED:,} without an owner")
        sort = measured("--sort", indexes)
        built = measured("--publish", indexes, folder)
        print(
            f"  sorted twice in {sort['s']:.1f} s ({sort['cpu']:.1f} s of CPU); published in"
            f" {built['s']:.1f} s ({built['cpu']:.1f} s of CPU), peak {built['peak_mib']} MiB; that is"
            f" {built['s'] / sort['s']:.1f} x the time and {built['cpu'] / sort['cpu']:.1f} x the CPU"
        )
        print(f"  {built['files']:,} files of {built['bytes'] / 1e6:,.1f} MB")
        for name, section in built["sections"].items():
            print(f"  {name}: {section}")
        report_owners(folder, given.accounts)
        if given.answers:
            owners, photos = answers(folder, indexes, given.accounts)
            print(f"  answers equal to the indexes': {owners:,} accounts, {photos:,} photo ids")
        again = measured("--publish", indexes, folder)
        print(f"  published again, unchanged, in {again['s']:.1f} s")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--make", indexes, accounts]:
            making(Path(indexes), int(accounts))
        case ["--sort", indexes]:
            sorting(Path(indexes))
        case ["--publish", indexes, folder]:
            publishing(Path(indexes), Path(folder))
        case _:
            main()
