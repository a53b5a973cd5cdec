"""Loaded by Python itself before the program: what it connects to, looks up and starts is written down.

Whatever is not this machine is refused, after it was written down.
"""

import json
import os
import sys
from typing import Any

_LOG = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        _write("connect", list(args[1][:2]))
        if args[1][0] not in {"127.0.0.1", "::1"}:
            raise OSError(101, "Network is unreachable")
    elif event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        _write("look up", [host, args[1]])
        if host not in {"127.0.0.1", "localhost", "::1"}:
            raise OSError(101, "Network is unreachable")
    elif event in {"socket.sendto", "socket.gethostbyname", "socket.gethostbyaddr"}:
        _write("send", [str(args[-1])])
    elif event in {"subprocess.Popen", "os.exec", "os.posix_spawn"}:
        _write("start", [os.fsdecode(word) for word in args[1]])


def _write(what: str, words: list[object]) -> None:
    os.write(_LOG, f"{json.dumps([what, words])}\n".encode())


sys.addaudithook(_watch)
