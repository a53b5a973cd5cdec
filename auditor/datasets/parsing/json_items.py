"""JSON files streamed: one element at a time, never the whole, and an error when the file ends too early.

A reader that names the `keys` that it needs of each object gets no others where the file can be read at once
(`json_whole`), and possibly others where it cannot.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import ijson
import msgspec
import numpy as np

from auditor.datasets.parsing import json_whole
from auditor.datasets.parsing.packing import GET_AGAIN
from auditor.datasets.parsing.row import Found, Row, row_of
from auditor.datasets.parsing.sources import Source, Stream
from auditor.datasets.parsing.text import by_line
from auditor.errors import WrongFileError

NO_OBJECT = "no JSON object"
NO_JSON = "not valid JSON"
MAX_DEPTH = 200
MAX_TEXT_BYTES = 16 << 20

_LIST = re.compile(r"(?:(\w+)\.)?item")
# How JSON comes as a script: jsonFlickrApi({…}), var photos = […];
_SCRIPT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:/\*[^*]*\*/\s*)?"
    rb"(?:(?:(?:var|let|const)\s+)?[\w$.]+\s*=|[\w$.]+\s*\(|export\s+default)\s*(?=[\[{])"
)
_SCRIPT_END = re.compile(rb"\s*\)?\s*;?\s*\Z")
_LONGEST_END = 64
_CUT_OFF = re.compile(r"\\?[-+.\w]{0,9}\s*")
"""What is left of a word, number or escape at the end of a file that is cut short."""
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
# What Python and NumPy write for numbers that JSON has not; texts are matched to be left alone.
_NO_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*+"?|(-?(?:NaN|Infinity))', re.DOTALL)
_LONGEST_WORD = len("-Infinity")
_UNFINISHED = re.compile(rb"[-A-Za-z]+\Z")
_STEPS = np.zeros(256, np.int64)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1


def items(source: Source, path: str) -> Iterator[Any]:
    """The elements at an ijson path such as ``images.item``, in the file's order."""
    with source.open() as stream, _broken(source):
        yield from ijson.items(_Utf8(stream, script_start(source)), path, use_float=True)


def entries(source: Source, path: str, keys: Sequence[str] = ()) -> Iterator[Mapping[str, Any]]:
    """The objects at an ijson path; what is no object comes as an empty one, so that it is accounted for."""
    if keys and (match := _LIST.fullmatch(path)):
        whole = json_whole.list_entries(source, match[1] or "", keys)
        if whole is not None:
            yield from whole
            return
    for item in items(source, path):
        yield item if isinstance(item, dict) else {}


def members(source: Source, keys: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    """The (key, value) pairs of the file's one object; a repeated key comes repeatedly."""
    if keys and (whole := json_whole.member_entries(source, keys)) is not None:
        yield from whole
        return
    yield from pairs(source, "")


def pairs(source: Source, path: str) -> Iterator[tuple[str, Any]]:
    """The (key, value) pairs of the object at an ijson path."""
    with source.open() as stream, _broken(source):
        yield from ijson.kvitems(_Utf8(stream, script_start(source)), path, use_float=True)


def objects(source: Source, keys: Sequence[str] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a file that is one list or one object, each with its place: ``[3]`` or ``["key"]``.

    What is not an object comes as an empty one, so that every entry is accounted for.
    """
    if opens_with(source, b"["):
        placed: Iterator[tuple[str, Any]] = (
            (f"[{n}]", item) for n, item in enumerate(entries(source, "item", keys))
        )
    else:
        placed = ((f'["{key}"]', value) for key, value in members(source, keys))
    for place, value in placed:
        yield place, value if isinstance(value, dict) else {}


def scalars(source: Source, *, several: bool = False) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every text, number, truth value and null of the file with its path of keys and list positions.

    A list or an object without anything in it comes as a null. Numbers with a point or an exponent are
    decimal ones, which tell 9.0e+09, whose last digits were lost, from 9000000001.0. With `several` the file
    holds one value after the other, and each path begins with the value's position.
    """
    path: list[str | int] = [-1] if several else []
    with source.open() as stream, _broken(source):
        content = _Utf8(stream, script_start(source))
        opened = False
        for event, value in ijson.basic_parse(content, multiple_values=several):
            if event == "map_key":
                path[-1], opened = value, False
                continue
            if event in ("end_map", "end_array"):
                path.pop()
                if opened:
                    yield tuple(path), None
                opened = False
                continue
            opened = event in ("start_map", "start_array")
            if path and isinstance(path[-1], int):
                path[-1] += 1
            if event == "start_map":
                path.append("")
            elif event == "start_array":
                path.append(-1)
            else:
                yield tuple(path), value


def by_entry(
    source: Source, name: str, find: Callable[[Mapping[str, Any], str], Found], keys: Sequence[str] = ()
) -> Iterator[Row]:
    """One row for each object of the list called `name`, "" for the list that the file is.

    It is what `find` makes of the object (of `keys` alone, if given) and of its place, such as ``images[3]``.
    """
    for index, entry in enumerate(entries(source, f"{name}.item" if name else "item", keys)):
        yield row_of(index + 1, find(entry, f"{name}[{index}]"))


def by_json_line(source: Source, find: Callable[[dict[str, Any]], Found]) -> Iterator[Row]:
    """One row for each line of a JSON Lines file: what `find` makes of its object."""
    return by_line(source, lambda line: _found_in(line, find))


def _found_in(line: str, find: Callable[[dict[str, Any]], Found]) -> Found:
    entry = parse_line(line)
    return find(entry) if isinstance(entry, dict) else NO_OBJECT


def parse_line(line: str, *, decimal: bool = False) -> Any:
    """The value of one line of JSON, None for a line that is none; its numbers `decimal` as in `scalars`."""
    try:
        return json.loads(line, parse_float=Decimal) if decimal else msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return None if decimal else _parsed_anyway(line)


def _parsed_anyway(line: str) -> Any:
    """As Python reads it, at a third of the speed: also NaN and half a surrogate pair."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def opens_with(source: Source, *brackets: bytes) -> bool:
    """Whether the JSON begins with one of these: ``b"{"`` for an object, ``b"["`` for a list."""
    return source.head[script_start(source) :].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(brackets)


def has_keys(source: Source, brackets: str, *keys: str) -> bool:
    """Whether the JSON begins with one of the brackets, and its head holds all of the keys."""
    return opens_with(source, *map(str.encode, brackets)) and all(
        f'"{key}"'.encode() in source.head for key in keys
    )


def script_start(source: Source) -> int:
    """How many bytes of a script stand before the JSON in it; 0 for plain JSON."""
    match = _SCRIPT.match(source.head)
    return match.end() if match else 0


def values_in(source: Source) -> int:
    """How many values a file that opens like JSON holds: 0 if it is none, 1, or 2 for more than one.

    Told by the head: text may begin with a bracket too. What is cut short is JSON, if a damaged one.
    """
    start = script_start(source)
    text = source.head[start:].decode("utf-8-sig", errors="replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        cut = _CUT_OFF.fullmatch(text, error.pos) or error.msg.startswith("Unterminated")
        return 1 if cut else 0
    except (ValueError, RecursionError):
        return 1
    rest = text[end:].strip()
    if start:
        rest = _SCRIPT_END.sub(b"", rest.encode()).decode()
    if not rest:
        return 1
    return 2 if rest.startswith(("{", "[")) else 0


class _Utf8:
    """The stream without byte-order mark, bad UTF-8 replaced: one bad title must not cost the file.

    Nor may a hostile file cost the memory: ijson keeps the whole path of each value and whole texts, so
    200,000 brackets in a row take gigabytes. Both are bounded here, far above what any index holds.
    """

    def __init__(self, stream: Stream, script_start: int = 0) -> None:
        self._stream = stream
        self._skip = script_start
        self._end: bytes | None = b"" if script_start else None
        """The last bytes of a script, which end in what is no JSON; None for plain JSON."""
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._depth = 0
        self._text_length = 0
        """Length so far of the text that the last block ended in; 0 outside of texts."""
        self._escape = b""
        self._kept = b""
        """The start of what may be a word, for the next block to tell."""

    def read(self, size: int) -> bytes:
        if size == 0:  # how ijson asks whether it gets bytes or text
            return b""
        while data := self._next(size):
            if block := self._whole_words(self._kept + self._decoder.decode(data).encode()):
                return self._checked(block)
        rest, self._kept = self._kept + self._decoder.decode(b"", final=True).encode(), b""
        return self._checked(rest)

    def _next(self, size: int) -> bytes:
        """The next bytes of the JSON, without the script around it."""
        data = self._stream.read(size)
        while data and self._skip:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
            data = data or self._stream.read(size)
        if self._end is None:
            return data
        while data:
            held = self._end + data
            data, self._end = held[:-_LONGEST_END], held[-_LONGEST_END:]
            if data:
                return data
            data = self._stream.read(size)
        rest, self._end = _SCRIPT_END.sub(b"", self._end), None
        return rest

    def _whole_words(self, block: bytes) -> bytes:
        """The block without the word at its end that the next one may go on with."""
        unfinished = _UNFINISHED.search(block[-_LONGEST_WORD:])
        end = len(block) - (len(unfinished[0]) if unfinished else 0)
        self._kept = block[end:]
        return block[:end]

    def _checked(self, block: bytes) -> bytes:
        if b"NaN" in block or b"Infinity" in block:
            block = self._without_no_numbers(block)
        self._bound(block)
        return block

    def _without_no_numbers(self, block: bytes) -> bytes:
        """The block with null for NaN and Infinity; in texts they stay."""
        start = b""
        if self._text_length:  # it begins inside a text: its quote is put before it for the search
            start, block = b'"', self._escape + block
        replaced = _NO_NUMBER.sub(lambda match: b"null" if match[1] else match[0], start + block)
        return replaced[len(start) + (len(self._escape) if start else 0) :]

    def _bound(self, block: bytes) -> None:
        """Raise JSONError when the file nests too deep or holds too long a text."""
        if b"\\" in block or self._escape:
            block = _ESCAPED.sub(b"", self._escape + block)
            self._escape = b"\\" if block.endswith(b"\\") else b""
        parts = block.translate(None, delete=_NOT_STRUCTURE).split(b'"')
        outside = b"".join(parts[self._text_length > 0 :: 2])
        steps = _STEPS[np.frombuffer(outside, np.uint8)]
        deepest = self._depth + int(np.cumsum(steps).max(initial=0))
        self._depth += int(steps.sum())
        if deepest > MAX_DEPTH:
            raise ijson.JSONError(f"it nests deeper than {MAX_DEPTH} levels")
        if (len(parts) % 2 == 0) == (self._text_length > 0):
            self._text_length = 0
        else:
            self._text_length = max(1, len(block) + (self._text_length if len(parts) == 1 else 0))
        if self._text_length > MAX_TEXT_BYTES:
            raise ijson.JSONError(f"it holds a text of more than {MAX_TEXT_BYTES >> 20} MiB")


@contextmanager
def _broken(source: Source) -> Iterator[None]:
    try:
        yield
    except ijson.IncompleteJSONError as error:
        raise WrongFileError(
            f"{source.label} is cut short or no JSON: {_reason(error)}", hint=GET_AGAIN
        ) from error
    except (ijson.JSONError, ValueError) as error:  # or a number of more digits than Python reads
        raise WrongFileError(f"{source.label} is not valid JSON: {_reason(error)}", hint=GET_AGAIN) from error


def _reason(error: Exception) -> str:
    """The parser's own first line; the rest quotes the file."""
    return str(error.args[0] if error.args else error).strip().split("\n")[0][:120]
