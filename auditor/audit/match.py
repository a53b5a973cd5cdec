"""Match photos and owners against indexes.

Pure set work on keys, the same on one photo or a hundred thousand.

Exact keys only. A display name is never one: it finds strangers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.account.photo import Photo
from auditor.account.store import StaticAddress
from auditor.audit.result import Exposure, FoundPhoto, MatchKey
from auditor.datasets.index.lookup import Hit, Index
from auditor.flickr import licenses
from auditor.flickr.urls import YFCC_FARMS, yfcc_photo_hashes, yfcc_video_hash


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose exposures are looked for: every key that can prove one."""

    photo_ids: frozenset[str]
    hashes: Mapping[str, str]
    """YFCC hash → photo id."""
    nsids: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    """Lower case."""
    md5s: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContentMatch:
    """Records that hold the content of one file."""

    exposure: Exposure
    photo_ids: frozenset[str]
    """The photos that these records are of, as far as they say."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What one index holds of a subject."""

    by_photo: Mapping[str, Exposure]
    """Photo id → exposure, for the subject's photo ids and hashes."""
    by_owner: tuple[FoundPhoto, ...]
    """What the index ascribes to the owner beyond `by_photo`."""
    by_md5: Mapping[str, ContentMatch]


def match(subject: Subject, index: Index, *, certainty: str = "published") -> Matches:
    """Look all keys of `subject` up in one index.

    At most one exposure for each photo, by its strongest key.
    """
    keys = index.manifest.match_keys
    by_photo: dict[str, Exposure] = {}
    if "url_hash" in keys and subject.hashes:
        hits = [(subject.hashes[hit.url_hash], hit) for hit in index.by_hash(subject.hashes) if hit.url_hash]
        by_photo |= _group(hits, "url_hash", certainty)
    if "photo_id" in keys and subject.photo_ids:
        hits = [(hit.photo_id, hit) for hit in index.by_photo(subject.photo_ids) if hit.photo_id]
        by_photo |= _group(hits, "photo_id", certainty)
    by_owner: tuple[FoundPhoto, ...] = ()
    if "owner" in keys and (subject.nsids or subject.aliases):
        owned = index.by_owner(subject.nsids, subject.aliases)
        by_owner = _owned([hit for hit in owned if hit.photo_id not in by_photo], certainty)
    by_md5: dict[str, ContentMatch] = {}
    if "content_md5" in keys and subject.md5s:
        by_md5 = _by_content(index.by_md5(subject.md5s), certainty)
    return Matches(by_photo, by_owner, by_md5)


def subject_of(
    photos: Iterable[Photo],
    addresses: Iterable[StaticAddress],
    *,
    nsid: str,
    aliases: Iterable[str] = (),
    gone_ids: Iterable[str] = (),
    md5s: Iterable[str] = (),
) -> Subject:
    """All keys of an account: photos of today and gone ones, and every static address they ever had."""
    photos = list(photos)
    hashes = {url_hash: address.photo_id for address in addresses for url_hash in hashes_of(address)}
    # Videos were hashed by owner and original secret instead; so may be what nobody knows to be a photo.
    hashes |= {
        yfcc_video_hash(nsid, photo.id, photo.original_secret): photo.id
        for photo in photos
        if photo.media != "photo" and photo.original_secret
    }
    return Subject(
        photo_ids=frozenset(photo.id for photo in photos) | frozenset(gone_ids),
        hashes=hashes,
        nsids=frozenset({nsid}),
        aliases=frozenset(alias.lower() for alias in aliases),
        md5s=frozenset(md5s),
    )


def hashes_of(address: StaticAddress) -> tuple[str, ...]:
    """What YFCC may have published of an address: with its farm, and with those of 2014 if it is not one."""
    given = yfcc_photo_hashes(address.photo_id, address.server, address.secret, address.farm)
    if address.farm is None or address.farm in YFCC_FARMS:
        return given
    return (*given, *yfcc_photo_hashes(address.photo_id, address.server, address.secret))


def _group(hits: Iterable[tuple[str, Hit]], match_key: MatchKey, certainty: str) -> dict[str, Exposure]:
    """One exposure for each key: its first place, and how many there are."""
    groups: dict[str, list[Hit]] = {}
    for key, hit in hits:
        groups.setdefault(key, []).append(hit)
    return {key: _exposure(group, match_key, certainty) for key, group in groups.items()}


def _by_content(hits: Iterable[Hit], certainty: str) -> dict[str, ContentMatch]:
    """One match for each MD5, whatever photos its records are of."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.content_md5:
            groups.setdefault(hit.content_md5, []).append(hit)
    return {
        md5: ContentMatch(
            _exposure(group, "content_md5", certainty),
            frozenset(hit.photo_id for hit in group if hit.photo_id),
        )
        for md5, group in groups.items()
    }


def _owned(hits: Iterable[Hit], certainty: str) -> tuple[FoundPhoto, ...]:
    """One entry for each photo; a record without a photo id stands for itself."""
    hits = list(hits)
    photos = _group([(hit.photo_id, hit) for hit in hits if hit.photo_id], "owner", certainty)
    others = [FoundPhoto(None, _exposure([hit], "owner", certainty)) for hit in hits if not hit.photo_id]
    return (*(FoundPhoto(photo_id, exposure) for photo_id, exposure in photos.items()), *others)


def _exposure(hits: Sequence[Hit], match_key: MatchKey, certainty: str) -> Exposure:
    first = hits[0]
    license_id = next((hit.license_id for hit in hits if hit.license_id is not None), None)
    return Exposure(
        dataset=first.dataset,
        match_key=match_key,
        record=first.record,
        records=len(hits),
        source=first.source,
        license_then_id=license_id,
        license_then=licenses.get(license_id).name if license_id is not None else None,
        links_original=any(hit.links_original for hit in hits),
        certainty=certainty,
    )
