"""Signals are recommended only with a known reader, and originals are never changed."""

import shlex
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.report.signals import signals_text
from auditor.signals import SIGNALS, exiftool_arguments, recommended
from tests.cli.conftest import Program
from tests.cli.conftest import box as box
from tests.cli.conftest import environment as environment
from tests.cli.conftest import program as program


def test_nothing_is_recommended_without_a_known_reader() -> None:
    assert recommended() == [signal.name for signal in SIGNALS if signal.readers]
    assert "no_cv" in recommended()
    assert not any("noai" in name or "IPTC" in name for name in recommended())
    for signal in SIGNALS:
        assert signal.does_not
        assert all(reader.source and reader.seen for reader in signal.readers)


def test_the_text_says_who_reads_and_that_nobody_does() -> None:
    text = signals_text()
    assert "NVIDIA, for FFHQ" in text
    assert "Read by: no known collector" in text
    assert "5 U 104/24" in text


def test_the_arguments_for_exiftool_name_pictures_by_their_whole_path(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.jpg", "deep/-b.TIFF", "# c.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    lines, pictures = exiftool_arguments(tmp_path)
    assert pictures == 3
    assert lines[0] == "-XMP-plus:DataMining#=DMI-PROHIBITED-AIMLTRAINING"
    assert all(Path(line).is_absolute() for line in lines[2:])
    assert (tmp_path / "a.jpg").read_bytes() == b"x"


def test_odd_folders_are_refused_with_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        exiftool_arguments(tmp_path / "missing")
    with pytest.raises(UsageError):
        exiftool_arguments(tmp_path)
    (tmp_path / "a\n-execute.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match="line break"):
        exiftool_arguments(tmp_path)


def test_the_command_for_exiftool_can_be_copied_whatever_the_folder_is_called(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my pictures"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    monkeypatch.chdir(folder)
    result = program("signals", "--files", folder, "--format", "json")
    assert result.code == 0
    command = result.err.partition("into 1 picture: ")[2]
    assert shlex.split(command) == ["exiftool", "-@", str(folder / "exiftool-arguments.txt")]
    assert str(folder / "a.jpg") in (folder / "exiftool-arguments.txt").read_text()
