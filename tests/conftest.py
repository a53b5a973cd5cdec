"""Fixtures that every test may use."""

import os
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with really recorded answers and real index rows that stands beside a checkout."""
    for folder in (Path(os.environ.get("AUDITOR_SHARED", ROOT.parent / "shared")), ROOT / "shared"):
        if (folder / "samples").is_dir():
            return folder
    pytest.skip("no folder ../shared with real samples beside this checkout (or at AUDITOR_SHARED)")


@pytest.fixture(scope="session", autouse=True)
def _no_keyring_but_a_tests_own() -> None:
    """Left to itself, keyring takes that of whoever runs the tests, or one that some test has defined."""
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
