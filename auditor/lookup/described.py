"""``lookup.json`` and ``about.json``: what a look-up holds, and the SHA-256 of where it begins.

The first is small, for it is fetched for every question; its own SHA-256 is the *root* of the look-up. The
second says which datasets there are, and is fetched again only when its SHA-256 changes.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from auditor.datasets.index import manifest
from auditor.datasets.index.manifest import SHA256, Manifest
from auditor.lookup.keys import SECTIONS
from auditor.text import plain

NAME: Final = "lookup.json"
FORMAT: Final = "flickr-auditor-lookup"
SCHEMA_VERSION: Final = 1
MOST_BYTES: Final = 100_000
"""Of ``lookup.json``; a real one has some thousand."""
MOST_ABOUT_BYTES: Final = 16_000_000
MOST_TABLE_BYTES: Final = 16_000_000
MOST_PAGE_BYTES: Final = 64_000_000
MOST_TEXT: Final = 300
MOST_COUNT: Final = 1 << 53
"""What a browser counts up to."""


@dataclass(frozen=True, slots=True)
class Section:
    """The files of one kind of key."""

    tree: str
    """SHA-256 of the tree."""
    keys: int
    records: int
    pages: int
    page_bytes: int
    """Of every page, exactly."""
    least_keys: int
    """How many keys the smallest bucket has."""


@dataclass(frozen=True, slots=True)
class Described:
    """``lookup.json``."""

    generated_at: str
    """In UTC, as ISO 8601."""
    tool_version: str
    about: str
    """SHA-256 of ``about.json``."""
    left_out: int
    """People and photos that the host was asked not to show."""
    sections: Mapping[str, Section]

    def text(self) -> str:
        """What stands in ``lookup.json``."""
        head = {"format": FORMAT, "schema_version": SCHEMA_VERSION}
        return json.dumps({**head, **asdict(self)}, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class HostedIndex:
    """An index of the host, as ``about.json`` describes it."""

    number: int
    """What records call it; the same in the next look-up, or all of their files would change."""
    manifest: Manifest
    owned: int
    """Records whose owner is known, from this index or from another one."""
    findable: int
    """Records that can be asked for."""
    named: int
    """Records that can be asked for by an owner or a photo id."""


def about_name(sha256: str) -> str:
    """The file of ``about.json``: named by its content, for whoever reads while it is replaced."""
    return f"about-{sha256[:16]}.json"


def parse(content: bytes) -> Described:
    """``lookup.json``, trusting nothing. Errors: ValueError."""
    told = _object(json.loads(content), NAME)
    if told.get("format") != FORMAT:
        raise ValueError(f"it is no {FORMAT}")
    if told.get("schema_version") != SCHEMA_VERSION:
        version = plain(told.get("schema_version"), 20)
        raise ValueError(f"it is in version {version}, and this program reads version {SCHEMA_VERSION}")
    sections = _object(told.get("sections"), "sections")
    return Described(
        generated_at=_time(told, "generated_at"),
        tool_version=_text(told, "tool_version"),
        about=_sha256(told, "about"),
        left_out=_number(told, "left_out"),
        sections={name: _section(sections[name]) for name in SECTIONS if name in sections},
    )


def parse_about(content: bytes) -> tuple[HostedIndex, ...]:
    """The indexes in ``about.json``. Errors: ValueError."""
    told = _object(json.loads(content), "about.json")
    listed = told.get("datasets")
    if not isinstance(listed, list):
        raise ValueError("datasets is not a list")
    hosted = tuple(map(_hosted, listed))
    if len({one.number for one in hosted}) < len(hosted) or len(
        {one.manifest.dataset for one in hosted}
    ) < len(hosted):
        raise ValueError("it names a dataset twice")
    return hosted


def _hosted(item: object) -> HostedIndex:
    fields = _object(item, "datasets")
    described = manifest.parse(fields)
    for text in (described.tool_version, *(source.name for source in described.sources)):
        if len(text) > MOST_TEXT or plain(text) != " ".join(text.split()):
            raise ValueError("it holds text that is no name")
    return HostedIndex(
        _number(fields, "number"),
        dataclasses.replace(described, files=(), origin="", obtained_at=None, certain=False),
        _number(fields, "owned"),
        _number(fields, "findable"),
        _number(fields, "named"),
    )


def _section(item: object) -> Section:
    fields = _object(item, "sections")
    numbers = {
        name: _number(fields, name) for name in ("keys", "records", "pages", "page_bytes", "least_keys")
    }
    if not 0 < numbers["page_bytes"] <= MOST_PAGE_BYTES:
        raise ValueError("its pages are far too large")
    return Section(tree=_sha256(fields, "tree"), **numbers)


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not an object")
    return value


def _text(fields: Mapping[str, Any], key: str, pattern: re.Pattern[str] | None = None) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or len(value) > MOST_TEXT or (pattern and not pattern.fullmatch(value)):
        raise ValueError(f"{key} is not valid")
    return value


def _time(fields: Mapping[str, Any], key: str) -> str:
    """A time in UTC, so that two can be compared as text."""
    given = datetime.fromisoformat(_text(fields, key))
    try:
        if given.tzinfo is None:
            raise ValueError(f"{key} has no time zone")
        return given.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        raise ValueError(f"{key} is not valid") from None


def _sha256(fields: Mapping[str, Any], key: str) -> str:
    return _text(fields, key, SHA256)


def _number(fields: Mapping[str, Any], key: str) -> int:
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MOST_COUNT:
        raise ValueError(f"{key} is not a count")
    return value
