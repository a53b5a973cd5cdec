"""JSON that others may have written, checked value by value as it is taken."""

import re
from typing import Any, TypeVar

T = TypeVar("T")


class Fields:
    """A JSON object, which errors call `where`: ValueErrors that say what is wrong."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict):
            raise ValueError(f"{where} is not an object")
        self._data: dict[str, Any] = data
        self._where = where

    def _take(self, key: str) -> Any:
        if key not in self._data:
            raise ValueError(f"{self._where} lacks {key}")
        return self._data[key]

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        """A text; with a pattern one that fits it as a whole."""
        value = self._take(key)
        if not isinstance(value, str) or (pattern and not pattern.fullmatch(value)):
            raise ValueError(f"{self._where}: {key} is not valid")
        return value

    def optional(self, key: str, kind: type[T]) -> T | None:
        """A value of this kind, or None."""
        value = self._data.get(key)
        if value is not None and not isinstance(value, kind):
            raise ValueError(f"{self._where}: {key} is not valid")
        return value

    def bound(self, key: str) -> int | str | None:
        """A number or a text, or None."""
        value = self._data.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
            raise ValueError(f"{self._where}: {key} is not valid")
        return value

    def number(self, key: str) -> int:
        """A count: a whole number of at least 0."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{self._where}: {key} is not a count")
        return value

    def items(self, key: str) -> list[Any]:
        """A list of anything."""
        value = self._take(key)
        if not isinstance(value, list):
            raise ValueError(f"{self._where}: {key} is not a list")
        return value

    def counts(self, key: str) -> dict[str, int]:
        """An object of counts."""
        counts = Fields(self._take(key), key)
        return {reason: counts.number(reason) for reason in counts._data}
