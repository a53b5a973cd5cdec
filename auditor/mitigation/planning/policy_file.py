"""`[[policy]]` and `[[except]]` of flickr-auditor.toml as values.

Strict: a misspelt condition must not silently match more photos.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from auditor.errors import ConfigurationError, UsageError
from auditor.flickr.target import classify
from auditor.mitigation.kinds.add_tag import AddTag
from auditor.mitigation.kinds.base import Mitigation
from auditor.mitigation.kinds.privacy import SetPrivacy
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.planning.policy import Actions, Except, Match, Policy, album_named, conditions
from auditor.target_lists import targets_in

USES = ("reuse", "commercial", "derivatives")
_HINT = "config.example.toml shows every setting."


def policies(tables: Sequence[Mapping[str, Any]]) -> dict[str, Policy]:
    """The named policies. Errors: `ConfigurationError`."""
    found: dict[str, Policy] = {}
    for number, table in enumerate(tables, 1):
        where = f"[[policy]] {number}"
        _only(table, {"name", "match", "actions"}, where)
        name = table.get("name")
        if not isinstance(name, str) or not name.strip():
            raise _error(f"{where} has no name")
        if name in found:
            raise _error(f"two policies are named {name!r}")
        where = f"[[policy]] {name!r}"
        actions = _actions(_table(table.get("actions", {}), f"{where}: actions"), where)
        if not actions:
            raise _error(f"{where} has no actions")
        found[name] = Policy(name, _match(_table(table.get("match", {}), f"{where}: match"), where), actions)
    return found


def exceptions(tables: Sequence[Mapping[str, Any]]) -> tuple[Except, ...]:
    """The exceptions. Errors: `ConfigurationError`."""
    found = []
    for number, table in enumerate(tables, 1):
        where = f"[[except]] {number}"
        _only(table, {"id", "ids", "reason", "until"}, where)
        ids = _named(table, "ids", where) | _named(table, "id", where)
        reason = table.get("reason")
        if not ids or not isinstance(reason, str) or not reason.strip():
            raise _error(f"{where} needs ids and a reason")
        until = _day(table["until"], f"{where}: until") if "until" in table else None
        found.append(Except(ids, reason.strip(), until))
    return tuple(found)


def photo_id(text: str) -> str:
    """The photo id that a line or a setting names, as an id or any link of a photo. Errors: `UsageError`."""
    target = classify(text)
    if target.photo is None:
        raise UsageError(
            f"{text.strip()!r} is neither a photo id nor a link of a photo",
            hint="Open the photo on Flickr and copy its link.",
        )
    return target.photo.photo_id


def day(text: str) -> date:
    """A day like ``2013-05-01``. Errors: `UsageError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date", hint="Write it like 2013-05-01.") from None


def _match(table: Mapping[str, Any], where: str) -> Match:
    _only(table, conditions(), f"{where}: match")

    def words(key: str, read: Callable[[str], Any] = str) -> frozenset[Any]:
        return frozenset(
            _read(read, word, f"{where}: {key}") for word in _words(table.get(key, []), f"{where}: {key}")
        )

    def moment(key: str) -> date | None:
        return _day(table[key], f"{where}: {key}") if key in table else None

    uses = words("license_allows")
    if not uses <= set(USES):
        raise _error(f"{where}: license_allows must name {', '.join(USES)}")
    return Match(
        exposed_in=words("exposed_in"),
        face_datasets_only=_flag(table.get("face_datasets_only", False), f"{where}: face_datasets_only"),
        privacy=words("privacy", SetPrivacy().parse),
        license_allows=uses,
        tags=words("tags", AddTag().parse),
        albums=words("albums", album_named),
        taken_after=moment("taken_after"),
        taken_before=moment("taken_before"),
        uploaded_after=moment("uploaded_after"),
        uploaded_before=moment("uploaded_before"),
        ids=_named(table, "ids", where) if "ids" in table else None,
        not_ids=_named(table, "not_ids", where),
    )


def _actions(table: Mapping[str, Any], where: str) -> Actions:
    _only(table, ASKED, f"{where}: actions")
    return Actions(**{key: _wanted(ASKED[key], value, f"{where}: {key}") for key, value in table.items()})


def _wanted(kind: Mitigation, value: object, where: str) -> Any:
    if kind.option is None or not kind.option.metavar:
        return _flag(value, where)
    words = [_read(kind.parse, word, where) for word in _words(value, where)]
    if kind.option.repeatable:
        return frozenset(words)
    if len(words) != 1:
        raise _error(f"{where} must be one text")
    return words[0]


def _read(read: Callable[[str], Any], word: str, where: str) -> Any:
    try:
        return read(word)
    except UsageError as error:
        raise ConfigurationError(f"{where}: {error.message}", hint=error.hint) from None


def _named(table: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    """The photos that setting `key` names."""
    words = _words(table.get(key, []), f"{where}: {key}")
    # Several links in one text all count, as in a file.
    named = (target for word in words for target in targets_in(word) or [word])
    return frozenset(_read(photo_id, target, f"{where}: {key}") for target in named)


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _error(f"{where} must be a table")
    return value


def _words(value: object, where: str) -> list[str]:
    """One word or a list of them; numbers are taken as written, since a photo id looks like one."""
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | int) and not isinstance(entry, bool) for entry in entries):
        raise _error(f"{where} must be text or a list of texts")
    return [str(entry) for entry in entries]


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _error(f"{where} must be true or false")
    return value


def _day(value: object, where: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else _read(day, str(value), where)


def _only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise _error(f"{where}: unknown setting {key!r}; known here: {', '.join(sorted(known))}")


def _error(message: str) -> ConfigurationError:
    return ConfigurationError(message, hint=_HINT)
