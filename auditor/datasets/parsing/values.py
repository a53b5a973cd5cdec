"""What a single value of an unknown list may say: the names of photos and members in it, and photo ids.

Whether it is believed, the rest of its column and row decides.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from auditor.datasets.parsing.keys import parsed_nsid, photo_id
from auditor.flickr.names import parse_name
from auditor.flickr.urls import OwnerAddress, PhotoAddress, is_photo_id, parse_owners

MAY_BE_NAME = re.compile(r"[0-9]_[0-9a-f]{6}|@N[0-9]{2}|%40N[0-9]{2}", re.IGNORECASE)
BETWEEN_WORDS = re.compile(r"[\s,;|\"'<>()]+")
# Hive parts fields by \x01; lists of several programs write owner=…, [… …] or {…: …}.
_ALONE = re.compile(
    r"(?:^|(?<=[\s,;|\"'<>()\[\]{}=:^~\x01]))[0-9]+(?:@|%40)N[0-9]{2}(?=$|[\s,;|\"'<>()\[\]{}=:^~\x01])",
    re.IGNORECASE,
)
_BETWEEN_IDS = re.compile(r"[-,;|\s\[\](){}\"']+")
_IN_BRACKETS = re.compile(r"\s*[\[({].*[\])}]\s*", re.DOTALL)
# As spreadsheets group digits, with decimals or without: 9,000,000,001.00, 9.000.000.001, 9'000'000'001.
_GROUPED = re.compile(r"([1-9][0-9]{0,2}([,.'\u2019\u00a0\u202f ])[0-9]{3}(?:\2[0-9]{3})+)(?:(?!\2)[.,]00?)?")
_WHOLE = re.compile(r"([1-9][0-9]{3,18}),00?")
"""Where the comma is the sign of decimals: 9000000001,0."""
_PADDED = re.compile(r"0+[1-9][0-9]{6,11}")
_SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]+))?e\+?([0-9]{1,2})", re.IGNORECASE)
_DIGITS = 19
"""The most that an id can have; of 1e999999999 Python would write them all."""
_LEAST_LISTED = 10_000
"""Of several numbers in one value none is smaller, or 2019-01-01 would be three photos."""
TYPICAL = range(1_000_000, 10**12)
"""Where nearly all of Flickr's ids are."""


def names_in(
    text: str, *, of_urls: bool, proven: bool = False, numbered: bool = False, in_lines: bool = False
) -> Iterator[PhotoAddress]:
    """The photos that names of files in a text name, each once.

    `of_urls`: also those in addresses of other sites, which name their files as they like. `in_lines`: bare
    numbers of photos stand among other words, as in lists without separators.
    """
    if not numbered and not MAY_BE_NAME.search(text):
        return
    words = BETWEEN_WORDS.split(text)
    found: dict[str, PhotoAddress] = {}
    for word in words:
        if word and (of_urls or "://" not in word):
            photo = parse_name(word, proven=proven, numbered=numbered)
            # Beside other words a number counts something, or is a part of a phone number.
            named = photo and (photo.secret or photo.nsid or len(words) == 1 or not word.isdecimal())
            if photo and (named or (in_lines and int(photo.photo_id) in TYPICAL)):
                found.setdefault(photo.photo_id, photo)
    if len(words) > 1 >= len(found) and ("/" in text or "\\" in text) and (of_urls or "://" not in text):
        # A path with spaces in it, whose folders may name the owner.
        photo = parse_name(text, proven=proven, numbered=numbered)
        if photo:
            found[photo.photo_id] = photo
    yield from found.values()


def owners_in(text: str) -> list[OwnerAddress]:
    """The members in a text: links of people, and NSIDs that stand alone between words."""
    found = parse_owners(text)
    if "@" in text or "%40" in text:
        alone = (parsed_nsid(match[0]) for match in _ALONE.finditer(text))
        found += [OwnerAddress(nsid=name) for name in alone if name]
    return found


def number_of(value: Any) -> int | None:
    """A value that is one whole number; pandas makes ids floats where some are missing."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return photo_id(value)
    if isinstance(value, Decimal):
        whole = not is_rounded(value) and value.adjusted() < _DIGITS and value == value.to_integral_value()
        return photo_id(int(value)) if whole else None
    if isinstance(value, float):
        return photo_id(int(value)) if value.is_integer() and abs(value) < 2**53 else None
    if not isinstance(value, str):
        return None
    text = value.strip().strip("\"'")
    if is_photo_id(text):
        return int(text)
    if text.endswith((".0", ".00")):
        return photo_id(text.rstrip("0")[:-1])
    if match := _SCIENTIFIC.fullmatch(text):
        first, rest, power = match.groups(default="")
        # 7.22E+16 was rounded to three digits; 1.1186093946E+10 has all of them.
        return photo_id((first + rest).ljust(int(power) + 1, "0")) if len(rest) == int(power) else None
    return None


def is_rounded(value: Any) -> bool:
    """Whether it is a number of which digits were lost: 9.0e+09, or one of 24 bits where an id has more."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return not isinstance(exponent, int) or exponent > 0
    if isinstance(value, str):
        return _SCIENTIFIC.fullmatch(value.strip()) is not None
    return isinstance(value, np.floating)


def written_number(value: Any) -> int | None:
    """The photo id in a column of them, however a spreadsheet or an export writes numbers."""
    if not isinstance(value, str):
        return None
    text = value.strip().removeprefix("=").strip("\"'")  # ="9000000001" keeps Excel from rounding it
    if is_photo_id(text):
        return int(text)
    if match := _GROUPED.fullmatch(text) or _WHOLE.fullmatch(text):
        return photo_id(re.sub(r"[^0-9]", "", match[1]))
    return photo_id(text.lstrip("0")) if _PADDED.fullmatch(text) else None


def listed_numbers(text: str) -> list[int]:
    """The numbers of a value that is a list of them and nothing else: 1082674276-1082674426-1081820011."""
    parts = [part for part in _BETWEEN_IDS.split(text) if part]
    if not parts or (len(parts) == 1 and not _IN_BRACKETS.fullmatch(text)):
        return []
    if not all(is_photo_id(part) and int(part) >= _LEAST_LISTED for part in parts):
        return []
    return list(dict.fromkeys(map(int, parts)))


def number_in_name(text: str) -> list[int]:
    """The number that a file is named by: 1000092795.jpg."""
    photo = parse_name(text, numbered=True)
    return [int(photo.photo_id)] if photo and int(photo.photo_id) in TYPICAL else []
