"""Whom a target of `check` means: by Flickr where it may be asked, else as far as the address tells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from auditor.errors import AuditorError, CallError
from auditor.flickr.target import Target
from auditor.flickr.urls import profile_url

_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")


class Resolver(Protocol):
    """Finds people by address or name; `auditor.flickr.api.ReadApi` is one."""

    def user_at(self, url: str, /) -> str | None:
        """The NSID behind a profile page."""

    def user_named(self, username: str, /) -> str | None:
        """The NSID of exactly this user name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a target names, as far as could be told."""

    nsid: str | None
    alias: str | None
    note: str | None = None


class Unaskable:
    """A resolver that could not even be made: it fails when it is asked."""

    def __init__(self, failure: AuditorError) -> None:
        self._failure = failure

    def user_at(self, _url: str) -> str | None:
        """Errors: the failure."""
        raise self._failure

    def user_named(self, _username: str) -> str | None:
        """Errors: the failure."""
        raise self._failure


class OnceFailed:
    """A resolver that is not asked again once it cannot be reached, nor lets anybody in."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._failure: AuditorError | None = None

    def user_at(self, url: str) -> str | None:
        """As `Resolver`. Errors: also the one with which it failed before."""
        return self._ask(self._resolver.user_at, url)

    def user_named(self, username: str) -> str | None:
        """As `user_at`."""
        return self._ask(self._resolver.user_named, username)

    def _ask(self, question: Callable[[str], str | None], about: str) -> str | None:
        if self._failure is not None:
            raise self._failure
        try:
            return question(about)
        except CallError:
            raise
        except AuditorError as error:
            self._failure = error
            raise


def resolver_for(targets: Sequence[Target], client: Callable[[], Resolver]) -> Resolver | None:
    """What finds the people among `targets`; None where nobody has to be found: ids need no call."""
    if not any(
        target.kind == "username" or (target.owner is not None and target.owner.nsid is None)
        for target in targets
    ):
        return None
    try:
        return client()
    except AuditorError as error:
        return Unaskable(error)


def whom(target: Target, resolver: Resolver | None) -> Person:
    """Whom a name or a profile page means.

    By Flickr where it may be asked, else by path alias, and then it says so.
    """
    owner = target.owner
    if owner and owner.nsid:
        return Person(owner.nsid, owner.path_alias)
    name = target.text.strip()
    alias = owner.path_alias if owner else (name.lower() if _ALIAS.fullmatch(name) else None)
    if resolver is not None:
        if target.kind == "username" and (nsid := resolver.user_named(name)):
            # A user name is no path alias: somebody else may own the alias that is spelt the same.
            return Person(nsid, None)
        if alias and (nsid := resolver.user_at(profile_url(alias))):
            return Person(nsid, alias)
    if alias is None:
        why = (
            "Flickr knows no such user"
            if resolver
            else "without an API key a user name with such letters cannot be looked up"
        )
        return Person(None, None, why)
    why = "Flickr knows no such user today" if resolver else "no API key is set"
    return Person(
        None, alias, f"{why}: matched by the path alias alone, which misses indexes that hold NSIDs only"
    )
