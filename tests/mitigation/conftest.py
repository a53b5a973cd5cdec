"""A synced home beside a pretend Flickr with 24 photos."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.sandbox import make_account
from tests.errors_read_well import _every_error_reads_well as _every_error_reads_well
from tests.mitigation.world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(make_account(24, hostile=True), tmp_path) as made:
        yield made
