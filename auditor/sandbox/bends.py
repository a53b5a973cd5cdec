"""The faults that bend a whole answer: types that changed over the years, and answers about something else.

Recorded: ``"total":"2"`` (2013) and ``"total":487`` (2023), licence ids ``0`` and ``"0"``, ``path_alias`` as
null and ``""``, and keys that are missing when there is nothing under them. Nobody promises that a licence
history is sorted.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

#: What was seen as a number in one recording and as a text in another; ids and secrets never were.
_NUMBERS = frozenset(
    {
        *("accuracy", "count", "count_comments", "count_faves", "count_views", "dateuploaded", "license"),
        *("datetakengranularity", "datetakenunknown", "fromdate", "lastupdate", "o_height", "o_width"),
        *("members", "pool_count", "posted", "safety_level", "server", "takenunknown", "todate", "views"),
        *("content_type", "hidden", "privacy"),
    }
)


def bend(answer: dict[str, Any], bends: Mapping[str, float]) -> dict[str, Any]:
    """`answer` with every fault of this module that is in `bends`."""
    for kind, change in _CHANGES.items():
        if kind in bends:
            answer = _through(answer, change)
    return answer


def about_another(answer: dict[str, Any], photo_id: str, other_id: str) -> dict[str, Any]:
    """`answer` with the id of another photo wherever it names `photo_id`, inside tag ids too."""
    renamed: dict[str, Any] = json.loads(json.dumps(answer).replace(photo_id, other_id))
    return renamed


_LEFT_OUT = object()


def _through(value: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    """`value` with `change` done to everything in it, the innermost first; what it leaves out is left out."""
    if isinstance(value, dict):
        changed = {name: _through(each, change, name) for name, each in value.items()}
        value = {name: each for name, each in changed.items() if each is not _LEFT_OUT}
    elif isinstance(value, list):
        value = [_through(each, change) for each in value]
    return change(key, value)


def _text(_: str, value: Any) -> Any:
    return str(int(value)) if isinstance(value, int) else value


def _number(key: str, value: Any) -> Any:
    return int(value) if key in _NUMBERS and isinstance(value, str) and value.isdecimal() else value


def _null(_: str, value: Any) -> Any:
    return None if value == "" else value


def _nothing(_: str, value: Any) -> Any:
    return _LEFT_OUT if value in ("", []) else value


def _backwards(_: str, value: Any) -> Any:
    return value[::-1] if isinstance(value, list) else value


_CHANGES: dict[str, Callable[[str, Any], Any]] = {
    "number-texts": _text,
    "text-numbers": _number,
    "null-empties": _null,
    "no-empties": _nothing,
    "reversed": _backwards,
}
