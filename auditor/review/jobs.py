"""Work that takes longer than a request: one thread each, watched from any page, stopped between two calls.

A job is not where work is kept: a run lives in the journal, a download in its file. A job that is stopped,
or dies with the server, is begun again by the same button and goes on.
"""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from auditor.errors import AuditorError, BudgetSpentError
from auditor.progress import Progress, Task

PATIENCE: Final = 2.0
"""Seconds that a page waits for a job before it shows its progress instead."""


class JobState(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    PAUSED = "paused"
    FAILED = "failed"


class PausedError(Exception):
    """Somebody pressed pause, or the server ends; what was begun is finished and written down.

    No `AuditorError`: that something failed is not to be said of what the user stopped.
    """


@dataclass
class Job:
    """One piece of work and how far it is. Read by requests, written by its thread."""

    name: str
    title: str
    back: str
    """The page that shows the result."""
    again: str
    """The page with the button that begins it; of a run, that goes on with it."""
    state: JobState = JobState.RUNNING
    label: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    message: str = ""
    hint: str = ""
    announced: bool = True
    """False: its message is still to be shown, on the next page that is."""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def percent(self) -> float | None:
        """0 to 100; None while the end is not known."""
        return min(100.0, 100 * self.done / self.total) if self.total else None


class JobProgress(Progress):
    """Writes what the work tells into its job, and stops it where it was asked to."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lock = threading.Lock()

    @contextmanager
    def task(self, label: str, *, total: int | None = None, unit: str = "") -> Iterator[Task]:
        """The job's bar, from its beginning."""
        job = self._job
        job.label, job.total, job.unit, job.done = label, total, unit, 0
        yield self

    def advance(self, amount: int = 1) -> None:
        """Move the bar. Errors: `PausedError` when the job is to stop; nothing is lost, see the module."""
        with self._lock:
            self._job.done += amount
        if self._job.stop.is_set():
            raise PausedError

    def say(self, message: str) -> None:
        """The line below the bar."""
        self._job.message = message

    def lead(self, path: str) -> None:
        """The page that shows the result, where only the work itself can tell."""
        self._job.back = path


Work = Callable[[JobProgress], str]
"""Does the job and returns what to say of it."""


class Jobs:
    """The jobs of one server; of each name one runs at a time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Job | None:
        """The job that ran last under this name."""
        return self._jobs.get(name)

    @property
    def running(self) -> tuple[Job, ...]:
        """Those at work."""
        return tuple(job for job in list(self._jobs.values()) if job.state is JobState.RUNNING)

    def news(self) -> list[Job]:
        """Those that ended and have something to say that no page showed yet; they are shown once."""
        ended = (JobState.DONE, JobState.FAILED)
        found = [job for job in list(self._jobs.values()) if job.state in ended and not job.announced]
        for job in found:
            job.announced = True
        return found

    def start(
        self, name: str, title: str, back: str, work: Work, *, again: str = "", announce: bool = False
    ) -> Job:
        """Begin, unless it is under way already: a double click begins nothing twice.

        `again` is the page to begin it anew, if not `back`; `announce`: what it ends with is said on the page
        that is shown next.
        """
        with self._lock:
            known = self._jobs.get(name)
            if known is not None and known.state is JobState.RUNNING:
                return known
            job = self._jobs[name] = Job(name, title, back, again or back, announced=not announce)
            self._threads[name] = thread = threading.Thread(target=_run, args=(job, work), name=f"job {name}")
            thread.start()
            return job

    def settle(self, name: str) -> Job | None:
        """Wait a moment for a job: most are done before a page about their progress would be of use."""
        if thread := self._threads.get(name):
            thread.join(PATIENCE)
        return self._jobs.get(name)

    def close(self) -> None:
        """Stop all, and wait until what is in flight is finished and written down."""
        for job in self.running:
            job.stop.set()
        for thread in list(self._threads.values()):
            thread.join()


def _run(job: Job, work: Work) -> None:
    try:
        job.message = work(JobProgress(job))
        job.state = JobState.DONE
    except PausedError:
        job.message, job.hint, job.state = "you stopped it", "Nothing is lost.", JobState.PAUSED
    except BudgetSpentError as error:
        job.message, job.hint, job.state = error.message, "Nothing is lost: continue then.", JobState.PAUSED
    except AuditorError as error:
        job.message, job.hint, job.state = error.message, error.hint, JobState.FAILED
    except Exception:  # noqa: BLE001 - the last line of defence of a thread
        traceback.print_exc()
        job.message = "this is a bug in flickr-auditor; nothing is lost"
        job.hint = "Please report it with the lines in the terminal."
        job.state = JobState.FAILED
