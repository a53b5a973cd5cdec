"""Forms: every change is a POST that carries the session's form token, and answers with a redirect.

The redirect (303) makes a reload harmless: it loads the page that shows the result, and sends nothing again.
"""

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from auditor.review.guard import FORM_TOKEN
from auditor.review.render import state_of

MAX_FORM = 4_000_000
"""Bytes, about 300,000 ids; a selection is sent as the filter that it is of, so forms are small."""


class Form:
    """The fields of a form that was sent by a page of ours."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def get(self, name: str) -> str:
        """The last value of a field, stripped; empty where it was not sent."""
        return self._fields.get(name, [""])[-1].strip()

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self._fields.get(name, [])


async def read_form(request: Request) -> Form:
    """The form of a POST. Errors: 403 without the session's token, 413 if too large, 400 if unreadable."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=500_000)
    except ValueError:
        raise HTTPException(400, "This form is not readable") from None
    form = Form(fields)
    if not state_of(request).keys.is_form_token(form.get(FORM_TOKEN)):
        raise HTTPException(403)
    return form


def see(path: str) -> RedirectResponse:
    """Go and look at `path`."""
    return RedirectResponse(path, status_code=303)
