"""What a worker does: build one shard, or put one range of all shards together.

A task takes values and gives values, so that it can run on any computer that reaches the store, twice, or
again after its worker died. A failure is a value too: it must not cost the other shards their work.
"""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from auditor.datasets import adding, duck
from auditor.datasets.cluster.parts import RANGED, Part, Sample
from auditor.datasets.index import manifest
from auditor.datasets.index.data_files import distinct_photos
from auditor.datasets.index.manifest import DataFile, Manifest
from auditor.datasets.index.orders import ORDERS
from auditor.datasets.store import Store, fetch
from auditor.errors import AuditorError, StorageError
from auditor.files import digest
from auditor.version import VERSION

SAMPLES: Final = 200
"""Keys a shard tells of each column: a thousand shards of a million records give ranges even to a percent."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every task of one build must know."""

    dataset: str
    staging: str
    """Address of the folder for finished shards."""
    output: str
    """Address of the folder for the parts."""
    wish: adding.Wish
    version: str = VERSION
    """Of the tool: workers of another would build another index."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that cannot be done, and why."""

    reason: str
    place: bool = False
    """It is the worker's computer or the store that cannot, and not the shard."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of the publisher's files."""

    address: str
    key: str
    """Names what is built from it: another one for another file, or for other wishes."""


@dataclass(frozen=True, slots=True)
class Built:
    """The index of one shard, whose data files are in the staging folder."""

    manifest: Manifest
    samples: Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Merged:
    """A part of the index; without a file if no record is in it."""

    file: DataFile | None
    photos: int = 0
    owners: int = 0


def build_shard(job: Job, shard: Shard) -> Built | Failed:
    """Build the index of one shard, as ``datasets add`` does, and stage it. The marker comes last."""
    if flaw := version_flaw(job.version):
        return flaw
    staging = Store(job.staging)
    try:
        with TemporaryDirectory(prefix="flickr-auditor-") as here:
            file = fetch(shard.address, Path(here))
            indexes = Path(here, "indexes")
            described = adding.add(indexes, job.dataset, [file], job.wish)
            folder = indexes / job.dataset
            built = Built(described, _samples(folder, described))
            for data in described.files:
                staging.put(folder / data.name, staged_name(shard, data.key))
            staging.write(marker_name(shard), _text(built))
            return built
    except AuditorError as error:
        return Failed(error.message, place=isinstance(error, StorageError))


def finished(staging: Store, shard: Shard) -> Built | None:
    """What an earlier build staged of this shard; None when it did not get to the end of it."""
    content = staging.read(marker_name(shard))
    if content is None:
        return None
    try:
        told = json.loads(content)
        described = manifest.parse(told["manifest"])
        samples = {
            column: Sample(tuple(sample["keys"]), int(sample["records"]))
            for column, sample in told["samples"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # cut short, so the shard is built again
    return Built(described, samples)


def merge(job: Job, part: Part, name: str, shards: Sequence[tuple[Shard, bool]]) -> Merged | Failed:
    """Write the data file `name`: the records of `part` from all `shards`, sorted.

    A shard comes with whether it has records in this order, since its place in the list is its file's number.
    """
    if flaw := version_flaw(job.version):
        return flaw
    staging, order = Store(job.staging), ORDERS[part.ranged.order]
    numbers = [number for number, (_, has) in enumerate(shards) if has]
    places = [staging.location(staged_name(shards[number][0], part.ranged.order)) for number in numbers]
    try:
        with (
            TemporaryDirectory(prefix="flickr-auditor-") as here,
            duck.storage_errors(job.dataset),
            duck.connect(job.wish.memory_limit, spill=Path(here, "spill")) as database,
        ):
            staging.attach(database)
            path = Path(here, name)
            # A shard's own files all have the number 0. (A join would keep the sort from using the disk.)
            database.execute(
                f"""COPY (
                    FROM (
                        SELECT * REPLACE ((?::INT[])[file_index::BIGINT + 1] AS source)
                        FROM {duck.parquet("?", union_by_name=True)}
                    ) WHERE {part.where} ORDER BY {order.by}
                ) TO {duck.literal(str(path))} {duck.AS_PARQUET}""",  # noqa: S608
                [numbers, places, *part.bounds],
            )
            merged = _described(database, part, path)
            if merged.file:
                Store(job.output).put(path, name)
            return merged
    except AuditorError as error:
        return Failed(error.message)


def staged_name(shard: Shard, order: str) -> str:
    """The file of a shard's records in one order."""
    return f"{shard.key}-{order}.parquet"


def marker_name(shard: Shard) -> str:
    """The file that says that a shard is finished."""
    return f"{shard.key}.json"


def version_flaw(version: str) -> Failed | None:
    """Why a task of this version of the tool cannot be done here; None if it can."""
    if version == VERSION:
        return None
    return Failed(f"the worker {platform.node()} has version {VERSION} of flickr-auditor, not {version}")


def _described(database: Any, part: Part, path: Path) -> Merged:
    order, column = part.ranged.order, part.ranged.column
    people = "count(DISTINCT (nsid, alias))" if order == "owner" else "0"
    rows, first, last, owners = database.execute(
        f"SELECT count(*), min({column}), max({column}), {people} FROM {duck.PARQUET}",  # noqa: S608
        [duck.pattern(path)],
    ).fetchall()[0]
    is_main = order == "photo_id"
    if not rows and not (is_main and part.number == 0):
        return Merged(None)
    if first is None:  # no photo id at all
        first = last = 0
    file = DataFile(path.name, order, rows, path.stat().st_size, digest(path), first, last)
    return Merged(file, photos=distinct_photos(path) if is_main else 0, owners=owners)


def _samples(folder: Path, described: Manifest) -> dict[str, Sample]:
    found = {}
    with duck.storage_errors(described.dataset), duck.connect() as database:
        for ranged in RANGED:
            for file in described.parts(ranged.order):
                where = duck.pattern(folder / file.name)
                records = database.execute(
                    f"SELECT count(*) FROM {duck.PARQUET} WHERE {ranged.which}",  # noqa: S608
                    [where],
                ).fetchall()[0][0]
                keys = database.execute(
                    f"SELECT {ranged.column} FROM {duck.parquet(file_row_number=True)}"  # noqa: S608
                    f" WHERE {ranged.which} AND file_row_number % {max(1, records // SAMPLES)} = 0",
                    [where],
                ).fetchall()
                found[ranged.column] = Sample(tuple(sorted(key for (key,) in keys)), records)
    return found


def _text(built: Built) -> bytes:
    told = {"manifest": json.loads(built.manifest.text()), "samples": {}}
    told["samples"] = {column: asdict(sample) for column, sample in built.samples.items()}
    return json.dumps(told).encode()
