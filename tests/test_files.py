"""What a path may name, and what may be written where."""

import os
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.files import is_there, user_path, writable_file


def test_a_path_that_can_be_the_name_of_nothing_is_not_there(tmp_path: Path) -> None:
    assert is_there(tmp_path)
    assert not is_there(tmp_path / ("x" * 300))
    assert not is_there(Path("a\0b"))


def test_a_path_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(UsageError, match="zero byte"):
        user_path(Path("a\0b"))


def test_a_file_whose_name_begins_with_a_tilde_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="nobody-of-this-name's home folder is not known"):
        user_path(Path("~nobody-of-this-name"))
    Path("~nobody-of-this-name").touch()
    assert user_path(Path("~nobody-of-this-name")) == Path("~nobody-of-this-name")


def test_a_folder_that_is_not_ones_own_takes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert writable_file(tmp_path / "x.json") == tmp_path / "x.json"
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="is not yours to write in"):
        writable_file(tmp_path / "x.json")
