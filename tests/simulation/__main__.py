"""The simulation from the command line; see docs/simulation.md."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from tests.mutation import score
from tests.simulation import kept
from tests.simulation.bugs import CRASH, PATCHES, hunt
from tests.simulation.exhaustive import Tally, explore, plans
from tests.simulation.journeys import Travelled, scratch, travel
from tests.simulation.scheduler import Violation
from tests.simulation.shrinking import command, shrink

Plan = tuple[tuple[str, ...], ...]
YEAR = 365.25 * 86_400
_AT_A_TIME = 25
_ROWS = {
    "journeys": "journeys",
    "seconds": "simulated years",
    "commands": "commands",
    "plans": "plans walked",
    "states": "states walked",
    "lives": "starts",
    "points": "crash points",
    "writes": "writes checked",
    "violations": "violations",
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 1 when a promise was broken."""
    parser = argparse.ArgumentParser("python -m tests.simulation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    every = commands.add_parser("exhaustive", help="walk everything that can happen to small plans")
    every.add_argument("--changes", type=int, default=3, help="walk plans of up to so many changes")
    every.add_argument("--only", help="this plan: kinds with + between them, and / between photos")
    every.add_argument("--faults", type=int, default=1, help="things that go wrong in one start")
    every.add_argument("--keep", action="store_true", help="keep the results, and leave out what is kept")
    some = commands.add_parser("random", help="whole journeys in which anything goes wrong now and then")
    some.add_argument("--journeys", type=int, default=200)
    some.add_argument("--seed", type=int, default=0, help="of the first journey")
    some.add_argument("--keep", action="store_true", help="keep the results")
    some.add_argument(
        "--first", action="store_true", help="stop at the first violation that is no crash, and shrink none"
    )
    some.add_argument("--steps", default="", help="with --first: of these steps only, such as protect,undo")
    again = commands.add_parser("replay", help="one journey again, with its trace")
    again.add_argument("--seed", type=int, required=True)
    again.add_argument("--only", help="the picks of a shrunk journey")
    again.add_argument("--steps", default="", help="as the journey had")
    commands.add_parser("bugs", help="plant every bug and look for it")
    for run in (every, some):
        run.add_argument("--at-once", type=int, help="processes; by default one for each processor")
    table = commands.add_parser("table", help="all of it in small, and one table with what is kept")
    table.add_argument("--journeys", type=int, default=200)
    table.add_argument("--changes", type=int, default=1)
    given = parser.parse_args(words)
    match given.command:
        case "exhaustive":
            if given.keep and given.faults > 1:
                parser.error("results with --faults are not kept")
            chosen = [_plan(given.only)] if given.only else list(plans(given.changes))
            return int(_exhaustive(chosen, given.faults, keep=given.keep, at_once=given.at_once)[1] > 0)
        case "random":
            if given.first:
                return _first(given.seed, given.journeys, given.steps)
            return int(_random(given.seed, given.journeys, keep=given.keep, at_once=given.at_once)[1] > 0)
        case "replay":
            return _replay(given.seed, given.only, given.steps)
        case "bugs":
            return int(_bugs() < len(PATCHES))
        case _:
            return _table(given.journeys, given.changes)


def _plan(words: str) -> Plan:
    return tuple(tuple(photo.split("+")) for photo in words.split("/"))


def _name(plan: Plan) -> str:
    return "/".join("+".join(photo) for photo in plan)


def _exhaustive(
    chosen: list[Plan], faults: int = 1, *, keep: bool = False, at_once: int | None = None
) -> tuple[Tally, int]:
    tally, broken = Tally(), 0
    at = kept.commit("exhaustive") if keep else ""
    known = {name for entry in kept.entries("exhaustive") if entry["commit"] == at for name in entry["done"]}
    chosen = [plan for plan in chosen if _name(plan) not in known]
    with ProcessPoolExecutor(at_once) as pool:
        for plan, result in zip(chosen, pool.map(partial(_explored, faults=faults), chosen), strict=True):
            if isinstance(result, str):
                broken += 1
                print(f"Violation: {plan} {result}", flush=True)
            else:
                tally.add(result)
                print(f"{_name(plan)}: {result.states:,} states, {result.lives:,} starts", flush=True)
            if keep:
                found = {"violations": 1} if isinstance(result, str) else asdict(result)
                kept.keep("exhaustive", at, _name(plan), found)
    print(
        f"{tally.plans:,} plans, {tally.states:,} states, {tally.lives:,} starts, {tally.points:,} crash"
        f" points, {tally.writes:,} writes checked, {broken} violations"
    )
    return tally, broken


def _explored(plan: Plan, faults: int) -> Tally | str:
    try:
        return explore([plan], faults)
    except Violation as violation:
        return str(violation)


def _random(
    seed: int, journeys: int, *, keep: bool = False, at_once: int | None = None
) -> tuple[Travelled, int]:
    began, travelled, broken = time.monotonic(), Travelled(), 0
    at = kept.commit("random") if keep else ""
    stop = seed + journeys
    parts = [range(start, min(start + _AT_A_TIME, stop)) for start in range(seed, stop, _AT_A_TIME)]
    with ProcessPoolExecutor(at_once) as pool:
        for seeds, (part, found) in zip(parts, pool.map(_travelled, parts), strict=True):
            travelled.add(part)
            for words in found:
                broken += 1
                print(words, flush=True)
            if keep:
                counted = asdict(part) | {"violations": len(found)}
                kept.keep("random", at, [seeds.start, seeds.stop], counted)
    minutes = (time.monotonic() - began) / 60
    years = travelled.seconds / YEAR
    print(
        f"{travelled.journeys:,} journeys, {travelled.commands:,} commands, {years:,.1f} simulated years in"
        f" {minutes:.1f} minutes, {sum(travelled.faults.values()):,} faults, {travelled.points:,} crash"
        f" points, {travelled.writes:,} writes checked, {broken} violations"
    )
    return travelled, broken


def _first(seed: int, journeys: int, steps: str) -> int:
    found = 0
    with scratch() as folder:
        for number in range(seed, seed + journeys):
            violation = travel(number, folder, steps=[step for step in steps.split(",") if step])[1]
            if violation is not None:
                found = 1
                print(f"Violation: {violation}\n  {command(number)}" + (f" --steps {steps}" if steps else ""))
                if CRASH not in str(violation):
                    break
    return found


def _travelled(seeds: range) -> tuple[Travelled, list[str]]:
    travelled, found = Travelled(), []
    with scratch() as folder:
        for seed in seeds:
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


def _bugs() -> int:
    found = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(partial(hunt, folder=Path(folder)), PATCHES):
            found += bool(result.found)
            print(f"{result.bug}: {result.found[:150] or 'NOT FOUND'}", flush=True)
    print(f"{found} of {len(PATCHES)} planted bugs found")
    return found


def _table(journeys: int, changes: int) -> int:
    tally, walked = _exhaustive(list(plans(changes)))
    travelled, met = _random(0, journeys)
    bugs = _bugs()
    now = kept.total([asdict(tally), asdict(travelled), {"violations": walked + met}])
    print("\n".join(_lines(now, kept.total(entry["found"] for entry in kept.entries()))))
    print(f"| planted bugs found | {bugs} of {len(PATCHES)} | |")
    print("\n".join(["", "Kept:", *kept.lines(), "", *score.table()]))
    return int(walked + met > 0 or bugs < len(PATCHES))


def _lines(now: Mapping[str, Any], long: Mapping[str, Any]) -> Iterator[str]:
    yield "| | now | kept of long runs |\n|---|---|---|"
    for name, title in _ROWS.items():
        numbers = [found.get(name, 0) / (YEAR if name == "seconds" else 1) for found in (now, long)]
        yield f"| {title} | {numbers[0]:,.0f} | {numbers[1]:,.0f} |"
    faults = [
        (now["faults"].get(fault, 0), long["faults"].get(fault, 0), fault)
        for fault in now["faults"] | long["faults"]
    ]
    for here, there, fault in sorted(faults, reverse=True):
        yield f"| fault: {fault} | {here:,} | {there:,} |"


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
