"""The charts of an audit as files: with the page's figures, and words where matplotlib is missing."""

import sys
from pathlib import Path

import pytest

from auditor.errors import ConfigurationError
from auditor.report.audit.plots import draw
from tests.report.test_report import EMPTY, HOSTILE, RESULT


def test_each_chart_is_written_in_both_forms_and_names_no_photo(tmp_path: Path) -> None:
    files = draw(RESULT, tmp_path / "charts")
    assert {file.name for file in files} == {
        f"{name}.{kind}" for name in ("datasets", "years", "protection") for kind in ("png", "svg")
    }
    for file in files:
        content = file.read_bytes()
        assert content.startswith(b"\x89PNG" if file.suffix == ".png" else b"<?xml")
        assert not any(title.encode() in content for title in HOSTILE)
    assert (tmp_path / "charts").stat().st_mode & 0o077 == 0


def test_an_audit_without_exposures_can_be_drawn(tmp_path: Path) -> None:
    assert draw(EMPTY, tmp_path / "charts")


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ConfigurationError) as refused:
        draw(RESULT, tmp_path / "charts")
    assert "flickr-auditor[plots]" in refused.value.hint
    assert not (tmp_path / "charts").exists()
