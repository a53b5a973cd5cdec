"""Careful reading of Flickr's JSON: its types changed over the years and differ between methods.

Recorded examples: ``"total":"2"`` (2013) and ``"total":487`` (2023); licence ids ``0`` and ``"0"``; booleans
as ``0``, ``"0"``, ``false`` and ``""``; texts as ``"x"`` and ``{"_content":"x"}``; lists missing when empty.
"""

from collections.abc import Mapping
from typing import Any, Final

Json = Mapping[str, Any]

_ENCODED_AT_MOST: Final = 3
_FLAGS: Final = {"0": False, "false": False, "1": True, "true": True}


def integer(value: object) -> int | None:
    """A whole number however it is written, or None; None too for one that no database column holds."""
    try:
        number = int(text(value).strip())
    except ValueError:
        return None
    return number if -(2**63) <= number < 2**63 else None


def text(value: object) -> str:
    """A text (or a number as one), unwrapped from ``_content``; ``""`` for anything else.

    A tag can be empty on both sides: ``"raw":"","_content":""`` (photo 52483149404).

    JSON can hold half of a surrogate pair, of a title cut inside an emoji, which no file or database takes.
    """
    inner = content(value)
    return str(inner).encode(errors="replace").decode() if isinstance(inner, str | int | float) else ""


def content(value: object) -> object:
    """What stands in ``{"_content": …}``, or the value itself."""
    return value.get("_content") if isinstance(value, Mapping) else value


def flag(value: object) -> bool | None:
    """Yes or no however it is written: ``0`` in 2013, ``false`` in 2023; None for all else, ``""`` too."""
    return _FLAGS.get(text(value).strip().lower())


def table(value: object) -> Json:
    """An object, or an empty one where Flickr left it out or sent something else."""
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Json]:
    """A list of objects; a single object stands for a list of one, anything else for none."""
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return [entry for entry in value if isinstance(entry, Mapping)]
    return []


def repaired(value: str) -> str:
    """`value` without double encoding (``CafÃ©`` for ``Café``, ``itâ€™s`` for ``it’s``), where it is certain.

    A text whose characters, taken as bytes of Latin-1 or Windows, are valid UTF-8 was not meant as it stands;
    old exports hold some that were encoded more than twice.
    """
    for _ in range(_ENCODED_AT_MOST):
        try:
            value, before = b"".join(map(_byte, value)).decode(), value
        except UnicodeError:
            return value
        if value == before:
            return value
    return value


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
