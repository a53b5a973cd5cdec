"""Keyrings that tests use in place of the system's."""

import keyring.backend
from keyring.errors import NoKeyringError


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that forgets with the process."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class NoKeyring(MemoryKeyring):
    """A server without any."""

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError


class Failing(MemoryKeyring):
    """One that is there, and fails."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    def get_password(self, service: str, username: str) -> str | None:
        raise self.failure

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.failure

    def delete_password(self, service: str, username: str) -> None:
        raise self.failure


class Forgetful(MemoryKeyring):
    """As `keyring.backends.null`, for those who want no keyring."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps nothing."""


class PlaintextKeyring(MemoryKeyring):
    """Named as in the package keyrings.alt."""
