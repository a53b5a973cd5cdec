"""Processes and their threads in simulated time: one runs at a time, and when another may is picked.

A thread is a greenlet. It gives way only where it waits: for the network, for time, for another thread, or
for the journal. What lies between holds a lock in production too, so no order of events is left out.
"""

import contextlib
import heapq
import io
import itertools
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from greenlet import getcurrent, greenlet

from tests.simulation.choices import Choices

ENDLESS: Final = 100_000
"""Steps after which a process is held to go on for ever."""


class Violation(AssertionError):  # noqa: N818 - what is found is no error of the simulation
    """A promise was broken."""


class Killed(BaseException):
    """The end of a process: raised at a seam, and again at every seam that its clearing up reaches."""


class Process:
    """One run of the program."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self.alive = True
        self.code: int | None = None
        """How it ended; None: it was killed."""
        self.out = io.StringIO()
        self.err = io.StringIO()
        self.at_death: list[Callable[[], None]] = []


class Task:
    """A thread of a process: it goes on at `due`, or waits for another thread to say when."""

    def __init__(self, process: Process, work: Callable[[], None], hub: greenlet, *, main: bool) -> None:
        self.process = process
        self.main = main
        self.due: float | None = 0.0
        self.turn = 0
        self.greenlet = greenlet(lambda: self._work(work), hub)

    def _work(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(Killed):
            work()


class Condition(threading.Condition):
    """What threads of one process wait for; the lock is not needed, as nobody gives way while holding it."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler
        self._waiting: list[Task] = []

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        return None

    def wait(self, timeout: float | None = None) -> bool:
        """Give way until somebody notifies."""
        task = self._scheduler.task
        self._waiting.append(task)
        self._scheduler.give_way(timeout)
        if task in self._waiting:
            self._waiting.remove(task)
            return False
        return True

    def notify(self, n: int = 1) -> None:
        """Wake `n` of those that wait."""
        for task in self._waiting[:n]:
            task.due = self._scheduler.time
        del self._waiting[:n]

    def notify_all(self) -> None:
        """Wake all that wait."""
        self.notify(len(self._waiting))


class Queue:
    """What threads of one process hand each other."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._items: deque[Any] = deque()
        self._filled = Condition(scheduler)
        self._scheduler = scheduler

    def put(self, item: Any) -> None:
        """Add an item."""
        self._scheduler.check_alive()
        self._items.append(item)
        self._filled.notify()

    def get(self) -> Any:
        """Take the oldest item, waiting for one."""
        self._scheduler.check_alive()
        while not self._items:
            self._filled.wait()
        return self._items.popleft()


class Scheduler:
    """All that runs, and the true time, in seconds of Unix time."""

    def __init__(self, choices: Choices, time: float, *, preempt: float) -> None:
        self.choices = choices
        self.time = time
        self.preempt = preempt
        """How often another thread goes first than the one that waited longest."""
        self.interrupt = 0.0
        """How often somebody presses Ctrl-C while the program waits."""
        self.on_advance: Callable[[float], None] = lambda _: None
        self.processes: list[Process] = []
        """Those of the last `run`."""
        self._tasks: list[Task] = []
        self._running: Task | None = None
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = itertools.count()
        self._steps = 0
        self._hub = getcurrent()

    # -- for the programs ------------------------------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The thread that runs."""
        if self._running is None:
            raise RuntimeError("nothing runs")
        return self._running

    @property
    def process(self) -> Process | None:
        """The process that runs; None: the simulation itself is at work."""
        return self._running.process if self._running else None

    def check_alive(self) -> None:
        """Errors: `Killed` for a process that is dead and only clears up."""
        if self._running is not None and not self._running.process.alive:
            raise Killed

    def start(self, work: Callable[[], None]) -> None:
        """Begin a thread of the process that runs."""
        self.check_alive()
        self._add(Task(self.task.process, work, self._hub, main=False))

    def give_way(self, seconds: float | None) -> None:
        """Let others run: for so long, or until another thread wakes this one."""
        self.check_alive()
        task = self.task
        task.due = None if seconds is None else self.time + seconds
        task.turn = next(self._serial)
        self._hub.switch()
        self.check_alive()
        if task.main and self.interrupt and self.choices.happens("Ctrl-C", self.interrupt):
            raise KeyboardInterrupt

    def kill(self, process: Process) -> None:
        """End a process; it is no longer heard of."""
        process.alive = False

    def at(self, time: float, event: Callable[[], None]) -> None:
        """Let something happen outside at `time`, or as soon as anybody looks after it."""
        heapq.heappush(self._events, (time, next(self._serial), event))

    # -- for the simulation ----------------------------------------------------------------------------------

    def run(self, programs: dict[str, Callable[[], int]]) -> list[Process]:
        """Run programs at the same time until all have ended."""
        processes = self.processes = list[Process]()
        self._steps = 0
        for name, program in programs.items():
            process = Process(name, next(self._serial))
            processes.append(process)

            def main(program: Callable[[], int] = program, process: Process = process) -> None:
                with contextlib.suppress(Killed):
                    process.code = program()
                process.alive = False

            self._add(Task(process, main, self._hub, main=True))
        streams = sys.stdout, sys.stderr
        try:
            while any(process.alive for process in processes):
                self._step()
                self._bury(processes)
        finally:
            for process in processes:
                process.alive = False
            self._bury(processes)
            sys.stdout, sys.stderr = streams
        return processes

    def advance(self, time: float) -> None:
        """Let time pass up to `time`, with what happens meanwhile."""
        while self._events and self._events[0][0] <= time:
            due, _, event = heapq.heappop(self._events)
            self._move(max(self.time, due))
            event()
        self._move(max(self.time, time))

    def _move(self, time: float) -> None:
        if time > self.time:
            self.on_advance(time - self.time)
            self.time = time

    def _add(self, task: Task) -> None:
        task.due = self.time
        task.turn = next(self._serial)
        self._tasks.append(task)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > ENDLESS:
            raise Violation("it never comes to an end")
        due = [task.due for task in self._tasks if task.due is not None]
        if not due:
            raise Violation("every thread waits for another")
        if min(due) > self.time or (self._events and self._events[0][0] <= self.time):
            self.advance(min(due))
        ready = sorted((t for t in self._tasks if t.due is not None and t.due <= self.time), key=_waited)
        self._switch(ready[self.choices.pick("whose turn", range(len(ready)), self.preempt)])

    def _switch(self, task: Task) -> None:
        self._running = task
        sys.stdout, sys.stderr = task.process.out, task.process.err
        try:
            task.greenlet.switch()
        finally:
            self._running = None
        if task.greenlet.dead:
            self._tasks.remove(task)

    def _bury(self, processes: list[Process]) -> None:
        """Let the threads of dead processes end; nothing they do has an effect."""
        for process in processes:
            if process.alive:
                continue
            for task in [task for task in self._tasks if task.process is process]:
                self._running = task
                sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
                try:
                    if task.greenlet:  # it has begun
                        task.greenlet.throw(Killed)
                finally:
                    self._running = None
                    self._tasks.remove(task)
            for clear in process.at_death:
                clear()
            process.at_death.clear()


def _waited(task: Task) -> int:
    return task.turn
