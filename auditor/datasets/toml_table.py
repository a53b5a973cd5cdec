"""TOML tables read strictly, key by key.

A misspelt key would otherwise silently drop, say, an opt-out address.
"""

import re
from collections.abc import Collection, Mapping
from typing import Self, TypeGuard
from urllib.parse import urlsplit

from auditor.errors import ConfigurationError
from auditor.text_files import parse_toml

_CHECKSUM_DIGITS = {"md5": 32, "sha256": 64}
_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


class Table:
    """A TOML table read key by key, each with the type it must have; `end` refuses what nobody asked for."""

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self._values = dict(values)
        self._where = where

    @classmethod
    def parse(cls, text: str, file: str) -> Self:
        """The table that the text of `file` is. Errors: `ConfigurationError` for what is no TOML."""
        try:
            return cls(parse_toml(text), file)
        except ValueError as error:
            raise ConfigurationError(
                f"{file} is not valid TOML: {error}", hint="Correct the file."
            ) from error

    def error(self, key: str, problem: str) -> ConfigurationError:
        """The error about a key of this table."""
        return ConfigurationError(
            f'{self._where}: "{key}" {problem}',
            hint="docs/adding-a-dataset.md describes every key of a card.",
        )

    def text(self, key: str) -> str:
        """A line of text that must be there."""
        value = self.optional_text(key)
        if value is None:
            raise self.error(key, "is missing")
        return value

    def optional_text(self, key: str) -> str | None:
        """A line of text, or None."""
        value = self._values.pop(key, None)
        if value is None:
            return None
        if not _is_line(value):
            raise self.error(key, "must be one printable line")
        return value

    def optional_number(self, key: str) -> int | None:
        """A whole number above 0, or None."""
        value = self._values.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.error(key, "must be a whole number above 0")
        return value

    def take_if(self, key: str, value: str) -> bool:
        """Whether `key` has exactly `value`, which then counts as read."""
        found = self._values.get(key) == value
        if found:
            del self._values[key]
        return found

    def optional_flag(self, key: str) -> bool | None:
        """True, false, or None."""
        value = self._values.pop(key, None)
        if value is not None and not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def choice(self, key: str, allowed: Collection[str], *, default: str | None = None) -> str:
        """One of the `allowed` words."""
        value = self.text(key) if default is None else self.optional_text(key) or default
        if value not in allowed:
            raise self.error(key, f'is "{value}"; it must be one of: {", ".join(allowed)}')
        return value

    def words(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of lines, each one of `allowed` where given; empty when it is missing."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(_is_line(word) for word in value):
            raise self.error(key, "must be a list of printable lines")
        if len(set(value)) != len(value):
            raise self.error(key, "names something twice")
        if odd := [word for word in value if allowed is not None and word not in allowed]:
            raise self.error(key, f'holds "{odd[0]}"; it must be one of: {", ".join(allowed or ())}')
        return tuple(value)

    def checksum(self, key: str) -> str | None:
        """Lower-case hexadecimal digits, as many as the kind `key` has."""
        value = self.optional_text(key)
        if value is not None and not re.fullmatch(f"[0-9a-f]{{{_CHECKSUM_DIGITS[key]}}}", value):
            raise self.error(key, f"must be {_CHECKSUM_DIGITS[key]} lower-case hexadecimal digits")
        return value

    def address(self, key: str) -> str | None:
        """A web address, or None."""
        value = self.optional_text(key)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or " " in value:
            raise self.error(key, "must be a web address that starts with http:// or https://")
        return value

    def date(self, key: str) -> str | None:
        """As exact as its source gives it."""
        value = self.optional_text(key)
        if value is not None and not _DATE.fullmatch(value):
            raise self.error(key, "must be a date like 2020, 2020-06 or 2020-06-15")
        return value

    def names(self) -> tuple[str, ...]:
        """What was not read yet, in the order of the file."""
        return tuple(self._values)

    def table(self, key: str) -> "Table":
        """A table in this one; empty when it is missing."""
        value = self._values.pop(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table: [{key}]")
        return Table(value, f"{self._where} [{key}]")

    def tables(self, key: str) -> list["Table"]:
        """A list of tables."""
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.error(key, f"must be a list of tables: [[{key}]]")
        return [Table(row, f"{self._where} [[{key}]] {number}") for number, row in enumerate(value, 1)]

    def end(self) -> None:
        """Refuse what nobody asked for."""
        if self._values:
            raise self.error(sorted(self._values)[0], "is not a key of a card")


def _is_line(value: object) -> TypeGuard[str]:
    """Whether `value` is text that any terminal, page or mail header can show as it is."""
    return isinstance(value, str) and value != "" and value == value.strip() and value.isprintable()
