"""The table: ``python -m benchmarks [--scale 0.1] [--repeat 3] [WORD…]``."""

import argparse
import compileall
import tempfile
from collections.abc import Sequence
from pathlib import Path

import auditor
from benchmarks.lines import lines
from benchmarks.table import HEADER, measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the files; 1 takes an hour and 9 GB of disk"
    )
    parser.add_argument("--repeat", type=int, default=3, help="pairs of runs for each line")
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="only lines whose work or yardstick has one of these"
    )
    given = parser.parse_args(arguments)
    # As an installation does; else the first line that needs a module would count its compilation.
    compileall.compile_dir(Path(auditor.__file__).parent, quiet=1)
    print(HEADER)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        for line in lines(Path(folder), given.scale, given.words):
            print(measured(line, given.repeat, given.scale), flush=True)


if __name__ == "__main__":
    main()
