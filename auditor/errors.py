"""The one tree of errors the tool raises on purpose.

Each says what happened and why (the message) and what to do next (the hint), and carries the exit code the
command line ends with::

    AuditorError
    ├── UsageError            2   the command line asks for something that makes no sense
    ├── ConfigurationError    2   a setting is missing or wrong
    ├── NotSyncedError        2   the account was never pulled
    ├── WrongFileError        2   a file is not what it was given as: empty, cut short, of another dataset
    ├── StorageError          2   the home or the disk cannot be read or written
    ├── NotAllowedError       4   not logged in, wrong key, too little permission
    ├── UnreachableError      5   Flickr does not answer; running again goes on
    │   └── BudgetSpentError  5   the hour's calls are used up
    ├── CallError             5   Flickr answered a call with an error code (most become values)
    └── RefusedError          6   a safety rule says no: cap, stale plan, tampered file, no terminal
        └── TooLargeError     6   a download is larger than the user allowed

Anything else that escapes is a bug (exit 70).
"""

from typing import Final

MOST_CHARACTERS: Final = 1000


class AuditorError(Exception):
    """Base of all errors raised on purpose; not raised itself. `hint` is a sentence: what to do next."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str) -> None:
        # Both may quote a file or Flickr, where a single word can be as long as a book.
        self.message = _shortened(message)
        self.hint = _shortened(hint)
        super().__init__(self.message)


def _shortened(text: str) -> str:
    """The beginning and the end, which say what it is about and why."""
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]} … {text[-half:]}"


class UsageError(AuditorError):
    """The command line asks for something that makes no sense."""

    exit_code = 2


class ConfigurationError(AuditorError):
    """A setting is missing or wrong."""

    exit_code = 2


class NotSyncedError(AuditorError):
    """The account was never pulled, so there is nothing to work on."""

    exit_code = 2


class WrongFileError(AuditorError):
    """A file is not what it was given as: empty, cut short, of another dataset, not an export."""

    exit_code = 2


class StorageError(AuditorError):
    """The home folder or the disk cannot be read or written."""

    exit_code = 2


class NotAllowedError(AuditorError):
    """Not logged in, a wrong key or secret, a dead token, or too little permission."""

    exit_code = 4


class UnreachableError(AuditorError):
    """Flickr does not answer, or answers with something that is no answer, after all retries."""

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        hint: str = "Flickr may be down. Nothing is lost: run the same command again later.",
    ) -> None:
        super().__init__(message, hint=hint)


class BudgetSpentError(UnreachableError):
    """The calls that the hour allows are used up and the user asked not to wait."""


class CallError(AuditorError):
    """Flickr answered a call with an error code.

    A code means what its method says (1 is "Photo not found" for one and "Required arguments missing" for
    another), so the caller decides; `method` is e.g. ``flickr.photos.addTags``.
    """

    exit_code = 5

    def __init__(self, method: str, code: int, text: str) -> None:
        super().__init__(
            f"Flickr answered {method} with error {code}: {text or 'no reason given'}",
            hint="Run the same command again later. If the answer stays the same, please report it.",
        )
        self.method = method
        self.code = code
        self.text = text


class RefusedError(AuditorError):
    """A safety rule says no; the hint names the way that is allowed."""

    exit_code = 6


class TooLargeError(RefusedError):
    """A download is larger than the user allowed; nothing of it was kept."""
