"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with really recorded answers and real index rows, which stands beside a developer's checkout."""
    for folder in (Path(os.environ.get("AUDITOR_SHARED", ROOT.parent / "shared")), ROOT / "shared"):
        if (folder / "samples").is_dir():
            return folder
    pytest.skip("no ../shared folder with real samples beside this checkout (AUDITOR_SHARED names another place)")
