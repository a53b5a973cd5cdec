"""Really recorded answers of Flickr, as they stand in ../shared/recorded: read, never copied."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET


def answer(path: Path) -> Any:
    """The answer in a recording: JSON as it is, XML turned into the JSON that Flickr would send, all texts.

    Of a cassette with several exchanges, the first.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        text = next(body for body in _bodies(text) if body)
    return json.loads(text) if text.startswith("{") else _as_json(ET.fromstring(text.partition("?>")[2]))


def _as_json(element: ET.Element) -> Any:
    """By the rule that makes Flickr's formats equal: https://www.flickr.com/services/api/response.json.html."""
    value: dict[str, Any] = dict(element.attrib)
    for child in element:
        inner = _as_json(child)
        if child.tag in value:
            several = value[child.tag] if isinstance(value[child.tag], list) else [value[child.tag]]
            value[child.tag] = [*several, inner]
        else:
            value[child.tag] = inner
    if not len(element):
        value |= {"_content": element.text or ""} if element.text or not element.attrib else {}
    return value


def cassettes(folder: Path) -> Iterator[ET.Element]:
    """The XML answers in the Flickr Foundation's recordings."""
    paths = sorted(folder.glob("*.yml"))
    assert paths
    for path in paths:
        for text in _bodies(path.read_text(encoding="utf-8")):
            if text.startswith("<?xml"):
                yield ET.fromstring(text.partition("?>")[2])


def _bodies(cassette: str) -> Iterator[str]:
    return (_unfolded(*quoted.groups()) for quoted in _BODY.finditer(cassette))


_BODY = re.compile(r"""^      string: (?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')""", re.MULTILINE | re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8})|(.))")


def _unfolded(double: str | None, single: str | None) -> str:
    """The text of a quoted YAML scalar: enough of YAML for these recordings, without a library for it."""
    text = re.sub(r"\\\n *\\?", "", double) if double is not None else (single or "").replace("''", "'")
    text = re.sub(r" *\n *", " ", text)
    if double is None:
        return text
    plain = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b"}

    def spoken(escape: re.Match[str]) -> str:
        code = escape[1] or escape[2] or escape[3]
        return chr(int(code, 16)) if code else plain.get(escape[4], escape[4])

    return _ESCAPE.sub(spoken, text)
