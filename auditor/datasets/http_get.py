"""One request to whoever offers a file: which addresses may be asked, and what an answer without it means."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from auditor.errors import (
    AuditorError,
    ConfigurationError,
    RefusedError,
    UnreachableError,
    WrongFileError,
)
from auditor.text import plain
from auditor.version import VERSION
from auditor.web.address import Address, parse, shown
from auditor.web.session import Patience, new_session
from auditor.web.trouble import NETWORK_ERRORS, Cause, trouble

TIMEOUT: Final = (10.0, 60.0)
"""Seconds to connect and between two bytes."""
PATIENCE: Final = Patience(120.0, bytes_per_second=2048.0)
"""For a whole answer: a large file over a slow line may come, a byte now and then is no file."""

_REDIRECTS: Final = 5
_BYTES: Final = re.compile(r"[0-9]{1,18}")
TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
AGAIN: Final = "Run the same command again later; it resumes where it stopped."


class BrokenOffError(Exception):
    """The connection failed or the server is busy; another try may do."""


def get_small(url: str, limit: int) -> bytes:
    """The content at `url`, at most `limit` bytes. Errors: as for `download`."""
    url = check_address(url).url
    try:
        with answer(url, {}) as response, network_errors(url):
            if response.status_code != requests.codes.ok:
                raise no_file(url, response.status_code)
            content: bytes = response.raw.read(limit + 1, decode_content=True)
    except BrokenOffError as error:
        raise UnreachableError(f"{plain(url, 200)} does not answer: {error}", hint=AGAIN) from error
    if len(content) > limit:
        raise WrongFileError(f"{url} gives more than {limit:,} bytes", hint="Check the address.")
    return content


def check_address(url: str, *, has_checksum: bool = False) -> Address:
    """The address that will be connected to.

    Errors: `RefusedError` for one over which anybody on the way could slip in another file: plain http is
    good on this machine itself, and where a checksum tells the file.
    """
    try:
        address = parse(url)
    except ValueError as error:
        raise RefusedError(
            f"{shown(url)} is not an address to get a file from: {error}",
            hint="Check the spelling.",
        ) from None
    if address.scheme == "https" or has_checksum or address.is_loopback:
        return address
    raise RefusedError(
        f"{shown(url)} is not an https address, so nothing would prove that the right file arrived",
        hint="Use https (plain http is accepted on this machine only, and for files with a known checksum).",
    )


@contextmanager
def answer(
    url: str, headers: Mapping[str, str], *, has_checksum: bool = False
) -> Iterator[requests.Response]:
    """The answer at the end of the redirects, its body still to be read.

    Errors: `BrokenOffError` where another try may do, and those that no try mends.
    """
    for _ in range(_REDIRECTS + 1):
        here = parse(url)
        with (
            new_session(PATIENCE, loopback=here.is_loopback) as session,
            _get(session, url, headers) as response,
        ):
            if not response.is_redirect:
                yield response
                return
            target = check_address(
                urljoin(url, response.headers["Location"]),
                has_checksum=has_checksum and here.scheme == "http",
            )
        if target.is_loopback and not here.is_loopback:
            raise RefusedError(
                f"{plain(url, 200)} redirects to an address on this machine", hint="Check the address."
            )
        url = target.url
    raise WrongFileError(f"{plain(url, 200)} redirects in a circle", hint="Check the address in a browser.")


def _get(session: requests.Session, url: str, headers: Mapping[str, str]) -> requests.Response:
    # Not the login that a .netrc may hold for the host: the files are for anybody.
    session.auth = _no_login
    own = {"User-Agent": f"flickr-auditor/{VERSION}", "Accept-Encoding": "identity"}
    try:
        with network_errors(url):
            return session.get(
                url, headers={**own, **headers}, stream=True, timeout=TIMEOUT, allow_redirects=False
            )
    except ValueError as error:  # requests reads where a redirect leads, though it does not go there
        raise WrongFileError(
            f"{plain(url, 200)} redirects to what is no address: {plain(error, 200)}",
            hint="Check the address in a browser.",
        ) from error


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


@contextmanager
def network_errors(url: str) -> Iterator[None]:
    """Turn what the HTTP libraries raise into `BrokenOffError`, or into an error that no try can mend."""
    try:
        yield
    except NETWORK_ERRORS as error:
        found = trouble(error, url, urlsplit(url).hostname or "the server")
        match found.cause:
            case Cause.SETTINGS:
                raise ConfigurationError(found.message, hint=found.hint) from None
            case Cause.CERTIFICATE | Cause.OFFLINE:
                raise UnreachableError(found.message, hint=found.hint) from None
            case Cause.SLOW:
                raise UnreachableError(found.message, hint=AGAIN) from None
            case _:
                raise BrokenOffError(_reason(error)) from error


def _reason(error: BaseException) -> str:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return plain(error, 200) or type(error).__name__


def no_file(url: str, status: int) -> AuditorError:
    """The error for an answer with this HTTP status, which is not the file."""
    told = plain(url, 200)
    if status in TRANSIENT:
        return UnreachableError(f"{told} answers HTTP {status}", hint=AGAIN)
    if status in (401, 403):
        return WrongFileError(
            f"{told} is not for everybody (HTTP {status})",
            hint="Ask its publisher or log in there, then: flickr-auditor datasets add NAME FILE",
        )
    return WrongFileError(
        f"{told} does not give the file (HTTP {status})",
        hint="Its publisher may have moved it: get it by hand, then: flickr-auditor datasets add NAME FILE",
    )


def header_number(text: str) -> int | None:
    """A number of bytes in a header; None for what is none, such as more digits than Python reads."""
    return int(text) if _BYTES.fullmatch(text) else None
