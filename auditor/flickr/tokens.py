"""Where the login is kept.

Environment, else the system's keyring, else a 0600 file that the user asked for by name.

Nothing but `logout` and a new `login` ever removes a token; in particular no failed call does.
"""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.errors import ConfigurationError, NotAllowedError, StorageError
from auditor.files import write_atomic
from auditor.settings import Settings

SERVICE: Final = "flickr-auditor"
_FILE_SETTING: Final = "token_file"


@dataclass(frozen=True, slots=True)
class Token:
    """An OAuth access token; its `repr` shows no secret."""

    token: str
    secret: str
    source: str = ""
    """For the user: ``environment``, ``keyring`` or the file's path."""

    def __repr__(self) -> str:
        return f"Token(*** from {self.source})"


def find(settings: Settings, conn: sqlite3.Connection) -> Token | None:
    """The token to sign with, or None before login."""
    if settings.oauth_token and settings.oauth_token_secret:
        return Token(settings.oauth_token, settings.oauth_token_secret, "environment")
    file = remembered_file(conn)
    if file is not None:
        return _from_file(file)
    stored = _keyring_get(settings)
    return _parse(stored, "keyring") if stored else None


def required(settings: Settings, conn: sqlite3.Connection) -> Token:
    """The token to sign with. Errors: `NotAllowedError` before login."""
    token = find(settings, conn)
    if token is None:
        raise NotAllowedError("you are not logged in", hint="Run: flickr-auditor login")
    return token


def check_place(file: Path | None) -> None:
    """Make sure that a login could be kept, before the user is asked to allow it. Errors: `StorageError`."""
    if file is not None:
        if not file.parent.is_dir():
            raise StorageError(
                f"there is no folder {file.parent} to keep the login in", hint="Make it first."
            )
        return
    import keyring

    backend = keyring.get_keyring()
    # keyring's own stand-in where the machine has none: it raises at every use.
    if backend.priority <= 0:
        raise _no_keyring(type(backend).__module__)


def _no_keyring(why: str) -> StorageError:
    return StorageError(
        f"this computer has no usable keyring to keep the login in ({why})",
        hint="Log in with --token-file PATH (a file only you can read), or set FLICKR_OAUTH_TOKEN and"
        " FLICKR_OAUTH_TOKEN_SECRET.",
    )


def save(settings: Settings, conn: sqlite3.Connection, token: Token, file: Path | None) -> str:
    """Keep a new token in `file` or in the keyring; return where, for the user. Errors: `StorageError`."""
    content = json.dumps({"oauth_token": token.token, "oauth_token_secret": token.secret})
    if file is not None:
        write_atomic(file, content)
        conn.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_FILE_SETTING, str(file.resolve())))
        return str(file)
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, _entry(settings), content)
    except KeyringError as error:
        raise _no_keyring(type(error).__name__) from None
    conn.execute("DELETE FROM setting WHERE name = ?", (_FILE_SETTING,))
    return "the system's keyring"


def forget(settings: Settings, conn: sqlite3.Connection) -> tuple[str, ...]:
    """Remove the stored login; return the places it was removed from."""
    places = []
    file = remembered_file(conn)
    if file is not None:
        if file.exists():
            file.unlink()
            places.append(str(file))
        conn.execute("DELETE FROM setting WHERE name = ?", (_FILE_SETTING,))
    if _keyring_get(settings):
        import keyring

        keyring.delete_password(SERVICE, _entry(settings))
        places.append("the system's keyring")
    return tuple(places)


def remembered_file(conn: sqlite3.Connection) -> Path | None:
    """The file named at the last `login --token-file`."""
    row = conn.execute("SELECT value FROM setting WHERE name = ?", (_FILE_SETTING,)).fetchone()
    return Path(row["value"]) if row else None


def _from_file(file: Path) -> Token | None:
    try:
        if not file.exists():
            return None
        if file.stat().st_mode & 0o077:
            raise ConfigurationError(
                f"other users of this computer can read {file}", hint=f"Run: chmod 600 {file}"
            )
        return _parse(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise StorageError(f"cannot read the login in {file}: {error.strerror}") from error


def _parse(content: str, source: str) -> Token:
    try:
        fields = json.loads(content)
        return Token(str(fields["oauth_token"]), str(fields["oauth_token_secret"]), source)
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"the login kept in {source} is not readable",
            hint="Run: flickr-auditor logout, then login again.",
        ) from None


def _entry(settings: Settings) -> str:
    """One keyring entry for each home, so that two homes can hold two accounts."""
    return str(settings.home.resolve())


def _keyring_get(settings: Settings) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, _entry(settings))
    except KeyringError:
        # No keyring on this machine (a server, a container) means that no login is kept in one.
        return None
