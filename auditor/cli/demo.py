"""``demo``: the whole job once, on a pretend Flickr with invented photos; nothing leaves the machine."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from auditor.cli.output import emit, note
from auditor.cli.session import Session
from auditor.errors import AuditorError

PHOTOS: Final = 180


class DemoError(AuditorError):
    """A step of the demo did not end as it should: a bug, or a broken installation."""


def demo(context: typer.Context) -> None:
    """Show the whole job on invented data: sync, indexes, audit, report.

    Takes seconds and touches no account.
    """
    from auditor.files import private_dir
    from auditor.sandbox import lookalikes
    from auditor.sandbox.generate import make_account
    from auditor.sandbox.server import Sandbox

    session: Session = context.obj
    folder = session.settings.home / "demo"
    if folder.exists():
        shutil.rmtree(folder)
    private_dir(folder)
    account = make_account(photos=PHOTOS, hostile=False)
    files = lookalikes.write(account, folder / "publishers")
    report = folder / "report.html"
    note("A pretend Flickr with invented photos runs on this machine. These are the commands to type.")
    with Sandbox(account) as box:
        shell = _Shell(folder, _environment(folder, box.url, box.key, box.secret, box.issue_token("write")))
        shell.say("1. Pull the account")
        shell.run("sync")
        shell.say("2. Build local indexes from the publishers' files (here: small look-alikes)")
        for name, path in files.items():
            shell.run("datasets", "add", name, str(path.relative_to(folder)))
        shell.say("3. Which photos are in which dataset?")
        shell.run("audit", expect=1)
        shell.run("audit", "--format", "html", "--output", report.name, expect=1)
        shell.say("4. Look up a single link, without any login")
        shell.run("check", _an_exposed_link(files), expect=1)
    emit(f"\nThe report to look at: {report}")


class _Shell:
    """Runs the program's own commands as a user would, showing each with its output."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def say(self, heading: str) -> None:
        emit(f"\n── {heading}")

    def run(self, *words: str, expect: int = 0) -> None:
        emit(f"\n$ flickr-auditor {shlex.join(words)}")
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "auditor", *words], cwd=self._folder, env=self._environment, check=False
        )
        if done.returncode != expect:
            raise DemoError(
                f"`flickr-auditor {shlex.join(words)}` ended with exit code {done.returncode}, not {expect}"
            )


def _environment(folder: Path, url: str, key: str, secret: str, token: Sequence[str]) -> dict[str, str]:
    """The surroundings of a user who has logged in to the pretend Flickr.

    Settings of the real one must not mix in.
    """
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("FLICKR_", "AUDITOR_"))
    }
    return inherited | {
        "AUDITOR_HOME": str(folder / "home"),
        "AUDITOR_CONFIG": str(_empty_config(folder)),
        "AUDITOR_FLICKR_URL": url,
        "FLICKR_API_KEY": key,
        "FLICKR_API_SECRET": secret,
        "FLICKR_OAUTH_TOKEN": token[0],
        "FLICKR_OAUTH_TOKEN_SECRET": token[1],
    }


def _empty_config(folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text("# The demo runs with the settings as they are by default.\n", encoding="utf-8")
    return path


def _an_exposed_link(files: dict[str, Path]) -> str:
    """A link out of the FFHQ look-alike."""
    import json

    faces = json.loads(files["ffhq"].read_text(encoding="utf-8"))
    return str(faces["0"]["metadata"]["photo_url"])
