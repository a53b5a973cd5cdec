"""The REST endpoint: from a request to an answer in Flickr's words, with the faults that are switched on."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from auditor.sandbox import listing, people, photos, writes  # noqa: F401 - importing them registers their methods
from auditor.sandbox.account import Account
from auditor.sandbox.faults import SPOILING, Fault, Faults
from auditor.sandbox.methods import METHODS, Call, Method, RefusalError
from auditor.sandbox.oauth import PERMS, DeadTokenError, OAuthProblemError, Provider
from auditor.sandbox.wire import Reply, Request, html_reply, text_reply
from auditor.sandbox.xml import to_xml

_UNAVAILABLE = "Sorry, the Flickr API service is not currently available."

_FAILURES = {
    0: _UNAVAILABLE,
    98: "Invalid auth token",
    100: "Invalid API Key (Key has expired)",
    105: "Service currently unavailable",
    106: "Write operation failed",
    201: _UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Served:
    """A REST call that came in, for the log.

    args:       without those of OAuth, the key and the format
    writes:     the method is one that changes something
    effective:  this call did change something
    stat:       "ok", or the code of the failure; "" where the answer says neither
    fault:      the fault that spoiled the answer, if any
    """

    number: int
    method: str
    args: dict[str, str]
    writes: bool
    effective: bool
    status: int
    stat: str
    fault: str

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


class Rest:
    """Answers REST calls on one account, one at a time."""

    def __init__(
        self, account: Account, provider: Provider, faults: Faults, pause: Callable[[float], object]
    ) -> None:
        self.account = account
        self.provider = provider
        self.faults = faults
        self.log: list[Served] = []
        self.lock = threading.RLock()
        self._pause = pause

    def answer(self, request: Request) -> Reply:
        """The reply to one call, written in the log."""
        args = dict(request.form)
        name = args.get("method", "")
        struck = self.faults.strike(name)
        for fault in struck:
            if fault.kind == "slow":
                self._pause(fault.value or 0)
        spoiler = next((fault for fault in struck if fault.kind in SPOILING), None)
        bends = {fault.kind: fault.value or 0.0 for fault in struck if fault.kind not in SPOILING}
        with self.lock:
            before = self.account.changes
            if spoiler and not spoiler.done:
                answer: Reply | dict[str, Any] = {"stat": "ok"}
            else:
                answer = self._work(request, args, bends)
            reply = answer if isinstance(answer, Reply) else _formatted(answer, args)
            if spoiler:
                answer, reply = _spoiled(spoiler, reply, args)
            self.log.append(
                Served(
                    number=len(self.log) + 1,
                    method=name,
                    args=_visible(args),
                    writes=name in METHODS and METHODS[name].writes,
                    effective=self.account.changes != before,
                    status=reply.status,
                    stat=_stat(answer),
                    fault=spoiler.kind if spoiler else "",
                )
            )
        return reply

    def _work(
        self, request: Request, args: dict[str, str], bends: dict[str, float]
    ) -> Reply | dict[str, Any]:
        """Check who calls, and do what is asked."""
        try:
            perms = self._perms(request, args)
            method = METHODS.get(args.get("method", ""))
            if method is None:
                raise RefusalError(112, f'Method "{args.get("method", "")}" not found')
            _require(method, perms)
            if method.writes and request.method != "POST":
                return text_reply(405, f"{method.name} requires an HTTP POST request")
            if args.get("format", "rest") not in ("json", "rest"):
                raise RefusalError(111, f'Format "{args["format"]}" not found')
            signed = {**dict(request.oauth), **args}
            return {**method.run(Call(self.account, signed, perms, bends)), "stat": "ok"}
        except OAuthProblemError as problem:
            return problem.reply
        except RefusalError as refusal:
            return _failure(refusal.code, refusal.message)

    def _perms(self, request: Request, args: dict[str, str]) -> str:
        """What the caller may do: those of its token, or "none" for a call with nothing but the key."""
        if not request.oauth and "oauth_consumer_key" not in args:
            if args.get("api_key") != self.provider.key:
                known_form = len(args.get("api_key", "")) == len(self.provider.key)
                reason = "Key not found" if known_form else "Key has invalid format"
                raise RefusalError(100, f"Invalid API Key ({reason})")
            return "none"
        try:
            signed = self.provider.check(request)
        except DeadTokenError:
            raise RefusalError(98, _FAILURES[98]) from None
        except OAuthProblemError as problem:
            if problem.problem == "consumer_key_unknown":
                raise RefusalError(100, "Invalid API Key (Key not found)") from None
            raise
        method = METHODS.get(args.get("method", ""))
        if signed.token is None and method is not None and method.needs != "none":
            raise OAuthProblemError(400, "parameter_absent", "&oauth_parameters_absent=oauth_token")
        return signed.token.perms if signed.token else "none"


def _require(method: Method, perms: str) -> None:
    if PERMS.index(perms) < PERMS.index(method.needs):
        text = f"Insufficient permissions. Method requires {method.needs} privileges; {perms} granted."
        raise RefusalError(99, text)


def _failure(code: int, message: str) -> dict[str, Any]:
    return {"stat": "fail", "code": code, "message": message}


def _formatted(answer: dict[str, Any], args: dict[str, str]) -> Reply:
    """The answer in the format that was asked for. A JSON error calls itself text/plain, as recorded."""
    if args.get("format") != "json":
        return Reply(200, to_xml(answer), "text/xml; charset=utf-8")
    body = json.dumps(answer).encode()
    if args.get("nojsoncallback") != "1":
        return Reply(200, b"jsonFlickrApi(" + body + b")", "text/javascript; charset=utf-8")
    ok = answer["stat"] == "ok"
    return Reply(200, body, "application/json" if ok else "text/plain; charset=utf-8")


def _spoiled(fault: Fault, reply: Reply, args: dict[str, str]) -> tuple[Reply | dict[str, Any], Reply]:
    """What the client gets in the place of `reply`: the answer for the log, and the reply itself."""
    failing = {"fail": int(fault.value or 0), "revoked": 98, "key-disabled": 100}
    if fault.kind in failing:
        code = failing[fault.kind]
        answer = _failure(code, _FAILURES.get(code, "Something went wrong"))
        return answer, _formatted(answer, args)
    spoiled = _broken(fault, reply)
    return spoiled, spoiled


def spoil_oauth(fault: Fault, reply: Reply) -> Reply:
    """What the client gets in the place of `reply` in a step of the login, where refusals read otherwise."""
    problems = {
        "revoked": "token_rejected",
        "key-disabled": "consumer_key_rejected",
        "fail": "consumer_key_refused",
    }
    if fault.kind in problems:
        return text_reply(401, f"oauth_problem={problems[fault.kind]}")
    return _broken(fault, reply)


def _broken(fault: Fault, reply: Reply) -> Reply:
    match fault.kind:
        case "html":
            return html_reply(200, "Flickr is having a massage", "<p>We will be back soon.</p>")
        case "truncated":
            return Reply(200, reply.body[: len(reply.body) // 2], reply.content_type)
        case "trailing-comma":
            text = f'{{"stat":"fail","message":"{_UNAVAILABLE}","code":201}},'
            return Reply(200, text.encode(), "text/plain; charset=utf-8")
        case "list":
            return Reply(200, b"[]")
        case "cut":
            return Reply(reply.status, b"", cut="before")
        case "cut-body":
            return Reply(reply.status, reply.body, reply.content_type, cut="within")
        case _:
            return _error_page(fault)


def _error_page(fault: Fault) -> Reply:
    """The web page of an HTTP error; `fault.kind` is its status."""
    status = int(fault.kind)
    title, inner = {
        429: ("429 Too Many Requests", "You have sent too many requests in a given amount of time."),
        500: ("500 Internal Server Error", "Something went wrong."),
        502: ("502 Bad Gateway", "openresty"),
        503: ("503 Service Unavailable", "Try again later."),
        504: ("504 Gateway Timeout", "CloudFront attempted to establish a connection with the origin."),
    }[status]
    headers = {"Retry-After": f"{fault.value:g}"} if fault.value is not None else {}
    return html_reply(status, title, inner, headers)


def _stat(answer: Reply | dict[str, Any]) -> str:
    if isinstance(answer, Reply):
        return ""
    return "ok" if answer["stat"] == "ok" else str(answer["code"])


def _visible(args: dict[str, str]) -> dict[str, str]:
    hidden = ("method", "format", "nojsoncallback", "api_key")
    return {
        name: value for name, value in args.items() if name not in hidden and not name.startswith("oauth_")
    }
