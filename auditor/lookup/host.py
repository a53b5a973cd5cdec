"""The files of a look-up over the web: each is proved by its SHA-256, and nothing is told but its name.

No cookie, no referrer, no login, the same headers from everybody. No ETag either: a host could give each
asker another one, and know them by it the next time. What is kept is kept by SHA-256, which is the same for
all, and the one file that can change is small enough to be fetched anew.
"""

import re
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from auditor import clock
from auditor.datasets.index.manifest import SHA256
from auditor.errors import (
    AuditorError,
    ConfigurationError,
    RefusedError,
    UnreachableError,
    UsageError,
    WrongFileError,
)
from auditor.files import private_dir, write_atomic
from auditor.lookup import described
from auditor.lookup.described import Described
from auditor.lookup.tree import sha256_of
from auditor.text import plain
from auditor.web.address import parse, shown
from auditor.web.session import Patience, new_session
from auditor.web.trouble import NETWORK_ERRORS, Cause, trouble

TIMEOUT: Final = (10.0, 30.0)
"""Seconds to connect and between two bytes."""
PATIENCE: Final = Patience(60.0, bytes_per_second=2048.0)
HEADERS: Final = {"User-Agent": "flickr-auditor", "Accept": "*/*", "Accept-Encoding": "identity"}
"""The same from everybody: a version or a system would make the crowd smaller."""

ATTEMPTS: Final = 3
KEPT_DAYS: Final = 60
KEPT_BYTES: Final = 256_000_000
_AHEAD: Final = timedelta(days=2)
"""How far a host's clock may be before this one's."""
_MAY_PASS: Final = frozenset({Cause.UNSENT, Cause.UNCLEAR})

_ROOT: Final = re.compile(r"(?:sha256[-=:])?([0-9a-f]{64})", re.IGNORECASE)
_AGAIN: Final = "Try again later. Nothing that depends on it was reported as not found."


class Host:
    """One look-up at one address."""

    def __init__(self, address: str, cache: Path) -> None:
        """`address` is that of the folder, after ``#`` perhaps the root that it must have.

        Errors: `UsageError` for no address, `RefusedError` for one without https.
        """
        self.url, self.pinned = _split(address)
        self.name = urlsplit(self.url).hostname or ""
        self._cache = private_dir(cache / sha256_of(self.url.encode())[:16])
        self._session = new_session(PATIENCE, loopback=parse(self.url).is_loopback)
        self._session.auth = _no_login
        self._session.headers.clear()
        self._session.headers.update(HEADERS)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.asked: list[str] = []
        """The names of the files that were asked for: all that the host got to know."""
        self.root = ""

    def close(self) -> None:
        """End the connection, and forget files that were not needed for long."""
        self._session.close()
        _prune(self._cache)

    def describe(self) -> Described:
        """Fetch ``lookup.json``.

        Errors: `WrongFileError` when there is none, `RefusedError` when it is not the pinned one or is older
        than one that came from here before, `UnreachableError` when nobody answers.
        """
        content = self._fetch(described.NAME, described.MOST_BYTES)
        self.root = sha256_of(content)
        if self.pinned and self.root != self.pinned:
            raise RefusedError(
                f"the look-up at {self.name} is not the one you named: its root is {self.root}",
                hint="Ask its host for today's root, by another way, and give that after # in the address.",
            )
        try:
            told = described.parse(content)
        except (ValueError, RecursionError) as error:
            raise WrongFileError(
                f"{plain(self.url, 200)} is not a look-up: {plain(error, 200)}",
                hint="Check the address: it is that of the folder which datasets publish --lookup wrote.",
            ) from None
        self._refuse_older(told)
        return told

    def file(self, name: str, sha256: str, most: int) -> bytes:
        """A file with this SHA-256, from the host or kept from before. Errors: as `describe`."""
        kept = self._cache / sha256
        if kept.is_file() and sha256_of(content := kept.read_bytes()) == sha256:
            kept.touch()  # for `_prune`
            return content
        content = self._fetch(name, most)
        if sha256_of(content) != sha256:
            raise RefusedError(
                f"{name} at {self.name} is not the file that its look-up names: it is damaged, or was"
                " tampered with, or is being replaced",
                hint=_AGAIN,
            )
        write_atomic(kept, content)
        return content

    def _refuse_older(self, told: Described) -> None:
        """Errors: `RefusedError` for a look-up of the future, or older than the newest seen here."""
        if datetime.fromisoformat(told.generated_at) > clock.utc() + _AHEAD:
            # Kept as the newest, it would have every later one refused.
            raise RefusedError(
                f"the look-up at {self.name} says that it is of {told.generated_at}, which is in the future",
                hint="Check the clock of this computer; if that is right, tell the host.",
            )
        seen = self._cache / "newest"
        before = seen.read_text("utf-8") if seen.is_file() else ""
        if told.generated_at < before and not self.pinned:
            raise RefusedError(
                f"the look-up at {self.name} is of {told.generated_at}, and one of {before} was there before",
                hint="Somebody put an old one back. If its host says that this is right, remove "
                f"{self._cache} and run it again.",
            )
        if told.generated_at > before:
            write_atomic(seen, told.generated_at)

    def _fetch(self, name: str, most: int) -> bytes:
        """The content of a file. A connection that was kept, and is cut when it is used, is made anew."""
        self.asked.append(name)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._get(name, most)
            except NETWORK_ERRORS as error:
                found = trouble(error, f"{self.url}/{name}", self.name)
                if found.cause in _MAY_PASS and attempt < ATTEMPTS:
                    continue
                wrong_here = found.cause is Cause.SETTINGS
                kind: type[AuditorError] = ConfigurationError if wrong_here else UnreachableError
                raise kind(found.message, hint=found.hint or _AGAIN) from None
        raise AssertionError("the last attempt returns or raises")

    def _get(self, name: str, most: int) -> bytes:
        url = f"{self.url}/{name}"
        # Streamed, and read to a limit: what a host sends must not fill the memory.
        with self._session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as response:
            self._refuse(name, response)
            content: bytes = response.raw.read(most + 1, decode_content=True)
        if len(content) > most:
            raise WrongFileError(f"{name} at {self.name} is far too long for a look-up", hint=_AGAIN)
        packed = "Content-Encoding" in response.headers
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and not packed and int(length) != len(content):
            raise UnreachableError(f"{self.name} cut {name} short", hint=_AGAIN)
        return content

    def _refuse(self, name: str, response: requests.Response) -> None:
        status = response.status_code
        if status == requests.codes.ok:
            return
        if response.is_redirect:
            # Not followed: another host would see what is asked, and it was not chosen.
            target = plain(response.headers["Location"], 200)
            raise RefusedError(
                f"{self.name} sends the question on to {target}", hint="If that is right, give that address."
            )
        if status >= requests.codes.server_error or status == requests.codes.too_many_requests:
            raise UnreachableError(f"{self.name} answers HTTP {status} for {name}", hint=_AGAIN)
        raise WrongFileError(
            f"{self.name} does not give {name} (HTTP {status})",
            hint="Check the address: it is that of the folder which datasets publish --lookup wrote.",
        )


def _split(address: str) -> tuple[str, str | None]:
    """The folder's address without a slash at its end, and the root after ``#``."""
    place, _, pin = address.strip().partition("#")
    try:
        parsed = parse(place)
    except ValueError as error:
        raise UsageError(
            f"{shown(address)} is not the address of a look-up: {error}", hint="Check the spelling."
        ) from None
    if parsed.scheme != "https" and not parsed.is_loopback:
        raise RefusedError(
            f"{shown(address)} is not an https address: anyone on the way could read what you ask for",
            hint="Use https (plain http is accepted on this machine only).",
        )
    if "?" in parsed.url:
        raise UsageError("the address of a look-up holds no ?", hint="Give the address of the folder alone.")
    root = _ROOT.fullmatch(pin) if pin else None
    if pin and root is None:
        raise UsageError(
            f"what follows # must be the root of the look-up, 64 hex digits, not {plain(pin, 80)}",
            hint="datasets publish --lookup prints it.",
        )
    folder = parsed.url.removesuffix(f"/{described.NAME}").removesuffix("/index.html").rstrip("/")
    return folder, root[1].lower() if root else None


def _prune(cache: Path) -> None:
    """Remove kept files that were not used for `KEPT_DAYS`, and the oldest beyond `KEPT_BYTES`."""
    kept = [(path, path.stat()) for path in cache.iterdir() if SHA256.fullmatch(path.name)]
    size = 0
    for path, status in sorted(kept, key=lambda one: one[1].st_mtime, reverse=True):
        size += status.st_size
        if size > KEPT_BYTES or clock.utc().timestamp() - status.st_mtime > KEPT_DAYS * 86_400:
            path.unlink(missing_ok=True)


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Not the login that a .netrc may hold for the host."""
    return request
