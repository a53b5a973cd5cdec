"""The records of a look-up put in the order of its sections by many workers, for indexes of billions of them.

Two rounds of tasks that know nothing of each other: records of a range of photos are spread by their
digests, for all that the indexes tell of a photo must be together; then those of a range of digests are
sorted. Whoever publishes cuts and writes them as ever, so that the files are those of one computer byte for
byte. What is finished lies in the folder of the look-up, which all workers must see, and the next try goes on
from it.
"""

import dataclasses
import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import pyarrow as pa

from auditor.datasets.cluster.pool import Pool
from auditor.datasets.cluster.tasks import Failed, version_flaw
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.errors import AuditorError, StorageError
from auditor.files import private_dir, replacing, storage_errors, write_atomic
from auditor.lookup import keys
from auditor.lookup.left_out import LeftOut
from auditor.lookup.sorting import FILES, PACKED, ROWS, batches_of, in_order, spread
from auditor.lookup.staging import EVERYTHING, Counts, Gone, staging
from auditor.lookup.tree import PREFIXES
from auditor.progress import SILENT, Progress
from auditor.version import VERSION

R = TypeVar("R")
Workers = Callable[[], AbstractContextManager[Pool]]

FOLDER: Final = ".lookup-parts-"
"""Begins the name of the folder of what is finished, in that of the look-up."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every task of one look-up must know."""

    indexes: tuple[Index, ...]
    numbers: Mapping[str, int]
    left_out: LeftOut
    memory_limit: str
    shared: Path
    width: int
    """Prefixes of a range of digests."""
    gone: Gone | None = None
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Spread:
    """What a range of photos came to: records of each dataset, and the files they are in."""

    counts: Mapping[int, Counts]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The records, as `Staging` has them."""

    shared: Path
    ranges: Sequence[tuple[str, int]]
    counted: Sequence[Mapping[int, Counts]]
    unmet: tuple[str, ...]

    def counts(self) -> dict[int, Counts]:
        """For each dataset by its number."""
        sums: dict[int, Counts] = {}
        for counts in self.counted:
            for number, one in counts.items():
                sums[number] = sums.get(number, Counts()) + one
        return sums

    def ordered(self, section: str) -> Iterator[pa.RecordBatch]:
        """The records of a section in the order of their digests."""
        for name, begin in self.ranges:
            if name == section:
                yield from batches_of(self.shared / _sorted_name(section, begin))


@contextmanager
def staged_by_workers(
    workers: Workers,
    indexes: Sequence[Index],
    numbers: Mapping[str, int],
    left_out: LeftOut,
    work: Path,
    memory_limit: str,
    *,
    progress: Progress = SILENT,
) -> Iterator[Sorted]:
    """As `staging`. Errors: those of `staging` and of `workers`, and `StorageError` where a task fails."""
    which = _photo_ranges(indexes)
    records = sum(index.manifest.records for index in indexes)
    width = -(-PREFIXES // max(1, min(FILES, records // ROWS)))
    told = (VERSION, [index.manifest.text() for index in indexes], sorted(numbers.items()), width)
    people = [sorted(some) for some in (left_out.nsids, left_out.aliases, left_out.photo_ids)]
    key = hashlib.sha256(json.dumps([*told, people]).encode()).hexdigest()[:16]
    shared = private_dir(work.parent.absolute() / f"{FOLDER}{key}")
    job = Job(tuple(indexes), numbers, left_out, memory_limit, shared, width)
    unmet: tuple[str, ...] = ()
    if left_out:
        # One record names a person's photo, and another one the person: this is asked of all at once.
        with staging(indexes, numbers, left_out, work, memory_limit) as staged:
            unmet, job = staged.unmet, dataclasses.replace(job, gone=staged.gone())
    with workers() as pool:
        given: list[tuple[Any, ...]] = [(job, *one) for one in enumerate(which)]
        found = _done(pool, spread_photos, given, "Spreading", progress)
        parts: dict[tuple[str, int], list[str]] = {}
        for name in sorted(name for one in found for name in one.files):
            section, begin, _ = name.split("-")
            parts.setdefault((section, int(begin, 16)), []).append(name)
        given = [(job, section, begin, tuple(names)) for (section, begin), names in parts.items()]
        _done(pool, sort_range, given, "Sorting", progress)
    yield Sorted(shared, sorted(parts), [one.counts for one in found], unmet)
    for folder in shared.parent.glob(f"{FOLDER}*"):
        shutil.rmtree(folder)


def spread_photos(job: Job, number: int, which: str) -> Spread | Failed:
    """Spread the records of the photos for which `which` holds by their digests, over files in `shared`."""
    if flaw := _flaw(job):
        return flaw
    marker = job.shared / f"{number:06d}.json"
    try:
        with storage_errors(marker), TemporaryDirectory(prefix="flickr-auditor-") as folder:
            if marker.exists():
                told = json.loads(marker.read_bytes())
                return Spread(
                    {int(n): Counts(**one) for n, one in told["counts"].items()}, tuple(told["files"])
                )
            here, files = Path(folder), []
            with staging(
                job.indexes, job.numbers, job.left_out, here, job.memory_limit, which=which, gone=job.gone
            ) as staged:
                for section in keys.SECTIONS:
                    for begin, path in spread(staged.records(section), here / section, 0, job.width):
                        files.append(f"{section}-{begin:08x}-{number:06d}")
                        _put(path, job.shared / files[-1])
                done = Spread(staged.counts(), tuple(files))
            write_atomic(marker, json.dumps(asdict(done)))
            return done
    except AuditorError as error:
        return Failed(error.message, place=True)


def sort_range(job: Job, section: str, begin: int, names: Sequence[str]) -> Failed | None:
    """Sort the records of a range of digests, which are in the files `names`."""
    if flaw := _flaw(job):
        return flaw
    target = job.shared / _sorted_name(section, begin)
    try:
        with storage_errors(target), TemporaryDirectory(prefix="flickr-auditor-") as folder:
            if target.exists():
                return None
            here, batches = Path(folder), (batch for name in names for batch in batches_of(job.shared / name))
            coming = in_order(batches, here, first=begin, end=min(begin + job.width, PREFIXES))
            first = next(coming)
            with pa.ipc.new_file(here / "sorted", first.schema, options=PACKED) as file:
                for batch in chain([first], coming):
                    file.write_batch(batch)
            _put(here / "sorted", target)
    except pa.ArrowInvalid as error:
        return Failed(f"a file in {job.shared} is damaged: {error}", place=True)
    except AuditorError as error:
        return Failed(error.message, place=True)
    return None


def _photo_ranges(indexes: Sequence[Index]) -> list[str]:
    """The photos in ranges, as conditions in SQL: those of the parts of all indexes, in which they lie."""
    firsts = {
        part.first
        for index in indexes
        for part in index.manifest.parts(MatchKey.PHOTO_ID)
        if part.is_part and part.first
    }
    cuts = sorted(firsts)[1:]
    if not cuts:
        return [EVERYTHING]
    between = [f"photo_id >= {one} AND photo_id < {two}" for one, two in pairwise(cuts)]
    return [f"photo_id < {cuts[0]} OR photo_id IS NULL", *between, f"photo_id >= {cuts[-1]}"]


def _done(
    pool: Pool,
    task: Callable[..., R | Failed],
    given: Sequence[tuple[Any, ...]],
    label: str,
    progress: Progress,
) -> list[R]:
    """What `task` makes of each of `given`, in their order. Errors: `StorageError`."""
    results: dict[int, R] = {}
    with progress.task(label, total=len(given), unit="parts") as bar:
        for place, result in pool.run(task, given):
            bar.advance()
            if isinstance(result, Failed):
                raise StorageError(
                    f"the look-up cannot be written: {result.reason}",
                    hint="Mend that, and publish again: finished parts are not made again. The look-up that"
                    " was there is whole.",
                )
            results[place] = result
    return [results[place] for place in range(len(given))]


def _flaw(job: Job) -> Failed | None:
    if not job.shared.is_dir():
        return Failed(f"{platform.node()} does not see the folder {job.shared.parent}", place=True)
    return version_flaw(job.version)


def _sorted_name(section: str, begin: int) -> str:
    return f"{section}-{begin:08x}.sorted"


def _put(path: Path, target: Path) -> None:
    """Copy a file so that `target` is there whole or not at all."""
    with path.open("rb") as source, replacing(target) as file:
        shutil.copyfileobj(source, file, 1 << 20)
