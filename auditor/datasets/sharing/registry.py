"""``registry.json``: the packs that a folder on some web server offers.

Its schema for other programs is ``auditor/report/schemas/registry.json``.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from auditor.datasets.index.manifest import SHA256
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.errors import RefusedError, UsageError
from auditor.names import SLUG, is_name

NAME: Final = "registry.json"
SCHEMA_VERSION: Final = 1
MAX_BYTES: Final = 4_000_000

_FILE = re.compile(r"[a-z0-9][a-z0-9-]*\.zip")


@dataclass(frozen=True, slots=True)
class Entry:
    """One pack on offer."""

    dataset: str
    file: str
    """Its plain name in the folder."""
    bytes: int
    sha256: str
    built_at: str
    """When its index was built: ISO 8601 with offset."""
    records: int
    photos: int
    match_keys: tuple[str, ...]


def to_json(entries: Sequence[Entry], *, generated_at: str, tool_version: str) -> str:
    """The text of ``registry.json``."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": generated_at,
        "tool_version": tool_version,
        "packs": [asdict(entry) for entry in entries],
    }
    return json.dumps(told, indent=2) + "\n"


def parse(content: bytes) -> tuple[Entry, ...]:
    """The packs of a registry, trusting nothing. Errors: `RefusedError` when it is no registry."""
    try:
        told = json.loads(content)
        if not isinstance(told, dict) or told.get("schema_version") != SCHEMA_VERSION:
            raise ValueError(f"its schema_version is not {SCHEMA_VERSION}")
        return tuple(_entry(item) for item in told["packs"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RefusedError(
            f"{NAME} is not one that datasets publish writes: {error}",
            hint="Check the address: it is that of the folder that holds registry.json.",
        ) from error


def find(entries: Sequence[Entry], dataset: str) -> Entry:
    """The pack of `dataset`. Errors: `UsageError` naming those that are there."""
    for entry in entries:
        if entry.dataset == dataset:
            return entry
    names = ", ".join(sorted(entry.dataset for entry in entries)[:20])
    raise UsageError(
        f"the registry has no pack of {dataset}",
        hint=f"It has: {names}." if names else "It has none at all: ask whoever hosts it.",
    )


def _entry(item: dict[str, Any]) -> Entry:
    file = _text(item, "file", _FILE)
    if not is_name(file):
        raise ValueError("file is not valid")
    return Entry(
        dataset=_text(item, "dataset", SLUG),
        file=file,
        bytes=_number(item, "bytes"),
        sha256=_text(item, "sha256", SHA256),
        built_at=_text(item, "built_at", re.compile(r"[0-9T:.+-]{10,40}")),
        records=_number(item, "records"),
        photos=_number(item, "photos"),
        match_keys=tuple(key for key in item["match_keys"] if key in MATCH_KEYS),
    )


def _text(item: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = item[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{key} is not valid")
    return value


def _number(item: dict[str, Any], key: str) -> int:
    value = item[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key} is not a count")
    return value
