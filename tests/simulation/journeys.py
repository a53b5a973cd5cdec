"""Whole journeys with the real command line, in a world where everything goes wrong now and then.

A journey is the life of one home over days and weeks: login, sync, plans, runs, undos and undos of undos,
letters; between them the owner edits photos by hand, clocks are set, the computer sleeps, and two commands
run at once. In the end the weather clears up, every run goes on to its end, and the accounts must tally.
"""

import functools
import io
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest import mock

import pytest
import typer.main

from auditor import database
from auditor.cli import app
from auditor.web.trouble import CA_VARIABLES
from tests.simulation.choices import Choices
from tests.simulation.flickr import GROUP, NSID, Photo
from tests.simulation.scheduler import Process, Violation
from tests.simulation.undos import Undos
from tests.simulation.world import BEGIN, World

SECRETS: Final = {
    "FLICKR_API_KEY": "0123456789abcdef0123456789abcdef",
    "FLICKR_API_SECRET": "a5ec12e7b5ec12e7",
    "token": "72157720000000-70ke270ke270ke2",
    "token secret": "70ke25ec12e75ec1",
}
_KINDS: Final[tuple[tuple[str, ...], ...]] = (
    ("--add-tag", "no_cv"),
    ("--license", "all-rights-reserved"),
    ("--license", "CC BY 4.0"),
    ("--privacy", "private"),
    ("--privacy", "friends"),
    ("--privacy", "public"),
    ("--hide-from-search",),
    ("--safety-level", "restricted"),
    ("--leave-groups",),
)
_ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
_GAPS: Final = (60.0, 700.0, 3600.0, 86_400.0, 5 * 86_400.0, 60 * 86_400.0)
_WHEN: Final = (0.0, 31.0, 33.0, 36.0, 90.0)
"""Seconds until something happens; the next command begins after 30."""
_JUMPS: Final = (3600.0, -3600.0, 86_400.0, -86_400.0, 400 * 86_400.0, -400 * 86_400.0)
_WEATHER: Final = ((0.0, 0.0, 0.0), (0.03, 0.003, 0.002), (0.1, 0.01, 0.003), (0.3, 0.003, 0.02))
"""How often calls go wrong, a process dies at a step, and a write to the disk fails."""
_ENDED: Final = 12
"""Commands after which every run must have come to its end, once nothing goes wrong any more."""


@dataclass
class Travelled:
    """What journeys came through."""

    journeys: int = 0
    seconds: float = 0.0
    """Of simulated time."""
    commands: int = 0
    points: int = 0
    writes: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def count(self, journey: "Journey") -> None:
        """Count a journey."""
        world = journey.world
        self.add(
            Travelled(
                1,
                world.scheduler.time - BEGIN,
                journey.commands,
                world.points,
                world.invariants.checked,
                world.faults,
            )
        )

    def add(self, other: "Travelled") -> None:
        """Count what another process came through."""
        for name in ("journeys", "seconds", "commands", "points", "writes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for fault, number in other.faults.items():
            self.faults[fault] = self.faults.get(fault, 0) + number


class Journey:
    """One home and what its owner does."""

    def __init__(self, choices: Choices, folder: Path, steps: Sequence[str] = ()) -> None:
        self.choices = choices
        self.steps = [getattr(Journey, f"_{name}") for name in steps] or _STEPS
        self.folder = folder
        self.commands = 0
        self.plans: list[str] = []
        """Ids of the plans that were shown."""
        shutil.rmtree(folder, ignore_errors=True)
        self.home = folder / "home"
        self.home.mkdir(parents=True, mode=0o700)
        if choices.pick("a home that was used before", (True, False), 0.1):
            file = self.home / "auditor.sqlite3"
            file.touch(mode=0o600)
            file.write_bytes(_empty_database())
        budget = choices.among("calls an hour", (3600, 3600, 30))
        photos = [self._photo(number) for number in range(choices.among("photos", (2, 1, 3, 6)))]
        self.world = World(
            choices, self.home, photos, pro=choices.among("pro", (True, False)), calls_per_hour=budget
        )
        self.world.sleepless = choices.among("a clock that counts sleep", (True, False))
        self.world.nap = choices.among("how often a spent budget is looked at", (60.0, 10.0))
        self.world.invariants.database = self.home / "auditor.sqlite3"
        self.undos = Undos(self.world.flickr, self.world.invariants.rows)
        self.world.invariants.undoing = self.undos.check
        self.world.invariants.secrets = set(SECRETS.values()) - {SECRETS["FLICKR_API_KEY"]}
        self.world.login |= {"oauth_token": SECRETS["token"], "oauth_token_secret": SECRETS["token secret"]}
        self.weather = choices.among("weather", _WEATHER)
        at_once = choices.among("calls at once", (8, 1, 3))
        settings = folder / "settings.toml"
        settings.write_text(f"[flickr]\ncalls_per_hour = {budget}\nconcurrency = {at_once}\n")
        self.environment = {
            "AUDITOR_HOME": str(self.home),
            "AUDITOR_CONFIG": str(settings),
            "AUDITOR_FLICKR_URL": "http://127.0.0.1:9",
            "FLICKR_API_KEY": SECRETS["FLICKR_API_KEY"],
            "FLICKR_API_SECRET": SECRETS["FLICKR_API_SECRET"],
        }

    def _photo(self, number: int) -> Photo:
        among = self.choices.among
        return Photo(
            str(1000 + number),
            uploaded=int(BEGIN) - 3000 * number - 10,
            updated=int(BEGIN) - 3000 * number,
            license=among("licence", ("4", "0", "1", "10")),
            privacy=among("privacy", ("public", "private", "friends")),
            comment=among("comments", (3, 0)),
            add_meta=among("notes", (2, 3)),
            safety=among("safety", (0, 2)),
            groups=among("groups", ((), (GROUP,))),
            tags=among("tags", ({}, {"nocv": ("NoCV", f"1234-{1000 + number}-1")})),
        )

    # -- the journey -----------------------------------------------------------------------------------------

    def run(self) -> World:
        """Travel. Errors: `Violation`."""
        world, choices = self.world, self.choices
        with self._surroundings(), world.entered():
            self._zone(_ZONES[0])
            self._weather(bad=choices.happens("a bad day to begin", 0.3))
            token = str(self.home / "token.json")
            self._command("login", "--no-browser", "--perms", "write", "--token-file", token)
            self._command("sync")
            self._weather(bad=True)
            for _ in range(choices.among("steps", (4, 8, 12, 20))):
                self._step()
            self._weather(bad=False)
            world.pass_time(2 * 3600.0)
            self._clear_up()
        self.undos.settled()
        world.invariants.all_settled()
        world.invariants.files_hold_no_secret()
        return world

    def _step(self) -> None:
        step: Callable[[Journey], object] = self.choices.among("step", self.steps)
        step(self)
        self.world.pass_time(30.0)

    def _sync(self) -> None:
        self._command("sync", *self.choices.among("full", ((), ("--full",))))

    @staticmethod
    def _sync_words() -> list[str]:
        return ["sync"]

    def _apply(self) -> None:
        self._command(*self._apply_words())

    def _undo(self) -> None:
        self._command(*self._undo_words())

    def _protect(self) -> None:
        before = len(self.plans)
        self._plan()
        if len(self.plans) > before:
            self._owner()
            self._command("apply", self.plans[-1], "--yes", "--format", "json")

    def _undo_and_redo_by_hand(self) -> None:
        """What was undone, and then set again by the owner, is the owner's: another undo leaves it alone."""
        words = self._undo_words()
        self._command(*words)
        for row in self.world.invariants.rows():
            if row.run_id == words[1] and row.kind in {"license", "privacy"}:
                _set(**{row.kind: row.after})(self.world, row.photo_id)
        self._command(*words)

    def _look(self) -> None:
        self._command(*self.choices.among("look at", _LOOKS))

    def _two_at_once(self) -> None:
        if self.choices.among("a new plan", (True, False)):
            self._plan()
        commands = (self._apply_words, self._undo_words, self._sync_words)
        first, second = self.choices.among("one", commands), self.choices.among("other", commands)
        self._command(*first(), beside=second())

    def _letter(self) -> None:
        self._command("optout", "ask", "ibm-dif", "--ground", "gdpr", "--name", "A. Owner")
        self._command("optout", "status", "--format", "json")

    def _audit(self) -> None:
        """An index of the owner's own list, and what is in it."""
        links = self.folder / "links.txt"
        links.write_text("".join(f"https://www.flickr.com/photos/{NSID}/{key}/\n" for key in ("1000", "77")))
        built = (self.home / "indexes" / "my-list").exists()
        if not built or self.choices.happens("the index is built anew", 0.3):
            self._command("datasets", "add", "my-list", str(links), "--replace")
        process = self._command("audit", "--format", "json")
        if process.code in {0, 1}:
            self.world.invariants.audited(json.loads(process.out.getvalue()), process)

    def _gap(self) -> None:
        seconds = self.choices.among("for how long", _GAPS)
        self.world.pass_time(seconds, asleep=self.choices.happens("asleep", 0.5))

    def _clock(self) -> None:
        """The clock is set, now or while the next command is at work."""
        seconds = self.choices.among("clock", _JUMPS)
        self._later("the clock is set", lambda: self.world.set_clock(seconds))

    def _nap(self) -> None:
        """The computer falls asleep, now or while the next command is at work."""
        seconds = self.choices.among("for how long", _GAPS)
        self._later("the computer sleeps", lambda: self.world.pass_time(seconds, asleep=True))

    def _later(self, what: str, happen: Callable[[], None]) -> None:
        def event() -> None:
            self.world.happened(what)
            happen()

        self.world.scheduler.at(self.world.scheduler.time + self.choices.among("when", _WHEN), event)
        self.world.pass_time(0.0)

    def _travel(self) -> None:
        self._zone(self.choices.among("zone", _ZONES))

    def _restart(self) -> None:
        self.world.reboot(self.choices.among("off for", (60.0, 4000.0)))
        self.world.happened("restart")

    def _plan(self) -> None:
        kinds = range(self.choices.among("kinds", (1, 2, 3)))
        options = {words[0]: words for words in (self.choices.among("kind", _KINDS) for _ in kinds)}
        select = self.choices.among("select", ("--all", "--public", "--reusable"))
        words = [word for option in options.values() for word in option]
        process = self._command("plan", select, *words, "--format", "json")
        if process.code == 0:
            plan = json.loads(process.out.getvalue())
            self.world.invariants.plans[plan["plan_id"]] = plan["changes"]
            self.plans.append(plan["plan_id"])
            self.world.invariants.accounted(plan, everything=select == "--all")

    def _apply_words(self) -> list[str]:
        plan = self.choices.among("which plan", self.plans[::-1][:4]) if self.plans else "last"
        wait = self.choices.among("wait", ((), ("--no-wait",)))
        return ["apply", plan, "--yes", "--format", "json", *wait]

    def _undo_words(self) -> list[str]:
        runs = list(dict.fromkeys(row.run_id for row in self.world.invariants.rows()))
        run = self.choices.among("which run", runs[::-1][:4]) if runs else "last"
        unhide = self.choices.among("unhide", ((), ("--unhide",)))
        return ["undo", run, "--yes", "--format", "json", *unhide]

    def _owner(self) -> None:
        """The owner edits a photo by hand, now or while the next command is at work."""
        world, choices = self.world, self.choices
        photo_id = choices.among("photo", list(world.flickr.photos) or [""])
        edit = choices.among("edit", _EDITS)

        def happen() -> None:
            if photo_id in world.flickr.photos:
                world.note(f"the owner: {edit.__name__} {photo_id}")
                edit(world, photo_id)

        self._later("the owner edits a photo", happen)

    def _clear_up(self) -> None:
        """Let every run go on to its end."""
        for _ in range(_ENDED):
            rows = [row for row in self.world.invariants.rows() if not row.finished]
            if not rows:
                return
            plan = self.world.invariants.plan_of(rows[0].run_id)
            again = ("undo", rows[0].undoes) if rows[0].undoes else ("apply", plan)
            self._command(*again, "--yes", "--format", "json")
        raise Violation(f"runs that never end: {rows}")

    # -- commands --------------------------------------------------------------------------------------------

    def _command(self, *words: str, beside: Sequence[str] = ()) -> Process:
        """Run a command, perhaps with another one at the same time, and check what it says."""
        programs = {words[0]: _program(words)}
        if beside:
            seconds = self.choices.among("begins after", (0.0, 1.0, 2.0, 4.0))
            other = _program(beside)

            def later() -> int:
                try:
                    self.world.sleep(seconds)
                except KeyboardInterrupt:  # before there was anything to interrupt
                    return 130
                return other()

            programs[f"{beside[0]} beside"] = later
        given = " ".join(words) + (f" | {' '.join(beside)}" if beside else "")
        self.world.note(given.replace(str(self.folder), ""))
        processes = self.world.run(**programs)
        invariants = self.world.invariants
        for process in processes:
            self.commands += 1
            said = (process.out.getvalue() + process.err.getvalue()).replace(str(self.folder), "")
            self.world.note(f"{process.name} ended with {process.code}: {said}")
            invariants.ended(process)
        invariants.settled()
        if not beside and words[0] in {"apply", "undo"} and "--dry-run" not in words:
            invariants.told(processes[0])
        return processes[0]

    def _weather(self, *, bad: bool) -> None:
        world = self.world
        answers, crashes, disk = self.weather if bad else (0.0, 0.0, 0.0)
        world.answers, world.crashes, world.disk.fault = answers, crashes, disk
        world.scheduler.preempt = 0.2 if bad else 0.0
        world.scheduler.interrupt = crashes

    @contextmanager
    def _surroundings(self) -> Iterator[None]:
        ours = ("FLICKR_", "AUDITOR_")
        # To read a file of certificates takes as long as ten commands, and no call goes out.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours) and k not in CA_VARIABLES}
        typed = io.StringIO("123-456-789\n" * 100)
        with (
            mock.patch.dict(os.environ, kept | self.environment, clear=True),
            mock.patch.object(sys, "stdin", typed),
            mock.patch.object(app, "program", _program_of),
        ):
            try:
                yield
            finally:
                os.environ["TZ"] = kept.get("TZ", "")
                if not kept.get("TZ"):
                    del os.environ["TZ"]
                time.tzset()

    def _zone(self, zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()


_STEPS: Final = (
    *(Journey._protect, Journey._protect, Journey._undo, Journey._sync) * 3,
    *(Journey._plan, Journey._apply, Journey._owner, Journey._owner, Journey._gap, Journey._gap),
    *(Journey._look, Journey._look, Journey._clock, Journey._travel, Journey._restart),
    *(Journey._two_at_once, Journey._undo_and_redo_by_hand) * 2,
    *(Journey._letter, Journey._nap, Journey._audit),
)
_LOOKS: Final = (
    ("runs", "--format", "json"),
    ("show", "last", "--format", "json"),
    ("whoami", "--format", "json"),
    ("verify", "last"),
    ("undo", "last", "--dry-run", "--format", "json"),
    ("doctor",),
)


@functools.cache
def _empty_database() -> bytes:
    """To make one takes as long as three commands."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "auditor.sqlite3"
        database.connect(file).close()
        return file.read_bytes()


_made: Final = app.program


@functools.cache
def _program_of(*asked: str) -> Callable[..., object]:
    """What Typer makes of the program anew for each call takes as long as many a command."""
    return typer.main.get_command(_made(*asked))


def _program(words: Sequence[str]) -> Callable[[], int]:
    def program() -> int:
        with pytest.raises(SystemExit) as ended:
            app.run(list(words))
        return int(ended.value.code or 0)

    return program


def _set(**fields: object) -> Callable[[World, str], None]:
    def edit(world: World, photo_id: str) -> None:
        if photo_id not in world.flickr.photos:
            return

        def change(photo: Photo) -> None:
            for name, value in fields.items():
                if name == "privacy":
                    world.flickr.set_privacy(photo, str(value))
                else:
                    setattr(photo, name, value)

        world.flickr.change(photo_id, change)

    edit.__name__ = str(fields)
    return edit


def _tags(world: World, photo_id: str) -> None:
    world.flickr.change(photo_id, lambda photo: world.flickr.tag(photo, "No CV"))


def _untags(world: World, photo_id: str) -> None:
    world.flickr.change(photo_id, lambda photo: photo.tags.clear())


def _deletes(world: World, photo_id: str) -> None:
    world.flickr.delete(photo_id)


_EDITS: Final = (
    _set(title="another title"),
    _set(license="0"),
    _set(license="4"),
    _set(privacy="public"),
    _set(privacy="private"),
    _set(comment=1, add_meta=1),
    _set(safety=1),
    _set(groups=()),
    _set(groups=(GROUP,)),
    _tags,
    _untags,
    _deletes,
)


def travel(
    seed: int, folder: Path, given: dict[int, int] | None = None, steps: Sequence[str] = ()
) -> tuple[Journey, Violation | None]:
    """One journey from its seed, or from the picks of a shorter history; and what it found.

    `steps`: the names of those that it may consist of, if not of all.
    """
    choices = Choices(seed, given)
    journey = Journey(choices, folder, steps)
    try:
        journey.run()
    except Violation as violation:
        return journey, violation
    finally:
        journey.world.invariants.release()
    return journey, None


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory, if there is such a thing, whose name is the same for every run of a process."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name) / "journey"
