"""The first page: the number, what to do, and where to begin when there is nothing yet."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.review.forms import see
from auditor.review.render import page, state_of


def overview(request: Request) -> Response:
    """The top of the report, live; before the first sync, the start page."""
    state = state_of(request)
    with state.workspace() as space:
        if space.nsid is None:
            return see("/start")
        library = state.library(space)
        can_apply = bool(space.settings.api_key and space.settings.api_secret)
    return page(
        request,
        "overview.html",
        view=library.view,
        split=library.split,
        protection=library.protection,
        of_exposed=library.of_exposed,
        found=[row for row in library.view.indexes if row.found],
        exposed=len(library.view.photos),
        can_apply=can_apply,
    )


ROUTES = [Route("/", overview)]
