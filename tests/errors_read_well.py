"""How every error reads that any test meets."""

import re
from collections.abc import Callable, Iterator

import pytest

from auditor.errors import AuditorError

_PHRASE = re.compile(r"(?![A-Z]{2,}[a-z])\S.*", re.DOTALL)
_SENTENCE = re.compile(r"([A-Z][a-z']*\b|[`/]|--[a-z]|flickr-auditor |[\w.]+\.toml\b).*", re.DOTALL)


def reads_well(error: AuditorError) -> bool:
    """Whether the message is a phrase and the hint a sentence, each as people write it."""
    return (
        isinstance(error.message, str)
        and isinstance(error.hint, str)
        and _PHRASE.fullmatch(error.message) is not None
        and _SENTENCE.fullmatch(error.hint) is not None
        and not (error.hint.isupper() or re.sub("HTTP [0-9]+", "", error.message).isupper())
    )


@pytest.fixture(autouse=True)
def _every_error_reads_well(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    met: list[AuditorError] = []
    made = AuditorError.__init__

    def noted(self: AuditorError, message: str, *, hint: str = "") -> None:
        made(self, message, hint=hint)
        met.append(self)

    monkeypatch.setattr(AuditorError, "__init__", noted)
    yield
    unfit = [(type(error).__name__, error.message, error.hint) for error in met if not reads_well(error)]
    assert not unfit, unfit


def said(call: Callable[[], object]) -> tuple[type[AuditorError], str, str]:
    """The error of a call that must be refused: its type, message and hint."""
    with pytest.raises(AuditorError) as caught:
        call()
    return type(caught.value), caught.value.message, caught.value.hint
