"""Every plan of up to three changes, through everything that can happen to it.

A *state* is what survives a process: the home, Flickr, and calls that are still on their way. From every
state the program is started once with nothing wrong, which must bring the run to its end, and once for each
way in which something can go wrong: every answer of every call, every write that the disk refuses, every step
at which the process can die or be interrupted, every other order of its threads. What it leaves is a state
again; states that are alike are walked once. So histories of any number of starts are covered, each with one
thing going wrong.

What means the same is tried once: answers that differ in their words only (`network.meaning`), and deaths
between which nothing was committed and nothing changed on Flickr. With plans of one change all are tried all
the same, and each has to lead to the state that the first one of its meaning leads to.
"""

import gc
import itertools
import json
import pickle
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from auditor import database
from auditor.account.store import AccountStore
from auditor.account.sync import sync
from auditor.errors import AuditorError
from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.transport import Credentials, Retry
from auditor.flickr.writing import WriteTransport
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.registry import MITIGATIONS, WRITE_METHODS, of
from auditor.mitigation.planning.plan import Plan, to_json
from auditor.mitigation.planning.plan_store import PlanStore
from auditor.mitigation.running.journal import Journal
from auditor.mitigation.running.run import RunContext, carry_out, start
from tests.simulation.choices import Choices
from tests.simulation.flickr import GROUP, NSID, Photo
from tests.simulation.invariants import Request
from tests.simulation.network import Fate, meaning
from tests.simulation.scheduler import Violation
from tests.simulation.world import BEGIN, World

CREDENTIALS: Final = Credentials("key", "secret", "token", "token secret")
BUG: Final = 70
RETRY: Final = Retry(attempts=2, first=1.0, longest=1.0)
_GROUP: Final = {"group_id": GROUP, "title": "a group"}
_JOURNAL: Final = (
    "SELECT number, state, answer, observed, verified, before_image IS NULL, finished_at IS NULL"
    " FROM change JOIN run USING (run_id) ORDER BY number"
)
_TAG: Final = f"{NSID[:4]}-{{}}-7"


def change_of(kind: str, photo_id: str) -> Change:
    """A change of each kind, on a photo as `photo_for` makes it."""
    states: dict[str, Any] = {
        "add-tag": ({"tag": "no_cv", "present": False}, {"tag": "no_cv", "present": True}, {}),
        "remove-tag": (
            {"tag": "old", "present": True},
            {"tag": "old", "present": False},
            {"tag_id": _TAG.format(photo_id), "clean": "old"},
        ),
        "license": ("4", "0", {}),
        "privacy": ("public", "private", {}),
        "hide": (None, True, {}),
        "unhide": (True, False, {}),
        "safety-level": ("safe", "restricted", {}),
        "leave-group": ({**_GROUP, "member": True}, {**_GROUP, "member": False}, {}),
        "join-group": ({**_GROUP, "member": False}, {**_GROUP, "member": True}, {}),
    }
    before, after, details = states[kind]
    return Change(photo_id, kind, before, after, "yes", details=cast("Mapping[str, str]", details))


def photo_for(number: int, kinds: Sequence[str]) -> Photo:
    """A photo to which changes of these kinds can be made."""
    photo_id = str(100 + number)
    return Photo(
        photo_id,
        uploaded=int(BEGIN) - 1000 * (number + 1),
        tags={"old": ("old", _TAG.format(photo_id))},
        groups=(GROUP,) if "leave-group" in kinds else (),
        hidden="unhide" in kinds,
    )


def plans(most: int) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every plan of up to `most` changes: the kinds of changes of each photo."""
    kinds = sorted(MITIGATIONS)
    sets = [
        chosen
        for size in range(1, most + 1)
        for chosen in itertools.combinations(kinds, size)
        # One photo has one change of a subject.
        if len({of(change_of(kind, "1")).subject(change_of(kind, "1")) for kind in chosen}) == size
    ]
    for photos in range(1, most + 1):
        for plan in itertools.combinations_with_replacement(sets, photos):
            if sum(map(len, plan)) <= most:
                yield plan


@dataclass
class Tally:
    """What was walked."""

    plans: int = 0
    states: int = 0
    lives: int = 0
    points: int = 0
    writes: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Count what another process walked."""
        for name in ("plans", "states", "lives", "points", "writes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for fault, number in other.faults.items():
            self.faults[fault] = self.faults.get(fault, 0) + number


@dataclass(frozen=True)
class State:
    """What survives a process, and how it came to be: the disturbances of each start so far."""

    database: bytes
    journal: tuple[object, ...]
    outside: bytes
    path: tuple[Mapping[int, int], ...] = ()


class Explorer:
    """Walks all that can happen to one plan."""

    def __init__(self, kinds: tuple[tuple[str, ...], ...], folder: Path, tally: Tally) -> None:
        self.kinds = kinds
        self.tally = tally
        self._thorough = sum(map(len, kinds)) == 1
        self._file = folder / "auditor.sqlite3"
        self._home = folder
        changes = [
            change_of(kind, photo_for(number, photo).id)
            for number, photo in enumerate(kinds)
            for kind in sorted(photo, key=lambda kind: MITIGATIONS[kind].order)
        ]
        moment = datetime.fromtimestamp(BEGIN, UTC)
        self._plan = Plan("plan-1", NSID, moment, None, moment, tuple(changes))
        self._shown = to_json(self._plan)["changes"]

    def walk(self, faults: int) -> None:
        """Walk everything, with up to `faults` things going wrong in each start. Errors: `Violation`."""
        self.tally.plans += 1
        first = self._begin()
        seen = {self._key(first)}
        waiting = [first]
        while waiting:
            state = waiting.pop()
            self.tally.states += 1
            ends: dict[tuple[tuple[int, int], ...], str] = {}
            for given, like in self._disturbed(state, faults):
                after = self._life(state, given)[0]
                key = self._key(after) if after is not None else "the end"
                if ends.setdefault(tuple(like.items()), key) != key:
                    raise Violation(f"{self.kinds} {state.path}: {given} and {like} do not mean the same")
                if after is not None and key not in seen:
                    seen.add(key)
                    waiting.append(after)

    def _disturbed(self, state: State, faults: int) -> Iterator[tuple[dict[int, int], dict[int, int]]]:
        """All ways in which up to `faults` things go wrong, each tried by whoever asks for the next.

        Beside each the first one that means the same; where they do not all have to be tried it is alone.
        """
        after, world, deaths = self._watched(state, {})
        if after is not None:
            raise Violation(f"{self.kinds}: with nothing going wrong the run does not end {state.path}")
        waiting = [(dict[int, int](), world.choices.offered, deaths)]
        while waiting:
            given, offered, deaths = waiting.pop()
            first: dict[object, dict[int, int]] = {}
            for number in range(max(given, default=-1) + 1, len(offered)):
                about, options = offered[number]
                for option in range(1, len(options)):
                    wrong = {**given, number: option}
                    meant = deaths.get(number) or (number, _meaning(about, options[option], option))
                    alike = first.setdefault(meant, wrong)
                    if alike is not wrong and not self._thorough:
                        continue
                    yield wrong, alike
                    if len(wrong) < faults and not about.startswith("death"):
                        _, world, later = self._watched(state, wrong)
                        waiting.append((wrong, world.choices.offered, later))

    def _watched(
        self, state: State, given: Mapping[int, int]
    ) -> tuple[State | None, World, dict[int, object]]:
        """One life, with what of each moment a death would leave behind, by the number of its pick."""
        left: dict[int, object] = {}

        def look(world: World, number: int) -> None:
            invariants, flickr = world.invariants, (len(world.flickr.effects), len(world.late))
            # A power cut leaves what a kill does, unless something is not synced.
            unsynced = 0 if world.disk.is_durable(self._file) else number
            left[number] = "death", invariants.version(), *flickr, *_misled(invariants.requests), unsynced

        return *self._life(state, given, look), left

    # -- one life --------------------------------------------------------------------------------------------

    def _begin(self) -> State:
        """The account is synced and the plan made."""
        self._file.unlink(missing_ok=True)
        photos = [photo_for(number, kinds) for number, kinds in enumerate(self.kinds)]
        world = World(Choices(given={}), self._home, photos)
        with world.entered():

            def prepare() -> int:
                conn = database.connect(self._file)
                budget = CallBudget(self._file, "key", 10**6)
                transport = WriteTransport(CREDENTIALS, budget, methods=WRITE_METHODS)
                sync(ReadApi(transport), AccountStore(conn), now=world.wall(), full=True)
                PlanStore(conn, self._home / "plans").remember(self._plan)
                if len(self._plan.changes) > 1:  # how a run begins is walked with the single changes
                    Journal(conn).begin(self._plan, "run-1")
                budget.close()
                conn.close()
                return 0

            world.run(prepare=prepare)
        world.scheduler.time = BEGIN + 10_000
        world.invariants.database = self._file
        return self._state(world, ())

    def _life(
        self, state: State, given: Mapping[int, int], look: Callable[[World, int], None] | None = None
    ) -> tuple[State | None, World]:
        """Start the program once; the state that it leaves, or None when the run has ended."""
        self.tally.lives += 1
        world = self._restored(state, given)
        if look is not None:
            world.watch = partial(look, world)
        with world.entered():
            (process,) = world.run(apply=self._program)
        try:
            if process.code == BUG:
                raise Violation(f"an error that names no next step: {process.err.getvalue()}")
            world.invariants.settled()
            rows = world.invariants.rows()
            ended = bool(rows) and all(row.finished for row in rows)
            if ended:
                world.invariants.all_settled()
        except Violation as violation:
            path = [*map(dict, state.path), dict(given)]
            raise Violation(f"{self.kinds} {path}: {violation}\n" + "\n".join(world.trace)) from None
        self.tally.points += world.points
        self.tally.writes += world.invariants.checked
        for fault, number in world.faults.items():
            self.tally.faults[fault] = self.tally.faults.get(fault, 0) + number
        after = None if ended else self._state(world, (*state.path, dict(given)))
        world.invariants.release()
        return after, world

    def _program(self) -> int:
        conn = database.connect(self._file)
        try:
            budget = cast("CallBudget", _NoBudget())
            transport = WriteTransport(CREDENTIALS, budget, methods=WRITE_METHODS, retry=RETRY)
            journal, store = Journal(conn), AccountStore(conn)
            context = RunContext(transport, journal, store, concurrency=len(self.kinds), retry=RETRY)
            begun = len(self._plan.changes) > 1
            carry_out(journal.run("run-1") if begun else start(self._plan, context), context)
        except AuditorError as error:
            sys.stderr.write(repr(error))
            return error.exit_code if error.hint else BUG
        except sqlite3.Error:
            return 2  # the command line has words for it
        except KeyboardInterrupt:
            return 130
        finally:
            conn.close()
        return 0

    # -- states ----------------------------------------------------------------------------------------------

    def _restored(self, state: State, given: Mapping[int, int]) -> World:
        for left in self._home.glob("auditor.sqlite3*"):
            left.unlink()
        self._file.write_bytes(state.database)
        world = World(Choices(given=given), self._home, [], preempt=1.0)
        world.timeless = True
        world.scheduler.interrupt = 1.0
        time, photos, stale, effects, requests, late = pickle.loads(state.outside)
        world.scheduler.time = time
        world.flickr.photos, world.flickr.stale, world.flickr.effects = photos, stale, effects
        world.invariants.requests = requests
        world.invariants.database = self._file
        world.invariants.plans["plan-1"] = self._shown
        for due, method, arguments, request in late:
            world.send_late(due, method, arguments, request)
        return world

    def _state(self, world: World, path: tuple[Mapping[int, int], ...]) -> State:
        journal = world.invariants.conn.execute(_JOURNAL).fetchall()
        world.invariants.release()
        flickr = world.flickr
        outside = (
            world.scheduler.time + 5.0,
            flickr.photos,
            flickr.stale,
            flickr.effects,
            world.invariants.requests,
            world.late,
        )
        return State(self._file.read_bytes(), tuple(journal), pickle.dumps(outside), path)

    def _key(self, state: State) -> str:
        """What makes two states the same: neither times nor numbers of calls, nor the order of the photos.

        Of the calls only those matter that were answered with something else than what was done: of the
        others the invariants ask what they changed.
        """
        time, photos, stale, effects, requests, late = pickle.loads(state.outside)
        made = sorted((e.photo_id, sorted(e.changed), e.request.row.key) for e in effects)
        misled = _misled(requests)
        on_their_way = [(method, sorted(given.items())) for _, method, given, _ in late]
        shown = [[(key, photo.subjects()) for key, photo in each.items()] for each in (photos, stale)]
        recent = bool(effects) and time - effects[-1].time < 120
        return json.dumps([state.journal, made, misled, on_their_way, shown, recent], default=str)


class _NoBudget:
    """Calls are not scarce here; the random journeys see to the budget."""

    def acquire(self) -> None:
        """Take a call."""


def _misled(requests: Iterable[Request]) -> list[int]:
    """The changes of which Flickr answered another thing than it did."""
    return sorted({r.row.number for r in requests if r.row is not None and r.misled})


def _meaning(about: str, option: object, number: int) -> object:
    """The same for options that differ in words only."""
    if isinstance(option, Fate):
        return meaning(option, about.removeprefix("fate of "))
    return "a write fails" if option in {"full", "broken"} else number


def explore(chosen: Sequence[tuple[tuple[str, ...], ...]], faults: int) -> Tally:
    """Walk these plans, with up to `faults` things going wrong in each start. Errors: `Violation`."""
    tally = Tally()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # as the program does; to look for circles took a fifth of a walk
    with tempfile.TemporaryDirectory(dir=_memory()) as name:
        for kinds in chosen:
            Explorer(kinds, Path(name), tally).walk(faults)
    return tally


def _memory() -> str | None:
    """A folder in memory, where the system has one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
