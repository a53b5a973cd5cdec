"""The review page in a browser: the journey by mouse and keyboard, on a phone, in two tabs, in trouble."""

import zipfile
from pathlib import Path

import keyring.backend
import keyring.core
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from auditor.sandbox import Sandbox
from tests.browser.conftest import accessible
from tests.cli.conftest import Program
from tests.review.conftest import Served, runs

expect.set_options(timeout=60_000)
SECONDS = 60_000
"""Milliseconds: how long a step may take on a machine that is busy with other tests."""


@pytest.fixture
def opened(page: Page, served: Served) -> Page:
    """A browser that opened the one-time link."""
    page.set_default_timeout(SECONDS)
    page.goto(served.link)
    page.wait_for_url(f"{served.address}/**")
    return page


@pytest.fixture
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring in memory; nobody's own is touched."""
    kept: dict[tuple[str, str], str] = {}

    class Memory(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del kept[service, username]

    monkeypatch.setattr(keyring.core, "_keyring_backend", Memory())  # type: ignore[no-untyped-call]
    return kept


def tick(page: Page, number: int) -> None:
    boxes = page.locator("#sheet input[type=checkbox]")
    boxes.nth(0).click()
    boxes.nth(number - 1).click(modifiers=["Shift"])
    expect(page.locator("#ticked")).to_have_text(f"{number} photos ticked")


def plan_and_apply(page: Page) -> str:
    """Apply a plan of what is ticked; the number of its changes (a photo may have the tag already)."""
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    number = page.locator("form.fields b").inner_text()
    page.locator("input[name=number]").fill(number)
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/runs/**")
    return number


def test_the_whole_journey_with_a_mouse(
    program: Program,
    box: Sandbox,
    publishers: dict[str, Path],
    own_keyring: dict[tuple[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    opened: Page,
    served: Served,
) -> None:
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN")
    monkeypatch.delenv("FLICKR_OAUTH_TOKEN_SECRET")
    page = opened
    page.goto(f"{served.address}/start")
    page.get_by_role("button", name="Log in to read and change").click()
    page.get_by_role("link", name="Go to Flickr").click()
    page.get_by_role("button").first.click()  # Flickr's own "OK, I'll authorize it"
    page.get_by_role("button", name="Finish the login").click()
    assert own_keyring
    page.get_by_role("button", name="Pull my photos").click()
    page.wait_for_url(f"{served.address}/")
    for name in ("ffhq", "coco"):
        page.goto(f"{served.address}/datasets")
        page.locator("select[name=as]").select_option(name)
        page.locator("input[type=file]").set_input_files(publishers[name])
        page.wait_for_url("**/datasets")
        expect(page.get_by_role("heading", name="Checked on this computer")).to_contain_text(
            "1" if name == "ffhq" else "2"
        )
    page.goto(f"{served.address}/photos?kind=any")
    tick(page, 6)
    number = plan_and_apply(page)
    expect(page.locator(".number").first).to_have_text(number)
    page.get_by_role("button", name="Check at Flickr").click()
    expect(page.get_by_text(f"{number} changes read back as wanted")).to_be_visible()
    page.get_by_role("button", name="Undo …").click()
    page.locator("input[name=number]").fill(page.locator("form.fields b").inner_text())
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator(".number").first).to_have_text(number)
    assert [run["undoes"] is not None for run in runs(program)] == [True, False]


def test_an_export_is_dropped_and_looked_up_without_a_key(
    program: Program,
    publishers: dict[str, Path],
    opened: Page,
    served: Served,
    tmp_path: Path,
    box: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FLICKR_API_KEY")
    monkeypatch.delenv("FLICKR_API_SECRET")
    photo = box.account.own_photos()[0]
    export = tmp_path / "72157600000000001_abcdef_part1.zip"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("account_profile.json", f'{{"nsid": "{box.account.me.nsid}", "screen_name": "Ada"}}')
        archive.writestr(
            f"photo_{photo.id}.json",
            f'{{"id": "{photo.id}", "name": "Harbour", "privacy": "public", "license": "CC BY 2.0"}}',
        )
    page = opened
    page.goto(f"{served.address}/start")
    page.locator("form[data-drop='/drop/export'] input[type=file]").set_input_files(export)
    page.wait_for_url(f"{served.address}/")
    expect(page.locator("h1")).to_contain_text("Nothing was checked")
    page.goto(f"{served.address}/photos")
    expect(page.get_by_role("link", name="Harbour")).to_be_visible()


def test_practice_needs_one_click_and_leaves_nothing_behind(
    program: Program, opened: Page, served: Served, box: Sandbox
) -> None:
    page = opened
    page.goto(f"{served.address}/start")
    page.get_by_role("button", name="Practise").click()
    page.wait_for_url(f"{served.address}/")
    expect(page.get_by_text("Practice: a pretend Flickr")).to_be_visible()
    expect(page.locator(".lead")).to_be_visible()
    page.get_by_role("button", name="Leave practice").click()
    page.wait_for_url("**/start")
    assert box.log == []
    assert program("audit").code == 2  # the real home was never synced


def test_by_keyboard_alone(writer: Program, opened: Page, served: Served) -> None:
    page = opened
    page.goto(f"{served.address}/photos?set=ffhq")
    page.locator("#sheet input[type=checkbox]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_have_text("1 photo ticked")
    page.get_by_role("button", name="See what would change").focus()
    page.keyboard.press("Enter")
    field = page.locator("input[name=number]")
    field.focus()
    page.keyboard.type(page.locator("form.fields b").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/**")
    expect(page.locator(".number").first).to_have_text("1")


def test_a_list_of_ones_own_is_given_a_name_and_added_again(
    indexed: Program, opened: Page, served: Served, box: Sandbox, tmp_path: Path
) -> None:
    links = tmp_path / "links.txt"
    page = opened
    for number, already in ((6, ""), (2, "replace")):
        mine = box.account.own_photos()[:number]
        links.write_text(
            "".join(f"https://www.flickr.com/photos/{box.account.me.nsid}/{p.id}/\n" for p in mine)
        )
        page.goto(f"{served.address}/datasets")
        page.get_by_text("A list of your own, a further part").click()
        page.get_by_label("a name for it").fill("My Links")
        page.get_by_text("A list of your own, a further part").click()
        chooser = page.locator("form[data-drop='/drop/dataset'] input[type=file]")
        chooser.set_input_files(links)  # a name that is none is said before anything is copied
        expect(page.get_by_label("a name for it")).to_be_focused()
        page.get_by_label("a name for it").fill("my-links")
        page.get_by_label("If it is on this computer already").select_option(already)
        chooser.set_input_files(links)
        expect(page.locator(".banner")).to_contain_text(f"my-links: {number} photos can be looked up now")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_every_page_fits_and_axe_finds_nothing(
    writer: Program, opened: Page, served: Served, width: int, scheme: str
) -> None:
    assert writer("plan", "--dataset", "ffhq", "--add-tag", "no_cv", "--format", "json").code == 0
    plan = writer("show", "last", "--format", "json").json["plan_id"]
    run = writer("apply", plan, "--yes", "--format", "json").json["run_id"]
    found = served.state.home
    assert found is not None
    page = opened
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served.address}/photos?kind=any")
    photo = page.locator("#sheet a").first.get_attribute("href")
    paths = (
        "/",
        "/photos?kind=any",
        str(photo),
        f"/plans/{plan}",
        "/runs",
        f"/runs/{run}",
        "/letters",
        "/datasets?more=yes",
        "/datasets/remove?name=ffhq",
        "/start",
    )
    for path in paths:
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        accessible(page)


def test_two_tabs_apply_a_plan_once(
    writer: Program, box: Sandbox, context: BrowserContext, opened: Page, served: Served
) -> None:
    page = opened
    page.goto(f"{served.address}/photos?kind=any")
    tick(page, 5)
    page.get_by_role("button", name="See what would change").click()
    other = context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        tab.locator("input[name=number]").fill(tab.locator("form.fields b").inner_text())
    page.get_by_role("button", name="Apply").click()
    other.get_by_role("button", name="Apply").click()
    for tab in (page, other):
        tab.wait_for_url("**/runs/**")
        tab.reload()
    assert sum(bool(answered.writes) for answered in box.log) == runs(writer)[0]["done"]
    assert len(runs(writer)) == 1


def test_a_lost_connection_is_said_and_the_run_goes_on_from_there(
    writer: Program, box: Sandbox, opened: Page, served: Served
) -> None:
    page = opened
    page.goto(f"{served.address}/photos?kind=any")
    tick(page, 5)
    box.faults.add("cut", methods=["flickr.photos.addTags"], count=1000)
    page.get_by_role("button", name="See what would change").click()
    number = page.locator("form.fields b").inner_text()
    page.locator("input[name=number]").fill(number)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main .problem")).to_be_visible()
    box.faults.clear()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="Go on with").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator(".number").first).to_have_text(number)
    assert len(runs(writer)) == 1


def test_a_program_that_has_ended_is_said_and_no_tick_is_shown_that_nobody_kept(
    indexed: Program, context: BrowserContext, served: Served
) -> None:
    page = context.new_page()  # whose console may name the failed request
    page.goto(served.link)
    page.goto(f"{served.address}/photos?kind=any")
    boxes = page.locator("#sheet input[type=checkbox]")
    boxes.nth(1).click()
    expect(page.locator("#ticked")).to_have_text("1 photo ticked")
    context.route("**/select", lambda route: route.abort())
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    assert [boxes.nth(i).is_checked() for i in range(6)] == [False, True, False, False, False, False]
    assert len(served.state.selection.ids) == 1
    context.unroute("**/select")
    boxes.nth(0).click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator("#ticked")).to_have_text("2 photos ticked")
