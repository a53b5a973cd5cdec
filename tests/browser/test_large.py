"""The contact sheet over 100,000 photos: what a user notices, never how long it takes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from auditor import database
from auditor.datasets.adding import Wish, add
from auditor.files import private_dir
from auditor.review.library import PAGE
from tests.review.conftest import Served

expect.set_options(timeout=120_000)
PHOTOS = 100_000
EXPOSED = 1_500
HARBOURS = PHOTOS // 4
NSID = "12345678@N01"


def fill(conn: sqlite3.Connection) -> None:
    """An account of so many photos, every fourth of a harbour; straight into the database, for speed."""
    with closing(conn), database.transaction(conn):
        conn.execute("INSERT INTO account VALUES (?, 'Ada', NULL, 1, '{}', '{}', 1.8e9)", (NSID,))
        conn.execute(
            "INSERT INTO snapshot (nsid, taken_at, full_at, source, complete, photos)"
            " VALUES (?, 1.8e9, 1.8e9, 'api', 1, ?)",
            (NSID, PHOTOS),
        )
        conn.executemany(
            "INSERT INTO photo (nsid, id, title, license_id, privacy, tags, machine_tags, date_upload, as_of)"
            " VALUES (?, ?, ?, '4', 'public', '', '', ?, 1.8e9)",
            (
                (NSID, 5_000_000_000 + i, f"{'Street' if i % 4 else 'Harbour'} {i}", 1_200_000_000 + i)
                for i in range(PHOTOS)
            ),
        )


@pytest.fixture
def large(environment: Path, tmp_path: Path, served: Served, page: Page) -> Page:
    """The contact sheet of that account; its first photos are in a list."""
    private_dir(environment)
    fill(database.connect(environment / "auditor.sqlite3"))
    links = tmp_path / "links.txt"
    links.write_text(
        "".join(f"https://www.flickr.com/photos/{NSID}/{5_000_000_000 + i}/\n" for i in range(EXPOSED))
    )
    add(environment / "indexes", "my-list", [links], Wish())
    page.set_default_timeout(120_000)
    page.goto(served.link)
    try:
        page.wait_for_url(f"{served.address}/")
    except Error as error:
        raise AssertionError(page.locator("main").inner_text()) from error  # what it waits for
    return page


def test_a_hundred_thousand_photos_are_a_page_of_cells_and_a_selection_on_the_server(
    large: Page, served: Served
) -> None:
    page = large
    cells = page.locator("#sheet .cell")

    # Matched once, then every page holds a window of cells, however deep in the account it is.
    page.goto(f"{served.address}/photos?order=old")
    expect(page.locator("#filter output")).to_have_text("100,000 photos")
    expect(cells).to_have_count(PAGE)
    assert page.evaluate("document.querySelectorAll('*').length") < 2_000
    page.get_by_role("link", name="Next").click()
    expect(cells.first).to_contain_text(f"Harbour {PAGE}")
    page.goto(f"{served.address}/photos?order=old&page={PHOTOS // PAGE + 1}")
    expect(cells).to_have_count(PHOTOS % PAGE)
    expect(cells.last).to_contain_text(f"Street {PHOTOS - 1}")
    expect(page.get_by_role("link", name="Next")).to_have_count(0)

    # What is typed filters all of them, and what is ticked is all that match, not only what is shown.
    page.locator("input[type=search]").fill("harbour")
    expect(page.locator("#filter output")).to_have_text(f"{HARBOURS:,} photos")
    page.get_by_role("button", name=f"Tick all {HARBOURS:,} that match").click()
    expect(page.locator("#ticked")).to_have_text(f"{HARBOURS:,} photos ticked")
    assert len(served.state.selection.ids) == HARBOURS

    # It is kept by the server: another filter, a click, a reload and a new page change only what they say.
    page.goto(f"{served.address}/photos?kind=any")
    expect(page.locator("#filter output")).to_have_text(f"{EXPOSED:,} photos")
    page.locator("#sheet input[type=checkbox]:checked").first.click()
    expect(page.locator("#ticked")).to_have_text(f"{HARBOURS - 1:,} photos ticked")
    page.reload()
    expect(page.locator("#ticked")).to_have_text(f"{HARBOURS - 1:,} photos ticked")
    page.get_by_role("button", name="Untick everything").click()
    expect(page.locator("#ticked")).to_be_hidden()
    assert served.state.selection.ids == ()
