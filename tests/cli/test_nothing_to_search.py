"""``audit`` and ``check`` where no index can say anything: that is not "nothing found", exit code 0."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.sandbox import Sandbox

from .conftest import Program

Setup = Callable[[Program, Path, dict[str, Path]], None]


def _empty(program: Program, home: Path, publishers: dict[str, Path]) -> None:
    (home / "links.txt").write_text("no link\n")
    assert program("datasets", "add", "my-list", home / "links.txt", "--allow-empty").code == 0


def _damaged(program: Program, home: Path, publishers: dict[str, Path]) -> None:
    assert program("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    (home / "indexes" / "ffhq" / "manifest.json").write_text("{}")


def _without_parent(program: Program, home: Path, publishers: dict[str, Path]) -> None:
    (home / "labels.csv").write_text("image_number,age_group\n1,20-29\n2,0-2\n")
    assert program("datasets", "add", "ffhq-aging", home / "labels.csv").code == 0


@pytest.mark.parametrize(
    ("setup", "says"),
    [
        (lambda *_: None, ["there is no local index to search"]),
        (_empty, ["no index could be searched", "my-list", "holds no record"]),
        (_damaged, ["no index could be searched", "ffhq", "cannot be read"]),
        (_without_parent, ["no index could be searched", "ffhq-aging", "no local index of ffhq"]),
    ],
    ids=["none", "empty", "damaged", "without-parent"],
)
def test_a_search_of_nothing_fails_and_says_why(
    program: Program, environment: Path, publishers: dict[str, Path], setup: Setup, says: list[str]
) -> None:
    assert program("sync").code == 0
    setup(program, environment, publishers)
    audit, check = program("audit", "--format", "json"), program("check", "6255196340")
    assert (audit.code, check.code) == (2, 2)
    for words in says:
        assert words in audit.err
        assert words in check.err
    assert audit.json["indexes"] == []
    report = program("audit")
    assert "Nothing was checked" in report.out
    assert ("there is no dataset index" in report.out) == (says[0] == "there is no local index to search")


def test_one_index_that_may_not_be_read_costs_only_its_own_answer(
    program: Program, environment: Path, publishers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    (environment / "links.txt").write_text("https://www.flickr.com/photos/roe-zoe/9900000001/\n")
    assert program("datasets", "add", "my-list", environment / "links.txt").code == 0
    closed = environment / "indexes" / "ffhq"
    is_file, open_ = Path.is_file, Path.open

    def may_look(path: Path) -> bool:
        if path.parent == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_file(path)

    def may_open(path: Path, *args: Any, **kwargs: Any) -> Any:
        return may_look(path) and open_(path, *args, **kwargs)

    monkeypatch.setattr(Path, "is_file", may_look)
    monkeypatch.setattr(Path, "open", may_open)
    result = program("check", "9900000001")
    assert (result.code, "my-list" in result.out) == (1, True)
    assert "Permission denied" in result.out + result.err


def test_an_account_without_photos_leaves_nothing_to_do(
    program: Program, box: Sandbox, publishers: dict[str, Path]
) -> None:
    for photo in list(box.account.photos.values()):
        box.account.delete(photo)
    assert program("sync").code == 0
    assert program("datasets", "add", "coco", publishers["coco"]).code == 0
    audit = program("audit")
    assert audit.code == 0
    assert "holds no photo" in audit.out
    assert "no dataset index" not in audit.out
