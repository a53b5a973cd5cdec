"""How an index came to be here: what may be said of it to its publisher, and what not.

A hit in NVIDIA's own file is proof; one in three lines that somebody called "ffhq" is none, and a letter that
takes the one for the other states a false fact. So every index remembers where it is from.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.datasets.card import Card


class Provenance(StrEnum):
    """Where an index is from, the surest first."""

    PUBLISHER = "publisher"
    UNVERIFIED = "publisher-unverified"
    PACK = "pack"
    OWN_LIST = "own-list"
    TOLD = "told-by-publisher"

    @property
    def words(self) -> str:
        """The same for people."""
        return _WORDS[self]

    @property
    def is_publishers(self) -> bool:
        """Whether a letter may call it the publisher's own file."""
        return self in {Provenance.PUBLISHER, Provenance.UNVERIFIED}

    def joined(self, other: "Provenance") -> "Provenance":
        """Of an index built from both: as sure as the less sure one."""
        order = list(Provenance)
        return max(self, other, key=order.index)


_WORDS: Final = {
    Provenance.PUBLISHER: "the publisher's own file, by its checksum",
    Provenance.UNVERIFIED: "a file given as the publisher's; no checksum proves it",
    Provenance.PACK: "a copy: what its maker says",
    Provenance.OWN_LIST: "your own list",
    Provenance.TOLD: "what the publisher sent you",
}


def of_files(card: "Card | None", checksums: Collection[Collection[str]]) -> Provenance:
    """Where files are from that were added to the dataset of `card`, each with its checksums."""
    if card is None:
        return Provenance.OWN_LIST
    published = {checksum for file in card.files for checksum in (file.sha256, file.md5) if checksum}
    proved = bool(checksums) and all(published.intersection(of_one) for of_one in checksums)
    return Provenance.PUBLISHER if proved else Provenance.UNVERIFIED
