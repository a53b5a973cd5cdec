"""The page of a look-up in a browser: the same hits as the command line, and nothing asked but prefixes."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from auditor.account.data_export import load
from auditor.audit.audit import AccountState, audit
from auditor.audit.check import check
from auditor.audit.originals import OriginalFile, Originals
from auditor.datasets import catalogue
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.lookup import Index
from auditor.flickr.names import photo_ids_in_name
from auditor.flickr.target import classify
from auditor.flickr.urls import StaticAddress, yfcc_photo_hashes, yfcc_video_hash
from auditor.lookup.publish import publish
from auditor.target_lists import read_list, target_of
from tests.browser.conftest import accessible
from tests.datasets.web import Handler, Web, cut, redirect, serve
from tests.datasets.web import status as answer
from tests.lookup.conftest import NOW, Data, add, build_indexes, contents, invent, nsid
from tests.lookup.forging import MISLEADING, forge, markup, rewrite


@dataclass(frozen=True)
class Site:
    """A published look-up, what it was made from, and its server."""

    folder: Path
    indexes: tuple[Index, ...]
    data: Data
    web: Web


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Index, ...], Data]:
    place = tmp_path_factory.mktemp("look-up")
    data = invent(250, seed=3, largest=400)
    indexes = build_indexes(place / "indexes", data)
    publish(indexes, place / "public", now=NOW)
    return place / "public", indexes, data


TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript"}


@pytest.fixture
def site(published: tuple[Path, tuple[Index, ...], Data]) -> Iterator[Site]:
    folder, indexes, data = published
    with serve(Web(files=contents(folder), types=TYPES)) as web:
        yield Site(folder, indexes, data, web)


Break = Callable[[Site], object]
"""Does something to a host."""


@pytest.fixture
def page_of_broken_host(context: BrowserContext) -> Iterator[Page]:
    """A page to which the browser may say that a file did not come; an error in its script fails the test."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and not message.text.startswith("Failed to load resource")
            else None
        ),
    )
    yield page
    assert problems == []


def look_up(page: Page, words: str) -> None:
    page.locator("#query").fill(words)
    page.get_by_role("button", name="Look up").click()
    page.locator("#answer").wait_for()


def downloaded(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as CSV").click()
    return list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8"))))


def by_command_line(site: Site, words: str) -> set[tuple[Any, ...]]:
    targets = [classify(word) for word in words.split()]
    return {
        (
            item.photo_id or "",
            found.dataset,
            found.record,
            str(found.records),
            found.source,
            found.license_then or "",
        )
        for target in check(targets, site.indexes, {}, None).targets
        for item in target.exposures
        for found in [item.exposure]
    }


def on_page(rows: list[dict[str, str]]) -> set[tuple[Any, ...]]:
    keys = ("photo_id", "dataset", "record", "records", "source", "license_then")
    return {tuple(row[key] for key in keys) for row in rows}


def test_the_page_finds_what_the_command_line_finds(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    owned = site.data.photos[nsid(3)]
    for words in (
        "https://www.flickr.com/people/alias-4/",
        str(owned[0]),
        f"https://www.flickr.com/photos/{nsid(3)}/{owned[0]}/in/pool-x\nhttps://live.staticflickr.com/1/{owned[-1]}_0123456789.jpg\n"
        f"{site.data.unowned[0]}",
    ):
        look_up(page, words)
        assert on_page(downloaded(page)) == by_command_line(site, words)
    for value in (nsid(0), nsid(3).lower()):
        look_up(page, value)
        rows = on_page(downloaded(page))
        assert by_command_line(site, value) <= rows
        # Beyond the local indexes: the photos of the account whose owner only another dataset tells.
        extra = {(row[0], row[1]) for row in rows} - {
            (row[0], row[1]) for row in by_command_line(site, value)
        }
        assert extra == {(str(photo), "pictures") for photo in site.data.photos[value.upper()][:2]}


def test_the_list_that_it_saves_is_one_that_the_program_reads(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    owned, alone = site.data.photos[nsid(3)], site.data.unowned[0]
    for words, ids in ((nsid(3), owned), ("alias-4", site.data.aliased["alias-4"]), (str(alone), [alone])):
        look_up(page, words)
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download the links as a list").click()
        photos = [target_of(entry.text).photo for entry in read_list(Path(waiting.value.path()))]
        assert {photo.photo_id for photo in photos if photo} == set(map(str, ids))
        assert None not in photos


def test_it_lets_in_nothing_from_elsewhere_and_keeps_nothing(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["default-src"], rules["script-src"], rules["connect-src"]) == ("'none'", "'self'", "'self'")
    assert rules["img-src"] == "https://live.staticflickr.com"
    assert "unsafe" not in policy
    stores = ["localStorage.length", "sessionStorage.length", "document.cookie.length"]
    stores += ["(await caches.keys()).length", "(await indexedDB.databases()).length"]
    kept = page.evaluate(f"async () => [{', '.join(stores)}]")
    assert kept == [0] * len(stores)
    assert page.context.cookies() == []


def test_what_is_asked_is_shown_and_the_same_for_a_hit_and_a_miss(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    counts = []
    for value in (nsid(3), nsid(99_999)):
        before = len(site.web.requests)
        look_up(page, value)
        asked = [request.path for request in site.web.requests[before:]]
        counts.append(len(asked))
        shown = page.locator("#sent li").all_text_contents()
        assert [path.lstrip("/") for path in asked] == shown
        for request in site.web.requests[before:]:
            assert "Referer" not in request.headers
            assert "Cookie" not in request.headers
    assert counts[0] == counts[1]
    assert "Nothing was found" in page.locator("#answer").inner_text()
    assert "proves nothing" in page.locator("#result").inner_text()


def test_a_data_export_stays_in_the_browser_and_finds_what_has_no_owner(
    page: Page, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "72157_part1.zip"
    mine = [*site.data.photos[nsid(3)], site.data.unowned[0]]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        profile = {"nsid": nsid(3), "path_alias": "Alias-7", "email": "me@example.org"}
        archive.writestr("account_profile.json", json.dumps(profile))
        for photo in mine:
            archive.writestr(f"photo_{photo}.json", json.dumps({"id": str(photo)}))
    page.goto(site.web.url("index.html"))
    page.locator("#export").set_input_files(path)
    page.locator("#answer").wait_for()
    rows = {(row["photo_id"], row["dataset"]) for row in downloaded(page)}
    assert rows == {(str(photo), "owners") for photo in mine[:-1]} | {
        (str(photo), "pictures") for photo in (*mine[:2], mine[-1])
    } | {(str(photo), "aliases") for photo in site.data.aliased["alias-7"]}
    assert not [request for request in site.web.requests if request.path.startswith("/alias/")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_accessible_on_a_phone_and_in_the_dark(page: Page, site: Site, theme: Any, width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.web.url("index.html"))
    accessible(page)
    look_up(page, nsid(0))
    page.get_by_role("button", name="Show").first.click()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_works_by_keyboard_and_the_answer_is_where_the_focus_goes(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    page.locator("#query").focus()
    page.keyboard.type(nsid(3))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_be_focused()


def test_it_speaks_four_languages_without_a_word_missing(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    seen = set()
    for tag in ("en", "de", "fr", "es"):
        page.locator("#language").select_option(tag)
        assert page.evaluate("document.documentElement.lang") == tag
        words = page.locator("body").inner_text()
        assert "undefined" not in words
        assert "{0}" not in words
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        accessible(page)
        seen.add(words)
    assert len(seen) == 4


def test_every_language_has_the_same_words() -> None:
    from importlib.resources import files

    script = (files("auditor.lookup") / "page" / "lookup.js").read_text("utf-8")
    blocks = re.findall(r"^    (en|de|fr|es): \{\n(.*?)^    \},", script, re.MULTILINE | re.DOTALL)
    keys = [re.findall(r"(?:^|, |,\n\s+|\s{6})([a-zA-Z]+): \"", block) for _, block in blocks]
    assert [tag for tag, _ in blocks] == ["en", "de", "fr", "es"]
    assert len(keys[0]) > 40
    assert all(sorted(one) == sorted(keys[0]) for one in keys)


@pytest.mark.parametrize("how", MISLEADING)
def test_a_hostile_publisher_gets_no_answer_and_no_crash(page: Page, site: Site, how: str) -> None:
    MISLEADING[how](site.web, nsid(3))
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    words = page.locator("#answer").inner_text()
    assert "could not be looked up" in words
    assert not re.search("undefined|null|not as it should|TypeError|RangeError", words)


def test_markup_in_a_look_up_is_shown_as_text(page: Page, site: Site) -> None:
    markup(site.web, nsid(3))
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    assert page.title() == "Are my Flickr photos in a dataset?"
    assert page.locator("#result img, #result i, #result b, #result a[href^=javascript]").count() == 0
    shown = page.locator("#result").inner_text()
    assert "<img src=x" in shown
    assert "\u202e" not in shown


def status(code: int) -> Break:
    return lambda site: site.web.faults.extend([answer(code)] * 50)


def gone(site: Site) -> None:
    for path in [path for path in site.web.files if not path.endswith((".html", ".js"))]:
        del site.web.files[path]


def every(change: Callable[[bytes], bytes]) -> Break:
    """Change what stands in all files of owners."""

    def act(site: Site) -> None:
        for path in [path for path in site.web.files if path.startswith("nsid/")]:
            site.web.files[path] = change(site.web.files[path])

    return act


def manifest(content: bytes) -> Break:
    return lambda site: site.web.files.update({"lookup.json": content})


@pytest.mark.parametrize(
    "breaking",
    [
        gone,
        status(404),
        status(503),
        status(206),
        lambda site: site.web.faults.extend([redirect("https://another.example/x")] * 50),
        lambda site: site.web.faults.extend([cut(100)] * 50),
        manifest(b"<!doctype html><p>Log in"),
        manifest(b""),
        manifest(b" " * 200_000),
        lambda site: rewrite(site.web, lambda told: told.update(schema_version=2)),
        lambda site: rewrite(site.web, lambda told: told.update(about="0" * 64)),
        every(lambda content: b"<!doctype html><p>Log in"),
        every(lambda content: content[:-7]),
        every(lambda content: content + bytes(10**7)),
        every(lambda content: content[:20] + bytes([content[20] ^ 1]) + content[21:]),
    ],
    ids=[
        *("no files", "404", "503", "a part", "redirect", "cut", "a web page", "empty", "huge"),
        *("version", "another about", "web pages", "cut short", "longer", "one bit"),
    ],
)
def test_a_broken_host_is_no_miss(page_of_broken_host: Page, site: Site, breaking: Break) -> None:
    page = page_of_broken_host
    page.goto(site.web.url("index.html"))
    breaking(site)
    look_up(page, nsid(3))
    assert "could not be looked up" in page.locator("#answer").inner_text()
    assert "Nothing was found" not in page.locator("body").inner_text()


def test_a_look_up_that_is_replaced_meanwhile_is_asked_again_as_a_whole(
    page_of_broken_host: Page, site: Site
) -> None:
    page = page_of_broken_host
    new = {path: content for path, content in site.web.files.items() if not path.startswith("nsid/")}
    old = dict(site.web.files)
    page.goto(site.web.url("index.html"))
    # The first lookup.json leads to files that are gone by the time they are asked for.
    forge(site.web, "nsid", [(0, [bytes(4096)])])
    for path in [path for path in site.web.files if path.startswith("nsid/") and path not in old]:
        del site.web.files[path]

    def replaced(handler: Handler) -> bool:
        handler.answer(200, handler.web.files["lookup.json"])
        handler.web.files = {**new, **old}
        return True

    site.web.faults.append(replaced)
    look_up(page, nsid(3))
    assert len(downloaded(page)) >= len(site.data.photos[nsid(3)])


@pytest.mark.parametrize(
    "link",
    [
        "https://www.flickr.com/photos/alias-3/{id}/.",
        "https://m.flickr.com/#/photos/alias-3/{id}",
        "https://web.archive.org/web/2010/http://www.flickr.com/photos/alias-3/{id}/in/pool-x/",
        "https://www.flickr.com/photo.gne?id={id}",
        "https://www.flickr.com/photos/alias-3/{id}...",
        "https://www.flickr.com/photos/alias-3/{id}…",
        "https://www.flickr.com/photos/alias-3/{id}=",
        "https://www.flickr.com/photos/alias-3/{id}.html",
        "https://www.flickr.com/photo.gne?id={id}abc",
        "https://flic.kr/p/7Afj…",
        "https://www.flickr.com/photos//{id}/",  # of a script that had no alias to write
        "https://www.flickr.com/photos//alias-3/",
        "https://www.flickr.com/people//alias-3/",
        f"https://www.flickr.com/photos//{nsid(3)}/{{id}}/",
        "https://www.flickr.com/photos//12345/{id}",
        "https://notflickr.com/photos/alias-3/{id}",
        "https://evil-flickr.com/photos/alias-3/{id}",
        "https://live.staticflickr.com/1/{id}_01234567-8.jpg",
        "https://evil-staticflickr.com/1/{id}_0123456789.jpg",
    ],
)
def test_a_link_is_read_as_the_program_reads_it(page: Page, site: Site, link: str) -> None:
    """A link that was cut, or of another site, gave the page an id that may be a stranger's."""
    words = link.format(id=site.data.photos[nsid(3)][0])
    page.goto(site.web.url("index.html"))
    page.locator("#query").fill(words)
    page.get_by_role("button", name="Look up").click()
    if classify(words).kind == "unreadable":
        expect(page.locator("#status")).to_contain_text("could not be read")
    else:
        page.locator("#answer").wait_for()
        assert on_page(downloaded(page)) == by_command_line(site, words) != set()


def test_a_member_after_an_empty_segment_is_that_member(page: Page, site: Site) -> None:
    answers = []
    for link in (f"https://www.flickr.com/photos/{nsid(3)}/", f"https://www.flickr.com/photos//{nsid(3)}/"):
        page.goto(site.web.url("index.html"))
        look_up(page, link)
        answers.append(on_page(downloaded(page)))
    assert answers[0] == answers[1] != set()


def test_a_person_and_photos_are_not_looked_up_together(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    before = len(site.web.requests)
    page.locator("#query").fill(f"{nsid(3)}\n{site.data.unowned[0]}")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#status")).to_contain_text("not both at once")
    assert len(site.web.requests) == before


@pytest.mark.parametrize(
    "words",
    [
        "Sandy Practice",
        "my cats in Rome",
        "ünïcödé",
        "@N00",
        "x" * 5000,
        "",
        f"{nsid(3)}\n{nsid(4)}",
        f"{nsid(3)}\n77",
    ],
    ids=["a display name", "a title", "letters", "half an NSID", "long", "nothing", "two people", "mixed"],
)
def test_what_is_not_looked_up_leaves_no_answer_that_was_to_something_else(
    page: Page, site: Site, words: str
) -> None:
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(99_999))
    before = len(site.web.requests)
    page.locator("#query").fill(words)
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#status")).not_to_be_empty()
    expect(page.locator("#result")).to_be_hidden()
    page.locator("#language").select_option("de")
    expect(page.locator("#result")).to_be_hidden()
    assert len(page.locator("#status").inner_text()) < 200
    assert len(site.web.requests) == before


def test_a_display_name_is_no_two_accounts(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    page.locator("#query").fill("Sandy Practice")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#status")).to_have_text("These lines could not be read: Sandy Practice")
    look_up(page, f"My cat https://www.flickr.com/photos/{nsid(3)}/{site.data.photos[nsid(3)][0]}/")
    assert "could not be read: My cat" in page.locator("#result").inner_text()
    assert downloaded(page)


def test_an_answer_that_comes_late_is_not_that_to_the_next_question(page: Page, site: Site) -> None:
    page.goto(site.web.url("index.html"))
    page.evaluate("""() => {
        const fetched = window.fetch;
        window.fetch = async (...words) => {
            if (window.fetch.calls++ === 0) await new Promise((go) => { window.late = go; });
            return fetched(...words);
        };
        window.fetch.calls = 0;
    }""")
    page.locator("#query").fill(nsid(3))
    page.get_by_role("button", name="Look up").click()
    look_up(page, nsid(99_999))
    page.evaluate("window.late()")
    page.wait_for_timeout(500)
    assert "Nothing was found" in page.locator("#answer").inner_text()


def test_a_page_that_was_opened_as_a_file_asks_for_its_folder_and_says_that_nothing_was_sent(
    page: Page, site: Site
) -> None:
    page.goto(f"file://{site.folder}/index.html")
    page.locator("#query").fill(nsid(3))
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#status")).to_contain_text("Choose the folder it is in")
    expect(page.locator("#folder")).to_be_focused()
    page.locator("#folder").set_input_files(str(site.folder))
    look_up(page, nsid(3))
    words = page.locator("#result").inner_text()
    assert "Nothing was sent" in words
    assert "fetched from the host" not in words
    assert site.web.requests == []


@pytest.mark.parametrize(
    ("link", "hashed", "hit"),
    [
        ("https://live.staticflickr.com/65535/48600109393_0123456789_b.jpg", 7, True),
        ("https://farm7.staticflickr.com/65535/48600109393_0123456789_b_d.jpg", 7, True),
        ("https://farm8.static.flickr.com/65535/48600109393_0123456789.jpg", 7, False),
        ("https://c2.staticflickr.com/7/65535/48600109393_0123456789_n.jpg", 7, True),
        ("https://farm66.staticflickr.com/65535/48600109393_0123456789_b.jpg", 7, True),
        ("https://farm66.staticflickr.com/65535/48600109393_0123456789_b.jpg", 66, True),
        ("https://live.staticflickr.com/65535/48600109393_0123456789_o.jpg", 7, False),
        (f"https://www.flickr.com/photos/{nsid(3)}/48600109393/play/orig/0123456789/", None, True),
        ("https://www.flickr.com/photos/alias-3/48600109393/play/orig/0123456789/", None, False),
    ],
)
def test_a_static_link_is_looked_up_by_its_hash_too(
    page: Page, site: Site, tmp_path: Path, link: str, hashed: int | None, hit: bool
) -> None:
    """By that of its farm, of all farms where it names none of 2014, and of a video, as by the program."""
    value = (
        yfcc_photo_hashes("48600109393", "65535", "0123456789", hashed)[0]
        if hashed
        else yfcc_video_hash(nsid(3), "48600109393", "0123456789")
    )
    add(tmp_path / "indexes", "hashes", "pass-csv", f"hash,licensename\n{value},Attribution License\n")
    add(tmp_path / "indexes", "other", "photo-id-list", "\n".join(map(str, site.data.unowned)))
    indexes = open_indexes(tmp_path / "indexes").readable
    publish(indexes, tmp_path / "public", now=NOW)
    site.web.files = contents(tmp_path / "public")
    page.goto(site.web.url("index.html"))
    look_up(page, link)
    rows = downloaded(page) if hit else []
    assert [(row["photo_id"], row["dataset"]) for row in rows] == [("48600109393", "hashes")] * hit
    assert on_page(rows) == by_command_line(Site(tmp_path, indexes, site.data, site.web), link)
    assert hit or "Nothing was found" in page.locator("#answer").inner_text()
    look_up(page, "48600109393")
    assert "identify photos by other keys" in page.locator("#result").inner_text()


def test_an_export_with_originals_is_looked_up_by_the_same_keys_as_by_an_audit(
    page: Page, site: Site, tmp_path: Path
) -> None:
    """By ids, owner, the hashes of pictures and videos, and the content of files, in zips or beside them."""
    me, photo, video, named, gone = nsid(3), "48600109393", "48600109394", "48600109395", "48600109396"
    clip, other_clip = f"https://www.flickr.com/photos/{me}/{video}/play/orig/0123456789/", "48600109397"
    told = {
        photo: "https://farm3.staticflickr.com/65535/48600109393_0123456789_b.jpg",
        video: clip,
        named: "https://live.staticflickr.com/65535/48600109395_0123456789_o.jpg",
        other_clip: f"https://live.staticflickr.com/video/{other_clip}/0123456789/orig.mp4",
    }
    pictures = {
        f"holiday_{named}_o.jpg": b"one" * 9000,
        "stray.jpg": b"two",
        "unknown.jpg": b"three" * 70_000,
    }
    hashes = [
        *yfcc_photo_hashes(photo, "65535", "0123456789", 3),
        *(yfcc_video_hash(me, one, "0123456789") for one in (video, other_clip)),
        yfcc_video_hash(me, named, "0123456789"),  # of a picture, so this is not looked for
    ]
    md5s = [
        base64.b64encode(hashlib.md5(content).digest()).decode() for content in list(pictures.values())[:2]
    ]
    rows = [
        f"{n:016x},https://farm7.staticflickr.com/6034/{8 + n}_1f59acb40a_o.jpg,{md5}"
        for n, md5 in enumerate(md5s)
    ]
    indexes = tmp_path / "indexes"
    add(indexes, "owners", "flickr-url-list", f"https://www.flickr.com/photos/{me}/{gone}/")
    add(indexes, "hashes", "pass-csv", "hash,licensename\n" + "".join(f"{one},\n" for one in hashes))
    add(indexes, "open-images", "open-images-csv", "\n".join(["ImageID,OriginalURL,OriginalMD5", *rows, ""]))
    publish(open_indexes(indexes).readable, tmp_path / "public", now=NOW)
    site.web.files = contents(tmp_path / "public")

    export = tmp_path / "export"
    export.mkdir()
    with zipfile.ZipFile(export / "72157_part1.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account_profile.json", json.dumps({"nsid": me}))
        for photo_id, address in told.items():
            archive.writestr(f"photo_{photo_id}.json", json.dumps({"id": photo_id, "original": address}))
        archive.writestr("contacts_part001.json", "{}")
        for name in list(pictures)[:2]:
            archive.writestr(name, pictures[name])
    (export / "unknown.jpg").write_bytes(pictures["unknown.jpg"])
    found = load(export)
    assert len(found.photos) == 4
    result = audit(
        AccountState(
            found.account,
            found.photos,
            addresses=[
                StaticAddress(p.id, p.server, p.farm, p.secret) for p in found.photos if p.server and p.secret
            ],
        ),
        open_indexes(indexes).readable,
        catalogue.load(),
        generated_at="2026-11-27T00:00:00+00:00",
        originals=Originals(
            str(export),
            tuple(
                OriginalFile(name, hashlib.md5(content).hexdigest(), photo_ids_in_name(name))
                for name, content in pictures.items()
            ),
            (),
        ),
    )
    by_audit: set[tuple[str | None, str, str, str]] = {
        (item.photo.id, exposure.dataset, exposure.record, "")
        for item in result.exposed
        for exposure in item.exposures
    }
    by_audit |= {(item.photo_id, item.exposure.dataset, item.exposure.record, "") for item in result.gone}
    by_audit |= {("", one.dataset, one.record, file.path) for file in result.files for one in file.exposures}
    assert {photo_id for photo_id, *_ in by_audit} == {photo, video, other_clip, named, gone, ""}

    page.goto(site.web.url("index.html"))
    page.locator("#export").set_input_files([export / "72157_part1.zip", export / "unknown.jpg"])
    page.locator("#answer").wait_for()
    assert {
        (row["photo_id"], row["dataset"], row["record"], row["file"]) for row in downloaded(page)
    } == by_audit
    assert "files that match by their content: 1" in page.locator("#answer").inner_text()
    assert "stray.jpg" in page.locator("#result").inner_text()
    assert "identify photos by other keys" not in page.locator("#result").inner_text()


def test_where_no_dataset_can_tell_it_does_not_say_that_nothing_was_found(
    page: Page, site: Site, tmp_path: Path
) -> None:
    add(tmp_path / "indexes", "hashes", "pass-csv", f"hash,licensename\n{7:032x},Attribution License\n")
    publish(open_indexes(tmp_path / "indexes").readable, tmp_path / "public", now=NOW)
    site.web.files = contents(tmp_path / "public")
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    assert "Nothing could be checked" in page.locator("#answer").inner_text()
    assert "Nothing was found" not in page.locator("body").inner_text()


def test_a_zip_that_cannot_be_read_is_named(page: Page, site: Site, tmp_path: Path) -> None:
    whole, cut_short = tmp_path / "72157_part1.zip", tmp_path / "72157_part2.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account_profile.json", json.dumps({"nsid": nsid(3)}))
        archive.writestr("photo_7.json", json.dumps({"id": "7"}) * 1000)
    cut_short.write_bytes(whole.read_bytes()[:-40])
    page.goto(site.web.url("index.html"))
    page.locator("#export").set_input_files([whole, cut_short])
    page.locator("#answer").wait_for()
    assert "could not be read: photo_7.json, 72157_part2.zip" in page.locator("#result").inner_text()


def test_a_small_look_up_says_that_it_hides_nobody_well(page: Page, site: Site, tmp_path: Path) -> None:
    add(tmp_path / "indexes", "owners", "flickr-url-list", f"https://www.flickr.com/photos/{nsid(3)}/4711/")
    publish(open_indexes(tmp_path / "indexes").readable, tmp_path / "public", now=NOW)
    before = dict(site.web.files)
    site.web.files = contents(tmp_path / "public")
    page.goto(site.web.url("index.html"))
    look_up(page, nsid(3))
    assert "one of 1 accounts" in page.locator("#result").inner_text()
    look_up(page, "4712")
    assert "one of 1 photos" in page.locator("#result").inner_text()
    site.web.files = before
    look_up(page, nsid(3))
    assert "too small to hide you" not in page.locator("#result").inner_text()


def test_what_is_too_large_to_be_fetched_whole_is_named_as_not_checked(
    page: Page, site: Site, tmp_path: Path
) -> None:
    rewrite(site.web, lambda told: told["sections"]["unowned"].update(pages=100_000, page_bytes=10**6))
    path = tmp_path / "part1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("account_profile.json", json.dumps({"nsid": nsid(3)}))
        archive.writestr("photo_7.json", json.dumps({"id": "7"}))
    page.goto(site.web.url("index.html"))
    page.locator("#export").set_input_files(path)
    page.locator("#answer").wait_for()
    shown = page.locator("#result").inner_text()
    assert "Photos of yours that were found" in shown
    assert "Not checked: photos whose owner this host does not know" in shown
    assert not [request for request in site.web.requests if request.path.startswith("/unowned/")]


def test_a_pinned_root_is_kept(page: Page, site: Site) -> None:
    page.goto(site.web.url(f"index.html#{'0' * 64}"))
    look_up(page, nsid(3))
    assert "not the look-up" in page.locator("#answer").inner_text()


def test_it_works_from_a_file(context: BrowserContext, page: Page, site: Site) -> None:
    page.goto((site.folder / "index.html").as_uri())
    page.locator("#folder").set_input_files(site.folder)
    look_up(page, nsid(3))
    assert len({row["photo_id"] for row in downloaded(page)}) == len(site.data.photos[nsid(3)])
    assert page.locator("#sent li").count() == 0


def test_thumbnails_are_loaded_after_a_click_only(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.web.url("index.html"))
    look_up(page, f"https://live.staticflickr.com/77/{site.data.unowned[0]}_0123456789_b.jpg")
    assert not [url for url in asked if "flickr.com" in url]
    page.get_by_role("button", name="Show thumbnails").click()
    expect(page.locator("#result img")).to_have_count(1)
    page.locator("#result img").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#result img').complete")
    assert [url for url in asked if "flickr.com" in url] == [
        f"https://live.staticflickr.com/77/{site.data.unowned[0]}_0123456789_s.jpg"
    ]
