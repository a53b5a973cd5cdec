"""``check``: one failure costs one result, files are sent to nobody, secrets are not shown again."""

import io
import sys
from pathlib import Path

import pytest

from auditor.sandbox import Sandbox

from .conftest import Program

NOBODYS = "8999999999"


@pytest.fixture
def checking(program: Program, publishers: dict[str, Path]) -> Program:
    """A program with one index."""
    assert program("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    return program


@pytest.mark.parametrize("kind", ["429", "502", "cut", "html", "key-disabled"])
def test_a_name_that_cannot_be_looked_up_costs_no_other_result(
    checking: Program, box: Sandbox, kind: str
) -> None:
    box.faults.add(kind, methods=["flickr.people.findByUsername", "flickr.urls.lookupUser"])
    result = checking("check", "Some Body", NOBODYS, "another one", "--format", "json")
    errors = [row["error"] for row in result.json["results"]]
    assert [bool(error) for error in errors] == [True, False, True]
    assert result.code == 3
    asked = [call for call in box.log if call.method == "flickr.people.findByUsername"]
    assert len(asked) <= 6, "Flickr is not asked about a second name when it does not answer"


def test_a_lasting_failure_about_all_that_was_asked_has_its_own_exit_code(
    checking: Program, box: Sandbox
) -> None:
    box.faults.add("502", methods=["flickr.people.findByUsername"])
    result = checking("check", "Some Body")
    assert result.code == 5
    assert "502" in result.out


def test_a_name_with_an_error_of_its_own_does_not_keep_others_from_being_asked(
    checking: Program, box: Sandbox
) -> None:
    box.faults.add("fail", methods=["flickr.people.findByUsername"], count=1, value=999)
    result = checking("check", "Some Body", "Sandy Practice", "--format", "json")
    first, second = result.json["results"]
    assert "999" in first["error"]
    assert (second["owner"], second["error"]) == (box.account.me.nsid, None)


def test_without_a_database_an_id_is_still_looked_up(checking: Program, environment: Path) -> None:
    (environment / "auditor.sqlite3").unlink(missing_ok=True)
    (environment / "auditor.sqlite3").mkdir()
    result = checking("check", "Some Body", NOBODYS, "--format", "json")
    assert [bool(row["error"]) for row in result.json["results"]] == [True, False]
    assert result.code == 3


@pytest.mark.parametrize(
    "name",
    ["photo.jpg", "IMG_0001.JPG", "./moon", "~/Pictures/moon.tiff", "C:\\photos\\moon", "photos/moon.heic"],
)
def test_the_name_of_a_file_is_sent_to_nobody(checking: Program, box: Sandbox, name: str) -> None:
    result = checking("check", name, "--format", "json")
    assert result.code == 2
    assert "file" in result.json["results"][0]["error"]
    assert not [call for call in box.log if call.method.startswith("flickr.people")]


def test_a_file_that_is_here_is_sent_to_nobody_whatever_its_name(
    checking: Program, box: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "holiday notes").write_text("private")
    result = checking("check", "holiday notes", "--format", "json")
    assert "file" in result.json["results"][0]["error"]
    assert not [call for call in box.log if call.method.startswith("flickr.people")]


def test_a_file_named_as_flickr_names_downloads_tells_the_id(checking: Program) -> None:
    assert "9000000001" in checking("check", "summer_9000000001_o.jpg").out


@pytest.mark.parametrize("kind", ["table", "json", "csv", "markdown", "html"])
@pytest.mark.parametrize(
    "address",
    [
        "https://live.staticflickr.com/65535/9000000001_{}_o.jpg",
        "https://farm3.staticflickr.com/2936/9000000001_{}_o_d.jpg",
        "https://www.flickr.com/photos/99000001@N07/9000000001/play/orig/{}/",
        "https%3A%2F%2Flive.staticflickr.com%2F65535%2F9000000001_{}_o.jpg",
        "https://live.staticflickr.com/65535/9000000001_%30a1b2c3d4e_o.jpg",
        "9000000001_{}_o.jpg",
        "https://example.org/9000000001_{}_o.jpg",
        "https://api.flickr.com/services/rest/?photo_id=9000000001&secret={}&method=x",
        "https://live.staticflickr.com/video/9000000001/0a1b2c3d4e/orig.mp4?s={}",
        "https://ann:{}@www.flickr.com/photos/99000001@N07/9000000001",
        "https%3A%2F%2Fann%3A{}%40www.flickr.com%2Fphotos%2F99000001%40N07%2F9000000001",
        "https://www.flickr.com/photos/99000001@N07/9000000001/?password={}",
        "https://www.flickr.com/gp/9000000001@N07/{}",
    ],
)
def test_the_secret_of_an_original_is_not_shown_again(checking: Program, address: str, kind: str) -> None:
    result = checking("check", address.format("0a1b2c3d4e"), "--format", kind)
    assert result.code in {0, 1, 2}
    assert "0a1b2c3d4e" not in result.out + result.err
    assert "9000000001" in result.out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_a_list_in_the_text_of_windows_is_read(checking: Program, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "targets.txt"
    file.write_bytes("# mine\r\n8999999999 8999999998\r\n".encode(encoding))
    result = checking("check", "--from", file, "--format", "json")
    assert [row["photo_id"] for row in result.json["results"]] == ["8999999999", "8999999998"]


def test_two_links_in_one_word_are_both_looked_up(checking: Program) -> None:
    result = checking("check", "https://flic.kr/p/fELjwS, 8999999999", "--format", "json")
    assert [row["kind"] for row in result.json["results"]] == ["photo", "photo_id"]


def test_the_list_of_a_report_is_read(checking: Program, shared: Path) -> None:
    file = shared / "cases" / "reports" / "inputs" / "s13_targets_utf16.txt"
    if not file.exists():
        pytest.skip("no ../shared/cases")
    result = checking("check", "--from", file, "--format", "json")
    assert result.json["results"]
    assert not any(row["error"] for row in result.json["results"])


@pytest.mark.parametrize(
    "address", ["https://ann:hunter2@example.org/", "http://ann:hunter2@example.org/", "ftp://ann:hunter2@x/"]
)
def test_no_message_about_a_look_up_repeats_a_password(checking: Program, address: str) -> None:
    result = checking("check", "9000000001", "--lookup", address)
    assert result.code == 2
    assert "hunter2" not in result.out + result.err


class Pipe:
    """What another program sends."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize("words", [("-",), ("--from", "-")])
@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"# mine\n8999999999\n", 0, ""),
        ("8999999999\n".encode("utf-16"), 0, ""),
        (b"\xff\x00\xfe8999999999\n", 2, "what stdin gives"),
        (b"8999999999\n" * 100, 2, "more than a list may hold"),
    ],
    ids=["text", "UTF-16", "no text", "too much"],
)
def test_a_list_comes_through_a_pipe_too(
    checking: Program,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    data: bytes,
    code: int,
    says: str,
) -> None:
    monkeypatch.setattr("auditor.target_lists.MAX_BYTES", 100)
    monkeypatch.setattr(sys, "stdin", Pipe(data))
    result = checking("check", *words, "--format", "json")
    assert (result.code, says in result.err) == (code, True), result.err
    if code == 0:
        assert [row["photo_id"] for row in result.json["results"]] == ["8999999999"]
