"""Where a command writes: never over what it reads, nor over what the home keeps.

``audit --output auditor.sqlite3`` once put a report in the place of the journal, ``plan --ids mine.txt
--out mine.txt`` a plan in the place of the user's own list.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from auditor.errors import UsageError
from auditor.files import user_path
from auditor.settings import Settings

WRITTEN: Final = ("output", "out", "ics", "target", "token_file")
"""The parameters of commands that name a file to write."""


def written(arguments: Mapping[str, object]) -> list[Path]:
    """The files that a command is to write, by its arguments."""
    return [value for name in WRITTEN if isinstance(value := arguments.get(name), Path)]


def check(arguments: Mapping[str, object], settings: Settings) -> None:
    """Errors: `UsageError` where a file to write is read by the same command, or is one of the home's own."""
    given = [value for name, value in arguments.items() if name not in WRITTEN]
    for file in written(arguments):
        target = user_path(file).resolve()
        if target in _paths(given):
            raise _refused(file, "the same command reads it")
        if _is_kept(target, settings):
            raise _refused(file, f"flickr-auditor keeps its own things there ({settings.home})")


def _paths(values: list[object]) -> Iterator[Path]:
    """The files that the values may name; the name of a dataset, as ``~0``, may be no path at all."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from _paths(list(value))
        elif isinstance(value, Path) or (isinstance(value, str) and value):
            with suppress(UsageError):
                yield user_path(Path(value)).resolve()


def _is_kept(target: Path, settings: Settings) -> bool:
    if target.is_relative_to(settings.indexes.resolve()):
        return True
    if target.parent == settings.home.resolve():
        # With what SQLite and the locks put beside them: auditor.sqlite3-wal, account.lock.
        return target.name.startswith(settings.database.name) or target.suffix == ".lock"
    # These take new files, and keep those that are there.
    kept = (settings.plans.resolve(), settings.letters.resolve())
    return target.is_file() and any(target.is_relative_to(folder) for folder in kept)


def _refused(file: Path, why: str) -> UsageError:
    return UsageError(f"cannot write to {file}: {why}", hint="Name another file.")
