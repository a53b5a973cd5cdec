"""A pytest plugin: the tests that were quick before go first, so that a mutant is caught as soon as can be.

mutmut gives every mutant the tests that came through its function, in no order.
"""

import json
from pathlib import Path

import pytest

STATS = Path("mutmut-stats.json")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order `items` by how long they took."""
    if STATS.exists():
        seconds = json.loads(STATS.read_text(encoding="utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0))
