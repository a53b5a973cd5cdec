"""Pages in a real browser: Debian's Chromium, driven by Playwright. No browser is ever downloaded."""

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.review.conftest import (
    box as box,
)
from tests.review.conftest import (
    built as built,
)
from tests.review.conftest import (
    environment as environment,
)
from tests.review.conftest import (
    indexed as indexed,
)
from tests.review.conftest import (
    program as program,
)
from tests.review.conftest import (
    publishers as publishers,
)
from tests.review.conftest import (
    served as served,
)
from tests.review.conftest import (
    writer as writer,
)

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
QUIET = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and .ci/run should have")
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET, chromium_sandbox=hasattr(os, "geteuid") and os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile. Flickr's pictures are answered here; any other address is an error."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=False)
    strangers: list[str] = []

    def answer(route: Route) -> None:
        address = route.request.url
        if address.startswith("https://live.staticflickr.com/"):
            route.fulfill(body=PIXEL, content_type="image/png")
        elif address.startswith(("file:", "data:", "blob:", "http://127.0.0.1")):
            route.continue_()
        else:
            strangers.append(address)
            route.abort()

    context.route("**/*", answer)
    yield context
    context.close()
    assert strangers == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; an error in its scripts, or a breach of its security policy, fails the test."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    assert problems == []


def accessible(page: Page) -> None:
    """Fail on any violation that axe-core finds; its script gets past the page's policy by the debugger."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def chromium_without_scripts(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who allows no scripts."""
    context = chromium.new_context(java_script_enabled=False)
    yield context
    context.close()
