"""Workers on this computer or on many, by Dask: they get tasks and give values back, in any order.

Dask tries a task again elsewhere when its worker dies. It is imported only where it is used (extra
``cluster``). Whoever reaches a Dask scheduler can run programs on its workers, so one that is started here is
encrypted, asks for a certificate and listens on the loopback only.
"""

import os
import platform
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol, TypeVar

import stamina

from auditor.datasets.cluster.tasks import Failed
from auditor.errors import ConfigurationError, UnreachableError, UsageError
from auditor.text import count, plain
from auditor.version import VERSION

R = TypeVar("R")

LOCAL: Final = "local"
_LOOPBACK: Final = "127.0.0.1:0"
CONNECT_SECONDS: Final = 15.0
LOST_SECONDS: Final = 120.0
"""How long there may be no worker: one that died is started anew in less."""
_FINISHED_STAYS: Final = "Run the command again: finished shards are not read again."


class Pool(Protocol):
    """Something that does tasks."""

    def run(
        self, task: Callable[..., R], given: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, R | Failed]]:
        """`task` on each of `given`; the results with their places in `given`, as they come."""


@contextmanager
def connect(scheduler: str, *, workers: int | None = None) -> Iterator[Pool]:
    """The workers of the Dask scheduler at an address, or with ``local`` one for each processor here.

    Errors: `UnreachableError` when there is no scheduler or no worker; `ConfigurationError` when Dask is not
    installed, or a worker has another version of this program or none.
    """
    distributed = _distributed()
    if scheduler == LOCAL:
        # "assert loop is not None": its thread did not get a turn within ten seconds, on a busy computer.
        start = stamina.retry(on=AssertionError, attempts=3)(distributed.LocalCluster)
        with (
            TemporaryDirectory(prefix="flickr-auditor-") as here,
            start(
                n_workers=workers or os.cpu_count() or 1,
                threads_per_worker=1,
                host="127.0.0.1",
                security=True,
                dashboard_address=_LOOPBACK,  # by default they listen on all addresses
                worker_dashboard_address=_LOOPBACK,
                memory_limit=None,  # DuckDB keeps to the setting
                local_directory=here,
                silence_logs=50,
            ) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            yield _checked(client)
        return
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except ValueError as error:
        raise UsageError(
            f"{plain(scheduler)} is not the address of a scheduler: {plain(error, 200)}",
            hint="It looks like tls://host:8786 or tcp://host:8786; or write local for this computer.",
        ) from error
    except (OSError, TimeoutError) as error:
        raise UnreachableError(
            f"there is no Dask scheduler at {plain(scheduler)}", hint="Start it with: dask scheduler"
        ) from error
    with client:
        yield _checked(client)


def _checked(client: Any) -> "_DaskPool":
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise UnreachableError(
            "the scheduler has no workers", hint="Start some with: dask worker ADDRESS"
        ) from error
    try:
        versions: dict[str, str] = client.run(_version)
    except Exception as error:  # whatever a worker raises that cannot import this module
        raise ConfigurationError(
            f"the workers cannot run flickr-auditor: {plain(error, 200)}",
            hint=f"Install flickr-auditor {VERSION} where they run.",
        ) from error
    others = {worker: version for worker, version in versions.items() if version != _version()}
    if others:
        worker, version = next(iter(others.items()))
        raise ConfigurationError(
            f"{count(len(others), 'worker')} of {len(versions)} would build another index: {worker} has"
            f" {version}, and here is {_version()}",
            hint="Install the same versions of Python, flickr-auditor and duckdb everywhere.",
        )
    return _DaskPool(client)


def _version() -> str:
    import duckdb

    python = ".".join(platform.python_version_tuple()[:2])
    return f"flickr-auditor {VERSION}, Python {python}, duckdb {duckdb.__version__}"


class _DaskPool:
    """See `Pool`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(
        self, task: Callable[..., R], given: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, R | Failed]]:
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        futures = {
            self._client.submit(task, *arguments, pure=False): number
            for number, arguments in enumerate(given)
        }
        try:
            for future in futures:
                future.add_done_callback(done.put)
            for _ in futures:
                future = self._next(done)
                yield futures[future], self._result(future)
        finally:
            self._client.cancel(list(futures))

    def _next(self, done: "queue.SimpleQueue[Any]") -> Any:
        """The next future that is done; a task may take hours, but not without any worker."""
        without = 0.0
        while without < LOST_SECONDS:
            try:
                return done.get(timeout=LOST_SECONDS / 10)
            except queue.Empty:
                without = 0.0 if self._client.nthreads() else without + LOST_SECONDS / 10
        raise UnreachableError("all workers are gone", hint=_FINISHED_STAYS)

    def _result(self, future: Any) -> Any:
        distributed = _distributed()
        error = future.exception() if future.status == "error" else None
        if isinstance(error, distributed.KilledWorker):
            return Failed("its workers died again and again; perhaps they have too little memory", place=True)
        if isinstance(error, (OSError, MemoryError)):  # of that worker's computer: a full disk, no memory
            return Failed(plain(error, 200) or type(error).__name__, place=True)
        if error is not None:
            raise error
        if future.status != "finished":
            raise UnreachableError("the scheduler went away while it was at work", hint=_FINISHED_STAYS)
        return future.result()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ConfigurationError(
            "workers on several computers need the extra cluster",
            hint="pip install 'flickr-auditor[cluster]'",
        ) from error
    return distributed
