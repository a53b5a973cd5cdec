"""The REST endpoint: from a request to an answer in Flickr's words, with the faults that are switched on."""

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from auditor.sandbox import listing, people, photos, refusals, writes  # noqa: F401 - registers the methods
from auditor.sandbox.account import Account, photo_of_tag
from auditor.sandbox.answers import failure, formatted
from auditor.sandbox.bends import about_another, bend
from auditor.sandbox.faults import SPOILING, Faults
from auditor.sandbox.methods import METHODS, Call, Method, RefusalError
from auditor.sandbox.oauth import PERMS, DeadTokenError, OAuthProblemError, Provider
from auditor.sandbox.spoils import spoil_rest
from auditor.sandbox.wire import Reply, Request, text_reply


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
            reply = answer if isinstance(answer, Reply) else formatted(bend(answer, bends), args)
            if spoiler:
                answer, reply = spoil_rest(spoiler, reply, request)
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
            name = args.get("method", "")
            method = METHODS.get(name)
            if method is None:
                raise RefusalError(112, refusals.text(name, 112))
            _require(method, perms)
            if method.writes and request.method != "POST":
                return text_reply(405, f"{method.name} requires an HTTP POST request")
            if args.get("format", "rest") not in ("json", "rest"):
                raise RefusalError(111, f'Format "{args["format"]}" not found')
            call = Call(self.account, name, {**dict(request.oauth), **args}, perms, bends)
            return {**self._run(method, call), "stat": "ok"}
        except OAuthProblemError as problem:
            return problem.reply
        except RefusalError as refusal:
            return failure(refusal.code, refusal.message)

    def _run(self, method: Method, call: Call) -> dict[str, Any]:
        """The answer of the method, without effect or about another photo where a fault wants that."""
        if "ignored" in call.bends:
            call = replace(call, account=copy.deepcopy(self.account))
        asked = call.args.get("photo_id") or photo_of_tag(call.args.get("tag_id", ""))
        if "other-photo" not in call.bends or not asked:
            return method.run(call)
        other = next((photo.id for photo in self.account.own_photos() if photo.id != asked), asked)
        if method.writes:
            return about_another(method.run(call), asked, other)
        return method.run(replace(call, args={**call.args, "photo_id": other}))

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
            raise RefusalError(98, refusals.text("", 98)) from None
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


def _stat(answer: Reply | dict[str, Any]) -> str:
    if isinstance(answer, Reply):
        return ""
    return "ok" if answer["stat"] == "ok" else str(answer["code"])


def _visible(args: dict[str, str]) -> dict[str, str]:
    hidden = ("method", "format", "nojsoncallback", "api_key")
    return {
        name: value for name, value in args.items() if name not in hidden and not name.startswith("oauth_")
    }
