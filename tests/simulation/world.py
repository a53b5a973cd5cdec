"""The world that a simulated program runs in: clock, threads, disk and Flickr, all from one source."""

import contextlib
import io
import json
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import requests
import tenacity.nap
from requests.adapters import BaseAdapter

from auditor import clock, lock, outside
from auditor.flickr import budget
from tests.simulation.choices import Choices
from tests.simulation.disk import Disk
from tests.simulation.flickr import NSID, Flickr, Photo, Refusal, writes
from tests.simulation.invariants import Invariants, Request
from tests.simulation.network import URL, Fate, deliver, fail, fates
from tests.simulation.scheduler import Condition, Killed, Process, Queue, Scheduler, Violation

BEGIN: Final = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
_PATIENCE: Final = 60.0
"""Seconds that the program waits for an answer."""
_TOO_SLOW: Final = Fate("too slow", cut="slow")
_LATENCIES: Final = (0.4, 0.05, 3.0, 20.0)


class World(outside.Outside):
    """One account, one computer, one home."""

    def __init__(
        self,
        choices: Choices,
        folder: Path,
        photos: list[Photo],
        *,
        pro: bool = True,
        preempt: float = 0.0,
        calls_per_hour: int = 1_000_000,
    ) -> None:
        self.choices = choices
        self.scheduler = Scheduler(choices, BEGIN, preempt=preempt)
        self.disk = Disk(folder, self.scheduler, choices, self.point)
        self.flickr = Flickr(photos, pro=pro, clock=lambda: self.scheduler.time)
        self.invariants = Invariants(self, calls_per_hour)
        self.trace: list[str] = []
        self.faults: dict[str, int] = {}
        """How often what went wrong."""
        self.late: list[tuple[float, str, Mapping[str, str], Request]] = []
        """Calls that are still on their way to Flickr."""
        self.login = {"oauth_callback_confirmed": "true", "user_nsid": NSID, "username": "owner"}
        """What Flickr answers to each step of a login."""
        self.points = 0
        """Steps at which a process could have died."""
        self.answers = 0.0
        """How often a call does not go well."""
        self.crashes = 0.0
        """How often a process dies at a step."""
        self.watch: Callable[[int], None] = lambda _: None
        """Told the number of the pick at every step at which a process may die."""
        self.timeless = False
        """Calls take no time, and which of two comes first is picked instead."""
        self.sleepless = True
        """The computer has a clock that counts sleep."""
        self.nap = 1.0
        """Seconds between two looks at a spent budget."""
        self._skew = 0.0
        self._booted = BEGIN - 5000.0
        self._slept = 0.0
        self._boots = 1
        self._tokens = 0
        self._violation: Violation | None = None
        self._restore: Callable[[], None] | None = None

    # -- what the program sees -------------------------------------------------------------------------------

    @property
    def counts_sleep(self) -> bool:
        """See `Outside`."""
        return self.sleepless

    def wall(self) -> float:
        """See `Outside`."""
        return self.scheduler.time + self._skew

    def uptime(self) -> float:
        """See `Outside`."""
        passed = self.scheduler.time - self._booted
        return passed if self.sleepless else passed - self._slept

    def boot_id(self) -> str:
        """See `Outside`."""
        return f"boot-{self._boots}"

    def sleep(self, seconds: float) -> None:
        """See `Outside`."""
        self.scheduler.give_way(max(0.0, seconds))

    def token(self, size: int) -> str:
        """See `Outside`."""
        self._tokens += 1
        return f"{self._tokens:0{2 * size}x}"

    def start(self, work: Callable[[], None]) -> None:
        """See `Outside`."""
        self.scheduler.start(work)

    def condition(self) -> threading.Condition:
        """See `Outside`."""
        return Condition(self.scheduler)

    def queue(self) -> Any:
        """See `Outside`."""
        return Queue(self.scheduler)

    def client(self, make: Callable[[], Any]) -> Any:
        """See `Outside`."""
        return _Client(self)

    def pid(self) -> int:
        """See `Outside`; larger than any that the real system has."""
        return 9_000_000 + self.scheduler.task.process.number

    def adapter(self, adapter: BaseAdapter) -> BaseAdapter:
        """See `Outside`."""
        return _Adapter(self)

    def database(self, path: Path, **options: Any) -> sqlite3.Connection:
        """See `Outside`."""
        return self.disk.connect(path, **options)

    def write(self, descriptor: int, data: bytes) -> None:
        """See `Outside`."""
        self.disk.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        """See `Outside`."""
        self.disk.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """See `Outside`."""
        self.disk.rename(source, target)

    # -- what happens to it ----------------------------------------------------------------------------------

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let everything run in this world while the block runs."""
        random.seed(0)  # stamina's jitter
        nap = SimpleNamespace(sleep=self.sleep)  # and its sleep, in which it leaves nobody a say
        with (
            outside.replaced(self),
            mock.patch.object(tenacity.nap, "time", nap),
            mock.patch.object(clock, "_larger", clock._Larger()),
            mock.patch.object(budget, "_NAP", self.nap),
            mock.patch.object(lock, "_LOOK_AGAIN", 2.5),  # twenty looks a second see nothing more
        ):
            yield

    def run(self, **programs: Callable[[], int]) -> list[Process]:
        """Run programs at the same time until each has ended or died."""
        processes = self.scheduler.run(programs)
        self.invariants.write_back()
        if self._violation is not None:
            raise self._violation
        if self._restore is not None:
            self.invariants.release()
            self._restore()
            self.invariants.power_was_cut()
            self._restore = None
            self.reboot(30.0)
        return processes

    def point(self, what: str) -> None:
        """A step at which the process that runs may die."""
        process = self.scheduler.process
        if process is None:
            return
        self.points += 1
        self.note(what)
        self.watch(len(self.choices.offered))
        how = self.choices.pick(f"death at {what}", ("", "killed", "power cut"), self.crashes)
        if how:
            self.happened(how)
            if how == "killed":
                self.scheduler.kill(process)
            else:
                self._restore = self.disk.cut_power(self.scheduler.processes)
            raise Killed

    def happened(self, fault: str) -> None:
        """Count something that went wrong."""
        self.faults[fault] = self.faults.get(fault, 0) + 1
        self.note(f"!! {fault}")

    def note(self, what: str) -> None:
        """Write the trace, which is the same for the same seed, byte for byte."""
        process = self.scheduler.process
        self.trace.append(f"{self.scheduler.time - BEGIN:.3f} {process.name if process else '-'} {what}")

    def reboot(self, seconds: float) -> None:
        """Switch the computer off and on."""
        self.pass_time(seconds)
        self._booted, self._slept = self.scheduler.time, 0.0
        self._boots += 1

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        """Let time pass while nothing runs, or while the computer sleeps."""
        self.scheduler.advance(self.scheduler.time + seconds)
        self._slept += seconds if asleep else 0.0

    def set_clock(self, seconds: float) -> None:
        """Set the wall clock ahead or back."""
        self._skew += seconds

    # -- the network -----------------------------------------------------------------------------------------

    def call(self, method: str, given: Mapping[str, str]) -> bytes:
        """One call of Flickr's API: the body of its answer, or the error that the libraries raise."""
        scheduler, write = self.scheduler, writes(method)
        self.point(f"call {method}")
        try:
            request = self.invariants.sent(method, given)
        except Violation as violation:
            # The program would take it for an error of its own.
            self._violation = violation
            scheduler.kill(scheduler.task.process)
            raise Killed from None
        fate = self.choices.pick(f"fate of {method}", self._fates(method, write), self.answers)
        if fate.name != "ok":
            self.happened(fate.name if write else f"{fate.name} (read)")
        began = clock.now()
        if not self.timeless:
            scheduler.give_way(self.choices.pick("latency", _LATENCIES, 0.2))
        body = self._carry_out(fate, method, given, request)
        if fate.cut == "slow":
            scheduler.give_way(60.0)
        elif fate.slow:
            scheduler.give_way(fate.slow)
        else:
            scheduler.give_way(0.0)
        if clock.now() - began > _PATIENCE:
            fate = _TOO_SLOW  # perhaps the computer slept meanwhile
        self.point(f"answer {method}: {fate.name}")
        answer = deliver(fate, body)
        self.invariants.read(method, given, request, body)
        return answer

    def _fates(self, method: str, write: bool) -> tuple[Fate, ...]:
        changed = self.flickr.effects[-1].time if self.flickr.effects else 0.0
        return tuple(
            fate
            for fate in fates(method, write=write)
            # A listing lags behind by two minutes at most.
            if not fate.stale or self.scheduler.time - changed < 120.0
        )

    def _carry_out(self, fate: Fate, method: str, given: Mapping[str, str], request: Request) -> bytes:
        request.done_at = self.scheduler.time
        answer: dict[str, Any] = {}
        if fate.late:
            self.send_late(self.scheduler.time + fate.late, method, given, request)
        if fate.done or not (writes(method) or fate.code):
            try:
                answer = self.flickr.answer(method, given, request, stale=fate.stale)
            except Refusal as refusal:
                fate = Fate("", code=refusal.code, text=refusal.message)
            else:
                request.misled = fate.code is not None
        if fate.code is not None:
            return fail(fate)
        request.misled = fate.lie
        if fate.missing and answer["photos"]["photo"]:
            answer["photos"]["photo"].pop()
        if fate.mixed_up:
            for about in answer.values():
                if isinstance(about, dict) and "id" in about:
                    about["id"] = "999"
        return json.dumps({**answer, "stat": "ok"}).encode()

    def send_late(self, due: float, method: str, given: Mapping[str, str], request: Request) -> None:
        """Let a call arrive when nobody waits for it any more."""
        entry = (due, method, given, request)
        self.late.append(entry)

        def arrive() -> None:
            self.late.remove(entry)
            with contextlib.suppress(Refusal):
                self.flickr.answer(method, given, request)

        self.scheduler.at(due, arrive)


class _Adapter(BaseAdapter):
    """Carries what is no call of the API: the steps of a login, to which every answer is Flickr's or none."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def send(self, request: Any, *_: object, **__: object) -> requests.Response:
        """As that of requests."""
        step = str(request.url).partition("?")[0].rpartition("/")[2]
        self._world.point(f"call {step}")
        fate = self._world.choices.pick(f"fate of {step}", fates(step, write=False), self._world.answers)
        self._world.scheduler.give_way(0.4)
        fields = self._world.login | ({"oauth_token": "asked-for"} if step == "request_token" else {})
        token = "&".join(f"{key}={value}" for key, value in fields.items())
        response = requests.Response()
        response.raw = io.BytesIO(deliver(fate, token.encode()))
        response.status_code = 200
        return response

    def close(self) -> None:
        """As that of requests."""


class _Client:
    """Stands for flickrapi's, which signs and sends."""

    REST_URL = f"{URL}/services/rest/"

    def __init__(self, world: World) -> None:
        self._world = world

    def do_flickr_call(self, method: str, **given: object) -> bytes:
        """As that of flickrapi: what is None is left out, all else is text."""
        known = {key: str(value) for key, value in given.items() if value is not None and key != "format"}
        return self._world.call(method, known)
