"""Who may talk to the review page: the browser that opened its one-time link, and nobody through it.

Loopback is no boundary: every page that is open in the same browser can send requests to 127.0.0.1, and a
host name can be pointed there (DNS rebinding). So: the Host must be ours; the first request must bring a
token that works once and is answered with a cookie for this site only; whatever changes something is a POST
from our own origin with the session's form token. Answers may not be framed, cached or sniffed, and run no
script but the one file that is served here.
"""

import hmac
import secrets
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auditor.flickr.callback_page import STYLE, web_page

COOKIE: Final = "flickr_auditor_session"
FORM_TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
ENTRANCE: Final = "/enter"
OPEN_PATHS: Final = frozenset({ENTRANCE, "/login/callback"})
"""Reached from elsewhere, so without a SameSite=Strict cookie; neither shows or changes a thing."""

POLICY: Final = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {STYLE}; connect-src 'self';"
    " img-src 'self' data: {pictures}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it Chromium sends "Origin: null" with forms, and the check of origins refuses.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_CLOSED: Final = web_page(
    "This page is not open here",
    "<p>The program was started anew, or this is another browser. Go back to the window in which it runs and"
    " open the link that it prints.</p>"
    "<p>If it does not run, or its link was used already (it works once, in one browser), start it anew:"
    " <b>flickr-auditor</b>. Nothing is lost.</p>",
)


class Keys:
    """The secrets of one run of the server."""

    def __init__(self) -> None:
        self._entrance: str | None = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self.form = secrets.token_urlsafe(32)

    @property
    def entrance(self) -> str:
        """The token of the link to open; empty once it was used."""
        return self._entrance or ""

    def enter(self, token: str) -> bool:
        """Whether `token` opens the door; it does so once."""
        if self._entrance is None or not hmac.compare_digest(token.encode(), self._entrance.encode()):
            return False
        self._entrance = None
        return True

    def admit(self, response: Response) -> None:
        """Give the browser its cookie."""
        response.set_cookie(COOKIE, self._cookie, httponly=True, samesite="strict", path="/")

    def knows(self, cookie: str) -> bool:
        """Whether this is the cookie of the session."""
        return hmac.compare_digest(cookie.encode(), self._cookie.encode())

    def is_form_token(self, token: str) -> bool:
        """Whether a form of ours sent this."""
        return hmac.compare_digest(token.encode(), self.form.encode())


class Guard:
    """Checks host, origin and cookie before any page sees a request, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, keys: Keys, pictures: Callable[[], str]) -> None:
        self._app = app
        self._keys = keys
        self._pictures = pictures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = POLICY.format(pictures=self._pictures())
                MutableHeaders(scope=message).update({**HEADERS, "Content-Security-Policy": policy})
            await send(message)

        if problem := self._problem(Request(scope)):
            await HTMLResponse(_CLOSED, status_code=problem)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _problem(self, request: Request) -> int | None:
        """The status to refuse with, or None."""
        headers = request.headers
        port = request.scope["server"][1]
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
        if headers.get("host") not in hosts:
            return 421
        if request.method not in {"GET", "HEAD", "POST"}:
            return 405
        if request.method == "POST" and not _same_origin(headers, hosts):
            return 403
        if request.url.path in OPEN_PATHS:
            return None
        return None if self._keys.knows(request.cookies.get(COOKIE, "")) else 403


def _same_origin(headers: Headers, hosts: set[str]) -> bool:
    """Whether a page of ours sends this; browsers name the origin of every POST."""
    origin = urlsplit(headers.get("origin", ""))
    site = headers.get("sec-fetch-site", "same-origin")
    return origin.scheme == "http" and origin.netloc == headers.get("host") in hosts and site == "same-origin"
