"""One folder for each room, in which mutmut breaks the room's code and runs the room's tests."""

import configparser
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "mutation"
]
ROOMS: tuple[str, ...] = tuple(SETTINGS["tests"])

_COPIED = ("auditor", "tests", "docs", "README.md", "config.example.toml", "pyproject.toml")
_KILLED = {1, 3}
_TIMED_OUT = {24, -24, 36, 152, 255}


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where mutmut works on one room."""

    room: str

    @property
    def folder(self) -> Path:
        """Its folder. What mutmut makes of the code lies in ``mutants/`` below."""
        return ROOT / "mutants" / self.room

    def make(self) -> None:
        """Copy what the tests need, and make the mutants; what was found of unchanged functions stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.folder / name, dirs_exist_ok=True)
            else:
                shutil.copy2(ROOT / name, self.folder / name)
        settings = configparser.ConfigParser(interpolation=None)
        settings["mutmut"] = {
            key: value if isinstance(value, str) else "\n".join(["", *value])
            for key, value in self._settings().items()
        }
        with (self.folder / "setup.cfg").open("w", encoding="utf-8") as file:
            settings.write(file)
        # mutmut has no command that only makes them, and their names have to be known before some are drawn.
        make = "from mutmut.__main__ import *; copy_src_dir(); copy_also_copy_files(); create_mutants(1)"
        (self.folder / "mutants").mkdir(exist_ok=True)
        self._run([sys.executable, "-c", make], stdout=subprocess.DEVNULL)

    def _settings(self) -> dict[str, str | list[str]]:
        return {
            "source_paths": ["auditor"],
            "only_mutate": [f"auditor/{self.room}/*"],
            "also_copy": list(_COPIED[2:]),
            "process_isolation": "forkserver",  # DuckDB's threads do not live through a fork
            "use_setproctitle": "false",
            "timeout_multiplier": "6.0",
            "timeout_constant": "5.0",  # a busy computer makes nobody look killed
            "pytest_add_cli_args_test_selection": SETTINGS["tests"][self.room],
            "pytest_add_cli_args": [
                "-ptests.mutation.quickest_first",
                *("-pno:cacheprovider", "-pno:xdist", "-pno:cov", "--timeout=0"),
                *(f"--deselect={test}" for test in SETTINGS["slow"]),
            ],
        }

    def draw(self, sample: int | None, seed: int) -> list[str]:
        """The names of mutants, in an order that `seed` decides: a larger sample holds the smaller ones."""
        names = sorted(self.exit_codes())
        random.Random(seed).shuffle(names)
        return names[:sample]

    def run(self, names: list[str], at_once: int) -> None:
        """Run the tests on the mutants `names`."""
        mutmut = [
            sys.executable,
            "-c",
            "from mutmut.__main__ import cli; cli()",
            "run",
            "--max-children",
            str(at_once),
        ]
        self._run([*mutmut, *names])

    def exit_codes(self) -> dict[str, int | None]:
        """Mutant → exit code of its tests, None where they were not run."""
        found: dict[str, int | None] = {}
        for path in sorted((self.folder / "mutants" / "auditor" / self.room).rglob("*.py.meta")):
            found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        return found

    def count(self, names: list[str]) -> dict[str, int]:
        """How many mutants there are, and what became of those with these `names`."""
        codes = self.exit_codes()
        return {
            "mutants": len(codes),
            "run": len(names),
            "killed": sum(codes[name] in _KILLED for name in names),
            "timed out": sum(codes[name] in _TIMED_OUT for name in names),
        }

    def _run(self, words: list[str], **how: Any) -> None:
        shared = os.environ.get("AUDITOR_SHARED", str(ROOT.parent / "shared"))
        subprocess.run(
            words, check=True, cwd=self.folder, env={**os.environ, "AUDITOR_SHARED": shared}, **how
        )
