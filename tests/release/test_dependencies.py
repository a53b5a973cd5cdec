"""What is installed with the program: few libraries, each with a reason and locked by its checksums."""

import re
import tomllib

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(lines: list[str]) -> set[str]:
    """The libraries that lines of requirements name."""
    return {re.split(r"[^A-Za-z0-9.-]", line)[0].lower() for line in lines} - {"flickr-auditor"}


EXTRAS = {extra: names(lines) for extra, lines in PROJECT["optional-dependencies"].items()}
RUNTIME = names(PROJECT["dependencies"])


def test_every_library_that_users_install_has_a_reason() -> None:
    page = (ROOT / "docs" / "decisions" / "0011-dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9, -]+) \| ", page, re.MULTILINE)
    explained = {name for row in rows for name in row.split(", ")} - {"library"}
    assert explained == RUNTIME | EXTRAS["plots"] | EXTRAS["review"]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("dev.txt", RUNTIME | EXTRAS["plots"] | EXTRAS["review"] | EXTRAS["dev"]),
        ("app.txt", RUNTIME | EXTRAS["review"]),
    ],
)
def test_the_lock_files_hold_every_library_with_checksums_and_no_address(file: str, wanted: set[str]) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    locked = dict(
        re.findall(r"^([a-z0-9.-]+)==\S+(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*)", text, re.MULTILINE)
    )
    assert wanted <= set(locked), "run: requirements/lock"
    assert [name for name, checksums in locked.items() if "--hash=" not in checksums] == []
    assert not re.search(r"https?:|file:|--index|--find-links|--extra-index| @ ", text)
