"""Reading an incoming mail: its references, its sender, and its words, whatever it is made of.

A mail is hostile until parsed: HTML alone, charsets that nobody knows, headers that are none. Nothing is
loaded from anywhere, and attachments are counted and never unpacked.
"""

import re
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from auditor.errors import UsageError
from auditor.text import plain


@dataclass(frozen=True, slots=True)
class Mail:
    """An incoming mail, as far as filing needs it."""

    message_id: str
    references: tuple[str, ...]
    """What it answers: In-Reply-To and References."""
    sender: str
    """The address alone; "" where none can be read. Anybody can write any address there."""
    subject: str
    sent_on: date | None
    """By its own Date header, which can be wrong."""
    text: str
    automatic: bool
    """A program wrote it (RFC 3834)."""
    attachments: int


def read_mail(data: bytes) -> Mail:
    """The mail that the bytes of an ``.eml`` file are. Errors: `UsageError` for what is no mail."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        headers = {name.lower(): _header(message, name) for name in ("From", "Subject", "Message-ID", "Date")}
        if not any(headers.values()):
            raise UsageError(
                "it has none of the headers of a mail", hint="Save the mail as .eml and give that."
            )
        automatic = _header(message, "Auto-Submitted").lower()
        references = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
        return Mail(
            message_id=headers["message-id"].strip("<> "),
            references=tuple(re.findall(r"<([^<>\s]+)>", references)),
            sender=parseaddr(headers["from"])[1],
            subject=headers["subject"],
            sent_on=_day(headers["date"]),
            text=_text(message),
            automatic=automatic.startswith("auto"),
            attachments=sum(1 for _ in message.iter_attachments()) if message.is_multipart() else 0,
        )
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"the mail cannot be read: {error}", hint="Give the text instead: --text-file."
        ) from error


def _header(message: EmailMessage, name: str) -> str:
    try:
        return plain(message.get(name, ""), 2000)
    except (LookupError, ValueError, TypeError, AttributeError, IndexError):
        return ""  # a header that the parser gives up on says nothing


def _day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date() if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    payload = body.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else str(payload or "").encode()
    try:
        text = raw.decode(body.get_content_charset() or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        text = raw.decode("utf-8", errors="replace")
    return _from_html(text) if body.get_content_subtype() == "html" else text


class _Html(HTMLParser):
    """The words of an HTML mail; its scripts, styles and quotes are not read, and nothing is loaded."""

    _SILENT = frozenset({"script", "style", "head", "blockquote", "title"})
    _BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BREAKS:
            self.parts.append("\n")
        elif tag == "a" and not self._silent:
            self.parts += [f" {value} " for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _from_html(text: str) -> str:
    parser = _Html()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)
