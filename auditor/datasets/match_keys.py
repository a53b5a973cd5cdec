"""By what a record proves that it is of a photo: the one list of match keys."""

from enum import StrEnum
from typing import Self


class MatchKey(StrEnum):
    """A key of a record, the strongest first; `label` names it, `proof` completes "found by …"."""

    PHOTO_ID = "photo_id", "photo id", "its photo id"
    OWNER = "owner", "owner", "the account it names"
    """Proves alone only that some photo of this account is in."""
    URL_HASH = "url_hash", "hash of the photo's address", "the hash of its address"
    CONTENT_MD5 = "content_md5", "MD5 of the original file", "its content (MD5)"
    PARENT_KEY = "parent_key", "number in the dataset it was drawn from", "its number in another dataset"
    """Proves nothing alone: the parent's index says which photo has this number."""

    label: str
    proof: str

    def __new__(cls, value: str, label: str, proof: str) -> Self:
        """A member that equals its `value`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.proof = proof
        return member


MATCH_KEYS = tuple(key.value for key in MatchKey)
