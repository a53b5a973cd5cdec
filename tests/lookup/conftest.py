"""Look-ups of invented indexes, served on loopback by a server that remembers what it was asked."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.lookup import Index
from auditor.lookup.asked import Asked
from auditor.lookup.client import Lookup, open_lookup
from auditor.lookup.left_out import NOBODY, LeftOut
from auditor.lookup.publish import Published, publish
from tests.datasets.web import Web, serve

NOW = datetime(2025, 11, 26, 12, tzinfo=UTC)
"""Past, by any clock: a look-up of the future is refused."""


def nsid(number: int) -> str:
    return f"{10_000_000 + number * 7}@N0{number % 9}"


@dataclass(frozen=True)
class Data:
    """An invented Flickr."""

    photos: dict[str, list[int]]
    """NSID → photo ids."""
    unowned: list[int]
    """Of nobody that a dataset names."""
    aliased: dict[str, list[int]]


def invent(accounts: int, seed: int, largest: int = 0) -> Data:
    """Accounts of very different sizes; the first has `largest` photos."""
    chance = random.Random(seed)
    sizes = [min(2000, 1 + int(chance.lognormvariate(2.3, 1.5))) for _ in range(accounts)]
    sizes[0] = largest or sizes[0]
    taken: set[int] = set()

    def some(number: int) -> list[int]:
        new: set[int] = set()
        while len(new) < number:
            photo = chance.randrange(10**4, 14 * 10**9)
            if photo not in taken:
                taken.add(photo)
                new.add(photo)
        return sorted(new, key=lambda _: chance.random())

    return Data(
        {nsid(n): some(size) for n, size in enumerate(sizes)},
        some(150),
        {f"alias-{n}": some(3) for n in range(30)},
    )


def add(indexes: Path, name: str, format_: str, text: str) -> None:
    path = indexes.parent / f"{name}.txt"
    path.write_text(text)
    build(indexes, name, [path], formats=readers.select([format_]), replace=True)


def build_indexes(indexes: Path, data: Data) -> tuple[Index, ...]:
    """``owners`` have NSIDs, ``aliases`` aliases, ``pictures`` no owner, ``hashes`` not even a photo id."""
    lines = [
        f"https://www.flickr.com/photos/{owner}/{photo}/"
        for owner in data.photos
        for photo in data.photos[owner]
    ]
    random.Random(7).shuffle(lines)
    add(indexes, "owners", "flickr-url-list", "\n".join(lines))
    ids = [photo for photos in data.photos.values() for photo in photos[:2]] + data.unowned
    add(indexes, "pictures", "photo-id-list", "\n".join(map(str, ids)))
    named = [
        f"https://www.flickr.com/photos/{alias}/{photo}/"
        for alias in data.aliased
        for photo in data.aliased[alias]
    ]
    add(indexes, "aliases", "flickr-url-list", "\n".join(named))
    hashes = [f"{number:032x},Attribution License\n" for number in range(5, 55)]
    add(
        indexes,
        "hashes",
        "pass-csv",
        "hash,licensename\n" + "".join(f"{h},Attribution License\n" for h in hashes),
    )
    return open_indexes(indexes).readable


@dataclass
class Hosted:
    """A look-up on a server."""

    folder: Path
    web: Web
    published: Published
    indexes: tuple[Index, ...]
    home: Path

    def again(self, *, left_out: LeftOut = NOBODY, now: datetime = NOW) -> Published:
        """Publish the indexes as they are now, and serve that."""
        self.indexes = open_indexes(self.indexes[0].folder.parent).readable
        self.published = publish(self.indexes, self.folder, now=now, left_out=left_out)
        self.serve()
        return self.published

    def serve(self) -> None:
        """Serve what is in the folder now."""
        self.web.files = contents(self.folder)

    def open(self, *, fresh: bool = False) -> Lookup:
        """Open it as a user does; `fresh`: one who never asked before."""
        home = self.home / str(len(self.web.requests)) if fresh else self.home
        return open_lookup(self.web.base, home)

    def ask(self, *, fresh: bool = False, account: str | None = None, alone: bool = False) -> Asked:
        return Asked(self.open(fresh=fresh), nsid=account, alone=alone)

    def requests(self, act: Callable[[], object]) -> list[str]:
        """The paths that were asked for while `act` ran."""
        before = len(self.web.requests)
        act()
        return [request.path for request in self.web.requests[before:]]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def data() -> Data:
    return invent(1000, seed=1, largest=30_000)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, data: Data) -> tuple[Path, tuple[Index, ...], Published]:
    """Indexes and their look-up, made once; tests that change something use `small`."""
    place = tmp_path_factory.mktemp("made")
    indexes = build_indexes(place / "indexes", data)
    return place / "public", indexes, publish(indexes, place / "public", now=NOW)


@pytest.fixture
def hosted(made: tuple[Path, tuple[Index, ...], Published], tmp_path: Path) -> Iterator[Hosted]:
    folder, indexes, published = made
    with serve(Web(files=contents(folder))) as web:
        yield Hosted(folder, web, published, indexes, tmp_path / "cache")


@pytest.fixture(scope="session")
def few() -> Data:
    return invent(250, seed=2)


@pytest.fixture(scope="session")
def small_made(tmp_path_factory: pytest.TempPathFactory, few: Data) -> tuple[Path, Published]:
    place = tmp_path_factory.mktemp("small")
    indexes = build_indexes(place / "indexes", few)
    return place, publish(indexes, place / "public", now=NOW)


@pytest.fixture
def small(small_made: tuple[Path, Published], tmp_path: Path) -> Iterator[Hosted]:
    """A look-up of its own for a test: a copy, for tests change it."""
    place, published = small_made
    for name in ("indexes", "public"):
        shutil.copytree(place / name, tmp_path / name)
    indexes = open_indexes(tmp_path / "indexes").readable
    with serve(Web(files=contents(tmp_path / "public"))) as web:
        yield Hosted(tmp_path / "public", web, published, indexes, tmp_path / "cache")
