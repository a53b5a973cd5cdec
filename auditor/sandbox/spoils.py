"""The faults that put something else in the place of the right answer; `faults.SPOILING` names them."""

import time
from email.utils import formatdate
from typing import Any
from urllib.parse import quote, urlencode

from auditor.sandbox import refusals
from auditor.sandbox.answers import failure, formatted
from auditor.sandbox.faults import Fault
from auditor.sandbox.wire import Reply, Request, html_reply, text_reply


def spoil_rest(fault: Fault, reply: Reply, request: Request) -> tuple[Reply | dict[str, Any], Reply]:
    """What the client gets in the place of `reply`: the answer for the log, and the reply itself."""
    failing = {"fail": int(fault.value or 0), "revoked": 98, "key-disabled": 100}
    if fault.kind in failing:
        args = dict(request.form)
        code = failing[fault.kind]
        answer = failure(code, refusals.text(args.get("method", ""), code, args.get("photo_id", "")))
        return answer, formatted(answer, args)
    spoiled = _broken(fault, reply, request)
    return spoiled, spoiled


def spoil_oauth(fault: Fault, reply: Reply, request: Request) -> Reply:
    """What the client gets in the place of `reply` in a step of the login, where refusals read otherwise."""
    problems = {
        "revoked": "token_rejected",
        "key-disabled": "consumer_key_rejected",
        "fail": "consumer_key_refused",
    }
    if fault.kind in problems:
        return text_reply(401, f"oauth_problem={problems[fault.kind]}")
    return _broken(fault, reply, request)


def _broken(fault: Fault, reply: Reply, request: Request) -> Reply:
    match fault.kind:
        case "html":
            return html_reply(200, "Flickr is having a massage", "<p>We will be back soon.</p>")
        case "truncated":
            return Reply(200, reply.body[: len(reply.body) // 2], reply.content_type)
        case "trailing-comma":
            text = f'{{"stat":"fail","message":"{refusals.COMMON[201]}","code":201}},'
            return Reply(200, text.encode(), "text/plain; charset=utf-8")
        case "list":
            return Reply(200, b"[]")
        case "clock":
            return text_reply(401, "oauth_problem=timestamp_refused")
        case "signature":
            return text_reply(401, f"oauth_problem=signature_invalid&debug_sbs={_base_string(request)}")
        case "429" | "429-date":
            return _too_many(fault)
        case "cut":
            return Reply(reply.status, b"", cut="before")
        case "cut-body":
            return Reply(reply.status, reply.body, reply.content_type, cut="within")
        case _:
            return _error_page(fault)


def _base_string(request: Request) -> str:
    """All that was signed: the address, and every parameter with the token among them."""
    signed = urlencode([*request.oauth, *request.form])
    return f"POST&{quote(request.url, safe='')}&{quote(signed, safe='')}"


def _too_many(fault: Fault) -> Reply:
    """The page that was recorded, to the letter. No recording shows what Retry-After looks like."""
    if fault.kind == "429-date":
        headers = {"Retry-After": formatdate(time.time() + (fault.value or 0), usegmt=True)}
    else:
        headers = _retry_after(fault)
    page = (
        "<html><body><h1>429 Too Many Requests</h1>\n"
        "You have sent too many requests in a given amount of time.\n</body></html>\n"
    )
    return Reply(429, page.encode(), "text/html", headers)


def _error_page(fault: Fault) -> Reply:
    """The web page of an HTTP error; `fault.kind` is its status."""
    status = int(fault.kind)
    title, inner = {
        500: ("500 Internal Server Error", "Something went wrong."),
        502: ("502 Bad Gateway", "openresty"),
        503: ("503 Service Unavailable", "Try again later."),
        504: ("504 Gateway Timeout", "CloudFront attempted to establish a connection with the origin."),
    }[status]
    return html_reply(status, title, inner, _retry_after(fault))


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.value is None else {"Retry-After": f"{fault.value:g}"}
