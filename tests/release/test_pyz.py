"""``flickr-auditor.pyz``: what it says before its libraries are there. `.ci/release` runs it with them."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def pyz(tmp_path: Path) -> Path:
    """The file, around a wheel that is none: no test here comes so far as to install it."""
    wheel = tmp_path / "flickr_auditor-0-py3-none-any.whl"
    wheel.write_bytes(b"")
    file = tmp_path / "flickr-auditor.pyz"
    pack = runpy.run_path(str(ROOT / "release" / "make_pyz.py"))["pack"]
    file.write_bytes(pack(wheel))
    assert file.read_bytes() == pack(wheel)
    return file


def test_without_a_network_it_says_what_it_needs_and_leaves_nothing(pyz: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "XDG_DATA_HOME": str(data)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    result = subprocess.run(
        [sys.executable, str(pyz), "--version"],
        env=kept | offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert f"into\n{data}" in result.stderr
    assert "needs the network" in result.stderr
    assert "Traceback" not in result.stderr
    assert list((data / "flickr-auditor-app").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    result = subprocess.run(
        [sys.executable, str(pyz)],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert f"cannot write to {tmp_path}" in result.stderr
    assert "Traceback" not in result.stderr
