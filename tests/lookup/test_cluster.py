"""A look-up that workers put in order is that of one computer, byte for byte, whatever dies."""

import os
import signal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from auditor.datasets.adding import Wish
from auditor.datasets.cluster.build import Output, build
from auditor.datasets.cluster.pool import connect
from auditor.datasets.cluster.tasks import Failed
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.lookup import Index
from auditor.errors import RefusedError, StorageError
from auditor.lookup import cluster
from auditor.lookup.keys import KINDS
from auditor.lookup.left_out import NOBODY, LeftOut
from auditor.lookup.publish import Published, publish
from tests.datasets.cluster.conftest import Here
from tests.lookup.conftest import NOW, Data, build_indexes, contents, nsid

Publish = Callable[..., Published]
PEOPLE = LeftOut(frozenset({nsid(3), "99000000@N01"}), frozenset({"alias-3"}), frozenset({"12345678"}))


@pytest.fixture
def indexes(tmp_path: Path, few: Data) -> tuple[Index, ...]:
    """Of which one is in parts by ranges of photo ids."""
    folder = tmp_path / "indexes"
    build_indexes(folder, few)
    output = Output(folder, records_a_part=sum(map(len, few.photos.values())) // 3)
    source = str(tmp_path / "owners.txt")
    build(output, "owners", [source], Wish(replace=True), lambda: nullcontext(Here()))
    return open_indexes(folder).readable


@pytest.fixture(autouse=True)
def many_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "FILES", 3)
    monkeypatch.setattr(cluster, "ROWS", 300)


@pytest.fixture
def by(indexes: tuple[Index, ...], tmp_path: Path) -> Publish:
    def by(pool: Any, folder: str = "public", left_out: LeftOut = NOBODY) -> Published:
        workers = (lambda: nullcontext(pool)) if pool else None
        return publish(indexes, tmp_path / folder, now=NOW, left_out=left_out, workers=workers)

    return by


@pytest.mark.parametrize("left_out", [NOBODY, PEOPLE], ids=["everybody", "without some"])
def test_its_files_are_those_of_one_computer(left_out: LeftOut, by: Publish, tmp_path: Path) -> None:
    pool = Here()
    here, there = by(None, "one", left_out), by(pool, "many", left_out)
    assert contents(tmp_path / "one") == contents(tmp_path / "many")
    assert (here.root, here.datasets, here.unmet) == (there.root, there.datasets, there.unmet)
    assert pool.done.count("spread_photos") in {3, 4}
    assert pool.done.count("sort_range") > len(KINDS)


def _die_or_do(once: str, task: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """As a worker whose computer loses power in the middle, the first time."""
    result = task(*arguments)
    if not os.path.exists(once):  # noqa: PTH110 - runs in a worker
        Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return result


def test_a_worker_that_dies_changes_nothing(by: Publish, tmp_path: Path) -> None:
    with connect("local", workers=2) as workers:

        class Dying:
            def run(self, task, given):  # type: ignore[no-untyped-def]
                once = str(tmp_path / task.__name__)
                return workers.run(_die_or_do, [(once, task, arguments) for arguments in given])

        by(Dying(), "many")
    assert (tmp_path / "spread_photos").exists()
    assert (tmp_path / "sort_range").exists()
    by(None, "one")
    assert contents(tmp_path / "one") == contents(tmp_path / "many")


@pytest.mark.parametrize("dies_in", ["spread_photos", "sort_range"])
def test_a_coordinator_that_died_goes_on_from_what_is_finished(
    dies_in: str, by: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dies(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            for number, one in enumerate(super().run(task, given)):
                if task.__name__ == dies_in and number == 1:
                    raise KeyboardInterrupt
                yield one

    with pytest.raises(KeyboardInterrupt):
        by(Dies())
    assert not (tmp_path / "public" / "lookup.json").exists()
    put: list[str] = []
    real = cluster._put

    def watched(path: Path, target: Path) -> None:
        put.append(target.name)
        real(path, target)

    monkeypatch.setattr(cluster, "_put", watched)
    by(Here())
    assert len(put) == len(set(put))
    spread = [name for name in put if not name.endswith(".sorted")]
    assert bool(spread) == (dies_in == "spread_photos")
    by(None, "one")
    assert contents(tmp_path / "one") == contents(tmp_path / "public")


def test_a_second_publisher_at_the_same_folder_is_refused(by: Publish) -> None:
    class Second(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            with pytest.raises(RefusedError, match="is written to it"):
                by(Here())
            return super().run(task, given)

    by(Second())


def test_a_task_that_fails_leaves_the_look_up_that_was_there(by: Publish, tmp_path: Path) -> None:
    by(None)
    before = contents(tmp_path / "public")

    class Full(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            yield 0, Failed("No space left on device", place=True)

    with pytest.raises(StorageError, match="No space left") as caught:
        by(Full())
    assert "finished parts are not made again" in caught.value.hint
    assert contents(tmp_path / "public") == before


def test_a_part_that_was_cut_short_is_said(by: Publish, tmp_path: Path) -> None:
    class Cuts(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            for part in (tmp_path / "public").glob(f"{cluster.FOLDER}*/nsid-*"):
                part.write_bytes(part.read_bytes()[:-40])
            return super().run(task, given)

    with pytest.raises(StorageError, match="is damaged"):
        by(Cuts())
    assert not (tmp_path / "public" / "lookup.json").exists()


def test_workers_of_another_version_or_without_the_folder_do_nothing(tmp_path: Path) -> None:
    job = cluster.Job((), {}, LeftOut(), "1GB", tmp_path, 1, version="9.9.9")
    other = cluster.spread_photos(job, 0, "true")
    assert isinstance(other, Failed)
    assert "not 9.9.9" in other.reason
    blind = cluster.sort_range(
        cluster.Job((), {}, LeftOut(), "1GB", tmp_path / "none" / "x", 1), "nsid", 0, []
    )
    assert isinstance(blind, Failed)
    assert "does not see the folder" in blind.reason
