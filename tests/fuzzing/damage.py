"""Damage to valid files: in their bytes, and in what they say. All of it follows from one random number."""

import json
import random
import sys
from collections.abc import Callable
from typing import Any, Final

Bytes = Callable[[random.Random, bytes], bytes]

HOSTILE: Final = (
    b"x" * (1 << 20),
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b'"\\ud800\\udfff"',
    b"\xff\xfe\x00\xc3\x28",
    b"9" * 6000,
    b'"' * 101,
    b"\n" * 3000,
    b"\r\n\r",
    b"=cmd|' /C calc'!A0",
    b"../../../../etc/passwd",
    b"\x1b]0;x\x07",
    b"http://www.flickr.com/photos/" + b"%2525" * 2000,
    b"https://live.staticflickr.com/" + b"1/" * 3000,
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, [], {}, [[]], [None], {"": None}),
    *(-1, 0, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**400, 0.5, 1e308, float("inf"), float("nan")),
    *("", " ", "0", "-1", "1e5", "1_000", "0x10", "\u0661\u0662", "\uff12", "9" * 30, "9" * 5000),
    *("x" * 100_000, "\0", "\ud800", "\u202etxt", "\x1b[2J", "a\nb", "=1+1", "<script>", "../x", "CON"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-02-30", "2026-01-01", "24:00"),
)
TOML_VALUES: Final = (
    *("-1", "0", "1.5", "inf", "nan", "true", "9223372036854775808", "1979-05-27", "07:32:00"),
    *("[]", "{}", "[[1]]", '["", ""]', "[1, 2]", "[{}]", "[" * 3000, "{a=" * 3000, "{a.b.c = 1}"),
    *('""', '" "', '"\\u0000"', '"\\u202e"', '"\\u001B[2J"', '"../../x"', '"=1+1"', '"\\ud800"'),
    *(f'"{"x" * 100_000}"', "'''x", "1" * 5000),
)
_DEEP: Final = 900
"""Levels that the reader of JSON still takes, and a function that goes through them may not."""


# -- bytes --------------------------------------------------------------------------------------------------


def truncate(rng: random.Random, data: bytes) -> bytes:
    """Cut short."""
    return data[: rng.randrange(len(data) + 1)]


def flip(rng: random.Random, data: bytes) -> bytes:
    """Some bits are others."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 4, 32]) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def insert(rng: random.Random, data: bytes) -> bytes:
    """Something hostile in the middle."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(HOSTILE) + data[at:]


def repeat(rng: random.Random, data: bytes) -> bytes:
    """A piece stands there twice, or in another place."""
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


BYTES: Final[tuple[Bytes, ...]] = (truncate, flip, insert, repeat)


def json_text(value: Any, **options: Any) -> str:
    """`value` as JSON, also where it is deeper than Python's functions may be."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        return json.dumps(value, **options)
    finally:
        sys.setrecursionlimit(before)


# -- content ------------------------------------------------------------------------------------------------


def json_value(rng: random.Random, value: Any) -> Any:
    """`value`, decoded JSON, with one to three of its parts gone, doubled, moved or hostile."""
    holder = [json.loads(json_text(value))]
    for _ in range(rng.choice([1, 1, 2, 3])):
        _one(rng, holder)
    return holder[0]


def _one(rng: random.Random, holder: list[Any]) -> None:
    places = list(_places(holder))
    inside, key = rng.choice(places)
    match rng.randrange(8):
        case 0:
            if inside is not holder:
                del inside[key]
        case 1:
            donor, at = rng.choice(places)
            inside[key] = json.loads(json_text(donor[at]))
        case 2:
            small = len(json_text(inside[key])) < 2000
            inside[key] = [inside[key]] * rng.choice([1, 2, 1000 if small else 3])
        case 3:
            for _ in range(rng.choice([1, 3, 3, _DEEP])):
                inside[key] = [inside[key]] if rng.random() < 0.5 else {"a": inside[key]}
        case 4 if isinstance(inside[key], dict):
            inside[key][rng.choice(["", "id", "__proto__", "\ud800", "x" * 10_000])] = rng.choice(VALUES)
        case 5 if isinstance(inside[key], str):
            word = inside[key]
            inside[key] = rng.choice([word.upper(), f" {word}\n", word[:-1], word + "\u202e", word * 500])
        case _:
            inside[key] = rng.choice(VALUES)


def _places(inside: Any) -> Any:
    """Every part of a value, as the list or object that it is in and its place there."""
    waiting = [inside]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            for key in each if isinstance(each, dict) else range(len(each)):
                yield each, key
                waiting.append(each[key])


def toml_text(rng: random.Random, text: str) -> str:
    """A TOML text with one to three of its lines gone, doubled, moved or hostile."""
    lines = text.splitlines()
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.randrange(len(lines))
        match rng.randrange(6):
            case 0:
                del lines[at]
                lines = lines or [""]
            case 1:
                lines.insert(rng.randrange(len(lines) + 1), lines[at])
            case 2 if lines[at].startswith("["):
                lines[at] = rng.choice([f"[{lines[at]}]", lines[at].strip("[]"), "[a.b.c]"])
            case _:
                if "=" in lines[at]:
                    lines[at] = f"{lines[at].partition('=')[0]}= {rng.choice(TOML_VALUES)}"
                else:
                    lines.insert(at, f"x = {rng.choice(TOML_VALUES)}")
    return "\n".join(lines)


def mail_text(rng: random.Random, data: bytes) -> bytes:
    """A mail of which some lines are gone, doubled, moved or hostile."""
    lines = data.split(b"\n")
    for _ in range(rng.choice([1, 2, 3, 5])):
        at = rng.randrange(len(lines))
        match rng.randrange(4):
            case 0:
                del lines[at]
                lines = lines or [b""]
            case 1:
                lines.insert(rng.randrange(len(lines) + 1), lines[at])
            case 2 if b":" in lines[at]:
                lines[at] = lines[at].partition(b":")[0] + b": " + rng.choice(_HEADERS)
            case _:
                lines.insert(at, rng.choice(_MAIL_LINES))
    return b"\n".join(lines)


_HEADERS: Final = (
    b"",
    b"=?utf-8?b?4oCu?=",
    b"=?nonsense?q?=00?=",
    b"=?utf-8?b?" + b"A" * 20_001 + b"?=",
    b"<" * 5000,
    b'"a" <b@c>, (((((' + b"(" * 2000,
    b"Thu, 99 Foo 99999 25:61:61 +9999",
    b"Mon, 01 Jan 0001 00:00:00 +2359",
    b'multipart/mixed; boundary=""',
    b'multipart/mixed; boundary="x"; boundary="y"',
    b"message/rfc822",
    b"text/html; charset=utf-7",
    b"text/plain; charset=\xff\xfe",
    b"text/plain; charset=" + b"x" * 5000,
    b"text/plain; charset*0*=utf-8''%FF; charset*1=y",
    b"base64",
    b"x-uuencode",
    b"\x00\x1b[2J",
)
_MAIL_LINES: Final = (
    b"",
    b"--x",
    b"--x--",
    b"Content-Type: text/html",
    b"Content-Transfer-Encoding: base64",
    b"Content-Type: message/rfc822",
    b"<div>" * 20_000,
    b"<!--" * 5000,
    b"<script>alert(1)</script>&#x110000;&#xd800;",
    b"begin 644 /etc/passwd",
    b"> " * 5000,
    b"On 9999-99-99 wrote:",
    b"\xff\xfe\x00",
    b"https://www.flickr.com/photos/12345678@N01/1/ " * 500,
)
