"""``demo``: the whole job once, on a pretend Flickr with invented photos; nothing leaves the machine."""

import contextlib
import io
import json
import os
import shlex
import shutil
import textwrap
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from auditor.cli.output import emit, note
from auditor.cli.session import Session
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.sandbox.server import Sandbox

PHOTOS: Final = 180
WIDTH: Final = 78


class DemoError(AuditorError):
    """A step of the demo did not end as it should: a bug, or a broken installation."""


def demo(
    context: typer.Context,
    optout: Annotated[
        bool, typer.Option("--optout", help="Show the correspondence with a publisher instead.")
    ] = False,
    lookup: Annotated[
        bool, typer.Option("--lookup", help="Show a look-up that somebody hosts, and what its host learns.")
    ] = False,
) -> None:
    """Show the whole job on invented data, from sync to undo; takes seconds and touches no account."""
    from auditor.files import private_dir
    from auditor.lock import demo_lock
    from auditor.sandbox import demo_datasets
    from auditor.sandbox.generate import make_account
    from auditor.sandbox.server import Sandbox

    session: Session = context.obj
    with _environment(), demo_lock(session.settings.home):
        folder = session.settings.home / "demo"
        if folder.exists():
            shutil.rmtree(folder)
        private_dir(folder)
        account = make_account(photos=PHOTOS, hostile=False)
        files = demo_datasets.write(account, folder / "publishers")
        note("A pretend Flickr with invented photos runs on this machine. These are the commands to type.")
        with Sandbox(account) as box:
            _log_in(folder, box)
            if optout:
                _correspond([photo.id for photo in account.own_photos()[:2]])
                return
            if lookup:
                from auditor.cli.demo_lookup import ask_around

                places = {name: path.relative_to(folder) for name, path in files.items()}
                ask_around(_run, _say, emit, places, account.me.nsid)
                emit(f"\nThe page to look at: {folder / 'public' / 'index.html'}")
                return
            found = _find(files, folder)
            _protect_and_undo()
    emit(f"\n{textwrap.fill(headline(found), WIDTH)}")
    emit(f"\nThe report to look at: {folder / 'report.html'}")
    emit("\nNext, on your own account: flickr-auditor login")
    emit("Without an API key, with the export that Flickr sends you: flickr-auditor sync --export FOLDER")


def _correspond(photo_ids: list[str]) -> None:
    """The ladder of letters, on two photos of the invented account."""
    from auditor.cli.demo_ladder import climb

    _run("sync")
    folder = climb(_run, _say, emit, photo_ids)
    emit(f"\nThe case folder to look at: {folder}")
    emit("\nOn your own account: flickr-auditor optout ask --all-unchecked")


def _find(files: dict[str, Path], folder: Path) -> dict[str, Any]:
    """Steps 1 to 4: pull the account, build the indexes, audit; the audit's result."""
    _say("1. Pull the account", "In full once; later runs pull only what changed.")
    emit(_run("sync").splitlines()[0])
    _say(
        "2. Build local indexes", "From the publishers' own files, on this computer. Here: small look-alikes."
    )
    for name, path in files.items():
        _run("datasets", "add", name, str(path.relative_to(folder)))
    _say("3. Which photos are in which dataset?", "The report shows each photo with its proof.")
    _run("audit", "--thumbnails", "embed", "--output", "report.html", expect=1)
    found: dict[str, Any] = json.loads(_call(("audit", "--format", "json"), 1))
    emit(f"{found['summary']['exposed']} of {found['summary']['photos']} photos were found.")
    _say("4. Look up a single link", "Anyone can, without a login.")
    emit(_run("check", _an_exposed_link(files), expect=1).splitlines()[0])
    return found


def _protect_and_undo() -> None:
    """Steps 5 to 8: plan, apply and verify, write the letter, undo."""
    _say("5. Plan", "A file that says exactly what would be done. Nothing is changed yet.")
    _run(
        *("plan", "--dataset", "ffhq", "--add-tag", "no_cv", "--license", "all-rights-reserved"),
        *("--out", "plan.json"),
    )
    changes = json.loads(Path("plan.json").read_text(encoding="utf-8"))["changes"]
    emit(f"{len(changes)} changes to {len({change['photo_id'] for change in changes})} photos.")
    _say("6. Apply the plan, and check it at Flickr", "Interrupted, it resumes where it was.")
    _run("apply", "plan.json", "--yes")
    run = _latest_run()
    _run("verify", run["run_id"])
    emit(f"{run['done']} changes done, and read back from Flickr as wanted.")
    _say("7. Write the opt-out letter", "With the link of every photo, on the ground you choose.")
    _run("optout", "draft", "ffhq", "--ground", "gdpr", "--name", "Sandy Practice", "--out", "letters")
    links = Path("letters", "links-1.csv").read_text(encoding="utf-8").splitlines()[1:]
    emit(f"letters/letter-1.eml asks to take out {len(links)} photos.")
    _say("8. Take the changes back", "Everything that Flickr allows.")
    _run("undo", run["run_id"], "--yes")
    emit(f"{_latest_run()['done']} changes undone.")


def headline(found: dict[str, Any]) -> str:
    """The result of an audit (its JSON) in two sentences, datasets of faces first."""
    faces = {each["dataset"] for each in found["indexes"] if each["about"] == "faces"}
    in_faces = sum(any(hit["dataset"] in faces for hit in photo["exposures"]) for photo in found["photos"])
    by_dataset: dict[str, int] = found["summary"]["by_dataset"]
    return (
        f"{in_faces} of the {found['summary']['photos']} photos are in datasets of faces"
        f" ({_listed(found, by_dataset.keys() & faces)})."
        f" {found['summary']['exposed']} are in at least one of {len(by_dataset)} datasets"
        f" (the others: {_listed(found, by_dataset.keys() - faces)})."
    )


def _listed(found: dict[str, Any], datasets: Collection[str]) -> str:
    """These datasets with their numbers of photos, the larger first; titles without what is in brackets."""
    titles = {each["dataset"]: str(each["title"]).partition(" (")[0] for each in found["indexes"]}
    counts: dict[str, int] = found["summary"]["by_dataset"]
    return "; ".join(
        f"{counts[name]} in {titles[name]}" for name in sorted(datasets, key=lambda n: (-counts[n], n))
    )


def _say(heading: str, words: str) -> None:
    emit(f"\n── {heading}\n{words}")


def _run(*words: str, expect: int = 0) -> str:
    """Show a command as a user would type it, run it, and return what it printed."""
    emit(f"$ flickr-auditor {shlex.join(words)}")
    return _call(words, expect)


def _latest_run() -> dict[str, Any]:
    runs: list[dict[str, Any]] = json.loads(_call(("runs", "--format", "json"), 0))["runs"]
    return max(runs, key=lambda run: str(run["started_at"]))


def _call(words: Sequence[str], expect: int) -> str:
    """Run a command in this process. Errors: `DemoError` with its last words when it ends otherwise."""
    from auditor.cli.app import run

    printed, errors = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
            run(words)
    except SystemExit as ended:
        if ended.code != expect:
            raise DemoError(
                f"`flickr-auditor {shlex.join(words)}` ended with exit code {ended.code}, not {expect}:"
                f" {errors.getvalue().strip()[-300:]}",
                hint="Install flickr-auditor anew. If that does not help, please report it.",
            ) from None
    return printed.getvalue()


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Settings of the real Flickr, even broken ones, do not count inside; afterwards all is as before."""
    before = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith(("FLICKR_", "AUDITOR_"))]:
        if name not in ("AUDITOR_HOME", "AUDITOR_CONFIG"):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before[0]
        os.chdir(before[1])


def _log_in(folder: Path, box: "Sandbox") -> None:
    """Make this process that of a user who works in `folder` and has logged in to the pretend Flickr."""
    token, token_secret = box.issue_token("write")
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


def _empty_config(folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text("# The demo runs with the settings as they are by default.\n", encoding="utf-8")
    return path


def _an_exposed_link(files: dict[str, Path]) -> str:
    """A link out of the FFHQ look-alike."""
    faces = json.loads(files["ffhq"].read_text(encoding="utf-8"))
    return str(faces["0"]["metadata"]["photo_url"])
