"""A server that sends its answer a byte at a time, and never meets a time-out between two bytes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def dripping(answer: bytes, *, at_once: int = 0, pause: float = 0.05) -> Iterator[str]:
    """Its address; the first `at_once` bytes of each answer come together."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=drip, args=(connection,), daemon=True).start()

        def drip(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(answer[:at_once])
                for byte in answer[at_once:]:
                    if ended.wait(pause):
                        return
                    connection.sendall(bytes([byte]))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        ended.set()
        # A thread in accept() is not woken by close() everywhere.
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
