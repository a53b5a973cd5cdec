"""A job while it works: its bar, live, and the button that pauses it."""

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from auditor.review.forms import read_form, see
from auditor.review.jobs import Job, JobState
from auditor.review.render import address, fragment, page, state_of

_LOOK = 0.4
"""Seconds between two looks at a job."""


def job(request: Request) -> Response:
    """The job, or the page of its result once it is done."""
    found = _job(request)
    then = request.query_params.get("then", "").lstrip("/\\")  # a page of ours, and no other site
    if found.state is JobState.DONE:
        return see(f"/{then}" if then else found.back)
    if found.state is JobState.FAILED:
        found.announced = True  # by this page
    return page(
        request,
        "job.html",
        job=found,
        held=found in state_of(request).to_continue,
        here=address(f"/jobs/{found.name}", then=then),
    )


async def events(request: Request) -> StreamingResponse:
    """Server-sent events: the bar as it moves, and ``end``. Watching starts nothing."""
    found = _job(request)
    return StreamingResponse(_watch(request, found), media_type="text/event-stream")


async def _watch(request: Request, found: Job) -> AsyncIterator[str]:
    last = ""
    while found.state is JobState.RUNNING:
        text = fragment("job_bar.html", job=found)
        if text != last:
            yield event("progress", text)
            last = text
        if await request.is_disconnected():
            return
        await asyncio.sleep(_LOOK)
    yield event("end", found.state.value)


def event(name: str, data: str) -> str:
    """One server-sent event; a line break in it would end it."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


async def pause(request: Request) -> Response:
    """Stop the job after the calls that are in flight."""
    await read_form(request)
    found = _job(request)
    found.stop.set()
    return see(f"/jobs/{found.name}")


def _job(request: Request) -> Job:
    found = state_of(request).jobs.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found


ROUTES = [
    Route("/jobs/{name}", job),
    Route("/jobs/{name}/events", events),
    Route("/jobs/{name}/pause", pause, methods=["POST"]),
]
