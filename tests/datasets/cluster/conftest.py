"""Shards of an invented list, and workers that are this process."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from auditor.datasets.adding import Wish
from auditor.datasets.cluster.build import Output, build
from auditor.datasets.cluster.pool import R
from auditor.datasets.cluster.tasks import Failed
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest

WISH = Wish()
NAME = "my-list"


class Here:
    """A pool that does its tasks at once, last ones first, and counts them."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def run(
        self, task: Callable[..., R], given: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, R | Failed]]:
        for number, arguments in reversed(list(enumerate(given))):
            self.done.append(task.__name__)
            yield number, task(*arguments)


def shard_text(seed: int, rows: int = 300) -> str:
    """Photos by NSID, by alias alone, by both in two rows, without owner, and links that are not Flickr's."""
    chance = random.Random(seed)
    lines = ["url"]
    for row in range(rows):
        photo = chance.randrange(10**9, 5 * 10**10)
        owner = chance.randrange(60)
        lines.append(
            (
                f"https://www.flickr.com/photos/{99_000_000 + owner}@N0{owner % 8}/{photo}/",
                f"https://www.flickr.com/photos/someone-{owner}/{photo}/",
                f"https://live.staticflickr.com/65535/{photo}_0123456789_b.jpg",
                f"https://example.com/{photo}.jpg",
            )[row % 4]
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def shards(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"part-{number}.csv" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_text(shard_text(number))
    return [str(path) for path in paths]


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


Parted = Callable[..., Manifest]


@pytest.fixture
def parted(indexes: Path, shards: list[str]) -> Parted:
    """Build the list in parts of 150 records."""

    def parted(
        pool: Any = None,
        *,
        wish: Wish = WISH,
        store: str = "",
        addresses: Sequence[str] = (),
        name: str = NAME,
    ) -> Manifest:
        output = Output(indexes, store, records_a_part=150)
        return build(output, name, addresses or shards, wish, lambda: nullcontext(pool or Here()))

    return parted


@pytest.fixture
def index(indexes: Path) -> Callable[[], Index]:
    return lambda: Index.open(indexes / NAME)
