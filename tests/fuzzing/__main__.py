"""Fuzz one loader for as long as you like: ``python -m tests.fuzzing plan --seconds 3600``.

Where `atheris` is installed (``pip install atheris``; it is no dependency of the tests) the search is guided
by coverage: variants that reach new lines are damaged further. Else variants are drawn from seeds on.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzzing.loaders import Loader

try:
    import atheris
except ImportError:
    atheris = None


def main() -> int:
    """Run until something is found or the time is over."""
    with atheris.instrument_imports(include=["auditor"]) if atheris else nullcontext():
        from tests.fuzzing.loaders import LOADERS
    parser = argparse.ArgumentParser("python -m tests.fuzzing", description=__doc__)
    parser.add_argument("loader", choices=sorted(LOADERS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the first variant, without atheris")
    given = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        if atheris:
            _guided(LOADERS[given.loader], Path(name), given.seconds)
        return _drawn(LOADERS[given.loader], Path(name), given.seconds, given.seed)


def _once(loader: "Loader", data: bytes, folder: Path) -> bool:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        return loader.check(data, Path(name))


def _drawn(loader: "Loader", folder: Path, seconds: int, seed: int) -> int:
    began, number, taken = time.monotonic(), seed, 0
    while time.monotonic() - began < seconds:
        data = loader.variant(random.Random(f"{loader.name} {number}"))
        try:
            taken += _once(loader, data, folder)
        except BaseException:
            print(f"found by variant {number} of {loader.name}: {data[:2000]!r}")
            raise
        number += 1
    print(f"{loader.name}: {number - seed:,} variants, {taken:,} read and the others refused in words")
    return 0


def _guided(loader: "Loader", folder: Path, seconds: int) -> None:
    """Does not return: libFuzzer ends the process."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, example in enumerate(loader.examples):
        (corpus / str(number)).write_bytes(example)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Half of libFuzzer's own damage, half of ours, which knows what the file says.
        rng = random.Random(seed)
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        try:
            return loader.broken(rng, data)[:most]
        except (ValueError, RecursionError, IndexError, TypeError, AttributeError):
            return bytes(atheris.Mutate(data, most))

    def once(data: bytes) -> None:
        _once(loader, data, folder)

    options = [f"-max_total_time={seconds}", "-max_len=1000000", "-timeout=120", "-rss_limit_mb=2000"]
    atheris.Setup([sys.argv[0], str(corpus), *options], once, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
