"""Mutation testing from the command line; see docs/mutation.md."""

import argparse
import os
import sys
from collections.abc import Sequence

from tests.mutation import score
from tests.mutation.workspace import ROOMS, Workspace


def main(words: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="break the code and see whether the tests of its room notice")
    run.add_argument("rooms", nargs="*", choices=[*ROOMS, []], help="only these")
    run.add_argument("--sample", type=int, help="so many mutants of each room, drawn by chance; else all")
    run.add_argument("--seed", type=int, default=1, help="another one draws other mutants")
    run.add_argument("--at-once", type=int, default=os.cpu_count())
    commands.add_parser("table", help="the score of each room when it was last run")
    given = parser.parse_args(words)
    if given.command == "run":
        for room in given.rooms or ROOMS:
            workspace = Workspace(room)
            workspace.make()
            names = workspace.draw(given.sample, given.seed)
            workspace.run(names, given.at_once)
            score.save(room, workspace.count(names), given.seed)
    print("\n".join(score.table()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
