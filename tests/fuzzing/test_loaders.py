"""Whatever a file holds, it is read, or refused in words: never a crash, a hang, or a screen full of it.

200 variants of each by default; ``AUDITOR_FUZZ=10000 pytest tests/fuzzing`` for a long run. A variant is made
from its number alone, so a failure can be run again. For hours, and guided by coverage:
``python -m tests.fuzzing plan --seconds 3600``.
"""

import os
import random
import resource
from pathlib import Path

import pytest

from tests.fuzzing.loaders import LOADERS, Loader

VARIANTS = int(os.environ.get("AUDITOR_FUZZ", "200"))


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_the_examples_are_valid(loader: Loader, tmp_path: Path) -> None:
    """Else all variants are refused for the same reason, and nothing is tried."""
    for number, example in enumerate(loader.examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert loader.check(example, folder)


@pytest.mark.timeout(max(120, VARIANTS))
@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_any_damage_is_read_or_refused_in_words(loader: Loader, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = 0
    for number in range(VARIANTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        data = loader.variant(random.Random(f"{loader.name} {number}"))
        print(loader.name, number, data[:2000])  # shown for a failure
        taken += loader.check(data, folder)
    assert taken < VARIANTS or loader.name in {"targets", "links", "answer", "address"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < loader.most_growth
