"""OAuth 1.0a: get an access token with the user's consent, over a loopback page or by typing a code.

The three steps are Flickr's: request token, the user's consent in a browser, access token
(https://www.flickr.com/services/api/auth.oauth.html). We ask for `read`, and for `write` only when changes
are to be made.
"""

import re
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from requests_oauthlib import OAuth1Session
from requests_oauthlib.oauth1_session import TokenMissing, TokenRequestDenied

from auditor.errors import NotAllowedError, UnreachableError
from auditor.flickr.callback_page import web_page
from auditor.flickr.tokens import Token
from auditor.flickr.transport import TIMEOUT, network_error, oauth_error, prepare_session
from auditor.flickr.urls import normalise_nsid
from auditor.text import pasted
from auditor.web.trouble import NETWORK_ERRORS

HOST: Final = "https://www.flickr.com"
CONSENT_SECONDS: Final = 300.0
Permission = Literal["read", "write"]


class Login:
    """One login in progress. `base_url` is another Flickr (the sandbox)."""

    def __init__(self, api_key: str, api_secret: str, *, base_url: str | None = None) -> None:
        self._key = api_key
        self._secret = api_secret
        self._loopback = base_url is not None
        self._oauth = f"{base_url or HOST}/services/oauth"
        self._session: OAuth1Session | None = None

    def start(self, perms: Permission, callback: str) -> str:
        """Get a request token; return the address where the user consents.

        `callback` is an address or ``oob``.
        """
        self._session = self._new_session(callback_uri=callback)
        fields = self._fetch(
            lambda: self._session_now().fetch_request_token(f"{self._oauth}/request_token", timeout=TIMEOUT)
        )
        return f"{self._oauth}/authorize?{urlencode({'oauth_token': fields['oauth_token'], 'perms': perms})}"

    def finish(self, verifier: str) -> Token:
        """Trade the verifier for the access token."""
        session = self._session_now()
        session.auth.client.verifier = verifier
        fields = self._fetch(
            lambda: session.fetch_access_token(f"{self._oauth}/access_token", timeout=TIMEOUT)
        )
        return Token(
            fields["oauth_token"],
            fields["oauth_token_secret"],
            nsid=normalise_nsid(fields.get("user_nsid", "")) or "",
            username=fields.get("username", ""),
        )

    def _session_now(self) -> OAuth1Session:
        if self._session is None:
            raise ValueError("start() comes first")
        return self._session

    def _new_session(self, **kwargs: str) -> OAuth1Session:
        session = OAuth1Session(str(self._key), client_secret=str(self._secret), **kwargs)
        session.max_redirects = 0
        prepare_session(session, loopback=self._loopback)
        return session

    def _fetch(self, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        try:
            fields = ask()
        except TokenRequestDenied as error:
            raise oauth_error(error.response.text) from None
        except TokenMissing:
            raise _unreadable() from None
        except NETWORK_ERRORS as error:
            raise network_error(error, self._oauth) from None
        except ValueError:
            raise _unreadable() from None
        if not fields.get("oauth_token") or not fields.get("oauth_token_secret"):
            raise UnreachableError("Flickr's answer to the login holds no token", hint="Try again later.")
        return fields


def verifier_in(text: str) -> str | None:
    """The code in what somebody typed or pasted; None when there is none, so that it can be asked for again.

    Flickr shows ``465-882-025``. People paste the whole address of the page, leave out the dashes, or bring
    along what their browser, mail or word processor made of them.
    """
    line = unicodedata.normalize("NFKC", pasted(text))
    if named := _VERIFIER_FIELD.search(line):
        line = unquote(named[1])
    elif "://" in line or "oauth_" in line:
        return None
    if digits := _NINE_DIGITS.search(line):
        return "-".join(digits.groups())
    return line if re.fullmatch(r"[\w.~-]+", line, re.ASCII) else None


_VERIFIER_FIELD: Final = re.compile(r"oauth_verifier\W{0,3}(?:=|:|%3D)[\s\"']*([^&\s\"'<>#]+)", re.IGNORECASE)
_NINE_DIGITS: Final = re.compile(r"(?<![\w])(\d{3})[\W_]{0,3}(\d{3})[\W_]{0,3}(\d{3})(?![\w])", re.ASCII)


def _unreadable() -> UnreachableError:
    return UnreachableError("Flickr's answer to the login is not readable", hint="Try again later.")


class Callback:
    """A page on 127.0.0.1 that waits for the browser to come back with the verifier.

    Its path holds a random part: other requests (a favicon, another program) are answered 404 and change
    nothing.
    """

    def __init__(self) -> None:
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._arrived = threading.Event()
        self._verifier = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where Flickr is to send the browser back to."""
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def __enter__(self) -> "Callback":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, seconds: float = CONSENT_SECONDS) -> str:
        """The verifier. Errors: `NotAllowedError` when the user denied, or nothing came in time."""
        deadline = time.monotonic() + seconds
        # A wait without a limit cannot be interrupted by Ctrl-C on every system.
        while not self._arrived.wait(min(1.0, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise NotAllowedError(
                    f"the login was not approved within {seconds / 60:.0f} minutes",
                    hint="Run flickr-auditor login again; on a machine without a browser add --no-browser.",
                )
        if not self._verifier:
            raise NotAllowedError(
                "the login was denied on Flickr", hint="Run flickr-auditor login again and allow it."
            )
        return self._verifier

    def _arrive(self, query: str) -> bool:
        fields = parse_qs(query)
        self._verifier = fields.get("oauth_verifier", [""])[0]
        self._arrived.set()
        return bool(self._verifier)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path != callback._path:
                    self.send_error(404)
                    return
                if callback._arrive(address.query):
                    page = web_page(
                        "Logged in", "<p>You can close this page and go back to the terminal.</p>"
                    )
                else:
                    page = web_page("Not logged in", "<p>Flickr sent no permission. Nothing was changed.</p>")
                body = page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """The request line holds the verifier."""

        return Handler
