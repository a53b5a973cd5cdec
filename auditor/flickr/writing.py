"""The only client that can change something on Flickr, and it can only what the mitigations declare.

A write is sent once. Whether to try again is for the caller to decide, after reading what became of it: a
time-out says nothing about whether Flickr did the work.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from auditor.flickr.parse import Json
from auditor.flickr.transport import Transport


class WriteTransport(Transport):
    """A `Transport` that sends the writing `methods` too, and no others: anything else fails closed."""

    def __init__(self, *given: Any, methods: Collection[str], **options: Any) -> None:
        super().__init__(*given, **options)
        self._methods = frozenset(methods)

    def write(self, method: str, params: Mapping[str, str], before_send: Callable[[], None]) -> Json:
        """Send one call, once; `before_send` runs when nothing is left to wait for, and may call it off.

        Errors: those of `Transport.read`; a `TransientError` with `unclear` set means that it may have been
        done.
        """
        if method not in self._methods:
            raise ValueError(f"no mitigation declares {method}, so it cannot be called")
        return self._try(method, params, before_send)
