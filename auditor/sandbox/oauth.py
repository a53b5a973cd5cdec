"""The OAuth 1.0a provider: it checks every signature, time stamp and nonce, and refuses in Flickr's words.

The steps are those of https://www.flickr.com/services/api/auth.oauth.html, the replies those of recorded
exchanges.
"""

import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

from auditor.sandbox.account import Account
from auditor.sandbox.wire import Reply, Request, html_reply, page_reply, text_reply

#: Each contains the ones before it.
PERMS = ("none", "read", "write", "delete")

_TIMESTAMP = re.compile(r"[0-9]{1,12}")

#: Seconds that a client's clock may be off.
MAX_SKEW = 300

_REQUIRED = (
    "oauth_consumer_key",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
)


class OAuthProblemError(Exception):
    """A refusal; `reply` is what the client gets to read."""

    def __init__(self, status: int, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.reply = text_reply(status, f"oauth_problem={problem}{detail}")


class DeadTokenError(Exception):
    """An access token that was never issued or was revoked; REST says so in its own words."""


@dataclass(slots=True)
class Token:
    """An access token."""

    key: str
    secret: str
    perms: str


@dataclass(slots=True)
class Pending:
    """A request token on its way to become an access token."""

    key: str
    secret: str
    callback: str
    perms: str = ""
    verifier: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature was right."""

    args: dict[str, str]  # query, body and header together, without the signature itself
    token: Token | None


class Provider:
    """Issues and checks tokens for the one account and the one API key of the sandbox."""

    def __init__(self, key: str, secret: str, account: Account) -> None:
        self.key = key
        self.secret = secret
        self.account = account
        self.tokens: dict[str, Token] = {}
        self.pending: dict[str, Pending] = {}
        self._nonces: dict[tuple[str, str], float] = {}
        self._pruned = account.clock()
        self._lock = threading.Lock()

    def issue(self, perms: str) -> Token:
        """A new access token, as if the user had just allowed it."""
        if perms not in PERMS[1:]:
            raise ValueError(f"no such permission: {perms}")
        token = Token(_new_key(), secrets.token_hex(8), perms)
        with self._lock:
            self.tokens[token.key] = token
        return token

    def revoke(self, key: str) -> None:
        """Make an access token worthless, as its user can on Flickr's settings page."""
        with self._lock:
            self.tokens.pop(key, None)

    # -- checking ------------------------------------------------------------------------------------------

    def check(self, request: Request) -> Signed:
        """Check a signed REST call.

        Errors: `OAuthProblemError` for what Flickr answers in the words of OAuth, `DeadTokenError` for a
        token that was revoked or never was.
        """
        params = [*request.oauth, *request.form]
        args = dict(params)
        token = None
        if "oauth_token" in args:
            token = self.tokens.get(args["oauth_token"])
            if token is None and args["oauth_token"]:
                raise DeadTokenError
            if token is None:
                raise OAuthProblemError(400, "parameter_absent", "&oauth_parameters_absent=oauth_token")
        self._verify(request, params, token.secret if token else "")
        return Signed(args, token)

    def _verify(self, request: Request, params: list[tuple[str, str]], token_secret: str) -> None:
        args = dict(params)
        absent = [name for name in _REQUIRED if not args.get(name)]
        if absent:
            detail = "&oauth_parameters_absent=" + quote("&".join(absent), safe="")
            raise OAuthProblemError(400, "parameter_absent", detail)
        if args["oauth_consumer_key"] != self.key:
            raise OAuthProblemError(401, "consumer_key_unknown")
        if args["oauth_signature_method"] != "HMAC-SHA1":
            raise OAuthProblemError(401, "signature_method_rejected")
        unsigned = [(name, value) for name, value in params if name != "oauth_signature"]
        base = signature.signature_base_string(
            request.method,
            signature.base_string_uri(request.url),
            signature.normalize_parameters(unsigned),
        )
        signer = Client(self.key, client_secret=self.secret, resource_owner_secret=token_secret)
        expected = signature.sign_hmac_sha1_with_client(base, signer)
        if not hmac.compare_digest(expected.encode(), args["oauth_signature"].encode()):
            raise OAuthProblemError(401, "signature_invalid", "&debug_sbs=" + quote(base, safe="&%=-._~"))
        self._check_freshness(args)

    def _check_freshness(self, args: dict[str, str]) -> None:
        now = self.account.clock()
        stamp = args["oauth_timestamp"]
        if not _TIMESTAMP.fullmatch(stamp) or abs(int(stamp) - now) > MAX_SKEW:
            raise OAuthProblemError(401, "timestamp_refused")
        nonce = (args.get("oauth_token", ""), args["oauth_nonce"])
        with self._lock:
            if abs(now - self._pruned) > MAX_SKEW:
                # A nonce of a time stamp that would be refused anyway need not be remembered.
                self._nonces = {key: at for key, at in self._nonces.items() if at >= now - MAX_SKEW}
                self._pruned = now
            if nonce in self._nonces:
                raise OAuthProblemError(401, "nonce_used")
            self._nonces[nonce] = float(stamp)

    # -- the three steps of a login ------------------------------------------------------------------------

    def request_token(self, request: Request) -> Reply:
        """Step 1: a request token, which remembers where to send the user back to."""
        params = [*request.oauth, *request.form]
        try:
            self._verify(request, params, "")
        except OAuthProblemError as problem:
            return problem.reply
        callback = dict(params).get("oauth_callback", "")
        if not callback:
            return text_reply(400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback")
        if callback != "oob" and not _is_web_address(callback):
            return text_reply(401, "oauth_problem=callback_rejected")
        pending = Pending(_new_key(), secrets.token_hex(8), callback)
        with self._lock:
            self.pending[pending.key] = pending
        return text_reply(
            200,
            f"oauth_callback_confirmed=true&oauth_token={pending.key}&oauth_token_secret={pending.secret}",
        )

    def authorize(self, request: Request) -> Reply:
        """Step 2: GET asks the user, POST decides and leads back to the program."""
        args = dict(request.form)
        pending = self.pending.get(args.get("oauth_token", ""))
        perms = args.get("perms") or "read"
        if pending is None or pending.verifier or perms not in PERMS[1:]:
            return page_reply(
                400,
                "This link is no longer valid",
                "<p>It was used before, or the pretend Flickr has been restarted. Start the login again:"
                " <b>flickr-auditor login</b>.</p>",
            )
        if request.method != "POST":
            return self._question(pending, perms)
        if args.get("decision") != "allow":
            with self._lock:
                del self.pending[pending.key]
            if pending.callback == "oob":
                return page_reply(200, "Denied", "<p>The program got no access. You can close this page.</p>")
            return _redirect(pending.callback, {"oauth_problem": "user_refused", "oauth_token": pending.key})
        pending.perms = perms
        if pending.callback == "oob":
            digits = f"{secrets.randbelow(10**9):09d}"
            pending.verifier = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
            return page_reply(
                200, "Your code", f"<p>Type this into your program:</p><p><code>{pending.verifier}</code></p>"
            )
        pending.verifier = secrets.token_hex(8)
        return _redirect(pending.callback, {"oauth_token": pending.key, "oauth_verifier": pending.verifier})

    def _question(self, pending: Pending, perms: str) -> Reply:
        may = _MAY[perms]
        return page_reply(
            200,
            "Allow this program?",
            f"<p>A program wants to <b>{escape(may)}</b> of <b>{escape(self.account.me.username)}</b>.</p>"
            "<p>This is a practice account on your own computer: nothing here is real,"
            " and nothing leaves it.</p>"
            "<form method='post' action='/services/oauth/authorize'>"
            f"<input type='hidden' name='oauth_token' value='{escape(pending.key)}'>"
            f"<input type='hidden' name='perms' value='{escape(perms)}'>"
            "<button name='decision' value='allow'>Allow</button>"
            "<button name='decision' value='deny' class='plain'>Deny</button></form>",
        )

    def access_token(self, request: Request) -> Reply:
        """Step 3: the access token, for the verifier that the user brought back. Works once."""
        params = [*request.oauth, *request.form]
        args = dict(params)
        if not args.get("oauth_token"):
            return text_reply(400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token")
        pending = self.pending.get(args["oauth_token"])
        try:
            if pending is None:
                raise OAuthProblemError(401, "token_rejected")
            self._verify(request, params, pending.secret)
        except OAuthProblemError as problem:
            return problem.reply
        if not pending.verifier or not hmac.compare_digest(
            pending.verifier.encode(), args.get("oauth_verifier", "").encode()
        ):
            return text_reply(401, "oauth_problem=verifier_invalid")
        with self._lock:
            if self.pending.pop(pending.key, None) is None:
                return text_reply(401, "oauth_problem=token_rejected")
        token = self.issue(pending.perms)
        fields = {
            "fullname": self.account.me.realname,
            "oauth_token": token.key,
            "oauth_token_secret": token.secret,
            "user_nsid": self.account.me.nsid,
            "username": self.account.me.username,
        }
        return text_reply(200, urlencode(fields, quote_via=quote))


#: What each permission lets a program do, with the photos …
_MAY = {
    "read": "see the photos, the private ones too,",
    "write": "see and change the photos",
    "delete": "see, change and delete the photos",
}

#: What may stand in an address as it is (RFC 3986), and what is already percent-encoded.
_RESERVED = "%:/?#[]@!$&'()*+,;=~"


def _new_key() -> str:
    """A token in Flickr's form: a serial number and 16 hex digits."""
    return f"72157720{secrets.randbelow(10**9):09d}-{secrets.token_hex(8)}"


def _is_web_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https")
    except ValueError:  # such as a half-written IPv6 address
        return False


def _redirect(callback: str, fields: dict[str, str]) -> Reply:
    parts = urlsplit(callback)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields.items()])
    return html_reply(
        302, "Going back", "", {"Location": quote(parts._replace(query=query).geturl(), safe=_RESERVED)}
    )
