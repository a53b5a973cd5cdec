import http.client
import threading
from collections import Counter
from collections.abc import Callable
from email.utils import parsedate
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from auditor.sandbox import Sandbox, make_account
from auditor.sandbox.faults import BENDING, KINDS, SPOILING, Faults
from auditor.sandbox.records import Photo

from .conftest import Client


@pytest.fixture
def photo(box: Sandbox) -> Photo:
    photo = box.account.own_photos()[0]
    photo.tags.clear()
    return photo


def looks(client: Client, photo: Photo) -> str:
    """What a client sees of one addTags: a status, a failure's code, or how the answer breaks."""
    try:
        reply = client.post("photos.addTags", photo_id=photo.id, tags="no_cv")
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return "connection lost"
    if reply.status_code == 401:
        return f"401 {parse_qs(reply.text)['oauth_problem'][0]}"
    if reply.status_code != 200:
        wait = reply.headers.get("Retry-After", "-")
        return f"{reply.status_code} {'date' if parsedate(wait) else wait}"
    try:
        answer = reply.json()
    except ValueError:
        return "html" if reply.text.startswith("<!DOCTYPE") else "broken json"
    return f"code {answer['code']} {answer['message']}" if isinstance(answer, dict) else "list"


SEEN: dict[tuple[str, float | None], str] = {
    ("429", None): "429 -",
    ("429", 2): "429 2",
    ("429-date", 86_400): "429 date",
    ("500", None): "500 -",
    ("502", None): "502 -",
    ("503", 30): "503 30",
    ("504", None): "504 -",
    ("html", None): "html",
    ("truncated", None): "broken json",
    ("trailing-comma", None): "broken json",
    ("list", None): "list",
    ("fail", 0): "code 0",
    ("fail", 1): "code 1 Photo not found",
    ("fail", 2): "code 2 Maximum number of tags reached",
    ("fail", 77): "code 77",
    ("fail", 112): 'code 112 Method "flickr.photos.addTags" not found',
    ("fail", 105): "code 105",
    ("fail", 106): "code 106",
    ("fail", 201): "code 201",
    ("cut", None): "connection lost",
    ("cut-body", None): "connection lost",
    ("revoked", None): "code 98",
    ("key-disabled", None): "code 100",
    ("clock", None): "401 timestamp_refused",
    ("signature", None): "401 signature_invalid",
}


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(("kind", "value"), SEEN)
def test_a_fault_spoils_the_answer_before_or_after_the_work(
    box: Sandbox, client: Client, photo: Photo, kind: str, value: float | None, done: bool
) -> None:
    box.faults.add(kind, value=value, done=done, count=1)
    assert looks(client, photo).startswith(SEEN[kind, value])
    assert ("nocv" in photo.tags) is done
    served = box.log[-1]
    assert (served.effective, served.fault, served.writes) == (done, kind, True)
    # It was one time only.
    assert client.call("test.login")["stat"] == "ok"
    assert box.faults.listed() == []


def test_every_spoiling_fault_is_tried() -> None:
    assert {kind for kind, _ in SEEN} == SPOILING.keys()
    assert KINDS == SPOILING | BENDING


def ids(client: Client, page: int) -> tuple[dict[str, object], list[str]]:
    answer = client.call("people.getPhotos", user_id="me", safe_search="3", per_page="25", page=str(page))
    photos = answer["photos"]
    return photos, [row["id"] for row in photos["photo"]]


@pytest.mark.parametrize(
    ("kind", "value", "rows", "unique", "total"),
    [
        ("short-pages", 5, [20, 20, 20], 60, 60),
        ("lost-rows", 2, [23, 23, 8], 54, 60),
        ("double-rows", 3, [28, 28, 13], 60, 60),
        ("shifted-rows", 4, [25, 25, 14], 60, 60),
        ("shifted-rows", -4, [25, 25, 6], 56, 60),
        ("total-off", 3, [25, 25, 10], 60, 63),
        ("total-text", None, [25, 25, 10], 60, "60"),
    ],
)
def test_listings_bend(
    box: Sandbox, client: Client, kind: str, value: float | None, rows: list[int], unique: int, total: object
) -> None:
    box.faults.add(kind, methods=["flickr.people.*"], value=value)
    pages = [ids(client, page) for page in (1, 2, 3)]
    assert [len(found) for _, found in pages] == rows
    assert len({each for _, found in pages for each in found}) == unique
    assert pages[0][0]["total"] == total
    assert pages[0][0]["pages"] == 3


def test_counts_bend(box: Sandbox, client: Client) -> None:
    box.faults.add("counts-off", value=-2)
    counts = client.call("photos.getCounts", dates="100,2000000000")["photocounts"]["photocount"]
    assert counts[0]["count"] == "58"


SETTINGS = {"is_public": "0", "is_friend": "1", "is_family": "0"}


def test_a_write_that_is_answered_ok_may_have_changed_nothing(
    box: Sandbox, client: Client, photo: Photo
) -> None:
    before = box.state()
    box.faults.add("ignored", methods=["flickr.photos.*"])
    assert client.call("photos.addTags", photo_id=photo.id, tags="no_cv")["tags"]["tag"]
    assert client.call("photos.setPerms", photo_id=photo.id, **SETTINGS)["stat"] == "ok"
    assert box.state() == before
    assert not any(served.effective for served in box.log)


def test_an_answer_may_be_about_another_photo(box: Sandbox, client: Client, photo: Photo) -> None:
    other = box.account.own_photos()[1]
    box.faults.add("other-photo")
    assert client.call("photos.getInfo", photo_id=photo.id)["photo"]["id"] == other.id
    answer = client.call("photos.setPerms", photo_id=photo.id, **SETTINGS)
    assert answer["photoid"]["_content"] == other.id
    assert photo.privacy == "friends"
    tag = client.call("photos.addTags", photo_id=photo.id, tags="no_cv")["tags"]["tag"][0]
    assert f"-{other.id}-" in tag["full_tag_id"]
    assert "nocv" in photo.tags
    assert client.call("photos.removeTag", tag_id=photo.tags["nocv"].full_id) == {"stat": "ok"}
    assert "nocv" not in photo.tags


def test_a_tag_may_be_kept_under_a_form_that_nobody_foretells(
    box: Sandbox, client: Client, photo: Photo
) -> None:
    box.faults.add("odd-clean", count=1)
    tag = client.call("photos.addTags", photo_id=photo.id, tags="no_cv")["tags"]["tag"][0]
    assert (tag["raw"], tag["_content"]) == ("no_cv", "nocv2")
    assert list(photo.tags) == ["nocv2"]


def kinds_of(value: Any) -> set[type]:
    """The types of everything in an answer."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return set().union(*(kinds_of(each) for each in inner), {type(value)})
    return {type(value)}


def test_types_are_those_of_another_year(box: Sandbox, client: Client, photo: Photo) -> None:
    box.account.me.path_alias = ""

    def info(kind: str, photo_id: str) -> Any:
        box.faults.add(kind, count=1)
        return client.call("photos.getInfo", photo_id=photo_id)

    plain = info("slow", photo.id)["photo"]
    assert int in kinds_of(plain)
    assert not kinds_of(info("number-texts", photo.id)) & {int, bool}
    assert info("number-texts", "1")["code"] == "1"
    numbers = info("text-numbers", photo.id)["photo"]
    assert numbers["license"] == int(photo.license)
    assert (numbers["id"], numbers["secret"]) == (photo.id, photo.secret)
    assert info("null-empties", photo.id)["photo"]["owner"]["path_alias"] is None
    assert "tag" not in info("no-empties", photo.id)["photo"]["tags"]


def test_lists_may_come_the_other_way_round(box: Sandbox, client: Client, photo: Photo) -> None:
    photo.license, photo.license_history = "0", []
    for license_id in ("4", "11"):
        box.account.set_license(photo, license_id)
    args = {"photo_id": photo.id}
    history = client.call("photos.licenses.getLicenseHistory", **args)["license_history"]
    box.faults.add("reversed")
    assert client.call("photos.licenses.getLicenseHistory", **args)["license_history"] == history[::-1]


def test_a_slow_answer_runs_into_the_timeout(box: Sandbox, client: Client) -> None:
    box.faults.add("slow", value=30, count=1)
    with pytest.raises(requests.ReadTimeout):
        client.session.post(client.url, data={"method": "flickr.test.login"}, timeout=0.05)
    assert client.call("test.login")["stat"] == "ok"


def test_a_token_dies_after_some_calls(box: Sandbox, client: Client) -> None:
    box.faults.add("revoked", after=3)
    assert [client.call("test.login").get("code") for _ in range(5)] == [None, None, None, 98, 98]
    box.faults.clear()
    assert client.call("test.login")["stat"] == "ok"


def test_a_fault_meets_only_its_methods(box: Sandbox, client: Client, photo: Photo) -> None:
    box.faults.add("502", methods=["flickr.photos.set*", "flickr.photos.addTags"])
    assert client.call("test.login")["stat"] == "ok"
    assert looks(client, photo) == "502 -"


def test_the_login_can_fail_too(box: Sandbox) -> None:
    box.faults.add("429", methods=["oauth.request_token"])
    assert requests.post(f"{box.url}/services/oauth/request_token", timeout=10).status_code == 429
    box.faults.clear()
    box.faults.add("key-disabled", methods=["oauth.*"], count=1)
    refused = requests.post(f"{box.url}/services/oauth/access_token", timeout=10)
    assert (refused.status_code, refused.text) == (401, "oauth_problem=consumer_key_rejected")
    box.faults.add("cut", methods=["oauth.*"])
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{box.url}/services/oauth/request_token", timeout=10)


def test_the_same_seed_gives_the_same_faults() -> None:
    def struck(seed: int) -> list[list[str]]:
        faults = Faults(seed)
        faults.add("502", probability=0.3)
        faults.add("slow", probability=0.3, value=1)
        return [[fault.kind for fault in faults.strike("flickr.test.login")] for _ in range(200)]

    assert struck(5) == struck(5) != struck(6)
    kinds = Counter(kind for each in struck(5) for kind in each)
    assert 30 < kinds["502"] < 90


def test_secrets_do_not_stand_in_the_log(
    box: Sandbox, client: Client, login: Callable[[str], Client]
) -> None:
    client.call("test.login")
    client.get("test.login")
    login("none").call("test.login")
    assert [served.args for served in box.log] == [{}, {}, {}]


def test_calls_at_the_same_time_are_each_done_once(box: Sandbox, login: Callable[[str], Client]) -> None:
    photo = box.account.own_photos()[0]
    photo.tags.clear()
    clients = [login("write") for _ in range(6)]

    def work(client: Client) -> None:
        for number in range(10):
            client.call("photos.addTags", photo_id=photo.id, tags=f"tag{number}")

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(photo.tags) == 10
    assert sum(served.effective for served in box.log) == 10
    assert [served.number for served in box.log] == list(range(1, 61))


def test_closing_leaves_no_thread_and_no_open_connection() -> None:
    before = threading.active_count()
    with Sandbox(make_account(1)) as box, requests.Session() as session:
        session.post(f"{box.url}/services/rest/", timeout=10)  # the connection stays open
        box.faults.add("slow", value=600)
    assert threading.active_count() == before
    box.close()  # again, without harm
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{box.url}/services/rest/", timeout=10)


def test_a_bug_of_the_sandbox_is_seen(box: Sandbox, client: Client) -> None:
    box.account.photos = None  # type: ignore[assignment]
    assert client.post("people.getPhotos", user_id="me").status_code == 500
    assert "AttributeError" in box.errors.pop()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"kind": "nonsense"}, "no such fault: nonsense"),
        ({"kind": "502", "methods": "flickr.test.login"}, "methods is a list"),
        ({"kind": "429", "value": "60"}, "value is a number"),
    ],
)
def test_a_fault_that_would_never_strike_is_refused(box: Sandbox, fault: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        box.faults.add(**fault)


def test_a_slow_login_is_answered_in_the_end(box: Sandbox) -> None:
    box.faults.add("slow", value=0.01, methods=["oauth.*"], count=1)
    reply = requests.post(f"{box.url}/services/oauth/request_token", timeout=10)
    assert reply.text.startswith("oauth_problem=parameter_absent")
    assert not box.faults.strike("oauth.request_token")


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "x"}, {"Content-Length": str(1 << 40)}, {"Transfer-Encoding": "chunked"}]
)
def test_more_than_a_call_needs_is_not_read(box: Sandbox, headers: dict[str, str]) -> None:
    host, port = box.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("POST", "/services/rest/")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (413, b"too much")
    connection.close()
