"""The publisher's next index against a case: what is removed, what is still there, what is new.

A wrong file must never read as "all removed". So the new index has to be in the dataset's own format, to hold
records, to be as readable as the one of the letter, and to still hold nearly all *witnesses*: photos of the
old index that nobody asked to remove. A set of the same format, one part of many, or a table cut short lacks
them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor import database
from auditor.audit.audit import AccountState
from auditor.datasets import catalogue, duck, readers
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.index.local import parents_of
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing.row import join_key
from auditor.errors import RefusedError, WrongFileError
from auditor.files import private_dir, storage_errors
from auditor.optout import addressees, case_files
from auditor.optout import letter as letters
from auditor.optout.case import Case, Fingerprint, IndexVersion, Kind, RecheckCounts
from auditor.optout.case_store import CasePhoto, Desk, RemovalState
from auditor.optout.letter import FollowUp
from auditor.optout.photos import (
    RequestedPhoto,
    Standing,
    account_state,
    again,
    in_account,
    refuse_without_parent,
    select,
)
from auditor.progress import SILENT, Progress
from auditor.text import count, plain

WITNESSES = 1000
WITNESSES_NEEDED = 0.8
"""Publishers take single photos out: a file that lacks over a fifth of the others is no newer version."""
_WITNESS_KEYS = ("photo_id", "url_hash", "parent_key")
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
    files = index.manifest.parts("photo_id")  # which have all records with all their keys
    if not files or not key:
        return ()
    # Not all records have every key, but those of a photo asked about have one of these.
    ids = [int(photo.photo_id) for photo in asked if photo.photo_id]
    hashes = [photo.url_hash for photo in asked if photo.url_hash]
    given: list[object] = [ids, hashes]
    by_parent = ""
    if key == "parent_key":  # indexes of before there were such keys have no such column
        by_parent = " AND parent_key NOT IN (SELECT unnest(?::VARCHAR[]))"
        given.append([join_key(place.key) for photo in asked for place in photo.places if place.key])
    query = (
        f"SELECT DISTINCT {key} FROM (SELECT {key} FROM {duck.PARQUET} WHERE {key} IS NOT NULL"  # noqa: S608 - own names
        " AND coalesce(photo_id NOT IN (SELECT unnest(?::BIGINT[])), true)"
        f" AND coalesce(url_hash NOT IN (SELECT unnest(?::VARCHAR[])), true){by_parent}"
        f" USING SAMPLE reservoir({WITNESSES} ROWS) REPEATABLE (1)) ORDER BY 1"
    )
    with duck.storage_errors(index.name), duck.connect() as database:
        index.store.attach(database)
        rows = database.execute(query, [index.locations(files), *given]).fetchall()
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

    Errors: `WrongFileError` when the files are no newer version of the index that `before` is of.
    """
    with storage_errors(work), TemporaryDirectory(dir=private_dir(work), prefix=".recheck-") as folder:
        build(
            Path(folder),
            card.name,
            files,
            formats=readers.select(card.formats),
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
    if not before.witnesses:
        return 0
    found = index.groups(MatchKey(before.witness_key), before.witnesses)
    present = len({group.value for group in found})
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


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a re-check found and wrote."""

    case: Case
    result: Recheck
    warnings: tuple[str, ...]
    """What to know before believing it."""


def recheck(
    desk: Desk,
    case_id: str,
    files: Sequence[Path],
    *,
    include_new: bool,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Rechecked:
    """Look the photos of a case up in the publisher's next index, and write the follow-up letter.

    With `include_new` the newly found photos become part of the case, but for those that are not public
    where the user did not agree to name such.

    Errors: `RefusedError` for a case that names no photos, and `WrongFileError` when nothing shows that
    `files` are the next version of the case's index.
    """
    case = desk.store.get(case_id)
    if case.fingerprint is None:
        raise RefusedError(
            f"case {case.id} is a question: it names no photos that an index could still hold",
            hint=f"Build the index and ask for removal: flickr-auditor optout draft {case.dataset}",
        )
    card = catalogue.get(case.dataset)
    asked = desk.store.asked(case.id)
    state = account_state(desk.conn, case.nsid, also=asked) if case.nsid else None
    with new_index(
        files, card, case.fingerprint, work=desk.letters, memory_limit=memory_limit, progress=progress
    ) as index:
        parents = parents_of(desk.indexes, card.name)
        refuse_without_parent(index, parents, in_part=True)
        found = in_account(state, index, card, parents) if state else again(asked, index, parents)
        left_out = desk.store.left_out(case.id)
        result = compare(asked, left_out, found)
        refuse_unproven(case, result)
        case = _keep(desk, case, result, version(index), asked, left_out, state, include_new=include_new)
        missing = missing_witnesses(index, case.fingerprint) if case.fingerprint else 0
    return Rechecked(case, result, _warnings(case, result, missing, include_new=include_new))


def _keep(
    desk: Desk,
    case: Case,
    result: Recheck,
    index: IndexVersion,
    asked: Sequence[RequestedPhoto],
    left_out: Sequence[RequestedPhoto],
    state: AccountState | None,
    *,
    include_new: bool,
) -> Case:
    """`case` with its outcome and, where photos are still there, the letter about them."""
    added = select(result.newly_found, include_private=case.include_private).asked if include_new else ()
    missing = sorted((*result.still_there, *added), key=lambda photo: photo.order)
    outcome = RecheckCounts(
        checked_on=desk.today,
        removed=len(result.removed),
        still_there=len(result.still_there),
        newly_found=len(result.newly_found),
    )
    note = f"{outcome.removed} removed, {outcome.still_there} still there, {outcome.newly_found} newly found"
    with database.transaction(desk.conn):
        case = replace(
            desk.store.get(case.id),  # again, for reading the index takes minutes in which answers may come
            photos=len(asked) + len(added),
            records=case.records + sum(photo.records for photo in added),
            outcome=outcome,
        )
        if missing:
            days = [letter.sent_on for letter in case.letters if letter.sent_on and letter.to == case.to]
            follow_up = None  # a letter that was never sent has none; it is written anew
            if days:  # an authority may have been written to since
                follow_up = FollowUp(max(days), len(asked), len(result.removed), len(added))
            case = _follow_up(desk, case, missing, index, state, follow_up)
        desk.store.save(case, event="rechecked", on=desk.today, note=note)
        desk.store.save_photos(
            case.id,
            [CasePhoto(photo, RemovalState.REMOVED) for photo in result.removed]
            + [CasePhoto(photo, RemovalState.STILL_THERE) for photo in missing]
            + [CasePhoto(photo, RemovalState.LEFT_OUT) for photo in left_out],
        )
    return case


def _follow_up(
    desk: Desk,
    case: Case,
    photos: Sequence[RequestedPhoto],
    index: IndexVersion,
    state: AccountState | None,
    follow_up: FollowUp | None,
) -> Case:
    card = catalogue.get(case.dataset)
    to = addressees.of_case(case, card)
    parts = letters.request(
        case,
        [card],
        photos,
        to=to.recipient,
        account=state.account if state else None,
        written_on=desk.today,
        index=index,
        follow_up=follow_up,
    )
    folder = case_files.free_folder(Path(case.folder), "follow-up")
    kind = Kind.FOLLOW_UP if follow_up else Kind.REQUEST
    return case_files.add_letter(desk, case, kind, parts, folder, public=to.needs_public_note)


def _warnings(case: Case, result: Recheck, missing: int, *, include_new: bool) -> tuple[str, ...]:
    """What to know before believing a re-check; `missing`: how many witnesses the new index lacks."""
    found = []
    others = len(case.fingerprint.witnesses) if case.fingerprint else 0
    if missing * 100 > others:
        found.append(
            f"Of {others:,} photos in the old index that you did not ask to remove, {missing:,} are not in"
            " the new one either. If the file may be incomplete, get it again: what it lacks reads"
            " as removed."
        )
    hidden = 0
    if include_new and not case.include_private:
        hidden = sum(photo.standing is Standing.HIDDEN for photo in result.newly_found)
    if hidden:
        found.append(
            f"{count(hidden, 'newly found photo')} not public on Flickr: left out of the follow-up letter."
        )
    return tuple(found)
