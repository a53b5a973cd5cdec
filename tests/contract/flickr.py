# ruff: noqa: N802, N815 - methods are called as Flickr and http.server call them
"""Flickr as its recorded answers show it, written from them alone: nothing of the program is imported.

The sandbox that is part of the program could share a wrong belief with it. This one knows the shapes of
recordings (Flickr4Java 2024, Flickr.Net 2023, flickr-objects 2013-15, the Flickr Foundation 2023-25), checks
signatures by hand, and lets a test put any answer in the place of the true one.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

KEY, SECRET = "9b1c0ffee0ddba11deadbeef00000001", "0123456789abcdef"
NSID, ALIAS, NAME = "99000001@N07", "sandy-practice", "Sandy Practice"
VERIFIER = "123-456-789"

Params = dict[str, str]
Answer = dict[str, Any] | bytes | tuple[int, str, bytes]
"""A JSON object, the body of an answer with HTTP 200, or status, content type and body."""
Turn = Callable[[str, Params], Answer | None]


@dataclass
class Picture:
    """A photo as Flickr keeps it."""

    id: int
    public: int = 1
    friend: int = 0
    family: int = 0
    license: int = 4
    tags: list[str] = field(default_factory=list)
    title: str = "Harbour"
    secret: str = "0a1b2c3d4e"
    uploaded: int = 1_600_000_000
    updated: int = 1_600_000_000
    comment: int = 3
    meta: int = 2
    safety: int = 0
    hidden: int = 0
    pools: dict[str, str] = field(default_factory=dict)


def fail(code: int, message: str) -> Answer:
    """Of HTTP 200, as text/plain: recorded like that."""
    return (
        200,
        "text/plain; charset=utf-8",
        json.dumps({"stat": "fail", "code": code, "message": message}).encode(),
    )


def clean(raw: str) -> str:
    """All 379 recorded pairs fit this."""
    return re.sub(r"[\W_]+", "", raw.lower())


class Flickr:
    """One account; `old` speaks the types of 2013 (texts), else those of 2023 (numbers)."""

    def __init__(self, pictures: list[Picture], *, old: bool = False) -> None:
        self.pictures = {picture.id: picture for picture in pictures}
        self.old = old
        self.turn: Turn = lambda method, params: None
        self.after: Turn = lambda method, params: None
        """Its answer takes the place of the true one, which was carried out."""
        self.calls: list[tuple[str, Params]] = []
        self.tokens: dict[str, tuple[str, str]] = {"": ("", "")}
        self.clean: Callable[[str], str] = clean
        self.person: dict[str, Any] = {
            "ispro": 1,
            "upload_count": len(pictures),
            "upload_limit_status": "below_limit",
        }
        self.alias: str | None = ALIAS
        self.nsid = NSID
        self.url = ""
        self._lock = threading.RLock()

    @contextmanager
    def serving(self) -> Iterator["Flickr"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def token(self, perms: str) -> tuple[str, str]:
        """A login that was allowed before."""
        name = f"72157720000000000-{len(self.tokens):016x}"
        self.tokens[name] = ("feedc0de", perms)
        return name, "feedc0de"

    def keys(self) -> dict[str, str]:
        """The environment of somebody who has an API key."""
        return {"AUDITOR_FLICKR_URL": self.url, "FLICKR_API_KEY": KEY, "FLICKR_API_SECRET": SECRET}

    def environment(self) -> dict[str, str]:
        """The environment of somebody who may write."""
        token, secret = self.token("write")
        return {**self.keys(), "FLICKR_OAUTH_TOKEN": token, "FLICKR_OAUTH_TOKEN_SECRET": secret}

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    # -- OAuth -----------------------------------------------------------------------------------------------

    def oauth(self, step: str, params: Params) -> Answer:
        if step == "request_token":
            token = f"72157720000000001-{len(self.tokens):016x}"
            self.tokens[token] = ("cafe", "")
            words = {"oauth_callback_confirmed": "true", "oauth_token": token, "oauth_token_secret": "cafe"}
        elif step == "access_token":
            if params.get("oauth_verifier") != VERIFIER:
                return 401, "text/plain", b"oauth_problem=verifier_invalid"
            token, secret = self.token("write")
            words = {"fullname": "Sandy P", "oauth_token": token, "oauth_token_secret": secret}
            words |= {"user_nsid": self.nsid, "username": NAME}
        else:
            return 404, "text/html", b"<html>nothing here</html>"
        return urlencode(words).encode()

    # -- REST ------------------------------------------------------------------------------------------------

    def rest(self, params: Params) -> Answer:
        with self._lock:
            method = params.get("method", "").removeprefix("flickr.")
            self.calls.append((method, params))
            answer = self.turn(method, params)
            if answer is not None:
                return answer
            perms = self.tokens.get(params.get("oauth_token", ""))
            if perms is None:
                return fail(98, "Invalid auth token")
            work = getattr(self, method.replace(".", "_"), None)
            if work is None:
                return fail(112, f'Method "flickr.{method}" not found')
            if method in _WRITES and perms[1] != "write":
                granted = perms[1] or "none"
                return fail(
                    99, f"Insufficient permissions. Method requires write privileges; {granted} granted."
                )
            done = work(params)
            return self.after(method, params) or done

    def n(self, value: int) -> int | str:
        return str(value) if self.old else value

    def test_login(self, params: Params) -> Answer:
        user = {"id": self.nsid, "username": {"_content": NAME}}
        return {"user": user if self.old else {**user, "path_alias": self.alias}, "stat": "ok"}

    def auth_oauth_checkToken(self, params: Params) -> Answer:
        perms = self.tokens[params["oauth_token"]][1]
        return {
            "oauth": {"token": {"_content": "x"}, "perms": {"_content": perms}, "user": {"nsid": self.nsid}},
            "stat": "ok",
        }

    def people_getInfo(self, params: Params) -> Answer:
        person = {
            "id": self.nsid,
            "nsid": self.nsid,
            "path_alias": self.alias,
            "username": {"_content": NAME},
        }
        return {
            "person": person | {"photos": {"count": {"_content": len(self.pictures)}}} | self.person,
            "stat": "ok",
        }

    def people_getPhotos(self, params: Params) -> Answer:
        low, high = int(params.get("min_upload_date") or 0), int(params.get("max_upload_date") or 2**40)
        chosen = [one for one in self.pictures.values() if low <= one.uploaded <= high]
        return self._listed(sorted(chosen, key=lambda one: (-one.uploaded, -one.id)), params)

    def photos_recentlyUpdated(self, params: Params) -> Answer:
        since = int(params["min_date"])
        chosen = [one for one in self.pictures.values() if one.updated >= since]
        return self._listed(sorted(chosen, key=lambda one: (-one.updated, -one.id)), params)

    def _listed(self, chosen: list[Picture], params: Params) -> Answer:
        size, page = min(int(params.get("per_page") or 100), 500), int(params.get("page") or 1)
        pages = -(-len(chosen) // size)
        page = max(1, min(page, pages))  # beyond the end comes the last page again
        rows = [self.row(one) for one in chosen[(page - 1) * size : page * size]]
        envelope: dict[str, Any] = {
            "page": page,
            "pages": self.n(pages),
            "perpage": size,
            "total": self.n(len(chosen)),
        }
        return {"photos": {**envelope, "photo": rows}, "stat": "ok"}

    def row(self, one: Picture) -> dict[str, Any]:
        return {
            "id": str(one.id),
            "owner": self.nsid,
            "secret": one.secret,
            "server": "65535",
            "farm": 66,
            "title": one.title,
            "ispublic": self.n(one.public),
            "isfriend": self.n(one.friend),
            "isfamily": self.n(one.family),
            "license": str(one.license),
            "tags": " ".join(map(self.clean, one.tags)),
            "machine_tags": "",
            "dateupload": str(one.uploaded),
            "lastupdate": str(one.updated),
            "datetaken": "2013-10-06 14:06:41",
            "datetakengranularity": "0",
            "datetakenunknown": "0",
            "views": "12",
            "media": "photo",
            "media_status": "ready",
            "pathalias": self.alias,
            "safety_level": str(one.safety),
            "originalsecret": "0f1e2d3c4b",
            "originalformat": "jpg",
        }

    def photos_getCounts(self, params: Params) -> Answer:
        low, high = params["dates"].split(",")
        count = sum(int(low) <= one.uploaded < int(high) for one in self.pictures.values())
        return {
            "photocounts": {"photocount": [{"count": str(count), "fromdate": low, "todate": high}]},
            "stat": "ok",
        }

    def _one(self, params: Params) -> Picture | None:
        return self.pictures.get(int(params.get("photo_id") or 0))

    def photos_getInfo(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, f'Photo "{params.get("photo_id")}" not found (invalid ID)')
        tags = [
            {
                "id": f"99541304-{one.id}-{self.number(tag)}",
                "author": self.nsid,
                "authorname": NAME,
                "raw": tag,
                "_content": self.clean(tag),
                "machine_tag": 0 if self.old else False,
            }
            for tag in one.tags
        ]
        photo = {
            "id": str(one.id),
            "secret": one.secret,
            "server": "65535",
            "farm": 66,
            "dateuploaded": str(one.uploaded),
            "isfavorite": 0,
            "license": str(one.license),
            "safety_level": str(one.safety),
            "rotation": 0,
            "originalsecret": "0f1e2d3c4b",
            "originalformat": "jpg",
            "owner": {"nsid": self.nsid, "username": NAME, "path_alias": self.alias},
            "title": {"_content": one.title},
            "description": {"_content": ""},
            "visibility": {
                "ispublic": self.n(one.public),
                "isfriend": self.n(one.friend),
                "isfamily": self.n(one.family),
            },
            "dates": {
                "posted": str(one.uploaded),
                "taken": "2013-10-06 14:06:41",
                "takengranularity": 0,
                "takenunknown": "0",
                "lastupdate": str(one.updated),
            },
            "permissions": {"permcomment": self.n(one.comment), "permaddmeta": self.n(one.meta)},
            "views": "12",
            "tags": {"tag": tags},
            "media": "photo",
        }
        return {"photo": photo, "stat": "ok"}

    def photos_getPerms(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        perms = {"id": str(one.id), "ispublic": one.public, "isfriend": one.friend, "isfamily": one.family}
        return {
            "perms": perms | {"permcomment": one.comment, "permaddmeta": one.meta, "permprint": 0},
            "stat": "ok",
        }

    def photos_getAllContexts(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        pools = [
            {"title": title, "url": "/groups/x/pool/", "id": key, "members": "77770"}
            for key, title in one.pools.items()
        ]
        return {"stat": "ok"} | ({"pool": pools} if pools else {})

    def photos_licenses_getAvailable(self, params: Params) -> Answer:
        return {
            "available_licenses": {
                "license": [{"id": str(i), "name": "x", "url": ""} for i in (0, *range(9, 17))]
            },
            "stat": "ok",
        }

    def prefs_getPrivacy(self, params: Params) -> Answer:
        return {"person": {"nsid": self.nsid, "privacy": "1"}, "stat": "ok"}

    def prefs_getHidden(self, params: Params) -> Answer:
        return {"person": {"nsid": self.nsid, "hidden": "0"}, "stat": "ok"}

    def prefs_getSafetyLevel(self, params: Params) -> Answer:
        return {"person": {"nsid": self.nsid, "safety_level": "1"}, "stat": "ok"}

    def photosets_getList(self, params: Params) -> Answer:
        return {
            "photosets": {"page": 1, "pages": 1, "perpage": 500, "total": 0, "photoset": []},
            "stat": "ok",
        }

    def urls_lookupUser(self, params: Params) -> Answer:
        return {"user": {"id": self.nsid, "username": {"_content": NAME}}, "stat": "ok"}

    # -- writing ---------------------------------------------------------------------------------------------

    def number(self, tag: str) -> int:
        return int(hashlib.sha256(self.clean(tag).encode()).hexdigest()[:6], 16)

    def _touch(self, one: Picture) -> None:
        one.updated = int(time.time())

    def photos_addTags(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        given = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', params["tags"])]
        new = [tag for tag in given if self.clean(tag) not in {self.clean(held) for held in one.tags}]
        if len(one.tags) + len(new) > 75:
            return fail(2, "Maximum number of tags reached")
        one.tags += new
        self._touch(one)
        told = [
            {
                "author": self.nsid,
                "authorname": NAME,
                "raw": tag,
                "machine_tag": "",
                "_content": self.clean(tag),
                "full_tag_id": f"99541304-{one.id}-{self.number(tag)}",
                "id": str(self.number(tag)),
            }
            for tag in new
        ]
        return {"tags": {"tag": told}, "stat": "ok"}

    def photos_removeTag(self, params: Params) -> Answer:
        for one in self.pictures.values():
            for tag in one.tags:
                if params["tag_id"] == f"99541304-{one.id}-{self.number(tag)}":
                    one.tags.remove(tag)
                    self._touch(one)
                    return {"stat": "ok"}
        return fail(1, "Tag not found")

    def photos_licenses_setLicense(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        one.license = int(params["license_id"])
        self._touch(one)
        return {"stat": "ok"}

    def photos_setPerms(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        public = int(params["is_public"])
        stricter = one.public and not public
        one.public = public
        # "With is_public=1 the friend/family flags read back as 0" (flickr-objects, setPerms then getPhotos).
        one.friend, one.family = (0, 0) if public else (int(params["is_friend"]), int(params["is_family"]))
        one.comment, one.meta = int(params.get("perm_comment", 0)), int(params.get("perm_addmeta", 0))
        if stricter:
            one.secret = hashlib.sha256(one.secret.encode()).hexdigest()[:10]
        self._touch(one)
        return {
            "photoid": {"_content": str(one.id), "secret": one.secret, "originalsecret": ""},
            "stat": "ok",
        }

    def photos_setSafetyLevel(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        if "hidden" not in params and "safety_level" not in params:
            return fail(2, "Invalid or missing arguments")
        one.hidden = int(params.get("hidden", one.hidden))
        self._touch(one)
        return {"stat": "ok"}

    def groups_pools_remove(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None or params["group_id"] not in one.pools:
            return fail(2, "Photo not in pool")
        del one.pools[params["group_id"]]
        return {"stat": "ok"}

    def groups_pools_add(self, params: Params) -> Answer:
        one = self._one(params)
        if one is None:
            return fail(1, "Photo not found")
        one.pools[params["group_id"]] = "again"
        return {"stat": "ok"}


_WRITES = {
    "photos.addTags",
    "photos.removeTag",
    "photos.licenses.setLicense",
    "photos.setPerms",
    "photos.setSafetyLevel",
    "groups.pools.remove",
    "groups.pools.add",
}


def _handler(flickr: Flickr) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            address = urlsplit(self.path)
            sent = parse_qsl(body, keep_blank_values=True) + parse_qsl(address.query, keep_blank_values=True)
            header = self.headers.get("Authorization", "").removeprefix("OAuth ")
            signed = [(unquote(k), unquote(v)) for k, v in re.findall(r'([^,\s=]+)="([^"]*)"', header)]
            params = dict(sent + signed)
            base = f"{flickr.url}{address.path}"
            token_secret = flickr.tokens.get(params.get("oauth_token", ""), ("", ""))[0]
            unsigned = [(k, v) for k, v in sent + signed if k != "oauth_signature"]
            if not signed and "api_key" not in params:
                answer: Answer = fail(100, "Invalid API Key (Key has invalid format)")
            elif signed and params["oauth_signature"] != signature(
                self.command, base, unsigned, token_secret
            ):
                text = f"oauth_problem=signature_invalid&debug_sbs={quote(body)}"
                answer = 401, "text/plain; charset=utf-8", text.encode()
            elif address.path.startswith("/services/oauth/"):
                answer = flickr.oauth(address.path.rsplit("/", 1)[1], params)
            else:
                answer = flickr.rest(params)
            self._send(answer)

        do_GET = do_POST

        def _send(self, answer: Answer) -> None:
            if isinstance(answer, dict):
                answer = 200, "application/json; charset=utf-8", json.dumps(answer).encode()
            elif isinstance(answer, bytes):
                answer = 200, "text/plain; charset=utf-8", answer
            status, kind, body = answer
            if status == 0:  # cut the connection
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # of a program that was interrupted
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler


def signature(method: str, url: str, params: list[tuple[str, str]], token_secret: str) -> str:
    """HMAC-SHA1 as RFC 5849 says it."""

    def escape(text: str) -> str:
        return quote(text, safe="-._~")

    pairs = "&".join(f"{key}={value}" for key, value in sorted((escape(k), escape(v)) for k, v in params))
    base = "&".join(map(escape, (method, url, pairs)))
    key = f"{escape(SECRET)}&{escape(token_secret)}".encode()
    return base64.b64encode(hmac.new(key, base.encode(), hashlib.sha1).digest()).decode()
