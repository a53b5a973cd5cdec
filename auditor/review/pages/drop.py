"""Where dropped files arrive: an export, or a publisher's list."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from auditor.errors import AuditorError
from auditor.review.drops import Drop
from auditor.review.pages import datasets, letters, start
from auditor.review.render import STATUS, state_of

READERS = {"export": start.load_export, "dataset": datasets.add_dropped, "recheck": letters.recheck_dropped}
"""What is dropped → what reads it, by the fields of its form."""


async def take(request: Request) -> Response:
    """One file of a drop."""
    _check(request)
    state = state_of(request)
    key = _key(request)
    drop = state.drops.get(key) or Drop.begin(state.uploads)
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
    return READERS[request.path_params["what"]](state, drop, request.query_params)


def _key(request: Request) -> tuple[str, str]:
    """Which drop: what it is and the number that the page gave it, so that a second try begins anew."""
    return request.path_params["what"], request.query_params.get("drop", "")[:40]


def _check(request: Request) -> None:
    if request.path_params["what"] not in READERS:
        raise HTTPException(404)
    if not state_of(request).keys.is_form_token(request.headers.get("x-form-token", "")):
        raise HTTPException(403)


ROUTES = [
    Route("/drop/{what}", take, methods=["POST"]),
    Route("/drop/{what}/done", done, methods=["POST"]),
]
