"""Files that are dropped on a page: streamed to a folder of the home as they come, and read from there.

They may be gigabytes, so they are never held in memory; they are somebody else's, so their names are only
words: the folder is ours, the name must be one.
"""

import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool

from auditor import clock
from auditor.errors import AuditorError, BudgetSpentError, StorageError, UsageError
from auditor.files import private_dir
from auditor.names import MAX_LENGTH, inside
from auditor.review.jobs import PausedError
from auditor.text import file_size

MAX_BYTES: Final = 20 << 30
"""One drop; Flickr's exports come in zips of a few gigabytes."""
LEFT_FREE: Final = 1 << 30
"""Bytes of the disk that a drop leaves alone."""

_LEFT_OVER: Final = 86_400
"""Seconds after which nobody is still dropping files."""
_STRANGE: Final = re.compile(r"[^A-Za-z0-9.-]+")
"""What a name keeps is its letters and its ending, by which archives are told."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A folder that collects the files of one drop."""

    folder: Path

    @classmethod
    def begin(cls, parent: Path, held: Collection[Path] = ()) -> "Drop":
        """A new, empty one below `parent`; what is left there of earlier days, by a crash, is removed.

        `held` are folders that are still to be read.
        """
        if parent.is_dir():
            for left in set(parent.iterdir()).difference(held):
                if clock.wall() - left.stat().st_mtime > _LEFT_OVER:
                    shutil.rmtree(left, ignore_errors=True)
        return cls(private_dir(private_dir(parent) / secrets.token_hex(8)))

    def job(self, what: str) -> str:
        """The name of the job that reads it: one that comes while another is read is read too."""
        return f"{what}-{self.folder.name}"

    async def take(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Write one file. Errors: `UsageError` for too much at once, `StorageError` for a full disk."""
        path = inside(self.folder, _STRANGE.sub("_", name)[-MAX_LENGTH:].lstrip("._-"), "a file")
        taken = sum(file.stat().st_size for file in self.folder.iterdir())
        with path.open("xb") as file:
            async for chunk in chunks:
                taken += len(chunk)
                if taken > MAX_BYTES:
                    raise UsageError(
                        f"these files have more than {file_size(MAX_BYTES)} together",
                        hint="Leave them where they are, and load their folder in a terminal:"
                        " flickr-auditor sync --export FOLDER",
                    )
                if shutil.disk_usage(self.folder).free < LEFT_FREE + len(chunk):
                    raise StorageError(
                        f"the disk would be full: less than {file_size(LEFT_FREE)} are left",
                        hint="Free some space, or choose another folder with --home DIR.",
                    )
                await run_in_threadpool(file.write, chunk)

    @property
    def files(self) -> list[Path]:
        """What has come."""
        return sorted(self.folder.iterdir())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read the files in here: afterwards they are removed, unless it was only paused.

        An error does not name our folder.
        """
        try:
            yield
        except (PausedError, BudgetSpentError):
            raise
        except AuditorError as error:
            self.discard()
            for inside, words in ((f"{self.folder}{os.sep}", ""), (str(self.folder), "what you chose")):
                error.message = error.message.replace(inside, words)
            raise
        except BaseException:
            self.discard()
            raise
        self.discard()

    def discard(self) -> None:
        """Remove the copies; the user's own files are elsewhere."""
        shutil.rmtree(self.folder, ignore_errors=True)
