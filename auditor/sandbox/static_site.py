"""A folder of files on loopback, served as any web host would, which remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *given: object, log: list[str], directory: Path) -> None:
        self._log = log
        super().__init__(*given, directory=str(directory))  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Keep the line."""
        self._log.append(format % args)


@contextmanager
def static_site(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The address at which `folder` is served, and the server's log as it grows."""
    log: list[str] = []
    server = ThreadingHTTPServer((LOOPBACK, 0), partial(_Handler, log=log, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}", log
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
