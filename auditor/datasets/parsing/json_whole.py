"""JSON files of moderate size at once, and of their entries only the keys that a reader asks for.

ijson makes a Python object of every number in a file: FFHQ's landmarks, COCO's outlines. Typed decoding
passes over what nobody wants, ten times as fast. It is for files as publishers write them. Whatever is odd
about one (broken, packed, too large, NaN, bad UTF-8, a repeated key, an entry that is no object) is left to
`json_items`, which reads it from the start; so nothing is given out before the whole file was read. What it
passes over may hold a number too large for ijson: that file, complete as it is, is read here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import count_byte

MOST_BYTES: Final = 512 << 20
MOST_OBJECTS: Final = 2_000_000
"""In the whole file: an entry takes some hundred bytes of memory, however short it is in the file."""

_BOM = b"\xef\xbb\xbf"
_ESCAPED_ASCII = re.compile(rb"\\u00[0-7]")
"""A spelling that would hide a repeated key."""

Entry = Mapping[str, Any]


def list_entries(source: Source, name: str, keys: Sequence[str]) -> list[Entry] | None:
    """The objects of the list called `name` in the file's object, "" for the list that the file is.

    Each has those of `keys` that it holds; None: the file is to be read with care.
    """
    data = _whole(source)
    if data is None:
        return None
    entry = _entry_type(tuple(keys))
    try:
        if not name:
            found = msgspec.json.decode(data, type=list[entry])  # type: ignore[valid-type]
        elif data.count(b'"%s"' % name.encode()) == 1 and not _ESCAPED_ASCII.search(data):
            found = msgspec.json.decode(data, type=_outer_type(name, entry)).found
        else:
            return None
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return None
    del data  # before as much again is made of it
    return [_given(one, keys) for one in found]


def member_entries(source: Source, keys: Sequence[str]) -> list[tuple[str, Entry]] | None:
    """The (key, object) pairs of the file's one object; otherwise as `list_entries`."""
    data = _whole(source)
    if data is None:
        return None
    made: list[None] = []
    entry = _entry_type(tuple(keys), lambda _: made.append(None))
    try:
        found = msgspec.json.decode(data, type=dict[str, entry])  # type: ignore[valid-type]
    except (ValueError, RecursionError):
        return None
    if not found or len(made) != len(found):  # nothing in it, or a repeated key, of which the last was kept
        return None
    del data
    return [(key, _given(one, keys)) for key, one in found.items()]


def _whole(source: Source) -> bytes | None:
    """The content of a file as it lies on disk; None where it is packed, or more than memory should hold."""
    file = source.unpacked_file
    if file is None or file.stat().st_size > MOST_BYTES:
        return None
    with source.open() as stream:
        data = stream.read(MOST_BYTES + 1)  # it may grow meanwhile
    if len(data) > MOST_BYTES:
        return None
    return data.removeprefix(_BOM) if count_byte(data, b"{") <= MOST_OBJECTS else None


def _entry_type(
    keys: tuple[str, ...], when_made: Callable[[object], object] | None = None
) -> type[msgspec.Struct]:
    """The type of an object of which these keys are wanted; `when_made` is called with each new one."""
    fields = [(f"key{number}", Any, msgspec.UNSET) for number in range(len(keys))]
    names = {f"key{number}": key for number, key in enumerate(keys)}
    namespace = {"__post_init__": when_made} if when_made else None
    return msgspec.defstruct("Entry", fields, rename=names, gc=False, namespace=namespace)


def _outer_type(name: str, entry: type[msgspec.Struct]) -> Any:
    return msgspec.defstruct("Outer", [("found", list[entry])], rename={"found": name})  # type: ignore[valid-type]


def _given(entry: msgspec.Struct, keys: Sequence[str]) -> Entry:
    """The entry as the object that it is in the file, as far as it was asked for."""
    values = zip(keys, msgspec.structs.astuple(entry), strict=True)
    return {key: value for key, value in values if value is not msgspec.UNSET}
