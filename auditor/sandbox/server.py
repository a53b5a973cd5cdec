"""A pretend Flickr on a loopback port, to practise on and to test against over real sockets.

So a test uses it::

    with Sandbox(make_account()) as box:
        token, secret = box.issue_token("write")
        ...  # run a program with AUDITOR_FLICKR_URL=box.url and this token
        assert box.errors == []
"""

import contextlib
import re
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

from auditor.sandbox.account import Account
from auditor.sandbox.faults import SPOILING, Faults
from auditor.sandbox.generate import make_account
from auditor.sandbox.listing import SIZES
from auditor.sandbox.oauth import Provider
from auditor.sandbox.pictures import draw
from auditor.sandbox.rest import Rest, Served
from auditor.sandbox.spoils import spoil_oauth
from auditor.sandbox.wire import Reply, Request, page_reply, text_reply

#: A request body larger than this is refused unread; the largest real one is 75 tags.
MAX_BODY = 1_000_000

#: Pixels of an edge; a drawn picture has no more to show in a larger one.
LARGEST_PICTURE = 240

_PICTURE = re.compile(r"/[0-9]+/([0-9]+)_([0-9a-f]+)(?:_([0-9a-z]+))?\.(?:jpg|png|gif)")


class Sandbox:
    """The running server; a context manager, or `close()` it.

    url:            base address, for ``AUDITOR_FLICKR_URL``
    key, secret:    the one API key it knows
    account:        the state, to read and change in the same process (hold `lock` around several changes)
    faults:         what goes wrong (`faults.Faults`)
    log:            every REST call that came in (`rest.Served`)
    errors:         tracebacks of the server's own bugs; a test ends with ``assert box.errors == []``
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        port: int = 0,
        key: str = "sandbox-key",
        secret: str = "sandbox-secret",  # noqa: S107 - a practice account's, printed for the user
        seed: int = 0,
    ) -> None:
        self.account = account or make_account()
        self.key = key
        self.secret = secret
        self.faults = Faults(seed)
        self.errors: list[str] = []
        self.provider = Provider(key, secret, self.account)
        self._closing = threading.Event()
        self._rest = Rest(self.account, self.provider, self.faults, self._closing.wait)
        self.lock = self._rest.lock
        self._server = _Server(self, port)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def log(self) -> list[Served]:
        """The REST calls so far."""
        return list(self._rest.log)

    def issue_token(self, perms: str = "read") -> tuple[str, str]:
        """An access token and its secret, as if the user had allowed "read", "write" or "delete"."""
        token = self.provider.issue(perms)
        return token.key, token.secret

    def state(self) -> dict[str, Any]:
        """The whole account as plain values; see `Account.state`."""
        with self.lock:
            return self.account.state()

    def close(self) -> None:
        """Stop, drop all connections and wait until no thread is left."""
        if not self._closing.is_set():
            self._closing.set()
            self._server.shutdown()
            self._server.drop_connections()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, request: Request) -> Reply:
        """The reply to any request; a bug of the sandbox's own becomes a 500 and stands in `errors`."""
        try:
            return self._route(request)
        except Exception:  # noqa: BLE001 - the boundary: nothing may escape into the socket server
            self.errors.append(traceback.format_exc())
            return page_reply(500, "The sandbox has a bug", "<p>See its errors.</p>")

    def _route(self, request: Request) -> Reply:
        path = request.path
        if path.rstrip("/") == "/services/rest":
            return self._rest.answer(request)
        if path.startswith("/services/oauth/"):
            return self._oauth(path.removeprefix("/services/oauth/"), request)
        if picture := _PICTURE.fullmatch(path):
            return self._picture(*picture.groups(""))
        return page_reply(
            404, "Not here", "<p>A pretend Flickr has no web site: it only answers programs.</p>"
        )

    def _picture(self, photo_id: str, secret: str, suffix: str) -> Reply:
        """A photo's drawn picture, at the path that it has on live.staticflickr.com; gone with its secret."""
        photo = self.account.photos.get(photo_id)
        right = photo and (photo.original_secret if suffix == "o" else photo.secret)
        if not right or secret != right:
            return text_reply(404, "no such picture")
        edge = min(next((edge for name, edge in SIZES.values() if name == suffix), 500), LARGEST_PICTURE)
        return Reply(200, draw(photo_id, edge), "image/png")

    def _oauth(self, step: str, request: Request) -> Reply:
        steps = {
            "request_token": self.provider.request_token,
            "authorize": self.provider.authorize,
            "access_token": self.provider.access_token,
        }
        if step not in steps:
            return text_reply(404, "no such step")
        struck = self.faults.strike(f"oauth.{step}")
        for fault in struck:
            if fault.kind == "slow":
                self._closing.wait(fault.value or 0)
        spoiler = next((fault for fault in struck if fault.kind in SPOILING), None)
        if spoiler is None:
            return steps[step](request)
        reply = steps[step](request) if spoiler.done else text_reply(200, "oauth_callback_confirmed=true")
        return spoil_oauth(spoiler, reply, request)


class _Server(ThreadingHTTPServer):
    """One thread a connection; connections are kept open, and all dropped at the end."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, box: Sandbox, port: int) -> None:
        self.box = box
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._connections_lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that hangs up is no bug; everything else is."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            self.box.errors.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_GET  # noqa: N815 - names that http.server calls

    def _serve(self) -> None:
        box = cast("_Server", self.server).box
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(text_reply(413, "too much"))
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = f"http://{headers.get('host', '127.0.0.1')}{self.path}"
        self._send(box.answer(Request(self.command, url, headers, body)))

    def _send(self, reply: Reply) -> None:
        if reply.cut == "before":
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.cut == "within":
            self.close_connection = True
            self.wfile.write(reply.body[: len(reply.body) // 2])
        else:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: library code never prints, and the calls stand in the log."""
