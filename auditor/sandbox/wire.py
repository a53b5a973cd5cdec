"""A request and a reply as plain values, so that all behind the socket can be read and called without one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from urllib.parse import parse_qsl

from oauthlib.oauth1.rfc5849 import utils

from auditor.flickr.callback_page import web_page

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """What a client sent. `url` is the whole address that was signed; header names are lower-case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path alone, without host and query."""
        return "/" + self.url.partition("//")[2].partition("/")[2].partition("?")[0]

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The parameters of the query and of a form body; those of the Authorization header are not in."""
        params = parse_qsl(self.url.partition("?")[2], keep_blank_values=True)
        if self.headers.get("content-type", "").startswith(FORM):
            params += parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return params

    @cached_property
    def oauth(self) -> list[tuple[str, str]]:
        """The parameters of an OAuth Authorization header, empty when there is none or it cannot be read."""
        value = self.headers.get("authorization", "")
        if not value.startswith("OAuth "):
            return []
        try:
            pairs = utils.parse_authorization_header(value)
        except ValueError:
            return []
        return [(name, utils.unescape(text)) for name, text in pairs if name != "realm"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client gets. `cut` drops the connection: before any byte, or in the middle of the body."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""  # "", "before" or "within"


def text_reply(status: int, text: str) -> Reply:
    """A reply in the plain text that Flickr's OAuth answers are made of."""
    return Reply(status, text.encode(), "text/plain;charset=UTF-8")


def page_reply(status: int, title: str, inner: str) -> Reply:
    """A page of the pretend Flickr for a person to read; `inner` is markup, `title` is text."""
    return Reply(status, web_page(title, inner, site="Pretend Flickr").encode(), "text/html; charset=utf-8")


def html_reply(status: int, title: str, inner: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A bare web page, as servers and proxies answer in bad times; `inner` is markup, `title` is text."""
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{escape(title)}</title></head><body>"
    page += f"<h1>{escape(title)}</h1>\n{inner}</body></html>\n"
    return Reply(status, page.encode(), "text/html; charset=utf-8", headers or {})
