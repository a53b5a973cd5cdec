"""The keyring of this computer, and what it is when it does not answer.

A keyring can be missing, locked, or behind a D-Bus that nobody answers (ssh, cron, containers), and each
backend fails in a way of its own. None of that means that no login is kept in it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from auditor.errors import StorageError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "flickr-auditor"
WAYS_ON: Final = (
    "Log in with --token-file PATH (a file only you can read), or set FLICKR_OAUTH_TOKEN and"
    " FLICKR_OAUTH_TOKEN_SECRET."
)
_PLAINTEXT: Final = re.compile(r"plaintext|unencrypted|insecure", re.IGNORECASE)


class NoKeyringError(StorageError):
    """There is no keyring at all on this computer, or in this session on it."""


def get(entry: str) -> str | None:
    """What is kept for `entry`; None: nothing.

    Errors: `NoKeyringError`, or another `StorageError` when the keyring cannot be asked.
    """
    with _answers():
        return _backend().get_password(SERVICE, entry)


def put(entry: str, content: str) -> None:
    """Keep `content` for `entry`. Errors: as for `get`."""
    with _answers():
        _backend().set_password(SERVICE, entry, content)
        kept = _backend().get_password(SERVICE, entry)
    if kept != content:
        raise _unusable("it keeps nothing")


def remove(entry: str) -> bool:
    """Forget `entry`; whether anything was there. Errors: as for `get`."""
    if not get(entry):
        return False
    with _answers():
        _backend().delete_password(SERVICE, entry)
    return True


def check(entry: str, *, plaintext: bool) -> None:
    """Make sure that a login could be kept. `plaintext`: an unencrypted file is good enough.

    Errors: as for `get`.
    """
    get(entry)
    with _answers():
        weak = next((kind for kind in _kinds(_backend()) if _PLAINTEXT.search(kind)), None)
    if weak and not plaintext:
        raise StorageError(
            f"the keyring of this computer ({weak}) keeps its secrets in a plain file",
            hint=f"{WAYS_ON} To allow it: plaintext_keyring = true below [flickr] in the settings.",
        )


def name() -> str:
    """The backend, and the variable that chose it."""
    chosen = os.environ.get("PYTHON_KEYRING_BACKEND")
    if chosen:
        return f"{chosen}, chosen by PYTHON_KEYRING_BACKEND"
    try:
        return _kinds(_backend())[0]
    except Exception:  # noqa: BLE001 - a backend that cannot even be loaded has no better name
        return "its backend cannot be loaded"


def _backend() -> "KeyringBackend":
    import keyring

    return keyring.get_keyring()


def _kinds(backend: "KeyringBackend") -> list[str]:
    """The classes of the backend that a new secret goes to."""
    chained: list[KeyringBackend] = list(getattr(backend, "backends", ()))
    used = chained[0] if chained else backend
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(used).__mro__]


@contextmanager
def _answers() -> Iterator[None]:
    from keyring import errors

    try:
        if _backend().priority <= 0:  # keyring's own stand-ins, where the machine has none
            raise errors.NoKeyringError
        yield
    except errors.NoKeyringError:
        raise NoKeyringError(
            f"this computer has no usable keyring to keep the login in ({name()})", hint=WAYS_ON
        ) from None
    except errors.KeyringLocked:
        raise StorageError(
            f"the keyring of this computer is locked ({name()}); it may hold a login",
            hint=f"Unlock it, as by logging in to the desktop, and try again. {WAYS_ON}",
        ) from None
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - D-Bus, an import, an operating system: each fails in its way
        raise _unusable(type(error).__name__) from None


def _unusable(why: str) -> StorageError:
    return StorageError(
        f"the keyring of this computer cannot be used ({name()}: {why}); it may hold a login",
        hint=WAYS_ON,
    )
