"""What is measured against the pretend Flickr: waiting, and calls."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from auditor.outside import Outside, replaced
from auditor.sandbox import Sandbox, make_account

_PAGE = 500
"""Photos of a page of Flickr's listing."""


class Counted(NamedTuple):
    """How much was done, a figure, and what it is compared with."""

    found: int
    figure: float
    than: float


class Hurried(Outside):
    """The computer, but nobody waits: its clocks go on instead, so that an hour's budget takes no hour."""

    _skipped = 0.0

    def wall(self) -> float:
        return super().wall() + self._skipped

    def uptime(self) -> float:
        return super().uptime() + self._skipped

    def sleep(self, seconds: float) -> None:
        # Threads that wait together make it later than it would be, which can cost calls and saves none.
        self._skipped += seconds


def sync(photos: str, latency: str) -> Counted:
    """A full sync, as a command, of an account at a Flickr that takes `latency` seconds for a call."""
    with _account(int(photos)) as box:
        box.faults.add("slow", value=float(latency))
        began = time.monotonic()
        command = [sys.executable, "-m", "auditor", "sync", "--format", "json"]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        seconds = time.monotonic() - began
    # The login, the person and the count; and each page once.
    calls = 3 + -(-int(photos) // _PAGE)
    if (told["photos"], told["calls"]) != (int(photos), calls):
        raise SystemExit(f"{told['photos']} photos of {photos} with {told['calls']} calls, not {calls}")
    return Counted(told["photos"], seconds, calls * float(latency))


def tags(photos: str) -> Counted:
    """The calls of tagging an account, reading and verifying included, against the tags."""
    with _account(int(photos)) as box, replaced(Hurried()):
        _said("sync")
        before = len(box.log)
        plan = Path(os.environ["AUDITOR_HOME"], "plan.json")
        _said("plan", "--all", "--add-tag", "no_cv", "--out", plan)
        # Some photos of the account have as many tags as Flickr allows, so a few changes may fail.
        told = json.loads(
            _said("apply", plan, "--yes", "--max-changes", photos, "--format", "json", codes=(0, 3))
        )
        calls = len(box.log) - before
    if told["verified"] != told["done"]:
        raise SystemExit(f"{told['applied']} tags were added, {told['verified']} verified")
    return Counted(told["done"], calls, told["done"])


@contextlib.contextmanager
def _account(photos: int) -> Iterator[Sandbox]:
    """An invented account, and a login to it in the environment."""
    with Sandbox(make_account(photos=photos)) as box, tempfile.TemporaryDirectory() as home:
        token, secret = box.issue_token("write")
        login = {
            "AUDITOR_HOME": str(Path(home, "home")),
            "AUDITOR_FLICKR_URL": box.url,
            "FLICKR_API_KEY": box.key,
            "FLICKR_API_SECRET": box.secret,
            "FLICKR_OAUTH_TOKEN": token,
            "FLICKR_OAUTH_TOKEN_SECRET": secret,
        }
        with patch.dict(os.environ, login):
            yield box


def _said(*words: object, codes: Sequence[int] = (0,)) -> str:
    """What the program prints, in this process: in another one its clock could not be ours."""
    from auditor.cli.app import run

    said: Any = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            run([str(word) for word in words])
        except SystemExit as ended:
            if ended.code not in codes:
                raise
    return str(said.getvalue())
