"""The door: a link that works once, answered with the session's cookie."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auditor.flickr.callback_page import web_page
from auditor.review.forms import see
from auditor.review.guard import COOKIE, ENTRANCE
from auditor.review.render import state_of

# Not a redirect: a browser that came from elsewhere would not send a SameSite=Strict cookie along with it.
_WELCOME = web_page("Welcome", '<p><a href="/">Continue</a></p>', leads_to="/")

# Without the menu of the pages, each of which would be refused.
_USED = web_page(
    "This link was used already",
    "<p>It works once, in one browser, and the page is open there. For a new link go to the window where the"
    " program runs, end it with Ctrl-C, and start it again: <b>flickr-auditor</b>. Nothing is lost.</p>",
)


async def enter(request: Request) -> Response:
    """Let the browser in that brings the token; one that is in already is sent to the first page."""
    keys = state_of(request).keys
    if keys.knows(request.cookies.get(COOKIE, "")):
        return see("/")
    if not keys.enter(request.query_params.get("token", "")):
        return HTMLResponse(_USED, status_code=403)
    response = HTMLResponse(_WELCOME)
    keys.admit(response)
    return response


ROUTES = [Route(ENTRANCE, enter)]
