"""Shards and parts in a store that is no folder."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from auditor.datasets import adding
from auditor.datasets.adding import Wish
from auditor.datasets.cluster import build as cluster_build
from auditor.datasets.cluster import claim
from auditor.datasets.cluster.claim import NAME as CLAIM
from auditor.datasets.cluster.claim import claimed
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.verify import problems
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.store import Store, fetch
from auditor.errors import RefusedError, StorageError, UsageError
from auditor.progress import SILENT, Progress
from tests.datasets.cluster.conftest import NAME, Here, Parted

STORE = "memory://bucket/indexes"


class Told(Progress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture(autouse=True)
def store() -> Iterator[Store]:
    fsspec.filesystem("memory").store.clear()
    yield Store(f"{STORE}/{NAME}")
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def elsewhere(shards: list[str]) -> list[str]:
    """The shards in the store."""
    fs = fsspec.filesystem("memory")
    for shard in shards:
        fs.put_file(shard, f"/shards/{Path(shard).name}")
    return [f"memory://shards/{Path(shard).name}" for shard in shards]


def test_an_index_in_an_object_store_answers_as_one_here(
    parted: Parted,
    shards: list[str],
    elsewhere: list[str],
    index: Callable[..., Index],
    indexes: Path,
    tmp_path: Path,
    store: Store,
) -> None:
    new = parted(addresses=elsewhere, store=STORE)
    adding.add(tmp_path / "other", NAME, list(map(Path, shards)), Wish())
    here = Index.open(tmp_path / "other" / NAME)
    ids = [str(part.first) for part in new.parts("photo_id")]
    assert index().by_photo(ids) == here.by_photo(ids)
    assert len(here.by_photo(ids)) == len(ids)
    owners = ["99000004@N04", "someone-5"]
    theirs = {group.value: group for group in here.groups(MatchKey.OWNER, owners)}
    assert {group.value: group for group in index().groups(MatchKey.OWNER, owners)} == theirs != {}
    assert [path.name for path in (indexes / NAME).iterdir()] == ["manifest.json"]
    assert store.names() == {"manifest.json", *(file.name for file in new.files)}
    assert problems(indexes / NAME) == []


def test_a_part_that_was_changed_or_lost_in_the_store_is_found(
    parted: Parted, elsewhere: list[str], indexes: Path, store: Store
) -> None:
    first, second, *_ = parted(addresses=elsewhere, store=STORE).files
    store.remove(first.name)
    store.write(second.name, b"PAR1")
    assert [problem.partition(" ")[0] for problem in problems(indexes / NAME)] == [first.name, second.name]
    with pytest.raises(StorageError):
        Index.open(indexes / NAME).by_photo([str(first.first)])


def test_the_parts_of_the_index_before_go_from_the_store(
    parted: Parted, elsewhere: list[str], store: Store
) -> None:
    old = parted(addresses=elsewhere, store=STORE)
    store.write("notes.txt", b"somebody's")
    new = parted(addresses=elsewhere, store=STORE)
    assert not {file.name for file in old.files} & store.names()
    assert {file.name for file in new.files} | {"manifest.json", "notes.txt"} == store.names()


def test_a_shard_that_is_missing_in_the_store_is_named(parted: Parted, elsewhere: list[str]) -> None:
    with pytest.raises(UsageError, match=r"there is no file memory://shards/none\.csv"):
        parted(addresses=[*elsewhere, "memory://shards/none.csv"], store=STORE)


def test_two_builds_at_one_store_are_refused(store: Store) -> None:
    with (
        claimed(store, SILENT, watch=0.0),
        pytest.raises(RefusedError, match="is building an index at memory://"),
        claimed(_Beating(store), SILENT, watch=0.0),
    ):
        pass


class _Beating(Store):
    """A store in which the other build goes on between any two looks."""

    def __init__(self, store: Store) -> None:
        object.__setattr__(self, "address", store.address)

    def read(self, name: str) -> bytes | None:
        found = Store(self.address).read(name)
        if found is not None:
            Store(self.address).write(name, found + b" ")
        return found


def test_the_claim_of_a_build_that_died_is_taken_over(store: Store) -> None:
    store.write("building.json", b'{"host": "gone", "pid": 1, "token": "x", "beat": 3}')
    with claimed(store, SILENT, watch=0.0):
        assert store.read("building.json") != b""
    assert store.read("building.json") is None


def test_a_store_named_by_a_relative_path_is_found_from_any_folder(
    parted: Parted, index: Callable[[], Index], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    new = parted(store="shared")
    monkeypatch.chdir(tmp_path / "elsewhere")
    first = str(new.parts("photo_id")[0].first)
    assert [hit.photo_id for hit in index().by_photo([first])] == [first]


def test_a_store_that_cannot_be_reached_is_a_problem_of_its_index_alone(
    parted: Parted, elsewhere: list[str], indexes: Path
) -> None:
    parted(addresses=elsewhere, store=STORE)
    path = indexes / NAME / "manifest.json"
    path.write_text(path.read_text().replace(STORE, "nosuch://x"))
    assert all("nosuch://x" in problem for problem in problems(indexes / NAME))
    assert problems(indexes / NAME)


def test_a_service_that_fails_is_said_with_its_address() -> None:
    with pytest.raises(StorageError, match="nosuch://x/y"):
        Store("nosuch://x/y").names()


class _Dead(MemoryFileSystem):  # type: ignore[misc]
    """A service whose package raises errors of its own."""

    protocol = "dead"

    def glob(self, path: str, **_: object) -> None:
        raise RuntimeError(f"Could not connect to the endpoint of {path}")


def test_a_service_that_fails_while_it_is_read_is_no_bug_of_the_program(
    parted: Parted, elsewhere: list[str], indexes: Path
) -> None:
    first = str(parted(addresses=elsewhere, store=STORE).parts("photo_id")[0].first)
    fsspec.register_implementation("dead", _Dead, clobber=True)
    path = indexes / NAME / "manifest.json"
    path.write_text(path.read_text().replace("memory://", "dead://"))
    with pytest.raises(StorageError, match="Could not connect to the endpoint") as caught:
        Index.open(indexes / NAME).by_photo([first])
    assert "Traceback" not in caught.value.message


def test_one_index_whose_data_is_out_of_reach_costs_the_others_nothing(
    parted: Parted, elsewhere: list[str], indexes: Path, tmp_path: Path, store: Store
) -> None:
    file = parted(addresses=elsewhere, store=STORE).files[0]
    parted(name="another-list")
    parted(name="a-third-list")
    gone = Index.open(indexes / "a-third-list").manifest.files[0].name
    (indexes / "a-third-list" / gone).unlink()
    store.remove(file.name)
    found = open_indexes(indexes)
    assert [index.name for index in found.readable] == ["another-list"]
    assert found.damaged[NAME] == f"{file.name} is missing at {STORE}/{NAME}"
    assert f"{gone} is missing" in found.damaged["a-third-list"]


def test_an_index_that_takes_the_place_of_one_in_a_store_says_what_stays(
    parted: Parted, shards: list[str], indexes: Path, store: Store
) -> None:
    parted(store=STORE)
    there = store.names()
    told = Told()
    adding.add(indexes, NAME, list(map(Path, shards)), Wish(), told)
    assert f"still at {STORE}/{NAME}." in "\n".join(told.lines)
    assert store.names() == there


def test_a_pool_is_asked_for_nothing_when_the_store_is_not_reached(parted: Parted) -> None:
    pool = Here()
    with pytest.raises(StorageError):
        parted(pool, store="nosuch://x")
    assert pool.done == []


class _Overtaken(Store):
    """Where another build begins in the same moment, and writes a little later."""

    def write(self, name: str, content: bytes) -> None:
        super().write(name, content)
        super().write(name, json.dumps({"host": "other", "pid": 7, "token": "theirs"}).encode())


def test_of_two_builds_that_begin_in_the_same_moment_the_earlier_gives_way(tmp_path: Path) -> None:
    store = _Overtaken(str(tmp_path / "store"))
    with (
        pytest.raises(RefusedError, match="process 7 on other"),
        claimed(store, SILENT, watch=0.0),
    ):
        pass
    assert b"theirs" in (store.read(CLAIM) or b"")


def test_a_claim_that_another_took_over_is_left_to_it(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    with claimed(store, SILENT, watch=0.0):
        store.write(CLAIM, b"theirs")
    assert store.read(CLAIM) == b"theirs"
    store.remove(CLAIM)
    with claimed(store, SILENT, watch=0.0):
        assert store.read(CLAIM) is not None
    assert store.read(CLAIM) is None


class _Shaky(Store):
    """A store that cannot be reached for a moment while a build holds it."""

    def write(self, name: str, content: bytes) -> None:
        beat = json.loads(content)["beat"]
        if beat == 2:
            raise StorageError("no route to the store", hint="Check the network.")
        super().write(name, content)
        if beat == 3:
            _beats_again.set()


_beats_again = threading.Event()


def test_a_build_that_was_cut_off_for_a_moment_keeps_its_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "BEAT_SECONDS", 0.001)
    _beats_again.clear()
    with claimed(_Shaky(str(tmp_path / "store")), SILENT, watch=0.0) as check:
        assert _beats_again.wait(30)
        check()


def test_a_build_that_looked_dead_neither_takes_its_claim_back_nor_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "BEAT_SECONDS", 0.001)
    store = Store(str(tmp_path / "store"))
    with claimed(store, SILENT, watch=0.0) as check:
        while store.read(CLAIM) != b"theirs":
            store.write(CLAIM, b"theirs")
        beating = [thread for thread in threading.enumerate() if "beat_until" in thread.name]
        for thread in beating:
            thread.join(30)
        with pytest.raises(RefusedError, match="is building an index at"):
            check()
    assert store.read(CLAIM) == b"theirs"


def test_a_store_that_is_out_of_reach_at_the_end_does_not_undo_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageError("no route to the store", hint="Check the network.")

    with claimed(Store(str(tmp_path / "store")), SILENT, watch=0.0):
        monkeypatch.setattr(Store, "remove", away)


def test_an_index_that_another_build_took_over_is_not_put_in_place(
    parted: Parted, indexes: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = parted(store=STORE)

    def move_on(build: Any) -> Any:
        def merged(*given: Any) -> Any:
            store.write(CLAIM, b"theirs")
            return build(*given)

        return merged

    monkeypatch.setattr(cluster_build, "_merged", move_on(cluster_build._merged))
    with pytest.raises(RefusedError, match="another process is building an index at"):
        parted(store=STORE)
    assert Index.open(indexes / NAME).manifest == before


def test_without_the_package_for_stores_one_index_costs_the_others_nothing(
    parted: Parted, indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted(store=STORE)
    parted(name="another-list")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    found = open_indexes(indexes)
    assert [index.name for index in found.readable] == ["another-list"]
    assert "pip install 'flickr-auditor[cluster]'" in found.damaged[NAME]
    assert all("extra cluster" in problem for problem in problems(indexes / NAME))


def test_a_shard_that_no_worker_reaches_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*gone\.csv") as caught:
        fetch(str(tmp_path / "gone.csv"), tmp_path)
    assert "every worker" in caught.value.hint
