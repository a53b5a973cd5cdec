"""The answers of REST methods in the format that was asked for."""

import json
from collections.abc import Mapping
from typing import Any

from auditor.sandbox.wire import Reply
from auditor.sandbox.xml import to_xml


def failure(code: int, message: str) -> dict[str, Any]:
    """The answer that says no."""
    return {"stat": "fail", "code": code, "message": message}


def formatted(answer: dict[str, Any], args: Mapping[str, str]) -> Reply:
    """The answer in the format that was asked for. A JSON error calls itself text/plain, as recorded."""
    if args.get("format") != "json":
        return Reply(200, to_xml(answer), "text/xml; charset=utf-8")
    body = json.dumps(answer).encode()
    if args.get("nojsoncallback") != "1":
        return Reply(200, b"jsonFlickrApi(" + body + b")", "text/javascript; charset=utf-8")
    ok = answer["stat"] == "ok"
    return Reply(200, body, "application/json" if ok else "text/plain; charset=utf-8")
