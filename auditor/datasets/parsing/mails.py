"""A mail saved as ``.eml``: its texts as lines, and the links of its pages, out of whatever encoding.

The bytes of a mail are no text: a link is folded over two lines, or all is in base64. What is attached is
read where it is text too, and named where it is not. The mail is hostile: size, nesting and parts are
bounded, nothing is loaded from anywhere, and no attachment is unpacked.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import (
    CloseBoundaryNotFoundDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
    MessageError,
)
from email.message import EmailMessage
from email.policy import EmailPolicy
from html import unescape
from itertools import islice
from typing import Any, Final, NamedTuple

from auditor.datasets.parsing.sources import CHUNK_BYTES, Source
from auditor.errors import WrongFileError
from auditor.flickr.urls import hides_photos, parse_photos
from auditor.mail import MAX_HEADER, MAX_NESTING
from auditor.text import plain

ATTACHED: Final = "attachment of a mail that is no text"
MOST_BYTES: Final = 32 * 1024**2
MOST_PARTS: Final = 1000
_FIELD = re.compile(rb"([!-9;-~]+):|[ \t]+\S")
_OF_MAILS = frozenset({b"date", b"message-id", b"mime-version", b"received", b"return-path", b"subject"})
_BETWEEN_LINKS = re.compile(r"[\s<>\"'`]+")
_LINE_END = re.compile(r"\r\n?|\n")
_CUT_OFF = (CloseBoundaryNotFoundDefect, InvalidBase64LengthDefect, InvalidBase64PaddingDefect)
_HOLDS_NO_LIST = re.compile(r"(?:image|audio|video|multipart|message)/|application/(?:pgp|(?:x-)?pkcs7)-")
_AS_TEXT: Final = "Save its text, or the list that is attached to it, as a file of its own, and give that."


class Piece(NamedTuple):
    """A line of a mail's text or a link of its page; None for an attachment that is no text."""

    text: str | None
    place: str


class _Brief(EmailPolicy):
    """Python's policy for mails, for headers of bounded length; see `auditor.mail`."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:MAX_HEADER])


_POLICY: Final = _Brief()


def is_mail(source: Source) -> bool:
    """Whether it begins with the headers of a mail, its sender's and two more."""
    names: set[bytes] = set()
    for line in source.head.replace(b"\r\n", b"\n").split(b"\n"):
        if not line:
            return b"from" in names and len(names & _OF_MAILS) > 1
        field = _FIELD.match(line)
        if not field:
            return False
        names.add((field[1] or b"").lower())
    return False


def pieces(source: Source) -> Iterator[Piece]:
    """What the mail says, part by part. Errors: `WrongFileError` when it is too large, cut short or odd."""
    seen: set[tuple[str, str | None, str | None]] = set()
    for number, (kind, text) in enumerate(_parts(source), 1):
        if text is None:
            if not _HOLDS_NO_LIST.match(kind):
                yield Piece(None, f"part {number}")
        elif kind == "text/html":
            yield from _links(text, number, seen)
        else:
            for nth, line in enumerate(_LINE_END.split(text), 1):
                seen |= _named(line)
                yield Piece(line, f"part {number}, line {nth}")


def _parts(source: Source) -> list[tuple[str, str | None]]:
    """The type of each part, and its text where it is one."""
    data = _content(source)
    try:
        message: EmailMessage = message_from_bytes(data, policy=_POLICY)  # type: ignore[arg-type]
        parts = list(islice(message.walk(), MOST_PARTS + 1))
        texts = [(part.get_content_type(), _text(part)) for part in parts]
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WrongFileError(
            f"{source.label} is a mail that cannot be read: {plain(error, 200)}", hint=_AS_TEXT
        ) from error
    if len(parts) > MOST_PARTS:
        raise WrongFileError(f"{source.label} is a mail of more than {MOST_PARTS:,} parts", hint=_AS_TEXT)
    if any(isinstance(defect, _CUT_OFF) for part in parts for defect in part.defects):
        raise WrongFileError(
            f"{source.label} is a mail that is cut short or damaged", hint="Save the mail again."
        )
    return texts


def _content(source: Source) -> bytes:
    data = b""
    with source.open() as stream:
        while len(data) <= MOST_BYTES and (block := stream.read(CHUNK_BYTES)):
            data += block
    if len(data) > MOST_BYTES or data.lower().count(b"boundary=") > MAX_NESTING:
        raise WrongFileError(
            f"{source.label} is a mail of more than 32 MiB, or of too many parts", hint=_AS_TEXT
        )
    return data


def _links(text: str, number: int, seen: set[tuple[str, str | None, str | None]]) -> Iterator[Piece]:
    """The links of a page to photos that the parts before it do not name, and those that hide photos.

    A link is shown cut (…) and leads to the whole.
    """
    for nth, word in enumerate(map(unescape, _BETWEEN_LINKS.split(text)), 1):
        named = _named(word)
        if not named <= seen or (not named and hides_photos(word) and not word.endswith(("…", ".."))):
            seen |= named
            yield Piece(word, f"part {number}, word {nth}")


def _named(text: str) -> set[tuple[str, str | None, str | None]]:
    return {(photo.photo_id, photo.nsid, photo.path_alias) for photo in parse_photos(text)}


def _text(part: EmailMessage) -> str | None:
    """The text of a part, decoded; None for a part that is no text."""
    if part.get_content_maintype() != "text":
        return None
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return raw.decode("utf-8", errors="replace")
