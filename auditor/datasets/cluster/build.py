"""An index of many shards, built by many workers: what is done in which order, and what may go wrong.

Each shard is built by the very code that builds an index on one computer and is staged in ``.shards`` of the
output; then the records of all shards are put together range by range, and the manifest makes them count in
one step. Whatever dies meanwhile, the old index is in place and finished shards stay for the next try.
"""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Final

from auditor import clock
from auditor.datasets import adding, fit
from auditor.datasets.cluster import tasks
from auditor.datasets.cluster.claim import claimed
from auditor.datasets.cluster.parts import Part, parts_of
from auditor.datasets.cluster.pool import Pool
from auditor.datasets.cluster.tasks import Built, Failed, Job, Merged, Shard
from auditor.datasets.index import folder, manifest
from auditor.datasets.index.build import check_new, names_of
from auditor.datasets.index.manifest import Manifest, Value
from auditor.datasets.index.orders import ORDERS
from auditor.datasets.index.staging import refuse_twice
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.datasets.provenance import Provenance
from auditor.datasets.store import Store, identity, is_address, whole
from auditor.errors import RefusedError, StorageError, UsageError, WrongFileError
from auditor.files import fsync_path
from auditor.outside import world
from auditor.progress import SILENT, Progress
from auditor.text import count
from auditor.version import VERSION

RECORDS_A_PART: Final = 1 << 24
"""About 200 MB: a look-up of a few photos reads few of them, and one worker sorts it in its memory."""
_TOLD: Final = 10
"""Failed shards that are named one by one."""
_MEND_SHARDS: Final = "Mend or leave out these shards"
_MEND_PLACE: Final = "Make room on that disk or in the store, or mend the way to it"


@dataclass(frozen=True, slots=True)
class Output:
    """Where a partitioned index goes."""

    indexes: Path
    """The folder of indexes, for the manifest."""
    store: str = ""
    """Address of a folder for the data files, which all workers reach; "" for the index's own folder."""
    records_a_part: int = RECORDS_A_PART

    def data(self, name: str) -> Store:
        """Where the data files of the index `name` go."""
        return Store(whole(self.store or str(self.indexes))) / name


def build(
    output: Output,
    name: str,
    addresses: Sequence[str],
    wish: adding.Wish,
    workers: Callable[[], AbstractContextManager[Pool]],
    *,
    progress: Progress = SILENT,
    now: datetime | None = None,
) -> Manifest:
    """Build the index of the dataset or list `name` from the files at `addresses` on `workers`.

    They are called once all that can be checked without them is found to be good. Raises what `adding.add`
    and `workers` raise; `WrongFileError` when shards could not be built, naming them: the others stay
    finished, and the next try goes on from them. Whatever is raised, the old index is still in place.
    """
    if wish.append:
        raise UsageError(
            "--append does not go with --scheduler", hint="Give all shards: finished ones are not read again."
        )
    card, name, _ = adding.card_and_formats(name, wish, progress.say)
    shards = _shards(name, addresses, wish)
    with folder.workshop(output.indexes, name) as work:
        here = work.parent
        data = output.data(name)
        staging = data / folder.SHARDS
        # Parts for this folder are renamed into it with the manifest; elsewhere there is no renaming.
        parts = data if output.store else staging
        job = Job(name, staging.address, parts.address, dataclasses.replace(wish, shard=True))
        claim = claimed(data, progress) if output.store else nullcontext(lambda: None)
        with claim as check_claim, workers() as pool:
            built = _built(job, shards, pool, progress)
            new = _manifest(name, shards, built, now or clock.utc(), output)
            if not wish.replace:
                folder.refuse_loss(here, new)
            if not wish.allow_empty:
                check_new(new)
            if card and not wish.as_is:
                fit.refuse_too_many(card, new)
            # Of a build that did not get to its end: on a full disk nothing could be written before they go.
            in_use = (data.read(manifest.NAME) or b"").decode(errors="replace")
            _sweep(parts, manifest.data_files(here / manifest.NAME) | manifest.named_in(in_use))
            new = _merged(job, new, shards, built, pool, output.records_a_part, progress)
            if not output.store:
                _move(Path(staging.address), work, new)
            check_claim()
            folder.commit(work, new, progress)
            staging.remove_all()
            if output.store:
                data.write(manifest.NAME, new.text().encode())
                _sweep(data, {file.name for file in new.files})
    return new


def _shards(name: str, addresses: Sequence[str], wish: adding.Wish) -> list[Shard]:
    places = Counter(map(whole, addresses))
    if twice := next((address for address, times in places.items() if times > 1), None):
        raise RefusedError(f"{twice} is there twice", hint="Its photos would count double. Name it once.")
    made = []
    for address in places:
        if not is_address(address) and Path(address).is_dir():
            raise UsageError(f"{address} is a folder, and a shard is a file", hint="Name the files in it.")
        told = "\n".join((name, address, identity(address), VERSION, str(wish.column), str(wish.as_is)))
        made.append(Shard(address, hashlib.sha256(told.encode()).hexdigest()[:16]))
    return made


def _built(job: Job, shards: Sequence[Shard], pool: Pool, progress: Progress) -> list[Built]:
    """Build the shards that are not finished yet."""
    staging = Store(job.staging)
    there = staging.names()
    built: list[Built | None] = [
        tasks.finished(staging, shard) if tasks.marker_name(shard) in there else None for shard in shards
    ]
    missing = [number for number, one in enumerate(built) if one is None]
    if len(missing) < len(shards):
        progress.say(f"{len(shards) - len(missing)} of {count(len(shards), 'shard')} are finished already.")
    failed: list[str] = []
    mendable = False
    with progress.task("Building", total=len(missing), unit="shards") as task:
        for place, result in pool.run(tasks.build_shard, [(job, shards[number]) for number in missing]):
            task.advance()
            if isinstance(result, Failed):
                failed.append(f"{shards[missing[place]].address}: {result.reason}")
                mendable = mendable or not result.place
            else:
                built[missing[place]] = result
    if failed:
        more = f"; and {len(failed) - _TOLD} more" if len(failed) > _TOLD else ""
        raise WrongFileError(
            f"{count(len(failed), 'shard')} of {len(shards)} could not be built:"
            f" {'; '.join(sorted(failed)[:_TOLD])}{more}",
            hint=f"No index was changed. {_MEND_SHARDS if mendable else _MEND_PLACE}, and run the command"
            " again: the others are not read again.",
        )
    return [one for one in built if one is not None]


def _manifest(
    name: str, shards: Sequence[Shard], built: Sequence[Built], now: datetime, output: Output
) -> Manifest:
    """All that the shards tell together; photos, owners and files are not known yet."""
    told = [one.manifest for one in built]
    sources = tuple(source for one in told for source in one.sources)
    refuse_twice(sources)
    return Manifest(
        dataset=name,
        built_at=now.isoformat(timespec="seconds"),
        tool_version=VERSION,
        sources=sources,
        rows=sum(one.rows for one in told),
        indexed=sum(one.indexed for one in told),
        skipped=_sums(told),
        records=sum(one.records for one in told),
        photos=sum(one.photos for one in told),
        owners=0,
        match_keys=_match_keys(told),
        files=(),
        provenance=reduce(Provenance.joined, (one.provenance for one in told)),
        origin=names_of([Path(shard.address) for shard in shards]),
        keyed=sum(one.keyed for one in told),
        certain=all(one.certain for one in told),
        constant=_constant([one.constant for one in told if one.records]),
        store=output.data(name).address if output.store else "",
    )


def _constant(told: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """What is the same in all records of all shards; each of them is a file of its own."""
    same = set.intersection(*(set(one.items()) for one in told)) if told else set()
    return {column: value for column, value in sorted(same) if column != "source" or len(told) == 1}


def _sums(told: Iterable[Manifest]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for one in told:
        sums.update(one.skipped)
    return dict(sorted(sums.items()))


def _match_keys(told: Sequence[Manifest]) -> tuple[str, ...]:
    """Those that records have; where there is no record, those that they could have."""
    having = [one for one in told if one.records] or told
    return tuple(key for key in MATCH_KEYS if any(key in one.match_keys for one in having))


def _merged(
    job: Job,
    new: Manifest,
    shards: Sequence[Shard],
    built: Sequence[Built],
    pool: Pool,
    records_a_part: int,
    progress: Progress,
) -> Manifest:
    build_id = world().token(8)
    parts = list(parts_of([one.samples for one in built], records_a_part))
    given = [_merge(job, part, build_id, shards, built) for part in parts]
    results: list[Merged | None] = [None] * len(parts)
    with progress.task("Sorting", total=len(parts), unit="parts") as task:
        for place, result in pool.run(tasks.merge, given):
            task.advance()
            if isinstance(result, Failed):
                raise WrongFileError(
                    f"{count(len(shards), 'shard')} could not be put together: {result.reason}",
                    hint=f"No index was changed. {_MEND_PLACE}, and run the command again: finished shards"
                    " are not read again.",
                )
            results[place] = result
    merged = [one for one in results if one is not None]
    new = dataclasses.replace(
        new,
        photos=sum(one.photos for one in merged),
        owners=sum(one.owners for one in merged),
        files=tuple(one.file for one in merged if one.file),
    )
    _check(new, built)
    return new


def _check(new: Manifest, built: Sequence[Built]) -> None:
    """Errors: `StorageError` when the parts hold other records than the shards: no silently short index."""
    for order in ORDERS:
        read = sum(file.rows for one in built for file in one.manifest.parts(order))
        written = sum(file.rows for file in new.parts(order))
        if read != written:
            raise StorageError(
                f"the shards of {new.dataset} hold {read:,} records by {order}, and {written:,} were written",
                hint="Finished shards were changed meanwhile, it seems. No index was changed; run it again.",
            )


def _merge(
    job: Job, part: Part, build_id: str, shards: Sequence[Shard], built: Sequence[Built]
) -> tuple[Job, Part, str, list[tuple[Shard, bool]]]:
    order = part.ranged.order
    having = [(shard, bool(one.manifest.parts(order))) for shard, one in zip(shards, built, strict=True)]
    return job, part, f"{order}-{build_id}-{part.number:05d}.parquet", having


def _move(staging: Path, work: Path, new: Manifest) -> None:
    for file in new.files:
        fsync_path(staging / file.name)
        (staging / file.name).rename(work / file.name)


def _sweep(place: Store, counted: set[str]) -> None:
    """Remove parts that are not `counted`: of earlier builds, or of one that did not get to its end."""
    for name in place.names():
        if manifest.is_data_file(name) and name not in counted:
            place.remove(name)
