"""The door: a link that works once, answered with the session's cookie."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auditor.flickr.callback_page import web_page
from auditor.review.forms import see
from auditor.review.guard import COOKIE, ENTRANCE
from auditor.review.render import state_of

# Not a redirect: a browser that came from elsewhere would not send a SameSite=Strict cookie along with it.
_WELCOME = web_page("Welcome", '<p><a href="/">Continue</a></p>', leads_to="/")


async def enter(request: Request) -> Response:
    """Let the browser in that brings the token; one that is in already is sent to the first page."""
    keys = state_of(request).keys
    if keys.knows(request.cookies.get(COOKIE, "")):
        return see("/")
    if not keys.enter(request.query_params.get("token", "")):
        raise HTTPException(
            403, "This link was used already. Start flickr-auditor review again for a new one."
        )
    response = HTMLResponse(_WELCOME)
    keys.admit(response)
    return response


ROUTES = [Route(ENTRANCE, enter)]
