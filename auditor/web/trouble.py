"""What an error of the network comes from: the settings of this computer, its network, or the other side.

The libraries tell the address with its parameters, which hold tokens, and a proxy with its password; nothing
of that is repeated here.
"""

import errno
import http.client
import os
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy

from auditor.web.session import TooSlowError

NETWORK_ERRORS: Final = (OSError, urllib3.exceptions.HTTPError)
"""What a request raises: errors of requests are OSErrors, and some of urllib3 pass through it as they are."""

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""What may name other certificates to trust; the first that is set counts."""
NO_CERTIFICATES: Final = "which is not a certificate file"


class Cause(Enum):
    """Where the trouble is."""

    SETTINGS = "a setting of this computer: no retry mends it"
    OFFLINE = "no way to the other side"
    CERTIFICATE = "the other side cannot prove who it is"
    FOREIGN = "something else answers in its place"
    SLOW = "the answer comes too slowly"
    UNSENT = "no connection, so nothing was sent"
    UNCLEAR = "the connection broke off, and the request may have been carried out"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in words without a secret."""

    cause: Cause
    message: str
    hint: str = ""


def trouble(error: Exception, url: str, server: str) -> Trouble:
    """What `error`, raised while `url` was asked, comes from; `server` is its name for the user."""
    chain = list(_chain(error))
    proxy = proxy_source(url)

    def holds(*kinds: type[BaseException]) -> bool:
        return any(isinstance(link, kinds) for link in chain)

    if found := _setting(error, proxy, about_ssl=holds(*_SSL)):
        return found
    if holds(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return _proxy_trouble(chain, proxy or "the proxy")
    if holds(*_SSL) and not holds(*_CUT):
        return _untrusted(chain, server)
    if any(
        isinstance(link, http.client.BadStatusLine) and not isinstance(link, ConnectionError)
        for link in chain
    ):
        return Trouble(Cause.FOREIGN, f"the server that answers instead of {server} does not speak HTTP")
    if holds(TooSlowError):
        return Trouble(Cause.SLOW, f"{server} answers too slowly")
    if holds(socket.gaierror, urllib3.exceptions.NameResolutionError):
        message = f"the address of {server} cannot be found: no network connection, or no DNS server"
        return Trouble(Cause.OFFLINE, message, "Check the network; if you need a proxy, set HTTPS_PROXY.")
    if any(isinstance(link, OSError) and link.errno in _NO_ROUTE for link in chain):
        message = f"cannot reach {server}: this computer has no network connection"
        return Trouble(Cause.OFFLINE, message, "Check the network connection.")
    through = f" through the proxy of {proxy}" if proxy else ""
    if holds(requests.ConnectTimeout, urllib3.exceptions.NewConnectionError):
        return Trouble(Cause.UNSENT, f"{server} cannot be reached{through}: no connection")
    what = "did not answer in time" if isinstance(error, requests.Timeout) else "cut the connection"
    return Trouble(Cause.UNCLEAR, f"{server} {what}{through}")


_SSL: Final = (ssl.SSLError, requests.exceptions.SSLError)
_CUT: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""The connection ended: that says nothing about who was at its end."""
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH})


def proxy_source(url: str) -> str | None:
    """The environment variable that sends `url` through a proxy, or words for the system's settings."""
    try:
        chosen = select_proxy(url, get_environ_proxies(url))
    except ValueError:
        return None
    if not chosen:
        return None
    scheme = url.partition(":")[0].lower()
    names = [form for name in (f"{scheme}_proxy", "all_proxy") for form in (name, name.upper())]
    return next((name for name in names if os.environ.get(name) == chosen), "the system's proxy setting")


def _setting(error: Exception, proxy: str | None, *, about_ssl: bool) -> Trouble | None:
    variable = _ca_variable()
    # For a list of certificates that is not there requests raises an OSError that is none of its own errors.
    missing = not isinstance(error, requests.RequestException) and "certificate" in str(error)
    if variable and (missing or (about_ssl and not holds_certificates(Path(os.environ[variable])))):
        return Trouble(
            Cause.SETTINGS,
            f"{variable} names {os.environ[variable]}, {NO_CERTIFICATES}",
            f"Unset {variable}, or let it name a PEM file.",
        )
    if missing:
        message = "the list of trusted certificates cannot be read"
        return Trouble(Cause.SETTINGS, message, "Run: pip install --force-reinstall certifi")
    if proxy is None or not isinstance(error, ValueError):  # InvalidURL, InvalidSchema and their like
        return None
    if "SOCKS" in str(error):
        message = f"{proxy} names a SOCKS proxy, for which a package is missing"
        return Trouble(Cause.SETTINGS, message, f'Run: pip install "requests[socks]", or unset {proxy}.')
    return Trouble(
        Cause.SETTINGS,
        f"{proxy} is not the address of a proxy",
        f"Write it like http://host:3128 (a special character in a password as %40), or unset {proxy}.",
    )


def _ca_variable() -> str | None:
    return next((name for name in CA_VARIABLES if os.environ.get(name)), None)


def holds_certificates(path: Path) -> bool:
    """Whether there are certificates in a file, or in a folder under the names by which OpenSSL looks."""
    try:
        if path.is_dir():
            return any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", entry.name) for entry in path.iterdir())
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # an SSLError is one
        return False
    return True


def _untrusted(chain: list[BaseException], server: str) -> Trouble:
    verified = next((link for link in chain if isinstance(link, ssl.SSLCertVerificationError)), None)
    if verified is None:
        message = f"the server that answers instead of {server} does not speak its encryption"
        return Trouble(Cause.CERTIFICATE, message, "Something between is in the way, such as a login page.")
    hint = "Check this computer's clock and any proxy in between."
    if variable := _ca_variable():
        hint += f" {variable} says which certificates are trusted."
    message = f"the certificate of {server} could not be checked: {verified.verify_message}"
    return Trouble(Cause.CERTIFICATE, message, hint)


def _proxy_trouble(chain: list[BaseException], proxy: str) -> Trouble:
    said = " ".join(str(link) for link in chain)
    if any(isinstance(link, _SSL) for link in chain):
        message = f"the proxy of {proxy} cannot be reached over https"
        hint = f"Most proxies speak plain http, even for https addresses: write http:// in {proxy}."
    elif "407" in said:
        message = f"the proxy of {proxy} wants a user name and a password"
        hint = f"Write them into {proxy}: http://name:password@host:port"
    elif "Tunnel connection failed" in said:
        message = f"the proxy of {proxy} does not let this program through"
        hint = f"Ask whoever runs it, or unset {proxy}."
    else:
        message = f"the proxy of {proxy} cannot be reached"
        hint = f"Check its address, or unset {proxy}."
    return Trouble(Cause.OFFLINE, message, hint)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those it came from, also those that urllib3 keeps as a `reason`."""
    seen = set[int]()
    waiting = [error]
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
