"""Signed calls over HTTP.

Flickrapi signs and sends, this module keeps it safe and gives every failure a type.

What flickrapi 2.4.0 leaves to its callers, and is done here: time-outs, one session for each thread (its own
is shared by all instances), the HTTP status (it turns every non-200 into an error without one, and logs the
body, which for a signature problem holds the token), retries with a fresh nonce, and no following of
redirects.

Flickr fails in four dialects: 200 with ``{"stat":"fail"}``; 400/401 ``text/plain`` with ``oauth_problem=…``;
429 and 5xx with HTML; 200 with a body that is no JSON object. Transient are 429, 5xx, network errors,
unreadable bodies, the codes 105 and 106, and 0 or 201 with "Sorry, the Flickr API service is not currently
available." Nothing else is tried again.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qs

import flickrapi
import requests
import stamina
from flickrapi.auth import FlickrAccessToken

from auditor import clock
from auditor.errors import AuditorError, CallError, ConfigurationError, NotAllowedError, UnreachableError
from auditor.flickr.budget import CallBudget
from auditor.flickr.parse import Json, integer, text
from auditor.outside import world
from auditor.progress import SILENT, Progress
from auditor.text import file_size
from auditor.version import VERSION
from auditor.web.address import parse
from auditor.web.session import Patience, prepare
from auditor.web.trouble import NETWORK_ERRORS, Cause, trouble

USER_AGENT: Final = f"flickr-auditor/{VERSION} (audits and protects its user's own photos)"
TIMEOUT: Final = (10.0, 30.0)
"""Seconds to connect and between two bytes of the answer."""
PATIENCE: Final = Patience(60.0)
"""For a whole answer. It also makes sure that no answer is older than a minute when it is believed."""
MAX_ANSWER: Final = 64_000_000
"""Bytes of an answer as unpacked; a page of 500 photos with long descriptions has a few million."""
_CHUNK: Final = 1 << 16
LONGEST_WAIT: Final = 300.0
"""A `Retry-After` beyond this ends the command (resumable) instead of sleeping through it."""

READ_METHODS: Final = frozenset(
    {
        "flickr.auth.oauth.checkToken",
        "flickr.people.findByUsername",
        "flickr.people.getInfo",
        "flickr.people.getPhotos",
        "flickr.photos.getAllContexts",
        "flickr.photos.getCounts",
        "flickr.photos.getInfo",
        "flickr.photos.getPerms",
        "flickr.photos.licenses.getAvailable",
        "flickr.photos.licenses.getLicenseHistory",
        "flickr.photos.recentlyUpdated",
        "flickr.photosets.getList",
        "flickr.photosets.getPhotos",
        "flickr.prefs.getHidden",
        "flickr.prefs.getPrivacy",
        "flickr.prefs.getSafetyLevel",
        "flickr.test.login",
        "flickr.urls.lookupUser",
    }
)

# These libraries log request parameters, tokens and whole error bodies; no level of theirs is safe to show.
for _name in ("flickrapi", "oauthlib", "requests_oauthlib", "stamina"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs a call; the token pair is missing before login. Never shown: `repr` hides all of it."""

    api_key: str
    api_secret: str
    token: str = ""
    token_secret: str = ""

    def __repr__(self) -> str:
        return "Credentials(***)"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try again after a transient failure; seconds."""

    attempts: int = 6
    first: float = 0.5
    longest: float = 15.0


class TransientError(UnreachableError):
    """One try failed in a way that may pass; `retry_after` seconds where Flickr told.

    `unclear`: the request may have been carried out although no answer came (matters for writes).
    `cause`: where the network was the trouble.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        unclear: bool = False,
        cause: Cause | None = None,
        **options: str,
    ) -> None:
        super().__init__(message, **options)
        self.retry_after = retry_after
        self.unclear = unclear
        self.cause = cause


class Transport:
    """Sends reading calls; every try is taken from the budget and counted in `calls`. Safe for threads."""

    def __init__(
        self,
        credentials: Credentials,
        budget: CallBudget,
        *,
        base_url: str | None = None,
        retry: Retry = Retry(),
        progress: Progress = SILENT,
    ) -> None:
        self.calls = 0
        self._credentials = credentials
        self._budget = budget
        self._base_url = base_url
        self._retry = retry
        self._progress = progress
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._was_answered = False

    def read(self, method: str, **params: object) -> Json:
        """Call a reading method and return Flickr's JSON object; params that are None are left out.

        Errors: `CallError` for an error code of the method; `NotAllowedError` for keys, tokens and
        permissions; `UnreachableError` when all tries failed; `BudgetSpentError`.
        """
        if method not in READ_METHODS:
            raise ValueError(f"{method} is not registered as a reading method")
        return self._call(method, params, retry_unclear=True)

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in self._sessions:
            session.close()

    def _call(self, method: str, params: Mapping[str, object], *, retry_unclear: bool) -> Json:
        slow = 0

        def again(error: Exception) -> bool | float:
            nonlocal slow
            if not isinstance(error, TransientError) or (error.unclear and not retry_unclear):
                return False
            if error.cause in {Cause.OFFLINE, Cause.FOREIGN} and not self._was_answered:
                # A network that was never there does not come for being asked again; one that went may.
                return False
            slow += error.cause is Cause.SLOW
            if slow > 1:
                return False
            if error.retry_after is None:
                return True
            if error.retry_after > LONGEST_WAIT:
                return False
            self._progress.say(f"Flickr asks to wait {error.retry_after:.0f} seconds.")
            return error.retry_after

        attempts = stamina.retry_context(
            on=again,
            attempts=self._retry.attempts,
            timeout=None,
            wait_initial=self._retry.first,
            wait_max=self._retry.longest,
            wait_jitter=self._retry.first,
        )
        for attempt in attempts:
            with attempt:
                return self._try(method, params)
        raise AssertionError("stamina ends with a return or an error")

    def _try(
        self, method: str, params: Mapping[str, object], before_send: Callable[[], None] | None = None
    ) -> Json:
        """One request.

        `before_send` runs after the wait for the budget, however long, and may raise to call it off.
        """
        self._budget.acquire()
        if before_send is not None:
            before_send()
        with self._lock:
            self.calls += 1
        client = self._client()
        try:
            body = client.do_flickr_call(method, format="json", **params)
        except AuditorError:
            self._was_answered = True
            raise
        except NETWORK_ERRORS as error:
            raise network_error(error, client.REST_URL) from None
        self._was_answered = True
        return read_body(method, body)

    def _client(self) -> Any:
        """The flickrapi client of this thread: its session and OAuth state are not safe to share."""
        client = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = world().client(self._new_client)
        return client

    def _new_client(self) -> flickrapi.FlickrAPI:
        given = self._credentials
        token = FlickrAccessToken(given.token, given.token_secret, "read") if given.token else None
        # Its token store deletes the login when checkToken meets a 502, and its cache answered the second of
        # two equal addTags without a request: both stay off.
        client = flickrapi.FlickrAPI(
            str(given.api_key),
            str(given.api_secret),
            token=token,
            store_token=False,
            cache=False,
            timeout=TIMEOUT,
        )
        session = client.flickr_oauth.session = new_session(loopback=self._base_url is not None)
        with self._lock:
            self._sessions.append(session)
        if self._base_url is not None:
            client.REST_URL = f"{self._base_url}/services/rest/"
        return client


class _Session(requests.Session):
    """A session that never follows a redirect: signed requests go to Flickr and nowhere else."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        return super().request(*args, **kwargs)


def new_session(*, loopback: bool) -> requests.Session:
    """A session with our User-Agent whose every answer is checked before any library sees it."""
    return prepare_session(_Session(), loopback=loopback)


def prepare_session(session: requests.Session, *, loopback: bool) -> requests.Session:
    """Give `session` our User-Agent, our patience and the check of the HTTP status."""
    session.headers["User-Agent"] = USER_AGENT
    session.hooks["response"].append(_check_status)
    return prepare(session, PATIENCE, loopback=loopback)


def _check_status(response: requests.Response, *_args: object, **_kwargs: object) -> None:
    status = response.status_code
    if status == 200:
        response._content = _beginning(response, MAX_ANSWER)  # what every reader of it gets from here on
        if len(response.content) > MAX_ANSWER:
            response.close()
            raise UnreachableError(
                f"Flickr's answer is larger than any of its answers ({file_size(MAX_ANSWER)})",
                hint="A proxy or a captive portal may be between you and Flickr.",
            )
        return
    body = _beginning(response, 4096)
    response.close()
    if status == 429 or status >= 500:
        wait = _retry_after(response.headers.get("Retry-After"))
        # A 429 was turned away at the door; a 5xx may come from a proxy after Flickr did the work
        # ("502 yet uploaded", oPromessa/flickr-uploader#28).
        if status == 429:
            raise TransientError(
                "Flickr turns calls away, because there were too many (HTTP 429)",
                retry_after=wait,
                hint="Nothing is lost: wait some minutes, then run the same command again.",
            )
        raise TransientError(f"Flickr answered with HTTP {status}", retry_after=wait, unclear=True)
    if b"oauth_problem=" in body:
        raise oauth_error(body.decode("utf-8", "replace"))
    raise UnreachableError(
        f"Flickr answered with HTTP {status}, which is not an answer of its API",
        hint="A proxy or a captive portal may be between you and Flickr.",
    )


def _beginning(response: requests.Response, most: int) -> bytes:
    """All of an answer, or a little more than `most` bytes of it: a small one can unpack to gigabytes."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def network_error(error: Exception, url: str) -> AuditorError:
    """A typed error without the address and parameters that requests puts into its message."""
    found = trouble(error, url, "Flickr")
    match found.cause:
        case Cause.SETTINGS:
            return ConfigurationError(found.message, hint=found.hint)
        case Cause.CERTIFICATE:
            return UnreachableError(found.message, hint=found.hint)
        case Cause.UNSENT if parse(url).is_loopback:
            hint = "Start it with: flickr-auditor sandbox, or unset AUDITOR_FLICKR_URL."
            return TransientError(found.message, hint=hint, cause=Cause.OFFLINE)
        case Cause.OFFLINE:
            hint = f"{found.hint} Nothing is lost: run the same command again then."
            return TransientError(found.message, hint=hint, cause=found.cause)
        case Cause.UNSENT:
            return TransientError(found.message, cause=found.cause)
        case _:
            return TransientError(found.message, unclear=True, cause=found.cause)


def read_body(method: str, body: bytes) -> Json:
    """The JSON object of an answer with HTTP 200.

    Content-Type is ignored, Flickr sends ``text/plain`` for failures.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise TransientError("Flickr's answer is not readable JSON", unclear=True) from None
    if not isinstance(answer, dict) or "stat" not in answer:
        raise TransientError("Flickr's answer is not a JSON object with a status", unclear=True)
    if answer["stat"] == "ok":
        return answer
    code = integer(answer.get("code"))
    message = text(answer.get("message"))
    raise _failure(method, -1 if code is None else code, message)


def _failure(method: str, code: int, message: str) -> Exception:
    # 105 and 106 are documented. {"stat":"fail","code":201,"message":"Sorry, the Flickr API service is not
    # currently available."} is not, and was seen with code 0 too (flickr-photos-api, changelog 2.3 to 3.11).
    if code in {105, 106} or (code in {0, 201} and "not currently available" in message):
        return TransientError(f"Flickr is not available just now (code {code})", unclear=True)
    # Of groups.pools.add, 10 is "pool full", which no waiting mends.
    if code == 10 and method == "flickr.photos.search":
        return TransientError("Flickr's search is not available just now (code 10)")
    # From here on it is not the photo but the key or the login, so the whole command ends.
    if code in {96, 97}:
        return NotAllowedError(_BAD_SIGNATURE, hint=_CHECK_KEYS)
    if code == 98:
        return NotAllowedError("the login is no longer valid (Flickr: Invalid auth token)", hint=_LOG_IN)
    if code == 99:
        return NotAllowedError(
            f"the login may not do this (Flickr: {message})", hint="Run: flickr-auditor login --perms write"
        )
    if code == 100:
        return NotAllowedError(
            f"Flickr rejects the API key ({message})",
            hint="Check FLICKR_API_KEY. Pro members make new keys at https://www.flickr.com/services/apps/create/",
        )
    return CallError(method, code, message)


_LOG_IN: Final = "Run: flickr-auditor login"
_BAD_SIGNATURE: Final = "Flickr rejects the signature: the API secret or the token secret is wrong"
_CHECK_KEYS: Final = "Check FLICKR_API_SECRET, then run: flickr-auditor login"
# Names of the OAuth Problem Reporting extension, in which Flickr answers with 400 or 401 and
# "oauth_problem=signature_invalid&debug_sbs=POST&https%3A%2F%2F…".
_OAUTH_PROBLEMS: Final = {
    "signature_invalid": (_BAD_SIGNATURE, _CHECK_KEYS),
    "timestamp_refused": ("Flickr refuses the time of this computer's clock", "Set it right and try again."),
    "consumer_key_unknown": ("Flickr does not know the API key", "Check FLICKR_API_KEY."),
    "consumer_key_rejected": ("Flickr rejects the API key", "Check FLICKR_API_KEY."),
    "token_rejected": ("Flickr rejects the login: its token is used up or unknown", _LOG_IN),
    "token_expired": ("the login has expired", _LOG_IN),
    "token_revoked": ("the login was revoked on Flickr", _LOG_IN),
    "permission_denied": ("the login was denied on Flickr", "Log in again and allow it."),
    "verifier_invalid": ("Flickr rejects the code", "Log in again and copy the whole code."),
}


def oauth_error(body: str) -> Exception:
    """The error for an ``oauth_problem=…`` body.

    Never quotes more than the problem's name, since ``debug_sbs`` holds the token.
    """
    problem = parse_qs(body).get("oauth_problem", [""])[0]
    if problem == "nonce_used":
        return TransientError("Flickr took the request for a repeat (nonce_used)")
    known = _OAUTH_PROBLEMS.get(problem)
    if known:
        return NotAllowedError(known[0], hint=known[1])
    name = problem if problem.replace("_", "").isalpha() and len(problem) < 40 else "unknown"
    return NotAllowedError(
        f"Flickr rejects the request (oauth_problem: {name})", hint="Run: flickr-auditor login"
    )


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None when missing or unreadable."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:  # neither: Flickr wants a pause, and does not say how long
        return None
    return max(0.0, date.timestamp() - clock.wall())
