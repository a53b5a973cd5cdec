"""Pictures for reports: from Flickr only, small ones only, and what is no picture is left out."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from auditor.flickr import pictures
from auditor.sandbox.pictures import draw

PICTURE = draw("6255196340")
ANSWERS = {
    "/65535/1_aa_q.jpg": (200, PICTURE),
    "/65535/2_aa_q.jpg": (404, b"gone"),
    "/65535/3_aa_q.jpg": (200, b"<script>alert(1)</script>"),
    "/65535/4_aa_q.jpg": (200, PICTURE[:8] + b"x" * 200_000),
    "/65535/5_aa_q.jpg": (302, b""),
    "/65535/6_aa_q.jpg": (200, b""),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Location", "/65535/1_aa_q.jpg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_only_small_pictures_are_taken_and_one_failure_costs_one_picture(host: str) -> None:
    addresses = [f"https://live.staticflickr.com{path}" for path in ANSWERS]
    found = pictures.fetch(addresses, base_url=host)
    assert list(found) == addresses[:1]
    assert found[addresses[0]].startswith("data:image/png;base64,")


def test_a_host_that_is_gone_costs_the_pictures_and_not_the_report() -> None:
    assert pictures.fetch(["https://live.staticflickr.com/1/2_a_q.jpg"], base_url="http://127.0.0.1:9") == {}
