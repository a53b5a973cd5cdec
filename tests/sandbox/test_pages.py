"""The pages that a person reads while logging in: ours, and those of the pretend Flickr."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import requests
from requests_oauthlib import OAuth1Session

from auditor.flickr.callback_page import web_page
from auditor.sandbox import Sandbox


class Page(HTMLParser):
    """The elements of a page, and whether each that must be closed is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def pages(box: Sandbox) -> Iterator[dict[str, str]]:
    """Every page a person can meet, by name."""
    consent = f"{box.url}/services/oauth/authorize"
    with requests.Session() as browser:

        def answered(decision: str) -> str:
            with OAuth1Session(box.key, box.secret, callback_uri="oob") as program:
                asked = program.fetch_request_token(f"{box.url}/services/oauth/request_token")
            args = {"oauth_token": asked["oauth_token"], "perms": "write"}
            if decision:
                return browser.post(consent, data=args | {"decision": decision}, timeout=10).text
            return browser.get(consent, params=args, timeout=10).text

        yield {
            "question": answered(""),
            "code": answered("allow"),
            "denied": answered("deny"),
            "old link": browser.get(consent, params={"oauth_token": "old"}, timeout=10).text,
            "elsewhere": browser.get(f"{box.url}/photos/somebody/", timeout=10).text,
            "callback": web_page("Logged in", "<p>You can close this page.</p>"),
        }


def test_every_page_is_whole_readable_on_a_phone_and_in_the_dark_and_asks_for_nothing(
    pages: dict[str, str],
) -> None:
    for text in pages.values():
        page = Page(text)
        assert text.startswith("<!doctype html>")
        assert page.all("html") == [{"lang": "en"}]
        assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
        metas = {meta.get("name") or meta.get("http-equiv"): meta.get("content") for meta in page.all("meta")}
        assert metas["viewport"] == "width=device-width, initial-scale=1"
        assert str(metas["Content-Security-Policy"]).startswith("default-src 'none'")
        assert "prefers-color-scheme: dark" in text
        assert not page.all("script")
        assert not re.search(r"https?://|src=|url\(", text)


def test_the_question_says_what_for_and_can_be_answered(pages: dict[str, str]) -> None:
    page = Page(pages["question"])
    assert "see and change the photos" in pages["question"]
    assert [button["value"] for button in page.all("button")] == ["allow", "deny"]
    assert {field["name"] for field in page.all("input")} == {"oauth_token", "perms"}


def test_a_hostile_name_is_text_on_the_page(box: Sandbox) -> None:
    box.account.me.username = "<script>alert(1)</script>"
    with OAuth1Session(box.key, box.secret, callback_uri="oob") as program:
        asked = program.fetch_request_token(f"{box.url}/services/oauth/request_token")
    args = {"oauth_token": asked["oauth_token"], "perms": "read"}
    text = requests.get(f"{box.url}/services/oauth/authorize", params=args, timeout=10).text
    assert "&lt;script&gt;" in text
    assert not Page(text).all("script")
    assert "<b>x" not in web_page("<b>x", "")
