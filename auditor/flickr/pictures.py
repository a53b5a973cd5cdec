"""Small pictures of photos, fetched from Flickr to stand inside a report, which then loads nothing itself.

Pictures are no API calls and cost none of the hour's budget. They are hostile like all that comes from
outside: only what begins like a picture, and is no larger than a small one, is taken.
"""

import base64
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import requests

from auditor.flickr.transport import USER_AGENT
from auditor.progress import SILENT, Progress
from auditor.web.session import Patience, new_session
from auditor.web.trouble import NETWORK_ERRORS

MOST: Final = 3_000
"""Pictures in one report: about 7 kB each, so some 20 MB."""
_LARGEST: Final = 100_000
_AT_ONCE: Final = 8
_SECONDS: Final = (5, 10)
PATIENCE: Final = Patience(20.0)
_KINDS: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


def fetch(
    addresses: Iterable[str], *, base_url: str | None = None, progress: Progress = SILENT
) -> dict[str, str]:
    """Address → the picture as a ``data:`` address, without those that Flickr did not give.

    `base_url` is the sandbox that stands for Flickr.
    """
    wanted = list(dict.fromkeys(addresses))
    if not wanted:
        return {}
    found: dict[str, str] = {}
    with (
        new_session(PATIENCE, loopback=base_url is not None) as session,
        ThreadPoolExecutor(_AT_ONCE) as pool,
        progress.task("Fetching pictures", total=len(wanted), unit="pictures") as task,
    ):
        session.headers["User-Agent"] = USER_AGENT

        def get(address: str) -> None:
            if picture := _get(session, address if base_url is None else base_url + urlsplit(address).path):
                found[address] = picture
            task.advance()

        list(pool.map(get, wanted))
    return found


def _get(session: requests.Session, address: str) -> str | None:
    try:
        with session.get(address, timeout=_SECONDS, allow_redirects=False, stream=True) as response:
            content = response.raw.read(_LARGEST + 1, decode_content=True) if response.ok else b""
    except NETWORK_ERRORS:
        return None
    return as_data(content) if len(content) <= _LARGEST else None


def as_data(picture: bytes) -> str | None:
    """A ``data:`` address that holds `picture`; None where it does not begin like one."""
    kind = next((kind for start, kind in _KINDS.items() if picture.startswith(start)), None)
    return kind and f"data:{kind};base64,{base64.b64encode(picture).decode()}"
