"""The application: its routes, its guard, and what becomes of errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from auditor.errors import AuditorError, NotSyncedError
from auditor.review.forms import see
from auditor.review.guard import Guard
from auditor.review.pages import datasets, drop, entrance, jobs, letters, overview, photos, plans, runs, start
from auditor.review.render import REPORT_TEMPLATES, address, page, problem
from auditor.review.state import NotReadyError, State

_STATIC = Path(__file__).parent / "static"
FILES = {
    "report.css": REPORT_TEMPLATES / "style.css",
    "review.css": _STATIC / "review.css",
    "review.js": _STATIC / "review.js",
}


def create_app(state: State) -> Starlette:
    """The application over `state`."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(state.jobs.close)
        for begun in state.drops.values():
            begun.discard()
        for held in state.held.values():
            held.drop.discard()
        if state.practice is not None:
            state.practice.end()

    app = Starlette(
        routes=[
            Route("/static/{name}", static),
            *(
                route
                for module in (entrance, overview, start, photos, plans, runs, letters, datasets, jobs, drop)
                for route in module.ROUTES
            ),
        ],
        middleware=[Middleware(Guard, keys=state.keys, pictures=lambda: state.pictures)],
        exception_handlers=_HANDLERS,
        lifespan=lifespan,
    )
    app.state.review = state
    return app


async def static(request: Request) -> Response:
    """The style and the script; no other file of this machine can be named."""
    file = FILES.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    return FileResponse(file)


async def _refused(request: Request, error: AuditorError) -> HTMLResponse:
    return problem(request, error)


async def _begin(_: Request, __: NotSyncedError) -> Response:
    return see("/start")


async def _wait(request: Request, error: NotReadyError) -> Response:
    """The job that is waited for, which leads on to the page that was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return see(address(f"/jobs/{error.job}", then=asked if request.method == "GET" else ""))


async def _http_error(request: Request, error: HTTPException) -> HTMLResponse:
    words = {404: "There is no such page", 403: "This form is out of date", 413: "That is too large"}
    message = words.get(error.status_code, str(error.detail))
    hint = "Load the page again, and repeat." if error.status_code == 403 else ""
    return page(request, "problem.html", status=error.status_code, message=message, hint=hint, back="")


_HANDLERS: Final[dict[Any, Any]] = {
    NotSyncedError: _begin,
    AuditorError: _refused,
    HTTPException: _http_error,
    NotReadyError: _wait,
}
