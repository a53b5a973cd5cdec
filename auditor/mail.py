"""Reading an incoming mail: its references, its sender, and its words, whatever it is made of.

A mail is hostile until parsed: HTML alone, charsets that nobody knows, headers that are none. Nothing is
loaded from anywhere, and attachments are counted and never unpacked.
"""

import re
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from typing import Any, Final

from auditor.errors import UsageError
from auditor.text import plain

MAX_HEADER: Final = 4000
"""Characters of a header that are read: the time that Python's parser takes grows with their square."""
MAX_NESTING: Final = 100
"""Parts with parts inside. Each line is compared with the end of every part around it."""


class _Brief(EmailPolicy):
    """Python's policy for mails, for headers of bounded length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        # Of the mails that one answers, the last are the nearest.
        brief = value[-MAX_HEADER:] if name.lower() == "references" else value[:MAX_HEADER]
        return super().header_fetch_parse(name, brief)


_POLICY: Final = _Brief()


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
    if data.lower().count(b"boundary=") > MAX_NESTING:
        raise UsageError("the mail has more parts than any mail", hint="Give the text instead: --text-file.")
    try:
        message: EmailMessage = message_from_bytes(data, policy=_POLICY)  # type: ignore[arg-type]
        headers = {name.lower(): _header(message, name) for name in ("From", "Subject", "Message-ID", "Date")}
        if not any(headers.values()):
            raise UsageError(
                "it has none of the headers of a mail", hint="Save the mail as .eml and give that."
            )
        automatic = _header(message, "Auto-Submitted").lower()
        references = f"{_header(message, 'In-Reply-To')} {_header(message, 'References', None)}"
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


def _header(message: EmailMessage, name: str, limit: int | None = 2000) -> str:
    try:
        return plain(message.get(name, ""), limit)
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


_SILENT = frozenset({"head", "blockquote", "title"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})
_TAG = re.compile(r"(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_LINK = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)


def _from_html(text: str) -> str:
    """The words of an HTML mail and its links; not its scripts, styles, comments and quotes.

    In one pass: the standard library's parser takes minutes for a megabyte of ``<a <a <a``.
    """
    for start, end in ((r"<!--", r"-->"), (r"<script\b", r"</script\s*>"), (r"<style\b", r"</style\s*>")):
        text = _without(text, start, end)
    first, *pieces = text.split("<")
    parts, silent = [first], 0
    for piece in pieces:
        inside, closed, words = piece.partition(">")
        tag = _TAG.match(inside)
        if not closed or not (tag or inside.startswith(("!", "?", "/"))):
            words = f"<{piece}"  # a "less than"
        elif tag and tag[2].lower() in _SILENT:
            silent = max(silent - 1, 0) if tag[1] else silent + 1
        elif tag and tag[2].lower() in _BREAKS:
            words = f"\n{words}"
        elif tag and tag[0].lower() == "a" and (link := _LINK.search(inside)):
            words = f" {link[1] or link[2] or link[3] or ''} {words}"
        if not silent:
            parts.append(words)
    return unescape("".join(parts))


def _without(text: str, start: str, end: str) -> str:
    """`text` less all that begins with `start` and goes on to `end`."""
    first, *others = re.split(start, text, flags=re.IGNORECASE)
    kept = [first]
    for other in others:
        kept += re.split(end, other, maxsplit=1, flags=re.IGNORECASE)[1:]
    return "".join(kept)
