"""Asking a look-up: what is asked, and that it says no more than it must.

A question about an owner fetches the bucket of the NSID, or where only an alias is known that of the alias,
and never both: the two prefixes together would name the account. A question about one photo fetches the
photo's bucket. Questions about several photos never go by prefix, for a few prefixes together name the one
account that has them all: they fetch everything, and so does an audit with what no index of the host knows an
owner of. So what is asked depends on the kind of the question and on prefixes, and never on what was found.
"""

import dataclasses
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.datasets.index.lookup import PLACES, Group, Place
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import AuditorError, RefusedError, WrongFileError
from auditor.flickr.urls import is_nsid, is_photo_id
from auditor.lookup import described, keys, tree
from auditor.lookup.columns import Bucket, Entry
from auditor.lookup.described import Described, HostedIndex, Section
from auditor.lookup.host import Host
from auditor.lookup.tree import Range
from auditor.text import file_size, plain

MOST_WHOLE: Final = 64_000_000
"""Bytes of a section that is fetched whole: what a long web page with pictures has, ten times."""
_NOT_ASKED: Final = "its owner is not known and it was not asked for"


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a key led to, with the key."""

    value: str
    entry: Entry


class Lookup:
    """One look-up, opened; every file is fetched once at most."""

    def __init__(self, host: Host) -> None:
        """Errors: those of `Host.describe`."""
        self.host = host
        self.told: Described = host.describe()
        about = host.file(described.about_name(self.told.about), self.told.about, described.MOST_ABOUT_BYTES)
        try:
            self.hosted: Sequence[HostedIndex] = described.parse_about(about)
        except (ValueError, RecursionError) as error:
            raise _damaged(host, "about.json", error) from None
        self.failures: dict[str, AuditorError] = {}
        """What could not be asked, by what it was; nothing of it may be told as not found."""
        self._ranges: dict[str, tuple[Range, ...]] = {}
        self._groups: dict[str, tuple[Range, ...]] = {}
        self._buckets: dict[tuple[str, int], Bucket] = {}

    @property
    def asked(self) -> str:
        """``asked at look-up.example of 2026-11-26``."""
        return f"asked at {self.host.url}, of {self.told.generated_at}"

    def by_prefix(self, kind: str, value: str) -> list[Found]:
        """The records of one key, from the bucket of its prefix. Errors: `AuditorError`."""
        section = self.told.sections.get(kind)
        if section is None:
            return []
        digest = keys.digest(kind, value)
        group = tree.covering(self._tree(kind, section), digest.prefix)
        bucket = self._bucket(kind, section, tree.covering(self._group(kind, group), digest.prefix))
        return [Found(value, entry) for entry in bucket.find(digest.place, digest.mask)]

    def whole_size(self, name: str) -> int:
        """Bytes of all pages of a section."""
        section = self.told.sections.get(name)
        return section.pages * section.page_bytes if section else 0

    def by_all(self, name: str, kind: str, values: Iterable[str]) -> list[Found]:
        """The records of some keys, from a section that is fetched whole. Errors: as `by_prefix`."""
        section = self.told.sections.get(name)
        if section is None:
            return []
        size = self.whole_size(name)
        if size > MOST_WHOLE:
            raise RefusedError(
                f"the look-up at {self.host.name} would have to be fetched whole for that: {file_size(size)}",
                hint="A few prefixes together would name an account, so they are not asked for. Ask for one"
                " photo at a time, or for the owner by NSID.",
            )
        ranges = [entry for group in self._tree(name, section) for entry in self._group(name, group)]
        buckets = [self._bucket(name, section, entry) for entry in ranges]
        starts = [entry.start for entry in ranges]
        found = []
        for value in values:
            digest = keys.digest(kind, value)
            bucket = buckets[max(0, bisect_right(starts, digest.prefix) - 1)]
            found += [Found(value, entry) for entry in bucket.find(digest.place, digest.mask)]
        return found

    def _tree(self, name: str, section: Section) -> tuple[Range, ...]:
        if name not in self._ranges:
            self._ranges[name] = self._table(tree.tree_name(name, section.tree), section.tree)
        return self._ranges[name]

    def _group(self, name: str, group: Range) -> tuple[Range, ...]:
        file = tree.group_name(name, group)
        if file not in self._groups:
            self._groups[file] = self._table(file, group.pages[0])
        return self._groups[file]

    def _table(self, name: str, sha256: str) -> tuple[Range, ...]:
        try:
            return tree.parsed(self.host.file(name, sha256, described.MOST_PAGE_BYTES))
        except ValueError as error:
            raise _damaged(self.host, name, error) from None

    def _bucket(self, name: str, section: Section, entry: Range) -> Bucket:
        """All pages of a bucket, also those that the records asked for are not in."""
        if (name, entry.start) not in self._buckets:
            pages = [
                self.host.file(page, sha256, section.page_bytes)
                for page, sha256 in zip(entry.names(name), entry.pages, strict=True)
            ]
            whole = b"".join(pages)
            length = int.from_bytes(whole[:4])
            try:
                if length > len(whole) - 4:
                    raise ValueError("it is cut short")
                self._buckets[name, entry.start] = Bucket.unpacked(whole[4 : 4 + length])
            except ValueError as error:
                raise _damaged(self.host, entry.names(name)[0], error) from None
        return self._buckets[name, entry.start]


class Asked:
    """What a run asks a look-up about, as indexes of it that answer as local ones do."""

    def __init__(self, lookup: Lookup, *, nsid: str | None = None) -> None:
        """`nsid`: the account that an audit is of, whose photos are not asked for one by one."""
        self._lookup = lookup
        self._nsid = nsid
        self.left_alias = False
        """An alias was not asked for, because an NSID was."""
        self._known: dict[tuple[MatchKey, frozenset[str]], list[Found]] = {}
        self.partly = bool(nsid) and lookup.whole_size(keys.UNOWNED) > MOST_WHOLE
        """Records without a known owner are too many to be fetched."""

    @property
    def failure(self) -> AuditorError | None:
        """Why a question got no answer, if one did not."""
        return next(iter(self._lookup.failures.values()), None)

    def for_account(
        self, beside: Sequence[str], only: Sequence[str]
    ) -> tuple[tuple["AskedIndex", ...], dict[str, str]]:
        """The indexes that answered for the account of an audit, and why others did not.

        Everything is fetched before anything is matched, so that no half answer is told. `only` are the
        datasets that the user asked for; what is fetched does not depend on them.
        """
        nsid = self._nsid or ""
        self.found(MatchKey.OWNER, frozenset({nsid}))
        self.found(MatchKey.PHOTO_ID, frozenset({"1"}))
        wanted = [index for index in self.indexes(beside) if not only or index.name in only]
        if self.failure:
            told = f"the look-up did not answer: {self.failure.message}"
            return (), {index.name: told for index in wanted}
        silent = self.silent(beside)
        return tuple(wanted), {name: why for name, why in silent.items() if not only or name in only}

    def indexes(self, beside: Iterable[str] = ()) -> tuple["AskedIndex", ...]:
        """The host's indexes that can answer, less those of the datasets that are here (`beside`)."""
        here = set(beside)
        return tuple(
            AskedIndex(self, hosted.number, self._manifest(hosted))
            for hosted in self._lookup.hosted
            if hosted.manifest.dataset not in here and hosted.findable and (hosted.owned or not self.partly)
        )

    def silent(self, beside: Iterable[str] = ()) -> dict[str, str]:
        """The host's indexes that answer nothing here, and why."""
        size = file_size(self._lookup.whole_size(keys.UNOWNED))
        return {
            hosted.manifest.dataset: (
                f"the look-up at {self._lookup.host.name} knows no owner of its photos, and all of them would"
                f" have to be fetched: {size}"
                if hosted.findable
                else f"the index at {self._lookup.host.name} has no record that can be asked for"
            )
            for hosted in self._lookup.hosted
            if hosted.manifest.dataset not in set(beside)
            and not (hosted.findable and (hosted.owned or not self.partly))
        }

    def dataset(self, number: int) -> str | None:
        """The name of a dataset by its number."""
        return next((one.manifest.dataset for one in self._lookup.hosted if one.number == number), None)

    def _manifest(self, hosted: HostedIndex) -> Manifest:
        """A manifest as that of a pack: what its maker says, and where."""
        told = dataclasses.replace(
            hosted.manifest,
            provenance=Provenance.PACK,
            origin=self._lookup.asked,
            obtained_at=self._lookup.told.generated_at,
        )
        missing = told.records - (hosted.owned if self.partly else hosted.findable)
        if missing <= 0:
            return told
        skipped = {**told.skipped, _NOT_ASKED: missing}
        return dataclasses.replace(told, rows=told.indexed + sum(skipped.values()), skipped=skipped)

    def found(self, key: MatchKey, values: frozenset[str]) -> list[Found]:
        """The records of all datasets with one of these `values` of `key`; none if that fails."""
        if (key, values) not in self._known:
            try:
                self._known[key, values] = list(self._ask(key, values))
            except AuditorError as error:
                self._lookup.failures[key] = error
                self._known[key, values] = []
        return self._known[key, values]

    def _ask(self, key: MatchKey, values: frozenset[str]) -> Iterator[Found]:
        match key:
            case MatchKey.OWNER:
                nsids = sorted(value for value in values if is_nsid(value))
                # Never both: see the module.
                self.left_alias = bool(nsids) and len(nsids) < len(values)
                for value in nsids or sorted(values):
                    yield from self._lookup.by_prefix(keys.NSID if nsids else keys.ALIAS, value)
            case MatchKey.PHOTO_ID if self._nsid is not None:
                own = self.found(MatchKey.OWNER, frozenset({self._nsid}))
                for item in own:
                    if str(item.entry.photo_id) in values:
                        yield Found(str(item.entry.photo_id), item.entry)
                yield from self._unowned(keys.PHOTO, values)
            case MatchKey.PHOTO_ID:
                photos = sorted(value for value in values if is_photo_id(value))
                if len(photos) == 1:
                    yield from self._lookup.by_prefix(keys.PHOTO, photos[0])
                elif photos:
                    yield from self._lookup.by_all(keys.PHOTO, keys.PHOTO, photos)
            case MatchKey.URL_HASH | MatchKey.CONTENT_MD5:
                yield from self._unowned(key.value, {value.lower() for value in values})

    def _unowned(self, kind: str, values: Iterable[str]) -> list[Found]:
        return [] if self.partly else self._lookup.by_all(keys.UNOWNED, kind, values)


class AskedIndex:
    """One dataset of a look-up: answers as `auditor.datasets.index.lookup.Index` does."""

    def __init__(self, asked: Asked, number: int, manifest: Manifest) -> None:
        self._asked = asked
        self._number = number
        self.manifest = manifest

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.manifest.dataset

    def groups(self, key: MatchKey, values: Iterable[str], *, keys: bool = False) -> Iterator[Group]:  # noqa: ARG002
        """As `Index.groups`; the publisher's keys are told with each place only."""
        together: dict[tuple[str | None, int], list[Found]] = {}
        for n, item in enumerate(self._asked.found(key, frozenset(values))):
            if item.entry.dataset == self._number:
                photo_id = item.entry.photo_id
                value = (None if photo_id is None else str(photo_id)) if key is MatchKey.OWNER else item.value
                together.setdefault((value, n if value is None else 0), []).append(item)
        for (value, _), items in together.items():
            yield self._group(key, value, [item.entry for item in items])

    def _group(self, key: MatchKey, value: str | None, entries: list[Entry]) -> Group:
        entries = sorted(entries, key=lambda entry: (entry.source, entry.row))
        license_id = next((entry.license_id for entry in entries if entry.license_id is not None), None)
        by_way = (entry.via for entry in entries if key is MatchKey.OWNER or entry.joined)
        via = next((number for number in by_way if number is not None), None)
        return Group(
            value=value,
            records=len(entries),
            places=tuple(map(self._place, entries[:PLACES])),
            license_id=None if license_id is None else str(license_id),
            links_original=any(entry.links_original for entry in entries),
            keys=(),
            photo_ids=frozenset(str(entry.photo_id) for entry in entries if entry.photo_id),
            via=None if via is None else self._asked.dataset(via),
        )

    def _place(self, entry: Entry) -> Place:
        sources = self.manifest.sources
        source = sources[entry.source].name if entry.source < len(sources) else "?"
        return Place(source, plain(entry.text) or f"line {entry.row}", plain(entry.key) or None)


def open_lookup(address: str, cache: Path) -> Lookup:
    """The look-up at `address`. Errors: as `Host` and `Host.describe`."""
    return Lookup(Host(address, cache))


def _damaged(host: Host, name: str, error: Exception) -> WrongFileError:
    return WrongFileError(
        f"{name} at {host.name} cannot be read: {plain(error, 200)}",
        hint="Its host has to publish the look-up again.",
    )
