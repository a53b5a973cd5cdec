"""The sandbox's own levers under ``/sandbox/``: state, log, errors, faults, edits by the owner.

They need the control token in the header ``X-Sandbox-Token``, so that no web page that is open on the same
machine can pull them.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any

from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.sandbox.records import Photo
from auditor.sandbox.rest import Rest
from auditor.sandbox.wire import Reply, Request, json_reply

TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 - the name of a header


class Control:
    """Answers the requests under ``/sandbox/``."""

    def __init__(self, rest: Rest, errors: list[str], token: str) -> None:
        self._rest = rest
        self._errors = errors
        self._token = token

    def answer(self, request: Request) -> Reply:
        """The reply; every refusal is JSON with ``error``."""
        given = request.headers.get(TOKEN_HEADER.lower(), "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return json_reply({"error": f"the header {TOKEN_HEADER} is missing or wrong"}, 403)
        what = request.path.removeprefix("/sandbox/")
        try:
            if what.startswith("photos/") and request.method == "POST":
                return self._edit(what.removeprefix("photos/"), _read(request))
            action = self._actions().get((request.method, what))
            if action is None:
                return json_reply({"error": f"no such lever: {request.method} {request.path}"}, 404)
            return json_reply(action(request))
        except (ValueError, TypeError) as error:
            return json_reply({"error": str(error)}, 400)

    def _actions(self) -> dict[tuple[str, str], Callable[[Request], Any]]:
        return {
            ("GET", "state"): self._state,
            ("GET", "log"): lambda _: [served.plain() for served in list(self._rest.log)],
            ("GET", "errors"): lambda _: list(self._errors),
            ("GET", "faults"): lambda _: self._rest.faults.listed(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): lambda _: self._rest.faults.clear(),
        }

    def _state(self, _: Request) -> dict[str, Any]:
        with self._rest.lock:
            return self._rest.account.state()

    def _add_faults(self, request: Request) -> list[dict[str, Any]]:
        """One fault or a list of them, as JSON objects with the fields of `faults.Fault`."""
        given = _read(request)
        for options in given if isinstance(given, list) else [given]:
            self._rest.faults.add(**options)
        return self._rest.faults.listed()

    def _edit(self, photo_id: str, edit: Any) -> Reply:
        """Change title, tags (raw), license (id) or privacy as the owner would on the web site; or delete."""
        if not isinstance(edit, dict):
            raise TypeError("an edit is a JSON object")
        with self._rest.lock:
            account = self._rest.account
            photo = account.photos.get(photo_id)
            if photo is None:
                return json_reply({"error": "no such photo"}, 404)
            unknown = set(edit) - {"title", "tags", "license", "privacy", "delete"}
            if unknown:
                return json_reply({"error": f"cannot edit {', '.join(sorted(unknown))}"}, 400)
            if edit.get("delete"):
                account.delete(photo)
                return json_reply({"deleted": photo_id})
            self._apply(photo, edit)
            return json_reply({"edited": photo_id})

    def _apply(self, photo: Photo, edit: dict[str, Any]) -> None:
        account = self._rest.account
        if "title" in edit:
            account.set_title(photo, str(edit["title"]))
        if "license" in edit:
            if edit["license"] not in licenses.LICENSES:
                raise ValueError(f"no such licence id: {edit['license']}")
            account.set_license(photo, edit["license"])
        if "privacy" in edit:
            account.set_privacy(photo, Privacy(edit["privacy"]))
        if "tags" in edit:
            account.replace_tags(photo, edit["tags"])


def _read(request: Request) -> Any:
    return json.loads(request.body or b"{}")
