"""The readers on invented files: what they find, what they skip and why, and how they tell formats apart."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.datasets import readers
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import MAX_LINE_BYTES, MAX_QUOTED_LINES, lines, table
from auditor.errors import UsageError, WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build

IDS = [photo for photo, _, _ in same_photos.PHOTOS]


def source(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "file"
    path.write_bytes(content)
    return Source(path)


@pytest.mark.parametrize("name", same_photos.FILES)
def test_the_content_tells_the_format(tmp_path: Path, name: str) -> None:
    file = source(tmp_path, same_photos.FILES[name])
    found = {format_.name for format_ in readers.formats().values() if format_.sniff(file)}
    assert found & set(same_photos.FILES) == {name}


@pytest.mark.parametrize("name", same_photos.FILES)
def test_every_format_gives_every_photo(add: Build, name: str) -> None:
    manifest = add(name, same_photos.FILES[name])
    assert (manifest.rows, manifest.indexed, manifest.skipped, manifest.photos) == (7, 7, {}, 7)
    assert manifest.owners in (0, 3)
    assert set(manifest.match_keys) == set(readers.formats()[name].match_keys)


@pytest.mark.parametrize("name", same_photos.FILES)
@pytest.mark.parametrize("change", ["bom", "crlf"])
def test_byte_order_mark_and_windows_line_ends_change_nothing(add: Build, name: str, change: str) -> None:
    content = same_photos.FILES[name]
    content = (
        b"\xef\xbb\xbf" + content if change == "bom" else content.replace(b"\r", b"").replace(b"\n", b"\r\n")
    )
    manifest = add(name, content)
    assert (manifest.rows, manifest.indexed, manifest.photos) == (7, 7, 7)


@pytest.mark.parametrize(
    "name", ["yfcc-tsv", "yfcc-hash", "diveface", "adience", "flickr-style-csv", "open-images-csv"]
)
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "empty line"),
        (b"x" * (MAX_LINE_BYTES + 1), "line longer than 1 MiB"),
        (b"x" * (40 << 20), "line longer than 1 MiB"),
        (b"half a row", None),
        (b"\x00\x00\x00", None),
        (b"\xff\xfe\xfa", None),
    ],
)
def test_a_bad_line_costs_only_itself(add: Build, name: str, line: bytes, reason: str | None) -> None:
    rows = same_photos.FILES[name].splitlines(keepends=True)
    manifest = add(name, b"".join([*rows[:3], line + b"\n", *rows[3:]]))
    assert (manifest.rows, manifest.indexed, manifest.photos) == (8, 7, 7)
    assert list(manifest.skipped.values()) == [1]
    assert reason is None or list(manifest.skipped) == [reason]


@pytest.mark.parametrize("name", same_photos.FILES)
def test_bad_utf8_and_nul_bytes_in_a_text_do_not_lose_the_row(add: Build, name: str) -> None:
    texts = {
        b"Title": b"T\xfftle\x00",
        b"Ann": b"A\xffn",
        b"train\n": b"tr\xff\x00in\n",
        b"\tf\n": b"\t\xff\x00\n",
    }
    content = same_photos.FILES[name]
    for text, broken in texts.items():
        content = content.replace(text, broken.replace(b"\x00", b"") if content.startswith(b"{") else broken)
    assert add(name, content).photos == 7


@pytest.mark.parametrize(
    ("name", "content", "skipped"),
    [
        (
            "ffhq-json",
            {"0": {"metadata": {"photo_url": "http://example.org/"}, "in_the_wild": 1}, "1": []},
            2,
        ),
        ("coco-json", {"images": [{"flickr_url": ""}, 5, {"flickr_url": 7}], "licenses": [{}, 3]}, 3),
        ("coco-json", {"annotations": [{"image_id": 1}], "images": [{"coco_url": "x"}]}, 1),
        (
            "megaface-list",
            {"path": ["990/99000000@N07/1_0.jpg", "x.jpg", 5, {"a": []}, "99000000@N07/0_0.jpg"]},
            4,
        ),
    ],
)
def test_elements_of_other_shapes_are_skipped(add: Build, name: str, content: object, skipped: int) -> None:
    manifest = add(name, json.dumps(content).encode())
    assert sum(manifest.skipped.values()) == skipped == manifest.rows - manifest.indexed


@pytest.mark.parametrize(
    ("name", "content", "skipped"),
    [
        ("coco-json", {"images": [{"flickr_url": "http://example.org/1.jpg", "id": 1}]}, 1),
        ("coco-json", {"images": [{"coco_url": "http://example.org/test2017/1.jpg", "id": 1}]}, 1),
        ("coco-json", {"info": {}, "images": [], "annotations": [], "categories": []}, 0),
        ("megaface-list", {"path": []}, 0),
    ],
)
def test_a_right_file_without_flickr_photos_makes_an_empty_index(
    add: Build, name: str, content: object, skipped: int
) -> None:
    manifest = add(name, json.dumps(content).encode())
    assert (manifest.records, sum(manifest.skipped.values())) == (0, skipped)
    assert "photo_id" in manifest.match_keys


@pytest.mark.parametrize("name", ["yfcc-tsv", "megaface-list", "diveface", "adience", "ffhq-json"])
def test_an_nsid_in_lower_case_is_the_same_person(add: Build, name: str) -> None:
    content = same_photos.FILES[name]
    owners = add(name, content).owners
    assert owners
    assert add(name, content.replace(b"@N", b"@n")).owners == owners


def test_a_megaface_list_may_begin_with_a_path_that_is_none(add: Build) -> None:
    assert add("megaface-list", b'{"path": ["readme.txt", "990/99000000@N07/1_0.jpg"]}').photos == 1


def test_a_file_name_that_is_no_text_does_not_cost_the_index(add: Build, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/list-\xff.txt"))
    try:
        path.write_bytes(same_photos.FILES["diveface"])
    except OSError as error:
        pytest.skip(f"this file system takes no such names: {error}")
    assert [source.name for source in add("diveface", path).sources] == ["list-\ufffd.txt"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n \n\n", "a file of empty lines"),
        (b"<!DOCTYPE html><html>Sign in</html>", "an HTML page"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PAR1....", "a Parquet file"),
        ("ImageID,x\n".encode("utf-16"), "a CSV file with the columns ImageID, x"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (b".git/annex/objects/Qp/VQ/MD5E-s2--0.json/MD5E-s2--0.json", "git annex get"),
        (b"../.git/annex/objects/Qp/VQ/SHA256E-s2--0/SHA256E-s2--0\n", "git annex get"),
        (b"/annex/objects/SHA256E-s2--0.json\n", "git annex get"),
        (b"\x93NUMPY\x01\x00v\x00{'descr'", "a NumPy file"),
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file"),
        (b"\x80\x04\x95\x10", "a Python pickle"),
        (b"\x00\x01\x02\x03" * 50, "binary data"),
        (b"name,age\nann,3\n", "a CSV file with the columns name, age"),
        (b"a\tb\n1\t2\n", "a tab-separated file with the columns a, b"),
        (b"\x1b[31mhello\n", "text that starts with “[31mhello”"),
        (b'{"a": 1}', "a JSON file of another shape"),
        (same_photos.adience(), "an Adience fold file"),
        (
            same_photos.adience().replace(b"original_image", b"image"),
            "tab-separated file with the columns user_id, image",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_what_was_expected_and_found(
    add: Build, content: bytes, found: str
) -> None:
    with pytest.raises(WrongFileError) as error:
        add("diveface", content)
    assert "expected DiveFace's lines" in error.value.message
    assert found in error.value.message
    assert "\x1b" not in error.value.message
    assert error.value.hint


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("name", ["ffhq-json", "coco-json", "megaface-list"])
def test_json_cut_short_is_refused(add: Build, name: str, cut: float) -> None:
    content = same_photos.FILES[name] if name != "ffhq-json" else same_photos.ffhq()
    with pytest.raises(WrongFileError):
        add(name, content[: int(len(content) * cut)])


@pytest.mark.parametrize("name", ["ffhq-json", "coco-json", "megaface-list"])
def test_text_after_the_json_is_refused(add: Build, name: str) -> None:
    with pytest.raises(WrongFileError, match="JSON"):
        add(name, same_photos.FILES[name] + b"<html>")


def test_a_format_without_reader_is_named() -> None:
    with pytest.raises(UsageError, match="no-such-format"):
        readers.select(["no-such-format"])


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), min_size=2, max_size=2)
        .map("".join)
        .filter(lambda text: not text.startswith("\ufeff")),
        max_size=20,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_lines_are_what_stands_between_line_ends(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], end: str, closed: bool
) -> None:
    content = end.join(texts) + (end if closed and texts else "")
    file = source(tmp_path_factory.mktemp("lines"), content.encode())
    expected = content.split("\n")[: -1 if content.endswith("\n") or not content else None]
    assert list(lines(file)) == [(number, text.rstrip("\r")) for number, text in enumerate(expected, 1)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,2\n3,4\n", [(2, "12"), (3, "34")]),
        ('"1","2"\n', [(2, "12")]),
        ('"1\nx\ny",2\n3,4\n', [(2, "1\nx\ny2"), (5, "34")]),
        ('1,"2 is open\n3,4\n5,6\n', [(2, "12 is open"), (3, "34"), (4, "56")]),
        ('1,5" gun\n3,4" gun\n', [(2, '15" gun'), (3, '34" gun')]),
        ('1,"2\n' + "3,4\n" * (MAX_QUOTED_LINES + 1) + '5",6\n', [(2, "12")]),
        ("1\n3,4\n", [(2, None), (3, "34")]),
    ],
)
def test_quotes_in_csv(tmp_path: Path, rows: str, expected: list[tuple[int, str | None]]) -> None:
    found = [
        (number, None if isinstance(fields, str) else fields["a"] + fields["b"])
        for number, fields in table(source(tmp_path, f"a,b\n{rows}".encode()))
    ]
    assert found[: len(expected)] == expected
