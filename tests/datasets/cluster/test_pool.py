"""Real workers: processes of Dask on this computer, one of which dies."""

import os
import queue
import signal
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import psutil
import pytest

from auditor.datasets.cluster import pool, tasks
from auditor.datasets.cluster.pool import connect
from auditor.datasets.cluster.tasks import Built, Failed, Job, Shard
from auditor.datasets.index.lookup import Index
from auditor.errors import ConfigurationError, UnreachableError, UsageError
from tests.datasets.cluster.conftest import NAME, Parted


def _build_or_die(job: Job, shard: Shard, once: str) -> Built | Failed:
    """As a worker whose computer loses power in the middle, the first time."""
    if not os.path.exists(once):  # noqa: PTH110 - runs in a worker
        built = tasks.build_shard(job, shard)
        Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
        return built
    return tasks.build_shard(job, shard)


def test_a_worker_that_dies_changes_nothing_in_the_result(
    parted: Parted, indexes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = tmp_path / "died"
    with connect("local", workers=2) as workers:

        class Dying:
            def run(self, task, given):  # type: ignore[no-untyped-def]
                if task is tasks.build_shard:
                    return workers.run(_build_or_die, [(*arguments, str(once)) for arguments in given])
                return workers.run(task, given)

        listening = {
            connection.laddr.ip
            for process in (psutil.Process(), *psutil.Process().children(recursive=True))
            for connection in process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}, "whoever reaches a scheduler can run programs"
        new = parted(Dying())
        assert once.exists()
        assert new.rows == 903
        found = Index.open(indexes / NAME).by_photo([str(part.first) for part in new.parts("photo_id")])
        assert len(found) == len(new.parts("photo_id"))

        monkeypatch.setattr(pool, "VERSION", "9.9.9")
        with pytest.raises(ConfigurationError, match=r"would build another index: .* has flickr-auditor"):
            pool._checked(workers._client)  # type: ignore[attr-defined]


def test_when_all_workers_are_gone_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LOST_SECONDS", 0.1)
    lost = pool._DaskPool(SimpleNamespace(nthreads=dict))
    with pytest.raises(UnreachableError, match="all workers are gone") as caught:
        lost._next(queue.SimpleQueue())
    assert "finished shards are not read again" in caught.value.hint


def test_a_job_of_another_version_is_not_done() -> None:
    job = Job(NAME, "/x", "/x", None, version="9.9.9")  # type: ignore[arg-type]
    failed = tasks.build_shard(job, Shard("/x/a.csv", "0" * 16))
    assert isinstance(failed, Failed)
    assert "not 9.9.9" in failed.reason

    assert tasks.merge(job, None, "x", []) == failed  # type: ignore[arg-type]


def _done(status: str, error: Exception | None = None) -> SimpleNamespace:
    return SimpleNamespace(status=status, exception=lambda: error, result=lambda: "the result")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (distributed.KilledWorker("task", None, 3), "too little memory"),  # type: ignore[arg-type]
        (OSError(28, "No space left on device"), "No space left on device"),
        (MemoryError(), "MemoryError"),
    ],
    ids=repr,
)
def test_what_a_workers_computer_lacks_fails_that_task_alone(error: Exception, told: str) -> None:
    failed = pool._DaskPool(None)._result(_done("error", error))
    assert isinstance(failed, Failed)
    assert (told in failed.reason, failed.place) == (True, True)


def test_a_bug_of_a_worker_is_one_here_and_a_lost_scheduler_is_said() -> None:
    done = pool._DaskPool(None)
    assert done._result(_done("finished")) == "the result"
    with pytest.raises(ZeroDivisionError):
        done._result(_done("error", ZeroDivisionError()))
    with pytest.raises(UnreachableError, match="scheduler went away") as caught:
        done._result(_done("cancelled"))
    assert "finished shards are not read again" in caught.value.hint


def test_workers_here_that_had_no_turn_to_start_are_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask asserts that its thread began within ten seconds; on a busy computer it once had not."""
    started: Any = distributed.LocalCluster
    tries: list[int] = []

    def slow_at_first(**options: Any) -> Any:
        tries.append(len(tries))
        assert len(tries) > 1
        return started(**options)

    monkeypatch.setattr(distributed, "LocalCluster", slow_at_first)
    with connect("local", workers=1) as pool:
        assert list(pool.run(abs, [(-3,)])) == [(0, 3)]
    assert tries == [0, 1]


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.5)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with (
            pytest.raises(UnreachableError, match="there is no Dask scheduler at tcp://127"),
            connect(f"tcp://127.0.0.1:{nobody.getsockname()[1]}"),
        ):
            pass


@pytest.mark.parametrize("address", ["nonsense://x", "http://x:1", ""])
def test_an_address_that_is_none_of_a_scheduler_is_said(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a scheduler"), connect(address):
        pass
