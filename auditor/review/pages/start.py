"""Set-up: what is there and what is missing, log in, pull the account, or drop an export."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auditor.account.data_export import load, save_export
from auditor.account.one_export import Export
from auditor.account.pictures import Pictures
from auditor.account.sync import sync
from auditor.datasets.adding import Wish, add
from auditor.doctor import examine
from auditor.errors import RefusedError, UsageError
from auditor.flickr import tokens
from auditor.flickr.callback_page import web_page
from auditor.flickr.login import Login
from auditor.review.drops import Drop
from auditor.review.forms import read_form, see
from auditor.review.jobs import Job, JobProgress
from auditor.review.practice import Practice
from auditor.review.render import address, page, state_of
from auditor.review.state import State
from auditor.settings import keep_key
from auditor.text import count

PERMISSIONS: Final[dict[str, Literal["read", "write"]]] = {"read": "read", "write": "write"}


def start(request: Request) -> Response:
    """Every check of `doctor`, and the buttons that mend what is missing."""
    state = state_of(request)
    with state.workspace() as space:
        checks = list(examine(space.settings))
        given = space.settings
        has_key = bool(given.api_key and given.api_secret)
        logged_in = has_key and tokens.find(given, space.conn) is not None
        synced = space.nsid is not None
    return page(
        request,
        "start.html",
        checks=checks,
        has_key=has_key,
        logged_in=logged_in,
        synced=synced,
        settings_file=given.config_file,
    )


async def key(request: Request) -> Response:
    """Keep an API key in the user's settings file."""
    form = await read_form(request)
    await run_in_threadpool(keep_key, form.get("key"), form.get("secret"))
    return see("/start")


async def pull(request: Request) -> Response:
    """Pull the account from Flickr."""
    await read_form(request)
    state = state_of(request)

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space, space.account_lock("sync"):
            api = space.read_api(wait=False)
            result = sync(api, space.store, now=space.clock(), expected=space.account, progress=progress)
        summary = f"{count(result.photos, 'photo')} of your account are here"
        return summary if result.complete else f"{summary}, but the listing was incomplete: sync again later"

    state.jobs.start("sync", "Pulling your account", "/", work, again="/start", announce=True)
    return see("/jobs/sync")


async def practise(request: Request) -> Response:
    """Begin, or end, to practise on a pretend Flickr."""
    form = await read_form(request)
    state = state_of(request)
    await run_in_threadpool(_practise, state, begins=form.get("begins") == "yes")
    if state.practice is None:
        return see("/start")
    practice = state.practice

    def work(progress: JobProgress) -> str:
        with state.workspace(progress) as space, space.account_lock("sync"):
            sync(space.read_api(wait=False), space.store, now=space.clock(), progress=progress)
            for name, path in practice.publish().items():
                add(space.settings.indexes, name, [path], Wish(), progress)
        return "the practice account is ready"

    state.jobs.start("practice", "Preparing a pretend Flickr", "/", work, again="/start")
    return see("/jobs/practice")


def _practise(state: State, *, begins: bool) -> None:
    if state.jobs.running:
        raise RefusedError("something is at work", hint="Wait until it is done, or pause it.")
    if state.practice is not None:
        state.practice.end()
        state.practice = None
    state.selection.clear()
    if begins:
        with state.workspace() as space:
            state.practice = Practice(space.settings)


async def log_in(request: Request) -> Response:
    """Go to Flickr and ask for a login; Flickr sends the browser back to ``/login/callback``."""
    form = await read_form(request)
    state = state_of(request)
    perms = PERMISSIONS.get(form.get("perms"), "read")

    def ask() -> str:
        with state.workspace() as space:
            key, secret = space.api_key()
            tokens.check_place(space.settings, None)
            state.login = Login(key, secret, base_url=space.settings.flickr_url)
            return state.login.start(perms, str(request.url_for("callback")))

    return page(request, "leave.html", to=await run_in_threadpool(ask))


def callback(request: Request) -> Response:
    """Flickr's answer. It comes from elsewhere, without our cookie: it changes nothing and leads back in."""
    onward = address("/login/finish", verifier=request.query_params.get("oauth_verifier", "")[:100])
    return HTMLResponse(
        web_page("Back from Flickr", f'<p><a href="{escape(onward)}">Continue</a></p>', leads_to=onward)
    )


def finish_page(request: Request) -> Response:
    """The last step is a button, for a change is a POST."""
    return page(request, "finish.html", verifier=request.query_params.get("verifier", ""))


async def finish(request: Request) -> Response:
    """Keep the login."""
    form = await read_form(request)
    state = state_of(request)
    if state.login is None:
        raise UsageError("no login is under way", hint="Begin again from the set-up.")
    await run_in_threadpool(_keep, state, state.login, form.get("verifier"))
    state.login = None
    return see("/start")


def _keep(state: State, flow: Login, verifier: str) -> None:
    with state.workspace() as space:
        tokens.save(space.settings, space.conn, flow.finish(verifier), None)


def load_export(state: State, drop: Drop, _: Mapping[str, str]) -> Job:
    """Read the dropped export; the files are removed once they were read."""

    def work(progress: JobProgress) -> str:
        with drop.reading():
            loaded = load(drop.folder, progress=progress)
            with state.workspace(progress) as space:
                space.check_account(loaded.account.nsid)
                with space.account_lock("sync"):
                    result = save_export(space.store, loaded)
                _draw(space.pictures_folder(loaded.account.nsid), loaded, progress)
        told = [f"{count(result.photos, 'photo')} are here"]
        if not result.complete:
            told.append(f"the export is not complete: {'; '.join(result.incomplete)}")
        told += [f"{count(number, 'file')} left out: {why}" for why, number in result.skipped.items()]
        return "; ".join([*told, *loaded.warnings])

    name = drop.job("export")
    return state.jobs.start(name, "Reading your export", "/", work, again="/start", announce=True)


def _draw(folder: Path, export: Export, progress: JobProgress) -> None:
    """Keep small pictures of the dropped originals, which are removed with the zips they came in."""
    pictures = Pictures(folder, export.originals.get)
    with progress.task("Making small pictures", total=len(export.originals), unit="pictures") as task:
        for photo_id in export.originals:
            pictures.get(photo_id)
            task.advance()


ROUTES = [
    Route("/start", start),
    Route("/key", key, methods=["POST"]),
    Route("/sync", pull, methods=["POST"]),
    Route("/practice", practise, methods=["POST"]),
    Route("/login", log_in, methods=["POST"]),
    Route("/login/callback", callback, name="callback"),
    Route("/login/finish", finish_page),
    Route("/login/finish", finish, methods=["POST"]),
]
