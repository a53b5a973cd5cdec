"""From a prefix to a file and its SHA-256: ``lookup.json`` → the tree of a section → a group → a bucket.

Tree and group are tables of the same form: for each range of prefixes its first (4 bytes), how many pages it
has (2 bytes) and the SHA-256 of each page; a range ends where the next one starts. A tree's ranges are
groups, of one page each. So the SHA-256 of ``lookup.json`` (the *root*) fixes every byte of the look-up, and
an answer is proved by two small tables instead of one large list.
"""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

GROUP, TREE = "group", "tree"
PREFIXES: Final = 1 << 32
"""How many there are."""
_HEAD: Final = 6
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Range:
    """A range of prefixes and the pages that hold its records."""

    start: int
    """Its first prefix: the first 32 bits of a digest."""
    pages: tuple[str, ...]
    """The SHA-256 of each, in hex."""

    def names(self, section: str) -> list[str]:
        """The file of each page."""
        return [page_name(section, self.start, page, sha256) for page, sha256 in enumerate(self.pages)]


def sha256_of(content: bytes) -> str:
    """The SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def table(ranges: Sequence[Range]) -> bytes:
    """The bytes of a tree or a group."""
    return b"".join(
        entry.start.to_bytes(4) + len(entry.pages).to_bytes(2) + bytes.fromhex("".join(entry.pages))
        for entry in ranges
    )


def parsed(content: bytes) -> tuple[Range, ...]:
    """The ranges of a table, trusting nothing. Errors: ValueError."""
    ranges = tuple(_ranges(content))
    if not ranges or any(one.start >= other.start for one, other in pairwise(ranges)):
        raise ValueError("its ranges are not in order")
    return ranges


def _ranges(content: bytes) -> Iterator[Range]:
    at = 0
    while at < len(content):
        start, pages = int.from_bytes(content[at : at + 4]), int.from_bytes(content[at + 4 : at + _HEAD])
        end = at + _HEAD + pages * _DIGEST
        if end > len(content) or not pages:
            raise ValueError("it is cut short")
        digests = content[at + _HEAD : end].hex()
        yield Range(start, tuple(digests[n : n + 64] for n in range(0, len(digests), 64)))
        at = end


def covering(ranges: Sequence[Range], prefix: int, end: int = PREFIXES) -> tuple[Range, int]:
    """The range that `prefix` falls in, and where it ends; `end` is where the last one does.

    Errors: ValueError where there is none: all of them together cover everything.
    """
    at = bisect_right([entry.start for entry in ranges], prefix)
    if not at:
        raise ValueError("its ranges do not cover everything")
    return ranges[at - 1], ranges[at].start if at < len(ranges) else end


def grouped(ranges: Sequence[Range]) -> Iterator[tuple[Range, bytes]]:
    """The groups of a section with their tables: as many as there are ranges in one, for both to be small."""
    size = max(1, math.isqrt(len(ranges)))
    for first in range(0, len(ranges), size):
        content = table(ranges[first : first + size])
        yield Range(ranges[first].start, (sha256_of(content),)), content


def page_name(section: str, start: int, page: int, sha256: str) -> str:
    """The file of a page: named by prefix and content, so that a changed one never takes another's name."""
    return f"{section}/{start:08x}-{page}-{sha256[:16]}.bin"


def group_name(section: str, group: Range) -> str:
    """The file of a group."""
    return f"{section}/{GROUP}-{group.start:08x}-{group.pages[0][:16]}.bin"


def tree_name(section: str, sha256: str) -> str:
    """The file of a section's tree."""
    return f"{section}/{TREE}-{sha256[:16]}.bin"
