"""The simulation from the command line; see docs/simulation.md."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.mutation import score
from tests.simulation.bugs import PATCHES, hunt
from tests.simulation.exhaustive import Tally, explore, plans
from tests.simulation.journeys import Travelled, scratch, travel
from tests.simulation.scheduler import Violation
from tests.simulation.shrinking import command, shrink

Plan = tuple[tuple[str, ...], ...]
YEAR = 365.25 * 86_400
_AT_A_TIME = 25


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 1 when a promise was broken."""
    parser = argparse.ArgumentParser("python -m tests.simulation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    every = commands.add_parser("exhaustive", help="walk everything that can happen to small plans")
    every.add_argument("--changes", type=int, default=3, help="walk plans of up to so many changes")
    every.add_argument("--only", help="this plan: kinds with + between them, and / between photos")
    every.add_argument("--faults", type=int, default=1, help="things that go wrong in one start")
    some = commands.add_parser("random", help="whole journeys in which anything goes wrong now and then")
    some.add_argument("--journeys", type=int, default=200)
    some.add_argument("--seed", type=int, default=0, help="of the first journey")
    some.add_argument(
        "--first", action="store_true", help="stop at the first violation, and do not shrink it"
    )
    some.add_argument("--steps", default="", help="with --first: of these steps only, such as protect,undo")
    again = commands.add_parser("replay", help="one journey again, with its trace")
    again.add_argument("--seed", type=int, required=True)
    again.add_argument("--only", help="the picks of a shrunk journey")
    again.add_argument("--steps", default="", help="as the journey had")
    commands.add_parser("bugs", help="plant every bug and look for it")
    table = commands.add_parser("table", help="all of it, and one table")
    table.add_argument("--journeys", type=int, default=200)
    table.add_argument("--changes", type=int, default=1)
    given = parser.parse_args(words)
    match given.command:
        case "exhaustive":
            chosen = [_plan(given.only)] if given.only else list(plans(given.changes))
            return _exhaustive(chosen, given.faults)[1]
        case "random":
            if given.first:
                return _first(given.seed, given.journeys, given.steps)
            return _random(given.seed, given.journeys)[1]
        case "replay":
            return _replay(given.seed, given.only, given.steps)
        case "bugs":
            return _bugs()[1]
        case _:
            return _table(given.journeys, given.changes)


def _plan(words: str) -> Plan:
    return tuple(tuple(photo.split("+")) for photo in words.split("/"))


def _exhaustive(chosen: list[Plan], faults: int = 1) -> tuple[Tally, int]:
    tally, broken = Tally(), 0
    with ProcessPoolExecutor() as pool:
        for plan, result in zip(chosen, pool.map(partial(_explored, faults=faults), chosen), strict=True):
            if isinstance(result, str):
                broken += 1
                print(f"Violation: {plan} {result}", flush=True)
            else:
                tally.add(result)
                name = "/".join("+".join(photo) for photo in plan)
                print(f"{name}: {result.states:,} states, {result.lives:,} starts", flush=True)
    print(
        f"{tally.plans:,} plans, {tally.states:,} states, {tally.lives:,} starts, {tally.points:,} crash"
        f" points, {tally.writes:,} writes checked, {broken} violations"
    )
    return tally, int(broken > 0)


def _explored(plan: Plan, faults: int) -> Tally | str:
    try:
        return explore([plan], faults)
    except Violation as violation:
        return str(violation)


def _random(seed: int, journeys: int) -> tuple[Travelled, int]:
    began, travelled, broken = time.monotonic(), Travelled(), 0
    starts = range(seed, seed + journeys, _AT_A_TIME)
    with ProcessPoolExecutor() as pool:
        parts = ((start, min(_AT_A_TIME, seed + journeys - start)) for start in starts)
        for part, found in pool.map(_travelled, parts):
            travelled.add(part)
            for words in found:
                broken += 1
                print(words, flush=True)
    minutes = (time.monotonic() - began) / 60
    years = travelled.seconds / YEAR
    print(
        f"{travelled.journeys:,} journeys, {travelled.commands:,} commands, {years:,.1f} simulated years in"
        f" {minutes:.1f} minutes, {sum(travelled.faults.values()):,} faults, {travelled.points:,} crash"
        f" points, {travelled.writes:,} writes checked, {broken} violations"
    )
    return travelled, int(broken > 0)


def _first(seed: int, journeys: int, steps: str) -> int:
    with scratch() as folder:
        for number in range(seed, seed + journeys):
            violation = travel(number, folder, steps=[step for step in steps.split(",") if step])[1]
            if violation is not None:
                print(f"Violation: {violation}\n  {command(number)}" + (f" --steps {steps}" if steps else ""))
                return 1
    return 0


def _travelled(part: tuple[int, int]) -> tuple[Travelled, list[str]]:
    travelled, found = Travelled(), []
    with scratch() as folder:
        for seed in range(part[0], part[0] + part[1]):
            journey, violation = travel(seed, folder)
            travelled.count(journey)
            if violation is not None:
                picks = shrink(seed, journey.choices.taken, violation, folder)
                found.append(f"Violation: {violation}\n  {command(seed)}\n  {command(seed, picks)}")
    return travelled, found


def _replay(seed: int, only: str | None, steps: str) -> int:
    picks = None
    if only is not None:
        picks = {int(at): int(what) for at, _, what in (pick.partition(":") for pick in only.split(","))}
    with scratch() as folder:
        journey, violation = travel(seed, folder, picks, [step for step in steps.split(",") if step])
    print("\n".join(journey.world.trace))
    print(f"Violation: {violation}" if violation else "no violation")
    return int(violation is not None)


def _bugs() -> tuple[int, int]:
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for patch in PATCHES:
            result = hunt(patch, Path(folder))
            found += bool(result.found)
            print(f"{result.bug}: {result.found[:150] or 'NOT FOUND'}", flush=True)
    print(f"{found} of {len(PATCHES)} planted bugs found")
    return found, int(found < len(PATCHES))


def _table(journeys: int, changes: int) -> int:
    tally, first = _exhaustive(list(plans(changes)))
    travelled, second = _random(0, journeys)
    bugs, third = _bugs()
    print("\n".join(_lines(tally, travelled, bugs, first + second)))
    print("\n".join(["", *score.table()]))
    return int(first + second + third > 0)


def _lines(tally: Tally, travelled: Travelled, bugs: int, broken: int) -> Iterator[str]:
    rows = {
        "journeys": travelled.journeys,
        "simulated years": round(travelled.seconds / YEAR, 1),
        "commands": travelled.commands,
        "plans walked": tally.plans,
        "states walked": tally.states,
        "starts": tally.lives,
        "crash points": tally.points + travelled.points,
        "writes checked": tally.writes + travelled.writes,
        "kinds of trial with a violation": broken,
    }
    yield "| | |\n|---|---|"
    for name, number in rows.items():
        yield f"| {name} | {number:,} |"
    yield f"| planted bugs found | {bugs}/{len(PATCHES)} |"
    faults = dict(tally.faults)
    for fault, number in travelled.faults.items():
        faults[fault] = faults.get(fault, 0) + number
    for fault, number in sorted(faults.items(), key=lambda entry: -entry[1]):
        yield f"| fault: {fault} | {number:,} |"


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
