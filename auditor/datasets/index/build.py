"""From a publisher's files to an index: staged, sorted, and made to count by its manifest.

Nothing of the old index is touched before the new manifest replaces the old one, so a build can be killed at
any moment. Data files carry the build's id in their names; what no manifest names is swept away by the next
build.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from auditor import clock, garbage
from auditor.datasets import duck, provenance
from auditor.datasets.card import Card
from auditor.datasets.index import data_files, folder, manifest
from auditor.datasets.index.manifest import Manifest, SourceFile
from auditor.datasets.index.staging import Staging
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.datasets.provenance import Provenance
from auditor.datasets.readers import Format
from auditor.errors import RefusedError, UsageError, WrongFileError
from auditor.files import check_is_there, digest
from auditor.progress import SILENT, Progress
from auditor.text import count, plain
from auditor.version import VERSION


def build(
    indexes: Path,
    name: str,
    files: Sequence[Path],
    *,
    formats: Sequence[Format],
    card: Card | None = None,
    origin: str = "",
    append: bool = False,
    allow_empty: bool = False,
    replace: bool = False,
    as_is: bool = False,
    told_on: date | None = None,
    accept: Callable[[Manifest], None] = lambda _: None,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
    now: datetime | None = None,
) -> Manifest:
    """Build the index of the dataset `name` in ``indexes/name`` from `files`, each in one of `formats`.

    Replaces the old index, or with `append` adds to it. `card` is that of a published dataset, whose
    checksums tell its own files; no shape is certain of files that are taken `as_is`; `origin` is where they
    were got, by default their names; with
    `told_on` they are the publisher's answer of that day to a question, and no file of the dataset. `accept`
    raises when the new index must not take the place of the old one.

    Errors: `WrongFileError` for a file of another format or a damaged one and, unless `allow_empty`, for
    files without any record whose shape is not certain; `RefusedError` when a file would be indexed twice,
    another process builds the same index, or, unless `replace`, less than half of the old records would be
    left; `StorageError` when the disk gives out. Whatever is raised, the old index is still in place.
    """
    for path in files:
        check_is_there(path)
    with _workshop(indexes, name, memory_limit) as (work, database), garbage.looked_for_rarely():
        here = work.parent
        counted = {(here / file).resolve() for file in manifest.data_files(here / manifest.NAME)}
        if own := next((path for path in files if path.resolve() in counted), None):
            raise UsageError(f"{own} is a part of the local index itself", hint="Give the publisher's file.")
        old = manifest.read(here) if append and (here / manifest.NAME).exists() else None
        if old and old.is_partitioned:
            raise RefusedError(
                f"the index of {name} is in parts, and nothing can be appended to it on one computer",
                hint="Build it anew from all its shards with --scheduler.",
            )
        staging = Staging(
            work,
            formats,
            database,
            progress,
            certain=bool(formats) and not as_is and (old is None or old.certain),
            signed=card is not None and bool(card.looks_like.signs),
            allow_empty=allow_empty,
        )
        if old:
            staging.files += [here / file.name for file in old.parts("photo_id")]
            staging.rows, staging.indexed, staging.skipped = old.rows, old.indexed, Counter(old.skipped)
        before = old.sources if old else ()
        added = staging.read(files, before)
        written = data_files.write(database, staging.files, work, progress)
        possible = tuple(key for key in MATCH_KEYS if any(key in format_.match_keys for format_ in formats))
        new = Manifest(
            dataset=name,
            built_at=(now or clock.utc()).isoformat(timespec="seconds"),
            tool_version=VERSION,
            sources=(*before, *added),
            rows=staging.rows,
            indexed=staging.indexed,
            skipped=dict(sorted(staging.skipped.items())),
            **written._replace(match_keys=written.match_keys or possible)._asdict(),
            provenance=Provenance.TOLD if told_on else _provenance(old, card, files, added),
            origin=_origin(old, origin or names_of(files)),
            obtained_at=f"{told_on.isoformat()}T00:00:00+00:00" if told_on else None,
        )
        # A shape is no answer where the rows could not be read.
        unread = new.in_part(all_flickr=card is not None and card.flickr == "all")
        new = dataclasses.replace(new, certain=staging.certain and not unread)
        if not allow_empty:
            check_new(new)
        accept(new)
        if not replace:
            folder.refuse_loss(here, new)
        folder.commit(work, new, progress)
    return new


def restore(
    indexes: Path,
    described: Manifest,
    data: Path,
    *,
    origin: str,
    replace: bool = False,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
    now: datetime | None = None,
) -> Manifest:
    """Build the index that `described` tells of from its main data file, which came in a pack from `origin`.

    All data files are sorted and written anew, so nothing of a foreign file gets into the index but its
    values; they must be in the columns of `records.SCHEMA`.

    Errors: ValueError when the records are not those that `described` counts, `RefusedError` when, without
    `replace`, it would take the place of an index that was built here, and errors as `build` does; the old
    index is then still in place.
    """
    with _workshop(indexes, described.dataset, memory_limit) as (work, database):
        if not replace:
            folder.refuse_foreign(work.parent, described)
            folder.refuse_loss(work.parent, described)
        written = data_files.write(database, [data], work, progress, foreign=True)
        told = written._replace(match_keys=written.match_keys or described.match_keys)
        new = dataclasses.replace(described, **told._asdict())
        if dataclasses.replace(new, files=described.files, constant=described.constant) != described:
            raise ValueError("its records, photos, owners or match keys are not as many as it says")
        new = dataclasses.replace(
            new,
            provenance=Provenance.PACK,
            certain=False,  # its maker's word
            origin=origin,
            obtained_at=(now or clock.utc()).isoformat(timespec="seconds"),
        )
        folder.commit(work, new, progress)
    return new


@contextmanager
def _workshop(
    indexes: Path, name: str, memory_limit: str
) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """`folder.workshop`, with a database that sorts on its disk."""
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps more of what was freed, and is slower
    with (
        folder.workshop(indexes, name) as work,
        duck.connect(memory_limit, spill=work / "spill") as database,
    ):
        yield work, database


def _provenance(
    old: Manifest | None, card: Card | None, files: Sequence[Path], added: Sequence[SourceFile]
) -> Provenance:
    """Where the files are from, or they and the `old` ones that they are added to."""
    by_md5 = card is not None and any(file.md5 for file in card.files)
    checksums = [
        {source.sha256, digest(path, "md5") if by_md5 and path.is_file() else source.sha256}
        for path, source in zip(files, added, strict=True)
    ]
    new = provenance.of_files(card, checksums)
    return new.joined(old.provenance) if old else new


def names_of(files: Sequence[Path]) -> str:
    """The names of the files, without where they lie, which is nobody else's business."""
    names = [plain(path.name, 80) for path in files]
    return f"{names[0]} and {len(names) - 1} more" if names[1:] else "".join(names)


def _origin(old: Manifest | None, origin: str) -> str:
    return f"{old.origin}; {origin}" if old and old.origin else origin


def check_new(new: Manifest) -> None:
    """Errors: `WrongFileError` when the new index read nothing, which is no index."""
    if new.answers:
        return
    reasons = "; ".join(f"{number:,} × {reason}" for reason, number in new.skipped.items())
    raise WrongFileError(
        f"no Flickr photo or member was found in {new.origin} ({count(new.rows, 'row')}: {reasons}), and its"
        " format does not prove that there is none",
        hint="Check that it is the right file. --column NAME says where the links or ids are; --allow-empty"
        " builds an index without records anyway.",
    )
