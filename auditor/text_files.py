"""Text files that people make: settings, and lists of photos and people.

Windows writes UTF-16 ("Unicode" in Notepad, `>` in PowerShell) and marks UTF-8 with a BOM; both are read.
"""

import codecs
import re
from pathlib import Path
from typing import Any, Final

import tomli

from auditor.errors import UsageError
from auditor.text import file_size

# The mark of UTF-32 little-endian begins with that of UTF-16, so it comes first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Tools on Windows write UTF-16 without a mark too: then the first characters, all of Latin-1, have zeros
# between.
_WITHOUT_MARK: Final = (
    (re.compile(rb"(?:[\t\n\r -~\xa0-\xff]\0){8}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r -~\xa0-\xff]){8}"), "utf-16-be"),
)


def wide_encoding(start: bytes) -> str | None:
    """The encoding of a text with these first 16 bytes, if its characters have two bytes or four."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return None if name == "utf-8" else name
    return next((name for form, name in _WITHOUT_MARK if form.match(start)), None)


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a file that somebody names, which may be a pipe or a device that never ends.

    Errors: `UsageError` when it cannot be read or has more than `limit` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {path}: {why}", hint="Check the spelling.") from error
    if len(data) > limit:
        raise UsageError(
            f"{path} is too large: it may have {file_size(limit)}", hint="Check which file it is."
        )
    return data


def read_text(path: Path, limit: int) -> str:
    """The text of a file. Errors: as for `read_bytes`, and `UsageError` when it is no text."""
    try:
        return decode(read_bytes(path, limit))
    except ValueError as error:
        raise UsageError(f"{path} {error}", hint="Save it as text in UTF-8.") from None


def parse_toml(text: str) -> dict[str, Any]:
    """What a TOML text says. Errors: `ValueError`.

    By tomli, which bounds how deep tables and dotted keys go: the standard library's parser takes minutes for
    one key of 200,000 parts. It is compiled too, and most commands read all cards.
    """
    try:
        return tomli.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def decode(data: bytes) -> str:
    """Text from bytes; what is no UTF-8 within a text of UTF-8 becomes ``�``.

    Errors: `ValueError` saying what the bytes are instead.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data:
        encoding = _utf16_without_mark(data)
        if encoding is None:
            raise ValueError("is not a text file")
    try:
        text = data.decode(encoding or "utf-8", errors="strict" if encoding else "replace")
    except UnicodeDecodeError:
        raise ValueError(f"begins like text in {(encoding or '').upper()} but is damaged") from None
    return text.removeprefix("\ufeff")


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 by the zero bytes of its ASCII letters; a list of links consists of little else."""
    if len(data) % 2:
        return None
    even, odd = data[::2].count(0), data[1::2].count(0)
    if not even and odd * 4 > len(data):
        return "utf-16-le"
    return "utf-16-be" if not odd and even * 4 > len(data) else None
