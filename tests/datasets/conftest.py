"""Building indexes in a temporary home."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest

Build = Callable[..., Manifest]


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def add(tmp_path: Path, indexes: Path) -> Build:
    """Build the index ``example`` from contents (written to files) or from paths."""

    def add(
        format_: str, *files: bytes | Path, append: bool = False, name: str = "example", replace: bool = True
    ) -> Manifest:
        paths = []
        for number, file in enumerate(files):
            path = file if isinstance(file, Path) else tmp_path / f"file{number}"
            if isinstance(file, bytes):
                path.write_bytes(file)
            paths.append(path)
        return build(indexes, name, paths, formats=readers.select([format_]), append=append, replace=replace)

    return add


@pytest.fixture
def index(indexes: Path) -> Callable[[], Index]:
    """The index ``example`` as it is now."""
    return lambda: Index.open(indexes / "example")
