"""JSON read at once gives what JSON read with care gives, and leaves to it whatever is odd."""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.datasets import readers
from auditor.datasets.parsing import json_whole
from auditor.datasets.parsing.json_items import _Utf8, entries, members
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source, sources
from auditor.errors import WrongFileError
from tests.datasets import same_photos
from tests.datasets.readers.lookalikes import ALL

KEYS = ("url", "id")
FORMATS = (
    "ffhq-json",
    "coco-json",
    "lvis-json",
    "fdf-json",
    "fsxl-json",
    "lpff-json",
    "visual-genome",
    "didemo",
)
SAMPLES = Path("../shared/samples")


def source(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    return Source(path)


def with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_whole, "MOST_BYTES", -1)


def picked(objects: Iterator[Any]) -> list[Any]:
    """Of what was read, what was asked for."""
    return [
        {key: one[key] for key in KEYS if key in one} if isinstance(one, Mapping) else one for one in objects
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5) | st.floats(-1e300, 1e300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
ENTRIES = st.fixed_dictionaries({}, optional={"url": ANYTHING, "id": ANYTHING, "other": ANYTHING})


@given(found=st.lists(ENTRIES, max_size=4), indent=st.none() | st.integers(0, 2), ascii_=st.booleans())
def test_a_list_at_once_is_the_list_with_care(
    tmp_path_factory: pytest.TempPathFactory, found: list[Any], indent: int | None, ascii_: bool
) -> None:
    for path, content in (
        ("item", found),
        ("things.item", {"info": {"id": 1}, "things": found, "more": [{}]}),
    ):
        text = json.dumps(content, indent=indent, ensure_ascii=ascii_).encode(errors="replace")
        file = source(tmp_path_factory.mktemp("list"), text)
        careful = picked(entries(file, path))
        assert picked(entries(file, path, KEYS)) == careful
        whole = json_whole.list_entries(file, path.removesuffix("item").removesuffix("."), KEYS)
        assert whole in (careful, None)


@given(found=st.dictionaries(st.text(max_size=4), ENTRIES, max_size=4), indent=st.none() | st.integers(0, 2))
def test_an_object_at_once_is_the_object_with_care(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, Any], indent: int | None
) -> None:
    file = source(tmp_path_factory.mktemp("object"), json.dumps(found, indent=indent).encode())
    careful = [(key, picked(iter([one]))[0]) for key, one in members(file)]
    assert list(members(file, KEYS)) == careful
    assert json_whole.member_entries(file, KEYS) in (careful, None)


def test_what_publishers_write_is_read_at_once(tmp_path: Path) -> None:
    file = source(tmp_path, b'\xef\xbb\xbf{"a": {"url": "x", "more": [1, {"url": 2}]}, "b"\n:{ }\n}\n')
    assert json_whole.member_entries(file, KEYS) == [("a", {"url": "x"}), ("b", {})]
    file = source(tmp_path, b'{"info": [], "images": [{"url": "x", "id": 7, "more": 1.5}]}')
    assert json_whole.list_entries(file, "images", KEYS) == [{"url": "x", "id": 7}]


ODD = {
    "a repeated key": b'{"a": {"url": "x"}, "b": {"url": "y"}, "a": {"url": "z"}}',
    "a key repeated at once": b'{"a": {"url": "x"}, "a": {"url": "z"}}',
    "a key repeated in another spelling": b'{"a": {"url": "x"}, "\\u0061": {"url": "z"}}',
    "no object": b'{"a": {"url": "x"}, "b": 7, "c": [{"url": "y"}]}',
    "NaN": b'{"a": {"url": "x", "more": NaN}, "b": {"url": Infinity}}',
    "bad UTF-8": b'{"a": {"url": "\xff"}}',
    "half a surrogate": b'{"a": {"url": "\\ud800"}}',
    "nothing": b"{}",
    "UTF-16": '{"a": {"url": "x"}}'.encode("utf-16"),
    "cut short": b'{"a": {"url": "x"}, "b": {"url": ',
    "more behind it": b'{"a": {"url": "x"}} {"b": {}}',
    "a comma too many": b'{"a": {"url": "x"},}',
    "too deep": b'{"a": {"url": ' + b"[" * 200_000,
    "a control character": b'{"a": {"url": "x\x01"}}',
    "empty": b"",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_what_is_odd_is_read_with_care(tmp_path: Path, content: bytes) -> None:
    file = source(tmp_path, content)

    def outcome(keys: tuple[str, ...]) -> object:
        try:
            return [(key, picked(iter([one]))[0]) for key, one in members(file, keys)]
        except WrongFileError as error:
            return error.message

    assert json_whole.member_entries(file, KEYS) is None
    assert outcome(KEYS) == outcome(())


@pytest.mark.parametrize(
    "content",
    [
        b'{"images": [{"id": 1}], "images": [{"id": 2}]}',
        b'{"images": [{"id": 1}], "\\u0069mages": [{"id": 2}]}',
        b'{"images": [{"id": 1}, 7]}',
        b'{"more": {"images": [{"id": 1}]}}',
        b'{"images": {"id": 1}}',
        b'{"more": [{"id": 1}]}',
        b'[{"images": [{"id": 1}]}]',
    ],
)
def test_an_odd_list_is_read_with_care(tmp_path: Path, content: bytes) -> None:
    file = source(tmp_path, content)
    assert json_whole.list_entries(file, "images", KEYS) is None
    assert picked(entries(file, "images.item", KEYS)) == picked(entries(file, "images.item"))


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", 20), ("MOST_OBJECTS", 2)])
def test_what_memory_should_not_hold_is_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    file = source(tmp_path, b'[{"id": 1}, {"id": 2}, {"id": 3}]')
    assert json_whole.list_entries(file, "", KEYS) == [{"id": 1}, {"id": 2}, {"id": 3}]
    monkeypatch.setattr(json_whole, limit, value)
    assert json_whole.list_entries(file, "", KEYS) is None
    assert list(entries(file, "item", KEYS)) == [{"id": 1}, {"id": 2}, {"id": 3}]


def rows(path: Path, name: str) -> list[Row]:
    read = readers.formats()[name].read
    assert read is not None
    return [row for one in sources(path) for row in read(one)]


@pytest.mark.parametrize("name", FORMATS)
def test_readers_find_the_same_in_lookalikes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content = ALL[name].content if name in ALL else same_photos.FILES[name]
    assert isinstance(content, bytes)
    path = tmp_path / "file"
    path.write_bytes(content)
    at_once = rows(path, name)
    with_care(monkeypatch)
    assert at_once == rows(path, name)
    assert at_once


SAMPLE_FILES = [
    path for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.read_bytes()[:1] in (b"{", b"[")
]


@pytest.mark.skipif(not SAMPLE_FILES, reason="../shared/samples is not here")
@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_readers_find_the_same_in_samples(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    names = [name for name in FORMATS if readers.formats()[name].sniff(Source(path))]

    def outcome() -> list[object]:
        try:
            return [rows(path, name) for name in names]
        except WrongFileError as error:
            return [error.message]

    at_once = outcome()
    with_care(monkeypatch)
    assert at_once == outcome()


TRICKY = (
    '{"a": [NaN, -Infinity, Infinity, 1], "NaN": "NaN, \\"Infinity", "b\\\\": "\\\\", "c": NaN,'
    ' "d": "a\\\\\\"NaN\\\\", "é": ["Infinity\\n", {"x": -1.5e3}], "NaNs": "xNaN Infinityx"}'
)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 64, 1000])
@pytest.mark.parametrize("script", ["", "var faces = "])
def test_no_number_is_null_and_a_text_stays_wherever_a_block_ends(size: int, script: str) -> None:
    expected = TRICKY.replace("[NaN, -Infinity, Infinity, 1]", "[null, null, null, 1]").replace(
        '"c": NaN', '"c": null'
    )
    stream: Any = io.BytesIO(f"{script}{TRICKY}{';' * bool(script)}\n".encode())
    content = _Utf8(stream, len(script))
    read = b""
    while block := content.read(size):
        read += block
    assert json.loads(read) == json.loads(expected)


def test_a_text_that_would_fill_the_memory_is_refused_wherever_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.datasets.parsing.json_items.MAX_TEXT_BYTES", 100_000)
    path = tmp_path / "file.json"
    path.write_text(json.dumps([{"a": "x" * 90_000}, {"a": "y" * 90_000}]))
    assert len(list(entries(Source(path), "item"))) == 2
    path.write_text(json.dumps([{"a": "x" * 200_000}]))
    with pytest.raises(WrongFileError, match="it holds a text of more than"):
        list(entries(Source(path), "item"))
