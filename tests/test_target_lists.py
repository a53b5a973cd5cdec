"""Lists that people make: everything on a line counts, in whatever text a program of theirs writes."""

from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.target_lists import ListItem, entries, read_list, target_of, targets_in
from auditor.text_files import decode

ONE, TWO = "https://www.flickr.com/photos/someone/9000000001/", "https://flic.kr/p/fELjwS"
STATIC = "https://live.staticflickr.com/65535/9000000003_0a1b2c3d4e_b.jpg"


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("9000000001", ["9000000001"]),
        ("  9000000001  # the best one", ["9000000001"]),
        ("# all of it", []),
        ("", []),
        (f"{ONE}#comments", [f"{ONE}#comments"]),
        ("9000000001 9000000002", ["9000000001", "9000000002"]),
        ("9000000001,9000000002;9000000003", ["9000000001", "9000000002", "9000000003"]),
        ("9000000001,", ["9000000001"]),
        ("52,931,686,549", ["52,931,686,549"]),
        ("52 931 686 549", ["52 931 686 549"]),
        (f"{ONE} {TWO}", [ONE, TWO]),
        (f"{ONE},{TWO}", [ONE, TWO]),
        (f'"{ONE}","{TWO}"', [ONE, TWO]),
        (f"{ONE}\t9000000002\tSummer", [ONE, "9000000002"]),
        (f"my photo: {ONE} (see there)", [ONE]),
        (f"1\t{ONE}\tSummer 2014", [ONE]),
        (f"{STATIC}{ONE}", ["https://www.flickr.com/photo.gne?id=9000000003", ONE]),
        ("12 9000000002", ["12", "9000000002"]),
        (f"{ONE} htps://flickr.com/fotos/x/1", [ONE, "htps://flickr.com/fotos/x/1"]),
        (f"<{ONE}>", [ONE]),
        (f"{STATIC} 99000001@N07", [STATIC, "99000001@N07"]),
        ("\ufeff\u200b9000000001\u00a0", ["9000000001"]),
        ("- 9000000001", ["9000000001"]),
        ("12) 9000000001", ["9000000001"]),
        ("9000000001,Summer 2014", ["9000000001"]),
        ('9000000001\t"Summer, later"\t3', ["9000000001"]),
        ("9000000001;20140101;x", ["9000000001"]),
        ("'9000000001", ["9000000001"]),
        ('="9000000001"', ["9000000001"]),
        ("photo_id: 9000000001", ["9000000001"]),
        ("9000000001 - Summer", ["9000000001 - Summer"]),
        ("Summer 9000000001", ["Summer 9000000001"]),
        ("12) Sandy Practice", ["12) Sandy Practice"]),
        ("Sandy Practice", ["Sandy Practice"]),
        ("moon 42", ["moon 42"]),
        ("'Sandy Practice'", ["Sandy Practice"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_on_a_line_counts(line: str, targets: list[str]) -> None:
    assert targets_in(line) == targets


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=repr)
def test_every_unicode_that_windows_writes_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(newline.join(["9000000001", "# Köln", ONE]).encode(encoding))
    assert read_list(file) == (ListItem(1, "9000000001"), ListItem(3, ONE))


def test_a_stray_byte_costs_no_line_but_its_own(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(b"9000000001 # K\xf6ln\n9000000002\n")
    assert [entry.text for entry in read_list(file)] == ["9000000001", "9000000002"]


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\0\0\0\rIHDR\0", b"\0" * 99, b"a\0b", b"\xff\xfea"],
    ids=["picture", "zeros", "zero byte", "half a character"],
)
def test_what_is_no_text_is_told(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=r"list\.txt") as caught:
        read_list(file)
    assert "UTF-8" in caught.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_list(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="cannot read"):
        read_list(tmp_path)


def test_nothing_is_nothing() -> None:
    assert decode(b"") == ""


@pytest.mark.parametrize(
    "line", ["https://www.flickr.com/photos/roe zoe/9900000001/", "9900000001_0a1b2c3d4e", "-----", "["]
)
def test_what_is_nobodys_name_is_not_looked_up_as_one(line: str) -> None:
    assert [target_of(item.text).kind for item in entries(line)] == ["unreadable"]


def test_a_name_that_is_too_long_for_a_file_is_one_target_among_others() -> None:
    """Asking the file system about it raised an error, and none of the list was looked up."""
    assert target_of("é" * 200).kind == target_of("someone").kind


@pytest.mark.parametrize(
    "line", ["url", "ID", "Photo ID", "photo_id,url", '"id";"title";"url"', "id\turl", "links"]
)
def test_the_head_of_a_table_is_nobodys_name(line: str) -> None:
    (word,) = targets_in(line)
    target = target_of(word)
    assert target.kind == "unreadable"
    assert "names of columns" in str(target.reason)


@pytest.mark.parametrize("name", ["url shortener", "Sandy, name", "ida", "photographer"])
def test_a_name_with_a_column_in_it_is_a_name(name: str) -> None:
    assert target_of(name).kind == "username"
