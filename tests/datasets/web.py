"""A web server on loopback that keeps a folder's worth of files in memory, and can misbehave in every way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]


@dataclass
class Web:
    """The server's files, and what it was asked and sent."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    etag: str | None = '"v1"'
    last_modified: str | None = None
    ranges: bool = True
    faults: list[Callable[["Handler"], bool]] = field(default_factory=list)
    """Taken one for each request, until there are none left; True: the fault has answered."""
    requests: list[Request] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    """Content-Type by the ending of the name; none is sent for others."""
    sent: int = 0
    """Bytes of bodies."""

    def url(self, name: str) -> str:
        return f"{self.base}/{name}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        self.web.requests.append(Request(self.path, dict(self.headers)))
        self.close_connection = True
        if self.web.faults and self.web.faults.pop(0)(self):
            return
        content = self.web.files.get(self.path.lstrip("/"))
        if content is None:
            self.answer(404)
        elif self._has_it():
            self.answer(304)
        else:
            self._give(content)

    def _type(self) -> str | None:
        return self.web.types.get("." + self.path.rpartition(".")[2])

    def _has_it(self) -> bool:
        etag, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if etag is not None:
            return etag == self.web.etag
        return since is not None and since == self.web.last_modified

    def _give(self, content: bytes) -> None:
        asked = self.headers.get("Range", "")
        same = self.headers.get("If-Range") in (None, self.web.etag, self.web.last_modified)
        if not (asked and self.web.ranges and same):
            self.answer(200, content)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        if start >= len(content):
            self.answer(416, headers={"Content-Range": f"bytes */{len(content)}"})
        else:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[start:], headers={"Content-Range": place})

    def answer(
        self, status: int, body: bytes = b"", *, headers: dict[str, str] | None = None, cut: int | None = None
    ) -> None:
        """`cut`: how much of the body is sent before the connection breaks."""
        self.send_response(status)
        told = {
            "Content-Type": self._type(),
            "ETag": self.web.etag,
            "Last-Modified": self.web.last_modified,
            **(headers or {}),
        }
        for name, value in told.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        part = body[:cut]
        self.wfile.write(part)
        self.web.sent += len(part)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has enough and hangs up is no error."""


@contextmanager
def serve(web: Web) -> Iterator[Web]:
    server = _Server(("127.0.0.1", 0), type("Bound", (Handler,), {"web": web}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    web.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def status(code: int) -> Callable[[Handler], bool]:
    """Answer with this status once."""

    def fault(handler: Handler) -> bool:
        handler.answer(code, b"no")
        return True

    return fault


def cut(length: int) -> Callable[[Handler], bool]:
    """Break the connection after `length` bytes of what was asked for."""

    def fault(handler: Handler) -> bool:
        content = handler.web.files[handler.path.lstrip("/")]
        asked = handler.headers.get("Range", "")
        if asked:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            handler.answer(206, content[start:], headers={"Content-Range": place}, cut=length)
        else:
            handler.answer(200, content, cut=length)
        return True

    return fault


def redirect(target: str) -> Callable[[Handler], bool]:
    """Lead elsewhere once."""

    def fault(handler: Handler) -> bool:
        handler.answer(302, headers={"Location": target})
        return True

    return fault
