"""Hostile text in every field that comes from Flickr, a list or a form: on the pages it is only text."""

import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.review.conftest import Served, runs

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea></select></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--<iframe src=//evil.example>",
    "\u202egnp.exe</li><base href=//evil.example>",
)
HOSTILE = " ".join(CORPUS)
OURS = {"report.css", "review.css", "review.js"}


class Markup(HTMLParser):
    """What a browser would make of a page: its elements and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def harmless(text: str) -> None:
    """Fail where anything of the corpus became markup."""
    for tag, attributes in Markup(text).elements:
        assert tag not in {"iframe", "base", "object", "embed", "style"}, tag
        if tag == "script":
            assert attributes == {"src": "/static/review.js", "defer": None}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "src", "action"}:
                assert (value or "").startswith(("/", "#", "https://", "http://", "mailto:", "data:,")), value
                assert not (value or "").startswith("//"), value


@pytest.fixture
def hostile(writer: Program, environment: Path, tmp_path: Path) -> Program:
    """A home in which every text is hostile."""
    with closing(sqlite3.connect(environment / "auditor.sqlite3")) as conn, conn:
        conn.execute("UPDATE account SET username = ?", (HOSTILE,))
        conn.execute("UPDATE photo SET title = ?, date_taken = ?", (HOSTILE, HOSTILE))
        conn.execute("UPDATE photo SET license_id = ? WHERE id % 2", (HOSTILE,))
    links = tmp_path / f"{CORPUS[2]}.csv"
    nsid = writer("audit", "--format", "json").json["account"]["nsid"]
    photo = writer("audit", "--format", "json").json["photos"][0]["id"]
    links.write_text(
        f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",url\nx,https://www.flickr.com/photos/{nsid}/{photo}/\n'
    )
    assert writer("datasets", "add", "my-list", links).code == 0
    return writer


def test_hostile_text_is_text_on_every_page(hostile: Program, inside: Served, box: Sandbox) -> None:
    pages = [f"/photos?q={word}&set={word}&order={word}&year={word}" for word in CORPUS]
    pages += ["/", "/photos", "/photos?set=my-list", "/runs", "/letters", "/datasets", "/start", "/nowhere"]
    pages += [f"/{place}/{CORPUS[1]}" for place in ("photos", "plans", "runs", "letters", "jobs", "pictures")]
    for path in pages:
        harmless(inside.get(path).text)
    photo = hostile("audit", "--format", "json").json["photos"][0]["id"]
    harmless(inside.get(f"/photos/{photo}").text)
    inside.post("/select", what="some", id=[photo, HOSTILE], filter_q=HOSTILE)
    harmless(inside.post("/plans", add_tags=HOSTILE).text)  # refused: it holds a quote
    plan = inside.post("/plans", add_tags=CORPUS[0])
    harmless(plan.text)
    harmless(inside.post("/plans", license=HOSTILE).text)
    path = plan.url.removeprefix(inside.address)
    harmless(inside.post(f"{path}/apply", number=HOSTILE).text)
    inside.post(f"{path}/apply", number="1")
    inside.wait()
    harmless(inside.get(f"/runs/{runs(hostile)[0]['run_id']}").text)
    harmless(inside.get(f"/photos/{photo}").text)


def test_hostile_words_in_a_case_are_words(hostile: Program, inside: Served) -> None:
    letter = inside.post("/letters", what="draft", dataset="ffhq", name=HOSTILE, language="en")
    harmless(letter.text)
    case = letter.url.removeprefix(inside.address)
    inside.post(f"{case}/sent", on="2026-01-05")
    for step, field in (("sent", "on"), ("answer", "text"), ("meaning", "meaning")):
        harmless(inside.post(f"{case}/{step}", **{field: HOSTILE}).text)
    for path in (case, "/letters"):
        harmless(inside.get(path).text)
    harmless(inside.post("/letters", what="ask", dataset=HOSTILE, ground=HOSTILE).text)


def test_hostile_names_of_dropped_files_are_words(hostile: Program, inside: Served) -> None:
    headers = {"Origin": inside.address, "x-form-token": inside.state.keys.form}
    for what in ("export", "dataset"):
        for name in CORPUS:
            url, drop = f"{inside.address}/drop/{what}", {"name": name, "drop": name}
            inside.browser.post(url, params=drop, data=b"{}", headers=headers, timeout=30)
            done = inside.browser.post(f"{url}/done", params=drop, headers=headers, timeout=30)
            inside.wait()
            harmless(inside.get(done.url.removeprefix(inside.address)).text)
