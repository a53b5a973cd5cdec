"""Who may talk to the review page, and how: hosts, origins, cookies, tokens, methods, headers."""

import re

import pytest
import requests

from auditor.review.guard import COOKIE
from tests.cli.conftest import Program
from tests.review.conftest import Served

PAGES = ("/", "/photos", "/runs", "/letters", "/datasets", "/start")
CHANGES = (
    "/select",
    "/plans",
    "/sync",
    "/login",
    "/datasets/fetch",
    "/plans/x/apply",
    "/runs/x/undo",
    "/drop/export",
)


def test_without_the_link_nothing_is_shown(indexed: Program, served: Served) -> None:
    for path in (*PAGES, "/static/review.js", "/photos/1", "/jobs/sync/events"):
        answer = served.get(path)
        assert answer.status_code == 403, path
        assert "Sandy" not in answer.text


def test_the_link_works_once(served: Served) -> None:
    link = served.link
    assert requests.get(link, timeout=30).ok
    again = requests.get(link, timeout=30)
    assert again.status_code == 403
    assert COOKIE not in again.cookies
    assert "used already" in again.text
    assert "/photos" not in again.text  # no menu of pages that would be refused
    assert requests.get(f"{served.address}/enter?token=", timeout=30).status_code == 403


def test_the_cookie_is_for_this_site_and_no_script(served: Served) -> None:
    cookie = requests.get(served.link, timeout=30).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]:1"]
)
def test_another_host_name_is_turned_away(inside: Served, host: str) -> None:
    assert inside.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://{host}"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://{host}@evil.example"},
    ],
)
def test_a_change_from_another_origin_is_refused(inside: Served, headers: dict[str, str]) -> None:
    host = inside.address.removeprefix("http://")
    for path in CHANGES:
        answer = inside.browser.post(
            inside.address + path,
            data={"form_token": inside.state.keys.form},
            headers={name: value.replace("{host}", host) for name, value in headers.items()},
            timeout=30,
        )
        assert answer.status_code == 403, path


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_without_the_forms_token_is_refused(inside: Served, path: str) -> None:
    for fields in ({}, {"form_token": ""}, {"form_token": "x" * 43}):
        answer = inside.browser.post(
            inside.address + path, data=fields, headers={"Origin": inside.address}, timeout=30
        )
        assert answer.status_code in {403, 404}, path


def test_no_get_changes_anything(writer: Program, inside: Served, box: object) -> None:
    for path in CHANGES:
        assert inside.get(path).status_code in {404, 405}, path
    assert inside.state.selection.ids == ()
    assert inside.state.jobs.running == ()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_unknown(inside: Served, method: str) -> None:
    assert inside.browser.request(method, inside.address + "/", timeout=30).status_code == 405


@pytest.mark.parametrize(
    "path", [*PAGES, "/static/review.js", "/nowhere", "/static/../state.py", "/static/%2e%2e%2fapp.py"]
)
def test_every_answer_forbids_frames_caches_and_inline_scripts(
    indexed: Program, inside: Served, path: str
) -> None:
    answer = inside.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "import" not in answer.text or path == "/static/review.js"


def test_pages_hold_no_secret_and_no_link_to_an_original(
    indexed: Program, inside: Served, box: object
) -> None:
    some = re.findall(r'href="/photos/(\d+)"', inside.get("/photos?kind=any").text)[0]
    text = "".join(inside.get(path).text for path in (*PAGES, "/photos?kind=any", f"/photos/{some}"))
    for photo in box.account.own_photos():  # type: ignore[attr-defined]
        assert photo.original_secret not in text
    for secret in (box.secret, inside.state.keys._cookie):  # type: ignore[attr-defined]
        assert secret not in text
