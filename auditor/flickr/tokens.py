"""Where the login is kept.

Environment, else the system's keyring, else a 0600 file that the user asked for by name.

Nothing but `logout` and a new `login` ever removes a token; in particular no failed call does.
"""

import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.errors import ConfigurationError, NotAllowedError, StorageError
from auditor.files import writable_file, write_atomic
from auditor.flickr import system_keyring
from auditor.flickr.system_keyring import NoKeyringError
from auditor.settings import Settings

_FILE_SETTING: Final = "token_file"
_KEYRING_SETTING: Final = "token_keyring"
"""That the login is kept in the keyring, which may be out of reach the next time."""
_KEYRING: Final = "the system's keyring"


@dataclass(frozen=True, slots=True)
class Token:
    """An OAuth access token; its `repr` shows no secret."""

    token: str
    secret: str
    source: str = ""
    """For the user: ``environment``, ``keyring`` or the file's path."""
    nsid: str = ""
    username: str = ""
    """Of a new login: whose it is, where Flickr said so."""

    def __repr__(self) -> str:
        return f"Token(*** from {self.source})"


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of stored logins; the texts are for the user."""

    removed: tuple[str, ...] = ()
    """The places that a login was removed from."""
    left: tuple[str, ...] = ()
    """The places where one still is, or may be, each with the reason."""

    def __add__(self, other: "Removal") -> "Removal":
        return Removal(self.removed + other.removed, self.left + other.left)


def find(settings: Settings, conn: sqlite3.Connection) -> Token | None:
    """The token to sign with, or None before login."""
    if settings.oauth_token and settings.oauth_token_secret:
        return Token(settings.oauth_token, settings.oauth_token_secret, "environment")
    file = remembered_file(conn)
    if file is not None:
        return _from_file(file)
    try:
        stored = system_keyring.get(_entry(settings))
    except NoKeyringError:
        if _setting(conn, _KEYRING_SETTING) is not None:
            raise
        return None  # no login was ever kept in one
    return _parse(stored, "keyring") if stored else None


def required(settings: Settings, conn: sqlite3.Connection) -> Token:
    """The token to sign with. Errors: `NotAllowedError` before login."""
    token = find(settings, conn)
    if token is None:
        file = remembered_file(conn)
        gone = f": the file that kept the login, {file}, is not there" if file else ""
        raise NotAllowedError(f"you are not logged in{gone}", hint="Run: flickr-auditor login")
    return token


def check_place(settings: Settings, file: Path | None) -> None:
    """Make sure that a login could be kept, before the user is asked to allow it.

    Errors: `StorageError`, or `UsageError` for a file that cannot be written.
    """
    if file is None:
        system_keyring.check(_entry(settings), plaintext=settings.plaintext_keyring)
    elif writable_file(file).exists() and not _is_token_file(file):
        raise StorageError(
            f"{file} already exists and holds something else", hint="Choose another name for --token-file."
        )


def save(
    settings: Settings, conn: sqlite3.Connection, token: Token, file: Path | None
) -> tuple[str, Removal]:
    """Keep a new token in `file` or in the keyring; return where, and what became of the one before.

    Errors: `StorageError`.
    """
    content = json.dumps({"oauth_token": token.token, "oauth_token_secret": token.secret})
    if file is not None:
        file = writable_file(file)
        write_atomic(file, content)
        before = _remove_file(conn, other_than=file)
        _set(conn, _FILE_SETTING, str(file))
        if _setting(conn, _KEYRING_SETTING) is not None:
            before += _remove_from_keyring(settings, conn)
        return str(file), before
    system_keyring.put(_entry(settings), content)
    _set(conn, _KEYRING_SETTING, system_keyring.name())
    return _KEYRING, _remove_file(conn)


def forget(settings: Settings, conn: sqlite3.Connection) -> Removal:
    """Remove the stored login; what cannot be removed is left, and remembered."""
    in_file = remembered_file(conn) is not None
    result = _remove_file(conn)
    if in_file and _setting(conn, _KEYRING_SETTING) is None:
        return result
    return result + _remove_from_keyring(settings, conn)


def _remove_file(conn: sqlite3.Connection, other_than: Path | None = None) -> Removal:
    """Remove the remembered file, if it is still a login of ours."""
    file = remembered_file(conn)
    if file is None or file == other_than:
        return Removal()
    try:
        there = file.exists()
        if there and not _is_token_file(file):
            return Removal(left=(f"{file} (it holds something else now, or cannot be read)",))
        file.unlink(missing_ok=True)
    except OSError as error:
        return Removal(left=(f"{file} ({error.strerror})",))
    _set(conn, _FILE_SETTING, None)
    return Removal(removed=(str(file),)) if there else Removal()


def _remove_from_keyring(settings: Settings, conn: sqlite3.Connection) -> Removal:
    try:
        there = system_keyring.remove(_entry(settings))
    except StorageError as error:
        if isinstance(error, NoKeyringError) and _setting(conn, _KEYRING_SETTING) is None:
            return Removal()
        return Removal(left=(f"{_KEYRING} ({error.message})",))
    _set(conn, _KEYRING_SETTING, None)
    return Removal(removed=(_KEYRING,)) if there else Removal()


def remembered_file(conn: sqlite3.Connection) -> Path | None:
    """The file named at the last `login --token-file`."""
    value = _setting(conn, _FILE_SETTING)
    return Path(value) if value else None


def _setting(conn: sqlite3.Connection, key: str) -> str | None:
    row = conn.execute("SELECT value FROM setting WHERE name = ?", (key,)).fetchone()
    return str(row["value"]) if row else None


def _set(conn: sqlite3.Connection, key: str, value: str | None) -> None:
    if value is None:
        conn.execute("DELETE FROM setting WHERE name = ?", (key,))
    else:
        conn.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, value))


def _is_token_file(file: Path) -> bool:
    """Whether a file holds a login and nothing else: only such a file is ever replaced or removed."""
    try:
        _parse(file.read_text(encoding="utf-8"), str(file))
    except (OSError, ValueError, ConfigurationError):
        return False
    return True


def _from_file(file: Path) -> Token | None:
    try:
        if not file.exists():
            return None
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ConfigurationError(
                f"other users of this computer can read {file}", hint=f"Run: chmod 600 {file}"
            )
        return _parse(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise StorageError(
            f"cannot read the login in {file}: {error.strerror}", hint="Log in again: flickr-auditor login"
        ) from error
    except UnicodeDecodeError:
        raise _unreadable(str(file)) from None


def _parse(content: str, source: str) -> Token:
    try:
        fields = json.loads(content)
        return Token(str(fields["oauth_token"]), str(fields["oauth_token_secret"]), source)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable(source) from None


def _unreadable(source: str) -> ConfigurationError:
    return ConfigurationError(
        f"the login kept in {source} is not readable", hint="Run: flickr-auditor logout, then login again."
    )


def _entry(settings: Settings) -> str:
    """One keyring entry for each home, so that two homes can hold two accounts."""
    return str(settings.home.resolve())
