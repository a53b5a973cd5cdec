"""The publisher's next index against a case: what is removed, what is still there, what is new.

A wrong file must never read as "all removed". So the new index has to be in the dataset's own format, to hold
records, to be as readable as the one of the letter, and to still hold nearly all *witnesses*: photos of the
old index that nobody asked to remove. A set of the same format, one part of many, or a table cut short lacks
them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.datasets import duck
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.readers import select
from auditor.errors import WrongFileError
from auditor.files import private_dir, storage_errors
from auditor.optout.case import Case, Fingerprint, IndexVersion
from auditor.optout.photos import RequestedPhoto
from auditor.progress import SILENT, Progress
from auditor.text import plain

WITNESSES = 1000
WITNESSES_NEEDED = 0.8
"""Publishers take single photos out: a file that lacks over a fifth of the others is no newer version."""
_WITNESS_KEYS = ("photo_id", "url_hash")
_HINT = "Give all files of the publisher's new index of this dataset, as you got them."


@dataclass(frozen=True, slots=True)
class Recheck:
    """Every photo asked about is in one of the first two."""

    removed: tuple[RequestedPhoto, ...]
    """As the letter named them."""
    still_there: tuple[RequestedPhoto, ...]
    """With their records in the new index."""
    newly_found: tuple[RequestedPhoto, ...]


def compare(
    asked: Sequence[RequestedPhoto], left_out: Sequence[RequestedPhoto], found: Sequence[RequestedPhoto]
) -> Recheck:
    """What became of `asked`, by what was `found` in the new index; `left_out` photos are no news.

    Records without a photo id cannot be told apart, so they are counted: two fewer are two removed.
    """
    now = {photo.photo_id: photo for photo in found if photo.photo_id}
    unnamed_now = [photo for photo in found if not photo.photo_id]
    unnamed_before = [photo for photo in asked if not photo.photo_id]
    named = [photo for photo in asked if photo.photo_id]
    known = {photo.photo_id for photo in (*asked, *left_out)}
    return Recheck(
        removed=(
            *(photo for photo in named if photo.photo_id not in now),
            *unnamed_before[len(unnamed_now) :],
        ),
        still_there=(
            *(now[photo.photo_id] for photo in named if photo.photo_id in now),
            *unnamed_now[: len(unnamed_before)],
        ),
        newly_found=(
            *(photo for photo_id, photo in now.items() if photo_id not in known),
            *unnamed_now[len(unnamed_before) :],
        ),
    )


def version(index: Index) -> IndexVersion:
    """Which of the publisher's files `index` was built from, and when."""
    return IndexVersion(
        sources=tuple((source.name, source.sha256) for source in index.manifest.sources),
        read_on=datetime.fromisoformat(index.manifest.obtained_at or index.manifest.built_at).date(),
        provenance=index.manifest.provenance.value,
        origin=plain(index.manifest.origin, 200),
    )


def fingerprint(index: Index, asked: Sequence[RequestedPhoto]) -> Fingerprint:
    """What is kept of `index` to know its next version by; the photos `asked` about are no witnesses."""
    manifest = index.manifest
    key = next((key for key in _WITNESS_KEYS if key in manifest.match_keys), "")
    return Fingerprint(manifest.rows, manifest.indexed, key, _witnesses(index, key, asked))


def _witnesses(index: Index, key: str, asked: Sequence[RequestedPhoto]) -> tuple[str, ...]:
    file = index.manifest.file(key)
    if file is None:
        return ()
    # Not all records have every key, but those of a photo asked about have one of these.
    ids = [int(photo.photo_id) for photo in asked if photo.photo_id]
    hashes = [photo.url_hash for photo in asked if photo.url_hash]
    query = (
        f"SELECT DISTINCT {key} FROM (SELECT {key} FROM {duck.PARQUET} WHERE {key} IS NOT NULL"  # noqa: S608 - own names
        " AND coalesce(photo_id NOT IN (SELECT unnest(?::BIGINT[])), true)"
        " AND coalesce(url_hash NOT IN (SELECT unnest(?::VARCHAR[])), true)"
        f" USING SAMPLE reservoir({WITNESSES} ROWS) REPEATABLE (1)) ORDER BY 1"
    )
    with duck.storage_errors(index.name), duck.connect() as database:
        rows = database.execute(query, [duck.pattern(index.folder / file.name), ids, hashes]).fetchall()
    return tuple(str(value) for (value,) in rows)


@contextmanager
def new_index(
    files: Sequence[Path],
    card: Card,
    before: Fingerprint,
    *,
    work: Path,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Iterator[Index]:
    """The index of `files`, kept in a folder below `work` while the block runs.

    Raises `WrongFileError` when the files are no newer version of the index that `before` is of.
    """
    with storage_errors(work), TemporaryDirectory(dir=private_dir(work), prefix=".recheck-") as folder:
        build(
            Path(folder),
            card.name,
            files,
            formats=select(card.formats),
            card=card,
            allow_empty=True,
            memory_limit=memory_limit,
            progress=progress,
        )
        index = Index.open(Path(folder) / card.name)
        _refuse_wrong(index, before)
        yield index


def _refuse_wrong(index: Index, before: Fingerprint) -> None:
    manifest = index.manifest
    names = ", ".join(source.name for source in manifest.sources)
    if not manifest.records:
        raise WrongFileError(
            f"{names}: no row holds a Flickr photo, so nothing can be concluded from it", hint=_HINT
        )
    # Shares, not numbers: many rows of a good index can be about pictures that are not on Flickr.
    if manifest.indexed * before.rows * 2 < before.indexed * manifest.rows:
        raise WrongFileError(
            f"{names}: only {manifest.indexed:,} of {manifest.rows:,} rows could be read, far fewer than"
            f" in the index of the letter ({before.indexed:,} of {before.rows:,})",
            hint=_HINT,
        )
    present = len(before.witnesses) - missing_witnesses(index, before)
    # Of a handful, one may have left at its own photographer's request.
    if before.witnesses and present < max(1, int(len(before.witnesses) * WITNESSES_NEEDED)):
        raise WrongFileError(
            f"{names}: of {len(before.witnesses):,} photos that were in the index of {index.name} and that"
            f" you did not ask to remove, only {present:,} are in it; it is another dataset, or"
            " only part of it",
            hint=f"{_HINT} If the publisher did remove that many, start again with it:"
            f" flickr-auditor datasets add {index.name} FILE",
        )


def missing_witnesses(index: Index, before: Fingerprint) -> int:
    """How many photos that nobody asked to remove are not in `index` either."""
    if before.witness_key == "url_hash":
        present = len({hit.url_hash for hit in index.by_hash(before.witnesses)})
    else:
        present = len({hit.photo_id for hit in index.by_photo(before.witnesses)})
    return len(before.witnesses) - present


def refuse_unproven(case: Case, result: Recheck) -> None:
    """Raise `WrongFileError` where all photos would be removed and no witnesses confirm the file.

    An index of nobody else's photos has none, nor has one without photo ids and hashes.
    """
    known_by = case.fingerprint.witnesses if case.fingerprint else ()
    if result.removed and not result.still_there and not known_by:
        raise WrongFileError(
            f"none of the case's photos is in the file, and nothing else shows that it is the next version of"
            f" {case.dataset}",
            hint=f"If the publisher confirmed the removal: flickr-auditor optout close {case.id}",
        )
