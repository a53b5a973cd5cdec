"""``demo``: the whole job once, on a pretend Flickr with invented photos; nothing leaves the machine."""

import contextlib
import io
import json
import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from auditor.cli.output import emit, note
from auditor.cli.session import Session
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.sandbox.server import Sandbox

PHOTOS: Final = 180
COMMONS_LICENSES: Final = ("7", "8", "10")
"""Licences of museums and governments, which a member's photo does not have and an undo cannot set back."""


class DemoError(AuditorError):
    """A step of the demo did not end as it should: a bug, or a broken installation."""


def demo(context: typer.Context) -> None:
    """Show the whole job on invented data, from sync to undo; takes seconds and touches no account."""
    from auditor.files import private_dir
    from auditor.sandbox import demo_datasets
    from auditor.sandbox.generate import make_account
    from auditor.sandbox.server import Sandbox

    session: Session = context.obj
    folder = session.settings.home / "demo"
    if folder.exists():
        shutil.rmtree(folder)
    private_dir(folder)
    account = make_account(photos=PHOTOS, hostile=False)
    for photo in account.own_photos():
        if photo.license in COMMONS_LICENSES:
            photo.license = "4"
    files = demo_datasets.write(account, folder / "publishers")
    report = folder / "report.html"
    note("A pretend Flickr with invented photos runs on this machine. These are the commands to type.")
    with Sandbox(account) as box, _surroundings(folder, box):
        shell = _Shell()
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
        shell.say("5. Plan: exactly what would be done; nothing is changed yet")
        shell.run(
            *("plan", "--dataset", "ffhq", "--add-tag", "no_cv", "--license", "all-rights-reserved"),
            *("--out", "plan.json"),
        )
        shell.say("6. Apply the plan, and check it at Flickr")
        run_id = shell.run_id("apply", "plan.json", "--yes")
        shell.run("verify", run_id)
        shell.say("7. Write the opt-out letter, with every link")
        shell.run(
            "optout", "draft", "ffhq", "--ground", "gdpr", "--name", "Sandy Practice", "--out", "letters"
        )
        shell.say("8. Take the changes back")
        shell.run("undo", run_id, "--yes")
    emit(f"\nThe report to look at: {report}")


class _Shell:
    """Runs the program's own commands in this process, showing each as a user would type it."""

    def say(self, heading: str) -> None:
        emit(f"\n── {heading}")

    def run(self, *words: str, expect: int = 0) -> None:
        emit(f"\n$ flickr-auditor {shlex.join(words)}")
        self._call(words, expect)

    def run_id(self, *words: str) -> str:
        """Run a command that makes a run, and tell which."""
        self.run(*words)
        captured = io.StringIO()
        with contextlib.redirect_stdout(captured):
            self._call(("runs", "--format", "json"), 0)
        latest = max(json.loads(captured.getvalue())["runs"], key=lambda run: str(run["started_at"]))
        return str(latest["run_id"])

    def _call(self, words: Sequence[str], expect: int) -> None:
        from auditor.cli.app import run

        try:
            run(words)
        except SystemExit as ended:
            if ended.code != expect:
                raise DemoError(
                    f"`flickr-auditor {shlex.join(words)}` ended with exit code {ended.code}, not {expect}"
                ) from None


@contextlib.contextmanager
def _surroundings(folder: Path, box: "Sandbox") -> Iterator[None]:
    """A user who has logged in to the pretend Flickr; settings of the real one must not mix in."""
    before = dict(os.environ), Path.cwd()
    token, token_secret = box.issue_token("write")
    for name in [name for name in os.environ if name.startswith(("FLICKR_", "AUDITOR_"))]:
        del os.environ[name]
    os.environ |= {
        "AUDITOR_HOME": str(folder / "home"),
        "AUDITOR_CONFIG": str(_empty_config(folder)),
        "AUDITOR_FLICKR_URL": box.url,
        "FLICKR_API_KEY": box.key,
        "FLICKR_API_SECRET": box.secret,
        "FLICKR_OAUTH_TOKEN": token,
        "FLICKR_OAUTH_TOKEN_SECRET": token_secret,
    }
    os.chdir(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before[0]
        os.chdir(before[1])


def _empty_config(folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text("# The demo runs with the settings as they are by default.\n", encoding="utf-8")
    return path


def _an_exposed_link(files: dict[str, Path]) -> str:
    """A link out of the FFHQ look-alike."""
    faces = json.loads(files["ffhq"].read_text(encoding="utf-8"))
    return str(faces["0"]["metadata"]["photo_url"])
