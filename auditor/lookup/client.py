"""From a key to its records: the files of a look-up on the way, each proved, none of them trusted.

Its host may be broken or hostile. Sizes that it tells are held against limits before anything is fetched, a
record that leads nowhere is damage and no miss, and a range so narrow that few members of Flickr are in it is
not asked for: a host could make one for each account that it wants to know by it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.datasets.match_keys import MatchKey
from auditor.errors import AuditorError, RefusedError, WrongFileError
from auditor.lookup import described, keys, tree
from auditor.lookup.columns import Bucket, Entry
from auditor.lookup.described import Described, HostedIndex, Section
from auditor.lookup.host import Host
from auditor.lookup.tree import Range
from auditor.text import count, file_size, plain

MOST_WHOLE: Final = 64_000_000
"""Bytes of a section that is fetched whole, or of one bucket: ten times a long web page with pictures."""
LEAST_WIDTH: Final = {keys.NSID: 1 << 15, keys.ALIAS: 1 << 15, keys.PHOTO: 1 << 8}
"""Prefixes in a range that is asked for. Of Flickr's hundred million members some 700 fall in so many, of its
fifty thousand million photos some 3,000; a look-up of all members has ranges of a thousand at least."""

_NEEDED: Final = {
    MatchKey.OWNER: (keys.NSID, keys.ALIAS),
    MatchKey.PHOTO_ID: (keys.PHOTO,),
    MatchKey.URL_HASH: (keys.HASH,),
    MatchKey.CONTENT_MD5: (keys.MD5,),
}
"""The sections of which there must be one, where a dataset can be found by a key."""


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
        name = described.about_name(self.told.about)
        about = host.file(name, self.told.about, described.MOST_ABOUT_BYTES)
        try:
            self.hosted = described.parse_about(about)
            _complete(self.told, self.hosted)
        except (ValueError, RecursionError) as error:
            raise _damaged(host, name, error) from None
        self.root = host.root
        self.failures: dict[str, AuditorError] = {}
        """What could not be asked, by what it was; nothing of it may be told as not found."""
        self.behind_prefix: dict[str, int] = {}
        """By kind: how many keys are behind a prefix that was asked for, at least."""
        self.replaced = False
        """Another look-up has taken its place since, so that files of it may be gone."""
        self._numbers = frozenset(index.number for index in self.hosted)
        self._tables: dict[str, tuple[Range, ...]] = {}
        self._buckets: dict[tuple[str, int], Bucket] = {}

    @property
    def origin(self) -> str:
        """``the look-up at https://look-up.example, which knows 12 datasets``."""
        return f"the look-up at {self.host.url}, which knows {count(len(self.hosted), 'dataset')}"

    def failed(self, question: str, error: AuditorError) -> None:
        """Keep why `question` got no answer: `error`, or what became of the look-up meanwhile."""
        try:
            self.host.describe()
            self.replaced |= self.host.root != self.root
        except AuditorError as later:
            error = later
        self.failures[question] = error

    def by_prefix(self, kind: str, value: str) -> list[Found]:
        """The records of one key, from the bucket of its prefix. Errors: `AuditorError`."""
        section = self.told.sections.get(kind)
        if section is None:
            return []
        digest = keys.digest(kind, value)
        file = tree.tree_name(kind, section.tree)
        try:
            group, end = tree.covering(self._table(file, section.tree), digest.prefix)
            file = tree.group_name(kind, group)
            entry, end = tree.covering(self._table(file, group.pages[0]), digest.prefix, end)
        except ValueError as error:
            raise _damaged(self.host, file, error) from None
        if end - entry.start < LEAST_WIDTH[kind]:
            raise RefusedError(
                f"{self.host.name} was not asked: it offers a range so narrow that asking for it would tell"
                " who asks",
                hint="This look-up was not made to hide who asks. Use another one, or local indexes.",
            )
        bucket = self._bucket(kind, section, entry)
        crowd = len(bucket.places)
        self.behind_prefix[kind] = min(crowd, self.behind_prefix.get(kind, crowd))
        return self._found(kind, value, bucket)

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
        ranges = self._all_ranges(name, section)
        buckets = [self._bucket(name, section, entry) for entry in ranges]
        starts = [entry.start for entry in ranges]
        found = []
        for value in values:
            at = bisect_right(starts, keys.digest(kind, value).prefix) - 1
            found += self._found(kind, value, buckets[at])
        return found

    def _all_ranges(self, name: str, section: Section) -> list[Range]:
        """The ranges of a section, which are as many as it says and begin with the first prefix."""
        file = tree.tree_name(name, section.tree)
        ranges: list[Range] = []
        for group in self._table(file, section.tree):
            ranges += self._table(tree.group_name(name, group), group.pages[0])
            if sum(len(entry.pages) for entry in ranges) > section.pages:
                break
        starts = [entry.start for entry in ranges]
        if (
            sum(len(entry.pages) for entry in ranges) != section.pages
            or starts != sorted(set(starts))
            or starts[0] != 0
        ):
            raise _damaged(self.host, file, ValueError("its ranges do not fit together"))
        return ranges

    def _table(self, name: str, sha256: str) -> tuple[Range, ...]:
        if name not in self._tables:
            content = self.host.file(name, sha256, described.MOST_TABLE_BYTES)
            try:
                self._tables[name] = tree.parsed(content)
            except ValueError as error:
                raise _damaged(self.host, name, error) from None
        return self._tables[name]

    def _bucket(self, name: str, section: Section, entry: Range) -> Bucket:
        """All pages of a bucket, also those that the records asked for are not in."""
        if (name, entry.start) not in self._buckets:
            file = entry.names(name)[0]
            try:
                if len(entry.pages) * section.page_bytes > MOST_WHOLE:
                    raise ValueError("it is far too large")
                pages = [
                    self.host.file(page, sha256, section.page_bytes)
                    for page, sha256 in zip(entry.names(name), entry.pages, strict=True)
                ]
                whole = b"".join(pages)
                length = int.from_bytes(whole[:4])
                if len(whole) != len(pages) * section.page_bytes or length > len(whole) - 4:
                    raise ValueError("it is cut short")
                self._buckets[name, entry.start] = Bucket.unpacked(whole[4 : 4 + length])
            except ValueError as error:
                raise _damaged(self.host, file, error) from None
        return self._buckets[name, entry.start]

    def _found(self, kind: str, value: str, bucket: Bucket) -> list[Found]:
        digest = keys.digest(kind, value)
        try:
            entries = bucket.find(digest.place, digest.mask)
            if any(entry.dataset not in self._numbers for entry in entries):
                raise ValueError("it has a record of a dataset that is nowhere described")
        except ValueError as error:
            raise _damaged(self.host, f"a file of {kind}", error) from None
        return [Found(value, entry) for entry in entries]


def open_lookup(address: str, cache: Path) -> Lookup:
    """The look-up at `address`; asked for once more if it was replaced just now.

    Errors: as `Host` and `Host.describe`.
    """
    host = Host(address, cache)
    try:
        return Lookup(host)
    except AuditorError:
        before = host.root
        if not before:
            raise
        host.describe()
        if host.root == before:
            raise
        return Lookup(host)


def _complete(told: Described, hosted: Iterable[HostedIndex]) -> None:
    """Errors: ValueError where a dataset can be found by a key whose files are not there."""
    sections: Mapping[str, Section] = told.sections
    for index in hosted:
        for key in index.manifest.match_keys:
            needed = _NEEDED.get(MatchKey(key), ())
            if needed and not any(name in sections for name in needed):
                raise ValueError(
                    f"it says that {index.manifest.dataset} is found by {key}, and has no such files"
                )


def _damaged(host: Host, name: str, error: Exception) -> WrongFileError:
    return WrongFileError(
        f"{name} at {host.name} cannot be read: {plain(error, 200)}",
        hint="Its host has to publish the look-up again.",
    )
