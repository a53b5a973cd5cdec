"""Templates of the review page; they share the report's style and its macros."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

import auditor.report
from auditor.errors import AuditorError
from auditor.review.state import State
from auditor.review.words import on_page
from auditor.text import count, plain

REPORT_TEMPLATES = Path(auditor.report.__file__).parent / "templates"
_OWN = Path(__file__).parent / "templates"
STATUS = {2: 400, 4: 403, 5: 503, 6: 409}
"""HTTP status for the exit code that the command line would end with."""


def state_of(request: Request) -> State:
    """The server's shared state."""
    state: State = request.app.state.review
    return state


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    state = state_of(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            **values,
            path=request.url.path,
            form_token=state.keys.form,
            practice=state.practice is not None,
            running=state.jobs.running,
            to_continue=state.to_continue,
            news=state.jobs.news,
        )
    )
    return HTMLResponse(text, status_code=status)


def fragment(template: str, **values: Any) -> str:
    """A part of a page, for the stream that replaces it."""
    return _environment().get_template(template).render(**values)


def problem(request: Request, error: AuditorError) -> HTMLResponse:
    """The page of an error: what happened, and the next step."""
    status = STATUS.get(error.exit_code, 500)
    return page(
        request,
        "problem.html",
        status=status,
        message=plain(error.message),
        hint=plain(error.hint),
        back=came_from(request),
    )


def came_from(request: Request) -> str:
    """The page of ours that sent this request, to go back to; empty where no such is known."""
    here, there = request.url, urlsplit(request.headers.get("referer", ""))
    if there.netloc != here.netloc:
        return ""
    return f"/{there.path.lstrip('/')}" + (f"?{there.query}" if there.query else "")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_OWN, REPORT_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"count": count, "address": address, "day": day}
    environment.filters["on_page"] = on_page
    return environment


def day(when: float | str | datetime) -> str:
    """``2026-11-26 16:40`` by the clock of this computer, of unix time, of ISO 8601, or of a moment."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    moment = when if isinstance(when, datetime) else datetime.fromtimestamp(when).astimezone()
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def address(path: str, **query: object) -> str:
    """`path` with a query of what is not empty."""
    kept = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{path}?{urlencode(kept)}" if kept else path
