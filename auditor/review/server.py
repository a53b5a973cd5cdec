"""Run the review page on this machine until it is stopped."""

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from auditor.errors import UsageError
from auditor.review.app import create_app
from auditor.review.guard import ENTRANCE
from auditor.review.state import State

HOST = "127.0.0.1"


def serve(
    home: Path | None,
    config: Path | None,
    account: str | None,
    *,
    port: int,
    opens: bool,
    say: Callable[[str], object],
) -> None:
    """Serve until Ctrl-C, which finishes the calls that are in flight. `port` 0: any free one."""
    state = State(home, config, account)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()  # now: a browser that is quicker than the server waits instead of being refused
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror}", hint="Leave --port out for any free one."
            ) from error
        link = f"http://{HOST}:{listener.getsockname()[1]}{ENTRANCE}?token={state.keys.entrance}"
        lead = "Your browser opens the page. If it does not, open this link" if opens else "Open this link"
        say(f"{lead}; it works once:\n\n  {link}\n\nThe page works while this window is open.")
        if opens:
            webbrowser.open(link)
        config_ = uvicorn.Config(
            create_app(state), log_level="warning", access_log=False, server_header=False
        )
        uvicorn.Server(config_).run(sockets=[listener])
