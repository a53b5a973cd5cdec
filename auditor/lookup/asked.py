"""Asking a look-up: what is asked, and that it says no more than it must.

A question about an owner fetches the bucket of the NSID, or where only an alias is known that of the alias,
and never both: the two prefixes together would name the account. A question about one photo, and nothing
else, fetches the photo's bucket. Questions about several photos never go by prefix, for a few prefixes
together name the one account that has them all: they fetch everything, and so does an audit with what no
index of the host knows an owner of. So what is asked depends on the kind of the question and on prefixes, and
never on what was found.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.datasets.index.lookup import MOST_KEYS, PLACES, Group, Place
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import AuditorError
from auditor.flickr.urls import is_nsid, is_photo_id
from auditor.lookup import keys
from auditor.lookup.client import MOST_WHOLE, Found, Lookup
from auditor.lookup.columns import Entry
from auditor.lookup.described import HostedIndex
from auditor.text import file_size, plain

_NOT_ASKED: Final = "its owner is not known and it was not asked for"
_LONGEST: Final = 1000
"""Characters of a text from a look-up that are shown."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """A look-up that was asked, and what its host got to know."""

    address: str
    generated_at: str
    root: str
    datasets: int
    """How many it knows."""
    left_out: int
    """People and photos that it leaves out on purpose."""
    files: tuple[str, ...]
    """The names of all files that were asked for: nothing else was sent."""
    behind_prefix: Mapping[str, int]
    """By kind of key: how many keys are behind the prefix that was sent, at least."""


class Asked:
    """What a run asks a look-up about, as indexes of it that answer as local ones do."""

    def __init__(self, lookup: Lookup, *, nsid: str | None = None, alone: bool = False) -> None:
        """`nsid`: the account that an audit is of, whose photos are not asked for one by one.

        `alone`: there is one target in all, so that a photo can be asked for by its prefix.
        """
        self._lookup = lookup
        self._nsid = nsid
        self._alone = alone
        self.left_alias = False
        """An alias was not asked for, because an NSID was."""
        self._known: dict[tuple[MatchKey, frozenset[str]], list[Found]] = {}
        self._too_large = {
            name: size for name in (keys.UNOWNED, keys.MD5) if (size := lookup.whole_size(name)) > MOST_WHOLE
        }
        """Sections that would have to be fetched whole, and are too large for that."""

    @property
    def consulted(self) -> Consulted:
        """What was asked so far."""
        lookup = self._lookup
        return Consulted(
            address=lookup.host.url,
            generated_at=lookup.told.generated_at,
            root=lookup.root,
            datasets=len(lookup.hosted),
            left_out=lookup.told.left_out,
            files=tuple(lookup.host.asked),
            behind_prefix=dict(lookup.behind_prefix),
        )

    @property
    def failure(self) -> AuditorError | None:
        """Why a question got no answer, if one did not."""
        return next(iter(self._lookup.failures.values()), None)

    def for_account(
        self, beside: Sequence[str], only: Sequence[str], *, md5s: bool = False
    ) -> tuple[tuple["AskedIndex", ...], dict[str, str]]:
        """The indexes that answered for the account of an audit, and why others did not.

        Everything is fetched before anything is matched, so that no half answer is told: `md5s` says whether
        files will be asked about. `only` are the datasets that the user asked for; what is fetched does not
        depend on them.
        """
        nsid = self._nsid or ""
        self.found(MatchKey.OWNER, frozenset({nsid}))
        self.found(MatchKey.PHOTO_ID, frozenset({"1"}))
        if md5s and keys.MD5 not in self._too_large:
            self.found(MatchKey.CONTENT_MD5, frozenset({"0" * 32}))
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
            if hosted.manifest.dataset not in here and self._answered(hosted)
        )

    def silent(self, beside: Iterable[str] = ()) -> dict[str, str]:
        """The host's indexes that answer nothing here, and why."""
        host, size = self._lookup.host.name, file_size(self._lookup.whole_size(keys.UNOWNED))
        return {
            hosted.manifest.dataset: (
                f"the look-up at {host} knows no owner of its photos, and all of them would have to be"
                f" fetched: {size}"
                if hosted.findable
                else f"the index at {host} has no record that can be asked for"
            )
            for hosted in self._lookup.hosted
            if hosted.manifest.dataset not in set(beside) and not self._answered(hosted)
        }

    def dataset(self, number: int) -> str | None:
        """The name of a dataset by its number."""
        return next((one.manifest.dataset for one in self._lookup.hosted if one.number == number), None)

    def _answered(self, hosted: HostedIndex) -> int:
        """How many of an index's records the questions of this run can meet."""
        if keys.UNOWNED not in self._too_large:
            return hosted.findable
        return hosted.owned if self._nsid is not None else hosted.named

    def _manifest(self, hosted: HostedIndex) -> Manifest:
        """A manifest as that of a pack: what its maker says, and where."""
        dropped = {MatchKey.URL_HASH} if keys.UNOWNED in self._too_large else set()
        dropped |= {MatchKey.CONTENT_MD5} if keys.MD5 in self._too_large else set()
        told = dataclasses.replace(
            hosted.manifest,
            provenance=Provenance.PACK,
            origin=self._lookup.origin,
            obtained_at=self._lookup.told.generated_at,
            match_keys=tuple(key for key in hosted.manifest.match_keys if key not in dropped),
        )
        missing = told.records - self._answered(hosted)
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
                self._lookup.failed(key, error)
                self._known[key, values] = []
        return self._known[key, values]

    def _ask(self, key: MatchKey, values: frozenset[str]) -> Iterator[Found]:
        match key:
            case MatchKey.OWNER:
                yield from self._owners(values)
            case MatchKey.PHOTO_ID if self._nsid is not None:
                own = self.found(MatchKey.OWNER, frozenset({self._nsid}))
                for item in own:
                    if str(item.entry.photo_id) in values:
                        yield Found(str(item.entry.photo_id), item.entry)
                yield from self._unowned(keys.PHOTO, values)
            case MatchKey.PHOTO_ID:
                photos = sorted(value for value in values if is_photo_id(value))
                if self._alone and len(photos) == 1:
                    yield from self._lookup.by_prefix(keys.PHOTO, photos[0])
                elif photos:
                    yield from self._lookup.by_all(keys.PHOTO, keys.PHOTO, photos)
            case MatchKey.URL_HASH:
                yield from self._unowned(keys.HASH, values)
            case MatchKey.CONTENT_MD5:
                yield from self._lookup.by_all(keys.MD5, keys.MD5, {value.lower() for value in values})

    def _owners(self, values: frozenset[str]) -> Iterator[Found]:
        """By NSID or else by alias, and never both by prefix; an audit has the aliases in what is whole."""
        nsids = sorted(value for value in values if is_nsid(value))
        aliases = sorted(values.difference(nsids))
        self.left_alias = bool(nsids and aliases and self._nsid is None)
        for value in nsids or aliases:
            yield from self._lookup.by_prefix(keys.NSID if nsids else keys.ALIAS, value)
        if nsids and self._nsid is not None:
            yield from self._unowned(keys.ALIAS, aliases)

    def _unowned(self, kind: str, values: Iterable[str]) -> list[Found]:
        if keys.UNOWNED in self._too_large:
            return []
        return self._lookup.by_all(keys.UNOWNED, kind, {value.lower() for value in values})


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

    def groups(self, key: MatchKey, values: Iterable[str], *, keys: bool = False) -> Iterator[Group]:
        """As `Index.groups`."""
        found = self._asked.found(key, frozenset(values))
        together: dict[tuple[str | None, int], list[Entry]] = {}
        joined: set[str | None] = set()
        for n, item in enumerate(found):
            if item.entry.dataset == self._number:
                value = _photo_of(item, key)
                together.setdefault((value, n if value is None else 0), []).append(item.entry)
                if item.entry.joined:
                    joined.add(value)
        named: dict[tuple[int, str | None], set[str]] = {}
        for item in found if joined else ():
            if item.entry.key and (value := _photo_of(item, key)) in joined:
                named.setdefault((item.entry.dataset, value), set()).add(plain(item.entry.key, _LONGEST))
        for (value, _), entries in together.items():
            yield self._group(key, value, entries, named, keys=keys)

    def _group(
        self,
        key: MatchKey,
        value: str | None,
        entries: list[Entry],
        named: Mapping[tuple[int, str | None], Collection[str]],
        *,
        keys: bool,
    ) -> Group:
        """`named`: by what keys a dataset, by its number, names a photo."""
        entries = sorted(entries, key=lambda entry: (entry.source, entry.row))
        license_id = next((entry.license_id for entry in entries if entry.license_id is not None), None)
        by_way = (entry.via for entry in entries if key is MatchKey.OWNER or entry.joined)
        via = next((number for number in by_way if number is not None), None)
        # Where that dataset has the photo under several keys, nobody knows by which this one names it.
        via_keys = () if via is None else named.get((via, value), ())
        return Group(
            value=value,
            records=len(entries),
            places=tuple(map(self._place, entries[:PLACES])),
            license_id=None if license_id is None else str(license_id),
            links_original=any(entry.links_original for entry in entries),
            keys=tuple({plain(entry.key): None for entry in entries if entry.key})[:MOST_KEYS]
            if keys
            else (),
            photo_ids=frozenset(str(entry.photo_id) for entry in entries if entry.photo_id),
            via=None if via is None else self._asked.dataset(via),
            via_key=next(iter(via_keys)) if len(via_keys) == 1 else None,
        )

    def _place(self, entry: Entry) -> Place:
        sources = self.manifest.sources
        source = sources[entry.source].name if entry.source < len(sources) else "?"
        record = plain(entry.text, _LONGEST) or f"line {entry.row}"
        return Place(source, record, plain(entry.key, _LONGEST) or None)


def _photo_of(item: Found, key: MatchKey) -> str | None:
    """What records that `key` led to are grouped by: an owner's by the photo, others by the key itself."""
    if key is not MatchKey.OWNER:
        return item.value
    return None if item.entry.photo_id is None else str(item.entry.photo_id)
