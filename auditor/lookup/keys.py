"""The keys of a look-up, as digests: a look-up lists none of them, and is asked by the start of one only.

The SHA-256 of a key gives two numbers. The first (*place*) is where its records stand; the second (*mask*) is
nowhere in the files: it hides the first photo id of the records, so that whoever reads a file without the key
finds differences of photo ids and no id.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

DOMAIN: Final = "flickr-auditor lookup 1"
"""Begins every text that is hashed, so that no other use of SHA-256 gives the same digests."""

NSID: Final = "nsid"
ALIAS: Final = "alias"
PHOTO: Final = "photo_id"
HASH: Final = "url_hash"
MD5: Final = "content_md5"
KINDS: Final = (NSID, ALIAS, PHOTO, HASH, MD5)

UNOWNED: Final = "unowned"
"""The section that is fetched whole: records whose owner no index of the host knows, by every other key."""
SECTIONS: Final = (*KINDS, UNOWNED)


LEAST_OWNERS: Final = 100
"""Accounts in a bucket, so that a question could be about any of so many."""
LEAST: Final = dict.fromkeys(KINDS, 1000) | {NSID: LEAST_OWNERS, ALIAS: LEAST_OWNERS, UNOWNED: 1 << 16}
"""Keys in a bucket, by section. A thousand photos are of some hundred accounts at least."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a key is in a look-up."""

    place: int
    """Bits 0 to 63 of the SHA-256."""
    mask: int
    """Bits 64 to 127, which only those have who have the key."""

    @property
    def prefix(self) -> int:
        """All that is ever asked by: the first 32 bits, and only in which range of a table they fall."""
        return self.place >> 32


def digest(kind: str, key: str) -> Digest:
    """The digest of `key`: an NSID, an alias in lower case, a photo id, a hash or an MD5 in lower case."""
    value = hashlib.sha256(hashed(kind, key).encode()).digest()
    return Digest(int.from_bytes(value[:8]), int.from_bytes(value[8:16]))


def hashed(kind: str, key: str) -> str:
    """The text of which the SHA-256 is taken."""
    return f"{DOMAIN}\n{kind}\n{key}"
