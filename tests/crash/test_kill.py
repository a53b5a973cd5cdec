"""``kill -9`` at random moments of `apply` and `undo`: nothing is lost, nothing is done twice.

The program runs as a process of its own against a sandbox in this one. ``AUDITOR_CRASH_ROUNDS`` sets how many
kills there are (the release check uses 200), ``AUDITOR_CRASH_SEED`` where the dice begin; a failure names its
seed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from auditor.mitigation.planning.plan import Plan, to_json
from auditor.mitigation.planning.policy import Actions
from auditor.sandbox import make_account
from tests.mitigation.world import EVERYTHING, LOST_FOR_GOOD, World, differences, world

ROUNDS = int(os.environ.get("AUDITOR_CRASH_ROUNDS", "12"))
SEED = int(os.environ.get("AUDITOR_CRASH_SEED", "1"))
PHOTOS = 24
LAUNCHER = (
    # As `python -m auditor`, where the interrupt works: a shell starts background jobs with it ignored.
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " runpy.run_module('auditor', run_name='__main__', alter_sys=True)"
)
FAULTS = ("cut", "429", "500", "502", "html", "truncated", "trailing-comma")


class Program:
    """The program in a process that is killed now and then."""

    def __init__(self, here: World, folder: Path, dice: random.Random) -> None:
        self.here = here
        self.folder = folder
        self.dice = dice
        token, secret = here.box.issue_token("write")
        config = folder / "config.toml"
        config.write_text("[flickr]\ncalls_per_hour = 100000\nconcurrency = 4\n")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLICKR_", "AUDITOR_"))}
        self.environment = clean | {
            "AUDITOR_HOME": str(here.home),
            "AUDITOR_CONFIG": str(config),
            "AUDITOR_FLICKR_URL": here.box.url,
            "FLICKR_API_KEY": here.box.key,
            "FLICKR_API_SECRET": here.box.secret,
            "FLICKR_OAUTH_TOKEN": token,
            "FLICKR_OAUTH_TOKEN_SECRET": secret,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, *words, "--yes", "--format", "json"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def killed(self, *words: str) -> bool:
        """Run the command and kill it when it has sent some more requests; False: it had ended by itself."""
        process = self.start(*words)
        target = len(self.here.box.log) + self.dice.randint(1, 30)
        while len(self.here.box.log) < target and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(self.dice.random() * 0.004)
        process.kill()
        process.communicate()
        return process.returncode == -9

    def finish(self, *words: str) -> dict[str, Any]:
        """Run the command until it has nothing pending."""
        for _ in range(20):
            process = self.start(*words)
            out, err = process.communicate(timeout=120)
            assert process.returncode in {0, 3, 5}, err
            if process.returncode != 5:
                result: dict[str, Any] = json.loads(out)
                return result
        raise AssertionError("it never came to an end")


def effective(here: World, since: int) -> Counter[tuple[str, str]]:
    return Counter(
        (x.method, json.dumps(x.args, sort_keys=True))
        for x in here.box.log[since:]
        if x.writes and x.effective
    )


def check_writes(here: World, plan: Plan, since: int) -> None:
    """No write that the plan lacks; none with effect twice."""
    planned = {change.photo_id for change in plan.changes}
    for x in here.box.log[since:]:
        if x.writes:
            photo_id = x.args.get("photo_id") or x.args["tag_id"].split("-")[1]
            assert photo_id in planned
    assert set(effective(here, since).values()) <= {1}


def write(plan: Plan, folder: Path) -> str:
    path = folder / f"{plan.plan_id}.json"
    path.write_text(json.dumps(to_json(plan)))
    return str(path)


def life(folder: Path, seed: int, kills: int, *, faults: bool) -> int:
    """One account, applied to and undone, killed on the way; returns how many kills hit a living process."""
    dice = random.Random(seed)
    account = make_account(PHOTOS, seed=seed)
    for photo in account.photos.values():
        # What Flickr does not let anybody set or read back has no way back.
        photo.license, photo.hidden = ("4" if photo.license in {"7", "8"} else photo.license), False
    hits = 0
    with world(account, folder, seed=seed) as here:
        program = Program(here, folder, dice)
        before = here.box.state()
        plan = here.plan(EVERYTHING)
        name = write(plan, folder)
        if faults:
            for kind in FAULTS:
                here.box.faults.add(kind, probability=0.006, done=dice.random() < 0.5)
        since = len(here.box.log)
        for _ in range(kills // 2):
            hits += program.killed("apply", name)
        applied = program.finish("apply", name)
        assert (applied["failed"], applied["drifted"], applied["pending"], applied["mismatched"]) == (
            0,
            0,
            0,
            0,
        )
        assert applied["done"] == len(plan.changes)
        check_writes(here, plan, since)
        assert sum(effective(here, since).values()) == len(plan.changes)

        middle = len(here.box.log)
        for _ in range(kills - kills // 2):
            hits += program.killed("undo", applied["run_id"], "--unhide")
            # Going on needs the journal only.
            for file in (here.home / "plans").glob("undo-*"):
                file.unlink()
        undone = program.finish("undo", applied["run_id"], "--unhide")
        assert (undone["failed"], undone["drifted"], undone["pending"]) == (0, 0, 0)
        check_writes(here, plan, middle)
        fields = set[str]().union(*differences(before, here.box.state()).values())
        assert fields <= LOST_FOR_GOOD
    return hits


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("faults", [False, True], ids=["killed", "killed-on-a-bad-day"])
def test_killed_at_any_moment_and_resumed(tmp_path: Path, faults: bool) -> None:
    left, number, per_life = ROUNDS // 2, 0, 6
    hits = 0
    while left > 0:
        seed = SEED * 1000 + number
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            hits += life(folder, seed, min(per_life, max(2, left)), faults=faults)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, faults {faults}: {error}") from error
        left -= per_life
        number += 1
    assert hits > 0
    print(f"{hits} kills hit a living process in {number} lives")


def test_an_interrupt_finishes_the_calls_in_flight_and_the_run_goes_on(tmp_path: Path) -> None:
    with world(make_account(PHOTOS, seed=SEED), tmp_path) as here:
        program = Program(here, tmp_path, random.Random(SEED))
        plan = here.plan(Actions(add_tags=frozenset({"no_cv"})), ask=False)
        name = write(plan, tmp_path)
        here.box.faults.add("slow", methods=["flickr.photos.addTags"], value=0.2)
        process = program.start("apply", name)
        while not here.writes():
            time.sleep(0.005)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        stopped = json.loads(out)
        assert 0 < stopped["done"] < len(plan.changes)
        assert stopped["done"] == len(here.writes())
        run = here.journal.run_of(plan.plan_id)
        assert run is not None
        assert here.states(run)["sent"] == 0
        here.box.faults.clear()
        assert program.finish("apply", name)["done"] == len(plan.changes)
        assert sum(effective(here, 0).values()) == len(plan.changes)


def test_undo_of_a_killed_run_asks_flickr_what_became_of_its_last_calls(tmp_path: Path) -> None:
    with world(make_account(PHOTOS, seed=SEED), tmp_path) as here:
        program = Program(here, tmp_path, random.Random(SEED))
        before = here.box.state()
        plan = here.plan(Actions(add_tags=frozenset({"no_cv"})), ask=False)
        here.box.faults.add("slow", methods=["flickr.photos.addTags"], value=0.1)
        process = program.start("apply", write(plan, tmp_path))
        while len(here.writes()) < 6:
            time.sleep(0.002)
        process.kill()
        process.communicate()
        here.box.faults.clear()
        run = here.journal.run_of(plan.plan_id)
        assert run is not None
        assert here.states(run)["sent"] > 0
        program.finish("undo", run.run_id)
        fields = set[str]().union(*differences(before, here.box.state()).values())
        assert fields <= {"lastupdate"}
