"""Where dropped files arrive: an export, or a publisher's list."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from auditor.errors import AuditorError, UsageError
from auditor.review.drops import Drop
from auditor.review.forms import read_form, see
from auditor.review.pages import datasets, letters, start
from auditor.review.render import STATUS, state_of
from auditor.review.state import Held, State

READERS = {"export": start.load_export, "dataset": datasets.add_dropped, "recheck": letters.recheck_dropped}
"""What is dropped → what reads it, by the fields of its form."""


async def take(request: Request) -> Response:
    """One file of a drop."""
    _check(request)
    state = state_of(request)
    key = _key(request)
    drop = state.drops.get(key) or Drop.begin(
        state.uploads, {held.drop.folder for held in state.held.values()}
    )
    state.drops[key] = drop
    try:
        await drop.take(request.query_params.get("name", ""), request.stream())
    except FileExistsError:
        return PlainTextResponse("Two of these files have the same name.", status_code=409)
    except AuditorError as error:
        drop.discard()
        del state.drops[key]
        return PlainTextResponse(
            f"{error.message}. {error.hint}", status_code=STATUS.get(error.exit_code, 500)
        )
    return PlainTextResponse("here")


async def done(request: Request) -> Response:
    """All files have come: read them."""
    _check(request)
    state = state_of(request)
    drop = state.drops.pop(_key(request), None)
    if drop is None:
        return PlainTextResponse("No file has come.", status_code=400)
    return _read(state, Held(request.path_params["what"], drop, request.query_params))


async def go_on(request: Request) -> Response:
    """Read files whose reading was paused."""
    form = await read_form(request)
    return _read(state_of(request), _held(state_of(request), form.get("job")))


async def discard(request: Request) -> Response:
    """Throw away files whose reading was paused."""
    form = await read_form(request)
    state = state_of(request)
    _held(state, form.get("job")).drop.discard()
    del state.held[form.get("job")]
    return see("/")


def _read(state: State, held: Held) -> Response:
    job = READERS[held.what](state, held.drop, held.fields)
    state.held[job.name] = held
    return see(f"/jobs/{job.name}")


def _held(state: State, name: str) -> Held:
    if name not in {job.name for job in state.to_continue}:
        raise UsageError("these files are no longer here, or are read just now", hint="Drop them again.")
    return state.held[name]


def _key(request: Request) -> tuple[str, str]:
    """Which drop: what it is and the number that the page gave it, so that a second try begins anew."""
    return request.path_params["what"], request.query_params.get("drop", "")[:40]


def _check(request: Request) -> None:
    if request.path_params["what"] not in READERS:
        raise HTTPException(404)
    if not state_of(request).keys.is_form_token(request.headers.get("x-form-token", "")):
        raise HTTPException(403)


ROUTES = [
    Route("/drop/go-on", go_on, methods=["POST"]),
    Route("/drop/discard", discard, methods=["POST"]),
    Route("/drop/{what}", take, methods=["POST"]),
    Route("/drop/{what}/done", done, methods=["POST"]),
]
