"""The report of an audit in a browser: filters, dialog, phone, dark, keyboard, paper, 12,000 photos."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from auditor.audit.result import AuditResult, ExposedPhoto
from auditor.report import render_audit
from tests.browser.conftest import accessible
from tests.report.test_report import HOSTILE, RESULT, exposure, photo


def many(number: int) -> AuditResult:
    """An account of so many exposed photos: every third in a face set, hostile titles among them."""
    exposed = tuple(
        ExposedPhoto(
            photo(
                5_000_000_000 + i,
                HOSTILE[i % 5] if i % 50 == 0 else f"Street portrait ({i})",
                license_id=("0", "2", "4")[i % 3],
                date_taken=f"{2004 + i % 12}-06-01 12:00:00",
                tags=("nocv",) if i % 7 == 0 else (),
            ),
            (exposure("ffhq" if i % 3 == 0 else "yfcc100m"),),
        )
        for i in range(number)
    )
    return replace(RESULT, exposed=exposed, photos=number * 2)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render_audit(many(600), "html"), encoding="utf-8")
    return path


def shown(page: Page) -> str:
    return page.locator("#filter output").inner_text()


def test_charts_and_filters_show_the_same_photos_and_the_address_keeps_them(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    expect(page.locator("#filter output")).to_have_text("600 photos")
    page.get_by_role("link", name="FFHQ").first.click()
    expect(page.locator("#filter output")).to_have_text("200 photos")
    page.locator("select[name=protection]").select_option("tagged")
    expect(page.locator("#filter output")).to_have_text("29 photos")
    assert "set=ffhq" in page.url
    assert "protection=tagged" in page.url
    page.reload()
    expect(page.locator("#filter output")).to_have_text("29 photos")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#filter output")).to_have_text("600 photos")
    page.get_by_label("Title or photo id").fill("5000000017")
    expect(page.locator("#filter output")).to_have_text("1 photo")


def test_a_photo_opens_with_its_proof_and_link_by_keyboard_alone(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.get_by_label("Title or photo id").fill("5000000003")
    page.locator(".cell").first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("line 7 of ffhq.csv")
    expect(dialog.get_by_role("link")).to_have_attribute(
        "href", "https://www.flickr.com/photos/99000001@N07/5000000003/"
    )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.className").startswith("cell")


def test_hostile_titles_are_words(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.get_by_label("Title or photo id").fill("script")
    page.locator(".cell").first.click()
    expect(page.locator("#dialog-title")).to_have_text(HOSTILE[0])
    assert page.locator("dialog img, dialog script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    page: Page, report: Path, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(report.as_uri())
    expect(page.locator(".cell").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    accessible(page)


def test_without_scripts_every_photo_is_listed(
    chromium_without_scripts: BrowserContext, report: Path
) -> None:
    page = chromium_without_scripts.new_page()
    page.goto(report.as_uri())
    assert page.locator("#all > li").count() == 600
    assert page.locator("#filter").is_hidden()


def test_on_paper_the_links_of_what_is_shown_follow_the_pictures(page: Page, report: Path) -> None:
    page.goto(report.as_uri() + "#set=ffhq")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#all > li").count() == 200
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#all").count() == 0


def test_twelve_thousand_photos_fit_the_page_and_are_drawn_a_window_at_a_time(
    page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_audit(many(12_000), "html"), encoding="utf-8")
    assert path.stat().st_size < 6_000_000
    page.goto(path.as_uri())
    expect(page.locator("#filter output")).to_have_text("12,000 photos")
    assert page.locator(".cell").count() <= 480
    page.locator("select[name=set]").select_option("ffhq")
    expect(page.locator("#filter output")).to_have_text("4,000 photos")
    assert page.locator(".cell").count() <= 480
