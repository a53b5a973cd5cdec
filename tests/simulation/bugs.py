"""Bugs planted on purpose, as patches: an instrument that cannot find them measures nothing.

Each is applied to a copy of the package, in which the simulation then has to find something. The first line
of a patch says where to look, in the words of ``python -m tests.simulation``.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PATCHES: Final = sorted((Path(__file__).parent / "bugs").glob("*.patch"))
_LOOK: Final = "Look: "
CRASH: Final = "ended with 70"
"""A program that crashes breaks promises too, but none of the planted bugs is a crash."""


@dataclass(frozen=True)
class Hunt:
    """What came of looking for a bug."""

    bug: str
    found: str
    """The promise that was broken; "" when nothing was found."""


def hunt(patch: Path, folder: Path) -> Hunt:
    """Plant one bug in a copy below `folder`, and look for it.

    Errors: `ValueError` for a patch that no longer applies.
    """
    copy = folder / patch.stem
    for name in ("auditor", "tests/simulation", "tests/mutation"):  # whose score the table shows
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests/__init__.py", copy / "tests/__init__.py")
    planted = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", str(patch)],
        cwd=copy,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if planted.returncode:
        raise ValueError(f"{patch.name} no longer applies: plant the bug again\n{planted.stderr}")
    words = next(line for line in patch.read_text().splitlines() if line.startswith(_LOOK))
    looked = subprocess.run(
        [sys.executable, "-m", "tests.simulation", *words.removeprefix(_LOOK).split()],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(copy)
    said = [
        line for line in looked.stdout.splitlines() if line.startswith("Violation: ") and CRASH not in line
    ]
    if looked.returncode not in {0, 1}:
        raise ValueError(f"looking for {patch.stem} failed: {looked.stderr[-2000:]}")
    return Hunt(patch.stem, said[0].removeprefix("Violation: ") if said else "")
