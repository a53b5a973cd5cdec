"""The letters: cases with their deadlines, and what to do next."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.optout.case_store import CaseStore
from auditor.review.render import page, state_of


def letters(request: Request) -> Response:
    """All cases, the overdue ones first."""
    today = datetime.now().astimezone().date()
    with state_of(request).workspace() as space:
        cases = CaseStore(space.conn).all()
    return page(
        request, "letters.html", cases=sorted(cases, key=lambda case: not case.overdue(today)), today=today
    )


ROUTES = [Route("/letters", letters)]
