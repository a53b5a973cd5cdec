r"""One check of addresses, by the parser that connects.

`urllib.parse` finds the host 127.0.0.1 in ``http://host\@127.0.0.1``, and requests, which connects, the host
``host``: with two parsers, a check of the one says nothing about the other. So an address is brought into the
form that requests sends, and that form is what is judged and what is used.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests

from auditor.text import plain

_NEVER: Final = re.compile(r"[\\\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address that can be connected to."""

    url: str
    """As it is to be sent; never another spelling of it."""
    scheme: str
    """``http`` or ``https``."""
    host: str

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine itself."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse(url: str) -> Address:
    """The address that requests would connect to. Errors: `ValueError` saying what is wrong with it."""
    if _NEVER.search(url):
        raise ValueError("it holds a backslash, a space or a control character")
    request = requests.PreparedRequest()
    try:
        request.prepare_url(url, None)
        parts = urlsplit(request.url or "")
        host = parts.hostname
    except (ValueError, UnicodeError) as error:
        raise ValueError(shown(_first_line(error))) from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError("it does not begin with https://")
    if not host:
        raise ValueError("it names no host")
    if "@" in parts.netloc:
        # https://www.flickr.com@evil.example/ goes to evil.example; nothing here needs a name and a password.
        raise ValueError("it holds a user name")
    return Address(parts.geturl(), parts.scheme, host.rstrip("."))


def shown(url: str) -> str:
    """`url` for a message: on one line, and without the password that somebody wrote into it."""
    return re.sub(r"(//|^)[^/?#@]*@", r"\1…@", plain(url, 200))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["it cannot be read"])[0]
