"""How a publisher's index file can be had: the one list, with its words."""

from enum import StrEnum
from typing import Final, NamedTuple


class _Words(NamedTuple):
    label: str
    short: str
    way: str
    at: str
    nowhere: str


class Access(StrEnum):
    """Who can get a file."""

    PUBLIC = "public"
    REQUEST = "request"
    LOGIN = "login"
    GONE = "gone"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Who can have it."""
        return _WORDS[self].label

    @property
    def short(self) -> str:
        """What to do, in a word or two."""
        return _WORDS[self].short

    @property
    def way(self) -> str:
        """What to do first, with ``{file}``; then ``datasets add`` follows."""
        return _WORDS[self].way

    def how(self, place: str | None) -> str:
        """How to get it at `place`, or where none is known."""
        words = _WORDS[self]
        return words.at.format(place) if place else words.nowhere


_WORDS: Final = {
    Access.PUBLIC: _Words(
        "for anybody",
        "by hand",
        "get {file} from the publisher, then",
        "get it at {}",
        "get it from its publisher",
    ),
    Access.REQUEST: _Words(
        "on request",
        "ask the publisher",
        "its publisher gives {file} on request; then",
        "ask its publisher for it at {}",
        "ask its publisher for it; no contact address is known",
    ),
    Access.LOGIN: _Words(
        "after a login",
        "log in to get it",
        "its publisher wants a login; with {file}",
        "log in and get it at {}",
        "log in at its publisher's; no address is known",
    ),
    Access.GONE: _Words(
        "taken down",
        "taken down",
        "its publisher took {file} down; if you have a copy",
        "its publisher took it down; it was at {}",
        "its publisher took it down",
    ),
    Access.UNKNOWN: _Words(
        "not known whether it is available",
        "source not known",
        "if you have {file}",
        "no source is known; see {}",
        "no source is known",
    ),
}
