"""``registry.json``: the packs that a folder on some web server offers.

Its schema for other programs is ``auditor/report/schemas/registry.json``.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from auditor.datasets.index.manifest import SHA256
from auditor.datasets.json_fields import Fields
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.errors import RefusedError, UsageError
from auditor.names import SLUG, is_name

NAME: Final = "registry.json"
SCHEMA_VERSION: Final = 1
MAX_BYTES: Final = 4_000_000

_FILE = re.compile(r"[a-z0-9][a-z0-9-]*\.zip")
_MOMENT = re.compile(r"[0-9T:.+-]{10,40}")


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
        top = Fields(json.loads(content), "the registry")
        if top.number("schema_version") != SCHEMA_VERSION:
            raise ValueError(f"its schema_version is not {SCHEMA_VERSION}")
        return tuple(map(_entry, top.items("packs")))
    except (ValueError, RecursionError) as error:
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


def _entry(item: object) -> Entry:
    fields = Fields(item, "packs")
    file = fields.text("file", _FILE)
    if not is_name(file):
        raise ValueError("packs: file is not valid")
    return Entry(
        dataset=fields.text("dataset", SLUG),
        file=file,
        bytes=fields.number("bytes"),
        sha256=fields.text("sha256", SHA256),
        built_at=fields.text("built_at", _MOMENT),
        records=fields.number("records"),
        photos=fields.number("photos"),
        match_keys=tuple(key for key in fields.items("match_keys") if key in MATCH_KEYS),
    )
