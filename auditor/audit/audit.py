"""The audit: the account's photos against every local index, and plainly what that leaves open."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.account.photo import Account, Photo
from auditor.account.store import StoredPhotos
from auditor.audit.coverage import covered, lineage
from auditor.audit.match import Matches, Searched, match_all, subject_of
from auditor.audit.originals import OriginalFile, Originals, photo_of
from auditor.audit.reach import answering
from auditor.audit.result import AuditResult, ExposedPhoto, Exposure, FoundPhoto, MatchedFile, OriginalsRead
from auditor.datasets.card import Card
from auditor.flickr.urls import StaticAddress
from auditor.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class AccountState:
    """Everything the store knows that an audit needs."""

    account: Account
    photos: Sequence[Photo] | StoredPhotos
    gone_ids: frozenset[str] = frozenset()
    also_ids: frozenset[str] = frozenset()
    """Further photos to look for, of which nothing is known: an older letter named them."""
    addresses: Sequence[StaticAddress] = ()
    aliases: Sequence[str] = ()
    snapshot_at: str = ""
    complete: bool = True
    dated: bool = True
    source: str = "api"


def audit(
    state: AccountState,
    indexes: Sequence[Searched],
    cards: Mapping[str, Card],
    *,
    generated_at: str,
    parents: Sequence[Searched] = (),
    only: Sequence[str] = (),
    damaged: Mapping[str, str] | None = None,
    unasked: Mapping[str, str] | None = None,
    originals: Originals | None = None,
    progress: Progress = SILENT,
) -> AuditResult:
    """Match `state` against `indexes`.

    `parents` are further indexes, through which some of `indexes` are joined; `only` limits the datasets;
    `damaged` maps a dataset to why its index cannot be read, `unasked` to why a look-up did not answer for
    it; `originals` are files to match by content.
    """
    nsid = state.account.nsid
    own_files = originals.files if originals else ()
    coverage = covered(indexes, cards, parents=parents, only=only, damaged=damaged, unasked=unasked)
    # Ten hashes for each address that a photo ever had: only where an index has any to compare with.
    by_hash = any("url_hash" in index.manifest.match_keys for index in (*parents, *indexes))
    subject = subject_of(
        state.photos.keys() if isinstance(state.photos, StoredPhotos) else state.photos,
        state.addresses if by_hash else (),
        nsid=nsid,
        aliases=state.aliases,
        gone_ids=state.gone_ids | state.also_ids,
        md5s={file.md5 for file in own_files},
    )
    here = {index.name: index for index in (*parents, *indexes)}
    coverage = answering(subject, coverage, here, cards)
    today = subject.photo_ids - state.gone_ids - state.also_ids
    exposures: dict[str, tuple[Exposure, ...]] = {}
    gone: list[FoundPhoto] = []
    files: dict[OriginalFile, list[Exposure]] = {}
    with progress.task("Matching", total=len(coverage.answering), unit="indexes") as task:
        for _, matches in match_all(subject, coverage.answering, cards, (*parents, *indexes)):
            for photo_id, exposure in matches.by_photo.items():
                if photo_id in today:
                    exposures[photo_id] = (*exposures.get(photo_id, ()), exposure)
                else:
                    gone.append(FoundPhoto(photo_id, exposure))
            gone.extend(matches.by_owner)
            for photo_id, exposure in _by_content(matches, own_files, today, files).items():
                exposures[photo_id] = (*exposures.get(photo_id, ()), exposure)
            task.advance()
    photos = {photo.id: photo for photo in _among(state.photos, exposures)}
    # A sync at the same time may have missed a photo since.
    missed = [key for key in exposures if key not in photos]
    gone += [FoundPhoto(key, exposure) for key in missed for exposure in exposures.pop(key)]
    exposed = tuple(ExposedPhoto(photos[key], exposures[key]) for key in sorted(exposures, key=int))
    return AuditResult(
        account=state.account,
        generated_at=generated_at,
        snapshot_at=state.snapshot_at,
        complete=state.complete,
        dated=state.dated,
        source=state.source,
        only=tuple(only),
        photos=len(today),
        indexes=coverage.checked,
        not_checked=coverage.not_checked,
        exposed=exposed,
        gone=tuple(sorted(gone, key=lambda item: (int(item.photo_id or 0), item.exposure.dataset))),
        lineage=lineage(exposed, cards, coverage.not_checked),
        files=tuple(
            MatchedFile(file.path, file.md5, tuple(files[file])) for file in own_files if file in files
        ),
        originals=OriginalsRead(originals.folder, len(own_files), originals.skipped) if originals else None,
    )


def _among(photos: Sequence[Photo] | StoredPhotos, ids: Container[str]) -> Sequence[Photo]:
    if isinstance(photos, StoredPhotos):
        return photos.among(ids)
    return [photo for photo in photos if photo.id in ids]


def _by_content(
    matches: Matches,
    own_files: Iterable[OriginalFile],
    photos: Container[str],
    files: dict[OriginalFile, list[Exposure]],
) -> dict[str, Exposure]:
    """Exposures of photos of the account that only their content proves; other files go to `files`."""
    found: dict[str, Exposure] = {}
    for file in own_files:
        content = matches.by_md5.get(file.md5)
        if content is None:
            continue
        photo_id = photo_of(file, content, photos)
        if photo_id is None:
            files.setdefault(file, []).append(content.exposure)
        elif photo_id not in matches.by_photo:
            found[photo_id] = content.exposure
    return found
