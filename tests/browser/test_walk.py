"""A photographer's first five minutes: an export, no key, and no terminal but for the first command.

What is asserted is how often they must click; how long it took is only printed (`pytest -s`).
"""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from auditor.sandbox import Sandbox
from tests.browser.conftest import accessible
from tests.cli.conftest import cards as cards
from tests.cli.conftest import web as web
from tests.exports import write_export
from tests.review.conftest import Served

CLICKS_TO_THE_FIRST_HIT = 5
CLICKS_TO_THE_LETTER = 7


class Photographer:
    """Clicks, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.began = time.monotonic()

    def click(self, what: Locator) -> None:
        expect(what).to_be_visible(timeout=60_000)
        what.click()
        self.clicks += 1

    def choose(self, files: list[Path]) -> None:
        """Click on the field, mark the files in the system's dialog, and click on its button."""
        self.page.locator("form[data-drop='/drop/export'] input[type=file]").set_input_files(files)
        self.clicks += 2

    def says(self, what: str) -> None:
        print(f"{what}: {self.clicks} clicks, {(time.monotonic() - self.began) / 60:.1f} minutes")


def test_from_an_export_to_the_first_hit_and_the_letter(
    environment: Path,
    box: Sandbox,
    cards: None,
    page: Page,
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    page.set_default_timeout(60_000)
    ada = Photographer(page)

    page.goto(served.link)  # the command opens it
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    ada.choose(write_export(box, tmp_path))
    page.wait_for_url(f"{served.address}/")
    ada.click(page.get_by_role("main").get_by_role("link", name="Choose datasets"))
    ada.click(page.get_by_role("button", name="Fetch them all"))
    ada.click(page.get_by_role("link", name="See what was found"))
    hits = page.locator("h1 .lead")
    expect(hits).to_be_visible(timeout=60_000)
    assert int(hits.inner_text()) > 0
    ada.says("to the first hit")
    assert ada.clicks == CLICKS_TO_THE_FIRST_HIT

    ada.click(page.get_by_role("link", name="Write letters"))
    ada.click(page.get_by_role("button", name="Write the letter"))
    letter = page.locator("#letter-text")
    expect(letter).to_contain_text(f"https://www.flickr.com/photos/{box.account.me.nsid}/")
    ada.says("to the letter")
    assert ada.clicks == CLICKS_TO_THE_LETTER
    accessible(page)

    page.goto(f"{served.address}/photos?kind=any")
    expect(page.locator("#sheet img").first).to_have_js_property("naturalWidth", 150)
    assert box.log == []
