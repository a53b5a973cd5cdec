"""By what a record proves that it is of a photo: the one list of match keys."""

from enum import StrEnum
from typing import Final


class MatchKey(StrEnum):
    """A key of a record."""

    PHOTO_ID = "photo_id"
    OWNER = "owner"
    """NSID or path alias. Proves alone only that some photo of this account is in."""
    URL_HASH = "url_hash"
    CONTENT_MD5 = "content_md5"
    PARENT_KEY = "parent_key"
    """Proves nothing alone: the index of the dataset it was drawn from says which photo has this number."""

    @property
    def label(self) -> str:
        """What the key is."""
        return _WORDS[self][0]

    @property
    def proof(self) -> str:
        """To complete "found by …"."""
        return _WORDS[self][1]


_WORDS: Final = {
    MatchKey.PHOTO_ID: ("photo id", "its photo id"),
    MatchKey.OWNER: ("owner", "the account it names"),
    MatchKey.URL_HASH: ("hash of the photo's address", "the hash of its address"),
    MatchKey.CONTENT_MD5: ("MD5 of the original file", "its content (MD5)"),
    MatchKey.PARENT_KEY: ("number in another dataset", "its number in another dataset"),
}

MATCH_KEYS: Final = tuple(key.value for key in MatchKey)
