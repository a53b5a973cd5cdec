"""What can become of a call on its way to Flickr and back: every answer of the facts, every way to none."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import requests
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from auditor.errors import AuditorError
from auditor.flickr.transport import _check_status, network_error, read_body
from auditor.web.trouble import NETWORK_ERRORS

URL: Final = "http://127.0.0.1:9"
AWAY: Final = "Sorry, the Flickr API service is not currently available."


@dataclass(frozen=True)
class Fate:
    """What becomes of one call; `name` is for people."""

    name: str
    done: bool = True
    """It reaches Flickr and is carried out."""
    late: float = 0.0
    """Seconds after which it is carried out, when nobody waits for it any more."""
    lie: bool = False
    """Flickr answers that it was done, and it was not."""
    code: int | None = None
    text: str = "no reason given"
    status: int = 200
    retry_after: str | None = None
    body: str | None = None
    """Instead of the answer."""
    cut: str = ""
    """No answer: ``cut``, ``slow`` or ``refused``."""
    stale: bool = False
    missing: bool = False
    """A row is missing from the listing, though it is counted."""
    mixed_up: bool = False
    """The answer is about another photo."""
    slow: float = 0.0
    """Seconds more that the answer takes."""


OK: Final = Fate("ok")
_CODES: Final[Mapping[str, tuple[int, ...]]] = {
    "flickr.photos.addTags": (1, 2),
    "flickr.photos.removeTag": (1,),
    "flickr.photos.licenses.setLicense": (1, 2, 3, 4),
    "flickr.photos.setPerms": (1, 2),
    "flickr.photos.setSafetyLevel": (1, 2, 3, 4),
    "flickr.groups.pools.add": (1, 2, 3, 4, 5, 6, 7, 8, 10),
    "flickr.groups.pools.remove": (1, 2, 3),
    # "Photo not found" of `getInfo` is Flickr's last word on whether a photo is there: here it is true.
    "flickr.photos.getPerms": (1,),
    "flickr.photos.getAllContexts": (1,),
    "flickr.photos.licenses.getAvailable": (1,),
}
_PASSING: Final = (
    Fate("429", done=False, status=429),
    Fate("429 for 7 s", done=False, status=429, retry_after="7"),
    Fate("429 for 400 s", done=False, status=429, retry_after="400"),
    Fate("refused", done=False, cut="refused"),
    *(Fate(f"code {code}", done=False, code=code, text=AWAY) for code in (0, 105, 201)),
)
_FINAL: Final = (
    *(Fate(f"code {code}", done=False, code=code, text="not allowed") for code in (96, 98, 99, 100)),
    *(Fate(f"code {code}", done=False, code=code, text="no such thing") for code in (111, 112, 116)),
    Fate("401", done=False, status=401, body="oauth_problem=token_rejected"),
)
_BROKEN: Final = (
    Fate("500", status=500),
    Fate("502", status=502),
    Fate("cut", cut="cut"),
    Fate("timeout", cut="slow"),
    Fate("html", body="<html>sorry</html>"),
    Fate("half", body='{"stat":"o'),
    Fate("code 106", code=106, text="Write operation failed"),
)
_LISTINGS: Final = ("flickr.people.getPhotos", "flickr.photos.recentlyUpdated")


@cache
def fates(method: str, *, write: bool) -> tuple[Fate, ...]:
    """All that can become of a call of `method`, the good end first."""
    codes = tuple(Fate(f"code {code}", done=False, code=code) for code in _CODES.get(method, ()))
    if not write:
        rest = tuple(_not_done(fate) for fate in _BROKEN)
        if method in _LISTINGS:
            rest += (Fate("stale", stale=True), Fate("row missing", missing=True))
        elif "photos.get" in method:
            rest += (Fate("mixed up", mixed_up=True),)
        return (OK, *_PASSING, *_FINAL, *codes, *rest, Fate("slow", slow=58.0))
    lies = tuple(Fate(f"{fate.name}, yet done", code=fate.code) for fate in codes)
    broken = tuple(Fate(f"{fate.name}, done", **_given(fate)) for fate in _BROKEN)
    late = (Fate("late by 100 s", done=False, late=100.0, cut="slow"),)
    not_done = Fate("ok, yet not done", done=False, lie=True)
    return (OK, *_PASSING, *_FINAL, *codes, *lies, *map(_not_done, _BROKEN), *broken, *late, not_done)


def _given(fate: Fate) -> dict[str, Any]:
    return {"code": fate.code, "text": fate.text, "status": fate.status, "body": fate.body, "cut": fate.cut}


def _not_done(fate: Fate) -> Fate:
    return Fate(fate.name, done=False, **_given(fate))


@cache
def meaning(fate: Fate, method: str) -> object:
    """What Flickr does, and all but the words of what the program is told.

    Answers that mean the same differ in the message of an error only, on which nothing depends.
    """
    told: object = None
    try:
        read_body(method, deliver(fate, b'{"stat": "ok"}' if fate.code is None else fail(fate)))
    except (AuditorError, *NETWORK_ERRORS) as raised:
        error = raised if isinstance(raised, AuditorError) else network_error(raised, URL)
        facts = {name: value for name, value in vars(error).items() if name not in _WORDS}
        told = type(error), tuple(facts.items())
    did = replace(fate, name="", text="", code=None, status=200, retry_after=None, body=None)
    return did, fate.done and fate.code is not None, told


_WORDS: Final = frozenset({"message", "hint", "text"})


def fail(fate: Fate) -> bytes:
    """The body of an answer with an error code."""
    return json.dumps({"stat": "fail", "code": fate.code, "message": fate.text}).encode()


def deliver(fate: Fate, body: bytes) -> bytes:
    """The body of the answer, or the error that production gets from its libraries and its own checks."""
    match fate.cut:
        case "cut":
            raise requests.ConnectionError("Connection aborted.")
        case "slow":
            raise requests.ReadTimeout("Read timed out.")
        case "refused":
            reason = NewConnectionError(HTTPConnectionPool("h"), "refused")  # type: ignore[arg-type]
            raise requests.ConnectionError(MaxRetryError(HTTPConnectionPool("h"), URL, reason))
    response = requests.Response()
    response.status_code = fate.status
    response.raw = io.BytesIO(body if fate.body is None else fate.body.encode())
    if fate.retry_after is not None:
        response.headers["Retry-After"] = fate.retry_after
    _check_status(response)
    return response.content
