"""Match photos and owners against indexes, the same way for one photo or a hundred thousand.

Exact keys only. A display name is never one: it finds strangers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from auditor.audit.result import Exposure, FoundPhoto
from auditor.datasets.card import Card
from auditor.datasets.index.lookup import PLACES, Group
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing.row import join_key
from auditor.flickr import licenses
from auditor.flickr.urls import YFCC_FARMS, StaticAddress, yfcc_photo_hashes, yfcc_video_hash


class Searched(Protocol):
    """An index that can be searched: a local one, or one of a look-up."""

    @property
    def name(self) -> str:
        """The dataset's name."""

    @property
    def manifest(self) -> Manifest:
        """What it is, and from where."""

    def groups(self, key: MatchKey, values: Iterable[str], *, keys: bool = False) -> Iterator[Group]:
        """As `auditor.datasets.index.lookup.Index.groups`."""


class Keyed(Protocol):
    """A photo, or no more of it than what it can be found by."""

    @property
    def id(self) -> str:
        """As `Photo.id`."""

    @property
    def media(self) -> str | None:
        """As `Photo.media`."""

    @property
    def original_secret(self) -> str | None:
        """As `Photo.original_secret`."""


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
class Named:
    """A photo of the subject by the key that a dataset has for it, by which its children are joined."""

    dataset: str
    key: str
    photo_id: str | None
    match_key: MatchKey
    """What proves it in `dataset`."""
    md5: str | None = None
    """The content of the file that proves it, where nothing but that does."""
    photo_ids: frozenset[str] = frozenset()
    """Of a content: the photos that it is of, as far as `dataset` says."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What one index holds of a subject."""

    by_photo: Mapping[str, Exposure]
    """Photo id → exposure, for the subject's photo ids and hashes."""
    by_owner: tuple[FoundPhoto, ...]
    """What the index ascribes to the owner beyond `by_photo`."""
    by_md5: Mapping[str, ContentMatch]
    named: Mapping[str, Named]
    """By the form in which keys are compared; filled only where a child asked for it."""


def match_all(
    subject: Subject, indexes: Sequence[Searched], cards: Mapping[str, Card], parents: Sequence[Searched] = ()
) -> Iterator[tuple[Searched, Matches]]:
    """Look `subject` up in each of `indexes`.

    An index that names photos by another dataset's numbers is joined through that dataset's, which is one of
    `indexes` or `parents`; without it such records can't be matched (`auditor.audit.coverage` says so).
    """
    here = {index.name: index for index in (*parents, *indexes)}
    wanted = {parent.name for index in indexes for parent in _parents(index, here, cards)}
    done: dict[str, Matches] = {}
    for index in indexes:
        for name in (*(parent.name for parent in reversed(_parents(index, here, cards))), index.name):
            if name not in done:
                card = cards.get(name)
                parent = done.get(card.parent) if card and card.parent else None
                done[name] = match(
                    subject,
                    here[name],
                    certainty=card.certainty if card else "published",
                    named=parent.named if parent else {},
                    keys=name in wanted,
                )
        yield index, done[index.name] if index.name in wanted else done.pop(index.name)


def _parents(index: Searched, here: Mapping[str, Searched], cards: Mapping[str, Card]) -> list[Searched]:
    """The indexes that `index` is joined through, the nearest first, as far as they are `here`."""
    found: list[Searched] = []
    while (card := cards.get(index.name)) and (parent := here.get(card.parent or "")) and parent not in found:
        found.append(parent)
        index = parent
    return found


def match(
    subject: Subject,
    index: Searched,
    *,
    certainty: str = "published",
    named: Mapping[str, Named] | None = None,
    keys: bool = False,
) -> Matches:
    """Look all keys of `subject` up in one index.

    At most one exposure for each photo, by its strongest key. `named` are the subject's photos by the keys of
    the dataset that this one was drawn from; `keys` asks for those by this dataset's own.
    """
    found = _Found(index, certainty)
    for key, values in (
        (MatchKey.PHOTO_ID, subject.photo_ids),
        (MatchKey.URL_HASH, subject.hashes),
        (MatchKey.PARENT_KEY, named or {}),
        (MatchKey.OWNER, subject.nsids | subject.aliases),
    ):
        if key in index.manifest.match_keys and values:
            for group in index.groups(key, values, keys=keys):
                found.add(key, group, subject, named or {})
    if MatchKey.CONTENT_MD5 in index.manifest.match_keys and subject.md5s:
        for group in index.groups(MatchKey.CONTENT_MD5, subject.md5s, keys=keys):
            found.add_content(group.value or "", group, None, group.photo_ids)
    return found.matches()


class _Found:
    """The records of one index that the subject met so far: an exposure for each photo and each content."""

    def __init__(self, index: Searched, certainty: str) -> None:
        self._index = index
        self._certainty = certainty
        self._photos: dict[str, Exposure] = {}
        self._joined: set[str] = set()
        """Those of them that are known by way of another dataset."""
        self._owned: dict[str, Exposure] = {}
        self._nameless: list[FoundPhoto] = []
        self._contents: dict[str, ContentMatch] = {}
        self._named: dict[str, Named] = {}

    def add(self, key: MatchKey, group: Group, subject: Subject, named: Mapping[str, Named]) -> None:
        """Take the records that `key` led to; keys come strongest first."""
        via = named[group.value or ""] if key is MatchKey.PARENT_KEY else None
        if via and via.md5 is not None:
            self.add_content(via.md5, group, via, via.photo_ids)
            return
        proof, photo_id = (via.match_key, via.photo_id) if via else (key, group.value)
        if key is MatchKey.URL_HASH:  # the index holds the hash alone; which photo it is, the account knows
            photo_id = subject.hashes[group.value or ""]
        if photo_id is None:
            self._nameless.append(FoundPhoto(None, self._exposure(group, MatchKey.OWNER, via)))
        elif proof is not MatchKey.OWNER:
            self._add_photo(photo_id, group, proof, via)
        elif photo_id not in self._photos:
            more = self._exposure(group, proof, via)
            self._owned[photo_id] = _both(self._owned.get(photo_id), more)
        for own in group.keys:
            self._named.setdefault(join_key(own), Named(self._index.name, own, photo_id, proof))

    def _add_photo(self, photo_id: str, group: Group, proof: MatchKey, via: Named | None) -> None:
        first = self._photos.get(photo_id)
        if first is None and via:
            self._joined.add(photo_id)
        # By a weaker key the same records are met again.
        if first is None or (first.match_key is proof and (photo_id in self._joined) is (via is not None)):
            self._photos[photo_id] = _both(first, self._exposure(group, proof, via))

    def add_content(self, md5: str, group: Group, via: Named | None, photo_ids: frozenset[str]) -> None:
        """Take records of the content of a file, which `via` says where this index has a number only."""
        first = self._contents.get(md5)
        of_photos = first.photo_ids if first else photo_ids
        exposure = self._exposure(group, MatchKey.CONTENT_MD5, via)
        self._contents[md5] = ContentMatch(_both(first.exposure if first else None, exposure), of_photos)
        for own in group.keys:
            known = Named(self._index.name, own, None, MatchKey.CONTENT_MD5, md5, of_photos)
            self._named.setdefault(join_key(own), known)

    def matches(self) -> Matches:
        """Everything."""
        owned = [FoundPhoto(photo_id, exposure) for photo_id, exposure in self._owned.items()]
        return Matches(self._photos, (*owned, *self._nameless), self._contents, self._named)

    def _exposure(self, group: Group, proof: MatchKey, via: Named | None) -> Exposure:
        first = group.places[0]
        return Exposure(
            dataset=self._index.name,
            match_key=proof,
            record=first.record,
            records=group.records,
            source=first.source,
            license_then_id=group.license_id,
            license_then=None if group.license_id is None else licenses.get(group.license_id).name,
            links_original=group.links_original,
            certainty=self._certainty,
            record_key=first.key,
            places=group.places,
            provenance=self._index.manifest.provenance,
            via=via.dataset if via else group.via,
            via_key=via.key if via else group.via_key,
        )


def _both(first: Exposure | None, more: Exposure) -> Exposure:
    """The one exposure of all records that two are of; most photos have no second."""
    if first is None:
        return more
    license_of = more if first.license_then_id is None else first
    return replace(
        first,
        records=first.records + more.records,
        license_then_id=license_of.license_then_id,
        license_then=license_of.license_then,
        links_original=first.links_original or more.links_original,
        places=(first.places + more.places)[:PLACES],
    )


def subject_of(
    photos: Iterable[Keyed],
    addresses: Iterable[StaticAddress],
    *,
    nsid: str,
    aliases: Iterable[str] = (),
    gone_ids: Iterable[str] = (),
    md5s: Iterable[str] = (),
) -> Subject:
    """All keys of an account: photos of today and gone ones, and every static address they ever had."""
    # YFCC's hashes are of the address of 2014, and going private gives a photo another secret for good.
    hashes = {url_hash: address.photo_id for address in addresses for url_hash in hashes_of(address)}
    photo_ids = set(gone_ids)
    for photo in photos:
        photo_ids.add(photo.id)
        # Videos were hashed by owner and original secret instead; so may be what nobody knows to be a photo.
        if photo.media != "photo" and photo.original_secret:
            hashes[yfcc_video_hash(nsid, photo.id, photo.original_secret)] = photo.id
    return Subject(
        photo_ids=frozenset(photo_ids),
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
