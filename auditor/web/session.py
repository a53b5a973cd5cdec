"""Sessions that wait only so long for an answer in all, and not only from one byte to the next.

A server that sends a byte every few seconds never meets a time-out between two bytes. So the time that an
answer takes is counted at the socket, headers included, by a clock that counts sleep: an answer that began
before a laptop was closed is not taken for news when it is opened again.
"""

import io
import socket
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from auditor import clock
from auditor.outside import world

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TooSlowError(TimeoutError):
    """The answer came, but too slowly to be waited for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take in all."""

    seconds: float
    bytes_per_second: float | None = None
    """For large files, which may take longer as long as so much comes on average."""

    def left(self, seconds: float, received: int) -> float:
        """Seconds still to be waited for more."""
        earned = received / self.bytes_per_second if self.bytes_per_second else 0.0
        return self.seconds + earned - seconds


def new_session(patience: Patience, *, loopback: bool) -> requests.Session:
    """A session as `prepare` makes one."""
    return prepare(requests.Session(), patience, loopback=loopback)


def prepare(session: requests.Session, patience: Patience, *, loopback: bool) -> requests.Session:
    """Give `session` the patience; an address on this machine is reached without proxies."""
    adapter = world().adapter(_Adapter(patience))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if loopback:
        session.trust_env = False
    return session


class _Watched(io.RawIOBase):
    """What a socket receives, until the patience is at its end."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, patience: Patience) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = patience
        self._between = sock.gettimeout()
        self._began = clock.now()
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        left = self._left()
        self._sock.settimeout(left if self._between is None else min(self._between, left))
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError:
            self._left()
            raise
        self._received += count or 0
        self._left()
        return count

    def _left(self) -> float:
        left = self._patience.left(clock.now() - self._began, self._received)
        if left <= 0:
            raise TooSlowError("the answer comes too slowly")
        return left

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, patience: Patience, **options: Any) -> None:
        super().__init__(sock, *given, **options)
        # The buffer is still empty: nothing was read from the socket yet.
        self.fp = io.BufferedReader(_Watched(self.fp.detach(), sock, patience))


def _connection(base: type[HTTPConnection], patience: Patience) -> type[HTTPConnection]:
    return type(f"Watched{base.__name__}", (base,), {"response_class": partial(_Response, patience=patience)})


def _pools(patience: Patience) -> dict[str, type[HTTPConnectionPool]]:
    bases = {"http": (HTTPConnectionPool, HTTPConnection), "https": (HTTPSConnectionPool, HTTPSConnection)}
    return {
        scheme: type(f"Watched{pool.__name__}", (pool,), {"ConnectionCls": _connection(connection, patience)})
        for scheme, (pool, connection) in bases.items()
    }


class _Adapter(HTTPAdapter):
    def __init__(self, patience: Patience) -> None:
        self._pools = _pools(patience)
        super().__init__()

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        super().init_poolmanager(*given, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):  # those connect in a way of their own
            manager.pool_classes_by_scheme = self._pools
        return manager
