"""Who may see a photo: Flickr's three flags and the words of its export as one value."""

import re
from enum import StrEnum

from auditor.flickr.parse import flag


class Privacy(StrEnum):
    """Who may see a photo beside its owner; the values are those of the command line and of reports."""

    PUBLIC = "public"
    FRIENDS = "friends"
    FAMILY = "family"
    FRIENDS_FAMILY = "friends-family"
    PRIVATE = "private"

    @classmethod
    def from_flags(cls, ispublic: object, isfriend: object, isfamily: object) -> "Privacy":
        """From the three flags of a list row, getInfo or getPerms, in any of the types that Flickr sends.

        A public photo is public whatever the other two say. Errors: ValueError for a value that is no flag.
        """
        # setPerms took is_public=1 with both others, and the next list said ispublic 1, isfriend 0, isfamily
        # 0.
        if _flag(ispublic):
            return cls.PUBLIC
        return _SEEN_BY[_flag(isfriend) * _FRIENDS | _flag(isfamily) * _FAMILY]

    @classmethod
    def from_export(cls, word: str) -> "Privacy | None":
        """From the words in a "Your Flickr Data" export; None for any that we do not know.

        Seen: ``public``, ``friends``, ``only you``; public programs that read exports know ``private`` and
        ``friend & family``. So number, order and what joins the words do not matter, each other word does.
        """
        words = {_SINGULAR.get(found, found) for found in _WORD.findall(word.lower())}
        return _EXPORT_WORDS.get(frozenset(words - _JOINING))

    @property
    def is_public(self) -> bool:
        """Everybody may see it. All else counts against a free account's 50 non-public items."""
        return self is Privacy.PUBLIC

    def flags(self) -> dict[str, str]:
        """The arguments of ``flickr.photos.setPerms`` that say this: "0" and "1", since it reads no True."""
        return {
            "is_public": str(int(self.is_public)),
            "is_friend": str(int(self in {Privacy.FRIENDS, Privacy.FRIENDS_FAMILY})),
            "is_family": str(int(self in {Privacy.FAMILY, Privacy.FRIENDS_FAMILY})),
        }

    def less_public_than(self, other: "Privacy") -> bool:
        """Whether fewer people may see it than `other`, and nobody who may not see `other`.

        Friends and family are two circles: neither is less public than the other.
        """
        return self is not other and strictest(self, other) is self


# Circles of people as bits, so that whom two settings both allow is their intersection.
_FRIENDS, _FAMILY, _EVERYBODY = 1, 2, 7
_SEEN_BY = {
    _EVERYBODY: Privacy.PUBLIC,
    _FRIENDS | _FAMILY: Privacy.FRIENDS_FAMILY,
    _FRIENDS: Privacy.FRIENDS,
    _FAMILY: Privacy.FAMILY,
    0: Privacy.PRIVATE,
}
_AUDIENCE = {privacy: seen_by for seen_by, privacy in _SEEN_BY.items()}
_WORD = re.compile(r"[^\W_]+")
_SINGULAR = {"friends": "friend"}
_JOINING = {"and", "amp"}  # "&", written as HTML, is "&amp;"
_EXPORT_WORDS = {
    frozenset({"public"}): Privacy.PUBLIC,
    frozenset({"friend"}): Privacy.FRIENDS,
    frozenset({"family"}): Privacy.FAMILY,
    frozenset({"friend", "family"}): Privacy.FRIENDS_FAMILY,
    frozenset({"only", "you"}): Privacy.PRIVATE,
    frozenset({"private"}): Privacy.PRIVATE,
}


def strictest(one: Privacy, other: Privacy) -> Privacy:
    """The setting that shows a photo only to whom both allow; for friends and family that is private."""
    return _SEEN_BY[_AUDIENCE[one] & _AUDIENCE[other]]


def _flag(value: object) -> bool:
    told = flag(value)
    if told is None:
        raise ValueError(f"neither yes nor no: {value!r}")
    return told
