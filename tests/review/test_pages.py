"""The pages over real sockets: what they show, and that nothing happens twice or unseen."""

import json
import os
import re
import sqlite3
import threading
import tomllib
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from auditor.datasets.adding import add
from auditor.datasets.index.manifest import Manifest
from auditor.review.drops import Drop
from auditor.review.server import serve
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.review.conftest import Served, runs

HOSTILE_NAMES = (
    "../../evil.zip",
    "/etc/passwd",
    "..",
    ".",
    "",
    "nul.zip",
    "a/b.zip",
    "\x00.zip",
    "x" * 400 + ".zip",
)


def writes(box: Sandbox) -> int:
    return sum(bool(served.writes) for served in box.log)


def ticked(page: Served, number: int) -> list[str]:
    ids = re.findall(r'name="id" value="(\d+)"', page.get("/photos?kind=any").text)[:number]
    page.post("/select", what="some", id=ids)
    return ids


def test_before_the_first_sync_the_page_leads_to_the_set_up(program: Program, inside: Served) -> None:
    page = inside.get("/")
    assert page.url.endswith("/start")
    assert "From your data export" in page.text
    for path in ("/photos", "/photos/1"):
        assert inside.get(path).url.endswith("/start")
    assert "pull your account or drop your export" in inside.get("/letters").text
    assert "Nothing was changed yet" in inside.get("/runs").text


def test_the_overview_tells_the_same_number_as_the_audit(indexed: Program, inside: Served) -> None:
    exposed = indexed("audit", "--format", "json").json["summary"]["exposed"]
    assert f'<span class="lead">{exposed}</span>' in inside.get("/").text


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("kind=any", None),
        ("kind=none", None),
        ("kind=face", None),
        ("set=ffhq", "ffhq"),
        ("set=coco", "coco"),
    ],
)
def test_filters_count_what_the_audit_counts(
    indexed: Program, inside: Served, query: str, selected: str | None
) -> None:
    summary = indexed("audit", "--format", "json").json["summary"]
    shown = int(re.findall(r"<output>([\d,]+) photo", inside.get(f"/photos?{query}").text)[0])
    if selected:
        assert shown == summary["by_dataset"][selected]
    elif query == "kind=any":
        assert shown == summary["exposed"]
    elif query == "kind=none":
        assert shown == summary["photos"] - summary["exposed"]


def test_the_changes_that_were_ticked_are_still_ticked_after_a_refusal(
    indexed: Program, inside: Served
) -> None:
    def changes() -> list[str]:
        return re.findall(
            r'name="(add_tags|license|privacy|hide|leave_groups)" value="[^"]+" checked', page()
        )

    def page() -> str:
        return inside.get("/photos").text

    assert changes() == ["add_tags"]
    refused = inside.post("/plans", license="all-rights-reserved", hide="yes")
    assert "no photo is ticked" in refused.text
    assert changes() == ["license", "hide"]
    inside.post("/select", what="all", ticked="yes")
    inside.post("/plans", license="all-rights-reserved")
    inside.wait()
    inside.post("/select", what="none")
    assert changes() == ["add_tags"]


def test_a_page_that_has_to_wait_for_the_audit_is_shown_after_it(
    indexed: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.review.jobs.PATIENCE", 0)
    page = inside.get("/photos?kind=any&order=old")
    assert page.url == f"{inside.address}/photos?kind=any&order=old"
    for elsewhere in ("//evil.example/", "/\\evil.example/", "https://evil.example/"):
        answer = inside.get(f"/jobs/library?then={quote(elsewhere)}")
        assert answer.url.startswith(f"{inside.address}/")


def test_a_selection_outlives_pages_and_is_planned_as_ticked(writer: Program, inside: Served) -> None:
    ids = ticked(inside, 5)
    assert set(inside.state.selection.ids) == set(ids)
    plan = inside.post("/plans", add_tags="no_cv", license="all-rights-reserved")
    assert plan.ok
    assert "Nothing has been changed yet" in plan.text


def test_all_that_match_can_be_ticked_at_once_and_strangers_ids_cannot(
    indexed: Program, inside: Served
) -> None:
    inside.post("/select", what="all", filter_set="ffhq")
    exposed = indexed("audit", "--format", "json").json["summary"]["by_dataset"]["ffhq"]
    assert len(inside.state.selection.ids) == exposed
    inside.post("/select", what="none")
    inside.post("/select", what="some", id=["1", "x", "../etc"])
    assert inside.state.selection.ids == ()


def test_the_number_has_to_be_typed_and_a_second_click_changes_nothing_more(
    writer: Program, inside: Served, box: Sandbox
) -> None:
    ticked(inside, 4)
    plan = inside.post("/plans", add_tags="seen").url
    path = plan.removeprefix(inside.address)
    for wrong in ("", "3", "yes", "4.0"):
        assert inside.post(f"{path}/apply", number=wrong).status_code == 400
    assert writes(box) == 0
    assert inside.post(f"{path}/apply", number="4").ok
    inside.post(f"{path}/apply", number="4")
    inside.wait()
    inside.post(f"{path}/apply", number="4")
    inside.wait()
    assert writes(box) == 4
    (run,) = runs(writer)
    assert run["done"] == 4


def test_runs_of_the_command_line_are_shown_and_undone_here(
    writer: Program, inside: Served, box: Sandbox
) -> None:
    assert writer("plan", "--dataset", "ffhq", "--add-tag", "from_there", "--out", "p.json").code == 0
    assert writer("apply", "p.json", "--yes").code == 0
    run_id = str(runs(writer)[0]["run_id"])
    assert run_id in inside.get("/runs").text
    assert "from_there" in inside.get(f"/runs/{run_id}").text
    plan = inside.post(f"/runs/{run_id}/undo")
    number = re.findall(r"Type <b>(\d+)</b>", plan.text)[0]
    assert inside.post(plan.url.removeprefix(inside.address) + "/apply", number=number).ok
    inside.wait()
    assert runs(writer)[0]["undoes"] == run_id
    assert not any(
        "from_there" in str(tag) or "fromthere" in str(tag)
        for photo in box.account.own_photos()
        for tag in photo.tags
    )


def test_watching_a_run_starts_nothing(writer: Program, inside: Served, box: Sandbox) -> None:
    ticked(inside, 3)
    plan = inside.post("/plans", add_tags="seen").url.removeprefix(inside.address)
    inside.post(f"{plan}/apply", number="3")
    inside.wait()
    run_id = runs(writer)[0]["run_id"]
    before = len(box.log)
    for _ in range(3):
        stream = inside.get(f"/runs/{run_id}/events")
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.text.rstrip().endswith("data: done")
    assert len(box.log) == before


def test_a_plan_that_was_edited_is_refused(
    writer: Program, inside: Served, environment: Path, box: Sandbox
) -> None:
    ticked(inside, 3)
    plan = inside.post("/plans", add_tags="seen").url.removeprefix(inside.address)
    file = environment / "plans" / f"{plan.rpartition('/')[2]}.json"
    file.write_text(file.read_text().replace("seen", "evil"))
    assert inside.post(f"{plan}/apply", number="3").status_code == 409
    assert writes(box) == 0


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_dropped_files_name_leads_nowhere(
    inside: Served, environment: Path, name: str, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if "dropped" not in path.parts}
    inside.browser.post(
        f"{inside.address}/drop/export",
        params={"name": name},
        data=b"no zip",
        headers={"Origin": inside.address, "x-form-token": inside.state.keys.form},
        timeout=30,
    )
    after = {path for path in tmp_path.rglob("*") if "dropped" not in path.parts}
    assert {path for path in after - before if not path.name.startswith("auditor.sqlite3")} <= {environment}


def test_hostile_titles_are_words_on_every_page(indexed: Program, inside: Served) -> None:
    pages = [inside.get(path).text for path in ("/photos", "/photos?kind=any", "/photos?q=%3Cscript%3E", "/")]
    for text in pages:
        assert "<script>alert" not in text
        assert len(re.findall(r"<script\b", text)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/photos?page=0",
        "/photos?page=99999999999",
        "/photos?page=-1&year=x&order=evil&kind=%00",
        "/photos?q=" + "x" * 5000,
    ],
)
def test_addresses_that_make_no_sense_show_a_page_all_the_same(
    indexed: Program, inside: Served, path: str
) -> None:
    assert inside.get(path).ok


@pytest.mark.parametrize("path", ["/photos/1", "/runs/nope", "/plans/nope", "/jobs/nope", "/static/nope"])
def test_what_is_not_there_is_said_in_words(indexed: Program, inside: Served, path: str) -> None:
    answer = inside.get(path)
    assert answer.status_code in {400, 404}
    assert "Traceback" not in answer.text


def test_a_letter_goes_from_the_draft_to_the_answer_that_the_user_reads(
    indexed: Program, inside: Served
) -> None:
    page = inside.post("/letters", what="draft", dataset="ffhq", ground="gdpr", language="de", name="Ada")
    assert page.ok
    case = page.url.removeprefix(inside.address)
    assert "Artikel" in page.text or "Art." in page.text
    assert inside.post(f"{case}/sent", on="2026-01-05").ok
    assert inside.post(f"{case}/answer", text="We have removed all of your photos from the dataset.").ok
    asked = inside.get(case)
    assert "You decide" in asked.text
    assert inside.post(f"{case}/meaning", meaning="confirmed").ok
    assert indexed("optout", "status", "--format", "json").json["cases"][0]["state"] == "answered"


def test_a_letter_tells_what_it_leaves_out_and_the_form_can_put_it_in(
    indexed: Program, inside: Served, environment: Path
) -> None:
    with closing(sqlite3.connect(environment / "auditor.sqlite3")) as conn, conn:
        conn.execute("UPDATE photo SET privacy = 'private'")
    refused = inside.post("/letters", what="draft", dataset="coco")
    assert "Name photos that are not public" in refused.text
    assert "--include-private" not in refused.text
    left_out = "left out: not known to be public on Flickr"
    assert left_out in inside.post("/letters", what="draft", dataset="ffhq").text
    assert left_out not in inside.post("/letters", what="draft", dataset="coco", include_private="yes").text


def test_letters_follow_the_settings_as_those_of_the_command_line_do(
    indexed: Program, inside: Served, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment / "mine" / "de").mkdir(parents=True)
    (environment / "mine" / "de" / "_closing.j2").write_text("Tschüss, {{ letter.case.sender }}\n")
    config = environment / "letters.toml"
    config.write_text('[optout]\nname = "Ann Example"\nlang = "de"\ntemplates = "mine"\n')
    monkeypatch.setenv("AUDITOR_CONFIG", str(config))
    form = inside.get("/letters").text
    assert 'value="Ann Example"' in form
    assert '<option value="de" selected>' in form
    assert "Tschüss, Ann Example" in inside.post("/letters", what="draft", dataset="ffhq").text


def test_a_letter_from_a_damaged_index_is_refused_with_the_way_on(
    indexed: Program, inside: Served, environment: Path
) -> None:
    for file in (environment / "indexes" / "ffhq").glob("*.parquet"):
        file.unlink()
    page = inside.post("/letters", what="draft", dataset="ffhq")
    assert "index of ffhq" in page.text
    assert page.status_code < 500


def test_a_question_needs_no_index_and_nothing_is_sent(
    indexed: Program, inside: Served, box: Sandbox
) -> None:
    calls = len(box.log)
    page = inside.post("/letters", what="ask", dataset="ibm-dif", ground="gdpr")
    assert page.ok
    assert box.account.me.nsid in page.text
    assert len(box.log) == calls


@pytest.mark.parametrize("name", ["../../auditor.sqlite3", "auditor.sqlite3", "letter.txt%00", "%2e%2e/x"])
def test_only_a_cases_own_files_can_be_downloaded(indexed: Program, inside: Served, name: str) -> None:
    page = inside.post("/letters", what="draft", dataset="ffhq")
    assert inside.get(f"{page.url.removeprefix(inside.address)}/files/{name}").status_code in {400, 404}


def test_a_cases_own_file_is_downloaded(indexed: Program, inside: Served, environment: Path) -> None:
    case = inside.post("/letters", what="draft", dataset="ffhq").url.rpartition("/")[2]
    letter = inside.get(f"/letters/{case}/files/letter-1.txt")
    assert letter.text == (environment / "letters" / case / "letter-1.txt").read_text()


def test_a_complaint_is_never_to_be_sent_to_the_publisher(indexed: Program, inside: Served) -> None:
    case = inside.post("/letters", what="draft", dataset="ffhq", ground="gdpr").url.rpartition("/")[2]

    def notes(step: str, **fields: str) -> str:
        page = inside.post(f"/letters/{case}/{step}", **fields).text
        return re.sub("<[^>]*>", "", page.partition("<header>")[2].partition("</header>")[0])

    inside.post(f"/letters/{case}/sent", on="2024-01-05")
    assert "Send it to researchinquiries@nvidia.com" in notes("remind")
    inside.post(f"/letters/{case}/sent", on="2024-04-05")
    complaint = notes("complain", country="ie")
    assert "Irish Data Protection Commission" in complaint
    assert "has a form for complaints" in complaint
    assert "nvidia.com" not in complaint
    inside.post(f"/letters/{case}/sent", on="2024-07-05")
    assert "nvidia.com" not in notes("remind")


def test_where_nothing_was_found_there_is_nothing_to_tick(
    indexed: Program, inside: Served, tmp_path: Path
) -> None:
    listing = tmp_path / "list.json"
    listing.write_text(json.dumps({"path": ["992/99200007@N03/7000000001_0.jpg"]}))
    assert indexed("datasets", "add", "megaface", listing, "--replace").code == 0
    refused = inside.post("/letters", what="draft", dataset="megaface")
    assert "no photo to ask about was found in megaface" in refused.text
    assert "You can ask what they hold." in refused.text
    assert "Tick" not in refused.text.partition("no photo to ask about")[2][:300]


@pytest.mark.parametrize(
    ("path", "fields", "status", "says"),
    [
        ("/plans", {"add_tags": "seen"}, 400, "no photo is ticked"),
        ("/login/finish", {"verifier": "123"}, 400, "no login is under way"),
        (
            "/letters",
            {"dataset": "ffhq", "ground": "magna-carta"},
            400,
            "Choose one of the list",
        ),
        ("/letters/ffhq-1/answer", {"text": ""}, 400, "there is no answer"),
        ("/letters/ffhq-1/meaning", {"meaning": "maybe"}, 400, "it was not said what the answer means"),
        ("/letters/ffhq-1/sent", {"on": "tomorrow"}, 400, "this is not a date"),
        ("/letters/ffhq-1/burn", {}, 404, "There is no such page"),
        ("/jobs/nonsense/pause", {}, 404, "There is no such page"),
        ("/select", {"what": "x" * 5_000_000}, 413, "That is too large"),
    ],
)
def test_a_form_that_lacks_something_is_answered_in_words(
    indexed: Program, inside: Served, path: str, fields: dict[str, str], status: int, says: str
) -> None:
    assert inside.post("/letters", what="draft", dataset="ffhq").ok
    answer = inside.post(path, **fields)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text[-2000:]


def test_what_limits_the_account_is_said_on_the_overview_as_in_the_report(
    indexed: Program, inside: Served, environment: Path
) -> None:
    with closing(sqlite3.connect(environment / "auditor.sqlite3")) as conn, conn:
        conn.execute("UPDATE snapshot SET complete = 0")
    report = indexed("audit", "--format", "html").out
    cautions = re.findall(r'<p class="caution">(.*?)</p>', report)
    assert cautions
    ticked(inside, 1)
    for path in ("/", "/photos", "/letters"):
        page = inside.get(path).text
        assert all(caution in page for caution in cautions), path
    assert "calm" not in inside.get("/").text


def test_what_helps_against_a_limit_is_offered_and_nothing_else(
    indexed: Program, inside: Served, environment: Path, tmp_path: Path
) -> None:
    account, lists = "Bring the account up to date", "Add what is missing of the lists"
    assert account not in inside.get("/").text
    (tmp_path / "list.txt").write_text(
        "https://www.flickr.com/photos/roe-zoe/9900000001/\n" + "https://flic.kr/s/a\n"
    )
    assert indexed("datasets", "add", "my-list", tmp_path / "list.txt").code == 0
    assert indexed("audit").code == 1
    for path in ("/", "/photos", "/letters"):
        page = inside.get(path).text
        assert (account in page, lists in page) == (False, True), path
    with closing(sqlite3.connect(environment / "auditor.sqlite3")) as conn, conn:
        conn.execute("UPDATE snapshot SET complete = 0")
    assert account in inside.get("/").text


def test_where_nothing_was_checked_no_page_says_that_nothing_was_found(
    program: Program, inside: Served, box: Sandbox
) -> None:
    assert program("sync").code == 0
    overview = inside.get("/").text
    assert "Nothing was checked" in overview
    assert "Not found" not in overview
    photo = box.account.own_photos()[0].id
    assert "No dataset was checked yet" in inside.get(f"/photos/{photo}").text


def test_a_plan_that_was_made_is_found_again(writer: Program, inside: Served) -> None:
    ticked(inside, 3)
    plan = inside.post("/plans", add_tags="seen").url.removeprefix(inside.address)
    assert plan in inside.get("/runs").text
    inside.post(f"{plan}/apply", number="3")
    inside.wait()
    assert plan not in inside.get("/runs").text
    assert inside.state.selection.ids == ()


def test_a_photo_tells_what_was_done_to_it(writer: Program, inside: Served) -> None:
    photo = ticked(inside, 1)[0]
    plan = inside.post("/plans", add_tags="seen").url.removeprefix(inside.address)
    inside.post(f"{plan}/apply", number="1")
    inside.wait()
    page = inside.get(f"/photos/{photo}").text
    assert "What was done to it" in page
    assert f"/runs/{runs(writer)[0]['run_id']}" in page


def test_without_a_key_a_plan_leads_to_flickrs_own_editor(
    indexed: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    ids = ticked(inside, 3)
    plan = inside.post("/plans", add_tags="seen").text
    assert f"https://www.flickr.com/photos/upload/edit/?ids={','.join(ids)}" in plan
    assert "does not document the address" in plan
    assert "<button" not in plan.partition("<main")[2].partition("</main")[0]


def test_an_api_key_can_be_typed_in_and_is_kept_for_the_user_only(
    program: Program, inside: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for wrong in ({"key": "k"}, {"key": "", "secret": ""}, {"key": "a b", "secret": "c"}):
        assert inside.post("/key", **wrong).status_code == 400
    assert not (tmp_path / "settings").exists()
    page = inside.post("/key", key=' 0123"abc ', secret="s3cr3t")
    assert page.ok, re.sub("<[^>]*>|\\s+", " ", page.text.partition("<main")[2])
    assert "Log in to read" in page.text
    assert "s3cr3t" not in page.text
    (kept,) = (path for path in (tmp_path / "settings").rglob("*") if path.is_file())
    assert kept.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(kept.read_text()) == {"flickr": {"api_key": '0123"abc', "api_secret": "s3cr3t"}}
    assert inside.post("/key", key="other", secret="other").status_code == 400
    assert "other" not in kept.read_text()


def test_the_publishers_next_list_is_dropped_on_a_case(
    indexed: Program, inside: Served, publishers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = inside.post("/letters", what="draft", dataset="ffhq", name="Ada").url.rpartition("/")[2]
    inside.post(f"/letters/{case}/sent", on="2026-01-05")
    assert "/drop/recheck" in inside.get(f"/letters/{case}").text
    headers = {"Origin": inside.address, "x-form-token": inside.state.keys.form}
    for path, body in (
        ("?name=ffhq.json&drop=1", publishers["ffhq"].read_bytes()),
        (f"/done?drop=1&as={case}", b""),
    ):
        url = f"{inside.address}/drop/recheck{path}"
        assert inside.browser.post(url, data=body, headers=headers, timeout=60).ok
    inside.wait()
    monkeypatch.setattr("auditor.review.jobs.PATIENCE", 0)  # the next page has to wait for the audit
    assert 'role="status">ffhq-1: 0 removed' in inside.get("/").text
    assert 'role="status"' not in inside.get("/").text  # news is told once
    assert "0 removed" in inside.get(f"/letters/{case}").text


def test_a_drop_that_broke_off_is_begun_anew(inside: Served, environment: Path) -> None:
    headers = {"Origin": inside.address, "x-form-token": inside.state.keys.form}

    def send(drop: str) -> int:
        url = f"{inside.address}/drop/export?name=a.zip&drop={drop}"
        return inside.browser.post(url, data=b"half", headers=headers, timeout=30).status_code

    assert [send("1"), send("1"), send("2")] == [200, 409, 200]


def drop(page: Served, what: str, files: dict[str, bytes], **done: str) -> list[requests.Response]:
    """The answers to the files of one drop, and to the word that all have come."""
    headers = {"Origin": page.address, "x-form-token": page.state.keys.form}

    def send(path: str, query: dict[str, str], body: bytes = b"") -> requests.Response:
        url = f"{page.address}/drop/{what}{path}"
        return page.browser.post(url, data=body, params={"drop": "1"} | query, headers=headers, timeout=60)

    return [*(send("", {"name": name}, body) for name, body in files.items()), send("/done", done)]


def test_a_drop_of_nothing_and_of_nothing_known_is_refused(inside: Served) -> None:
    (answer,) = drop(inside, "export", {})
    assert (answer.status_code, answer.text) == (400, "No file has come.")
    assert [answer.status_code for answer in drop(inside, "nonsense", {"a.zip": b"x"})] == [404, 404]


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"MAX_BYTES": 3}, "these files have more than 3 bytes together"),
        ({"LEFT_FREE": 1 << 60}, "disk would be"),
    ],
)
def test_a_drop_that_is_too_much_leaves_nothing(
    inside: Served, environment: Path, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int], says: str
) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(f"auditor.review.drops.{name}", value)
    first, done = drop(inside, "export", {"a.zip": b"half"})
    assert (first.status_code, says in first.text) == (400, True), first.text
    assert done.text == "No file has come."
    assert not [path for path in environment.rglob("*") if path.name == "a.zip"]


def test_what_a_crash_left_of_a_drop_goes_with_the_next_one(tmp_path: Path) -> None:
    old, new = Drop.begin(tmp_path / "dropped"), Drop.begin(tmp_path / "dropped")
    (old.folder / "a.zip").touch()
    os.utime(old.folder, (0, 0))
    Drop.begin(tmp_path / "dropped")
    assert (old.folder.exists(), new.folder.exists()) == (False, True)


def test_of_several_lists_each_is_told(indexed: Program, inside: Served, publishers: dict[str, Path]) -> None:
    files = {"ffhq.json": publishers["ffhq"].read_bytes(), "notes.txt": b"nothing of Flickr's"}
    assert indexed("datasets", "remove", "ffhq").code == 0
    assert all(answer.ok for answer in drop(inside, "dataset", files))
    inside.wait()
    told = inside.get("/datasets").text
    assert re.search(r"FFHQ [^;]*; notes.txt: ", told)


def test_a_list_that_is_dropped_while_another_is_read_is_read_too(
    indexed: Program, inside: Served, publishers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = threading.Event()
    read = add

    def waiting(indexes: Path, name: str, *rest: object) -> Manifest:
        assert name != "ffhq" or second.wait(30)
        return read(indexes, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("auditor.review.pages.datasets.add", waiting)
    for name in ("ffhq", "coco"):
        path = publishers[name]
        assert all(
            answer.ok for answer in drop(inside, "dataset", {path.name: path.read_bytes()}, **{"as": name})
        )
    second.set()
    inside.wait()
    told = inside.get("/datasets").text
    assert "FFHQ (Flickr-Faces-HQ): " in told
    assert "MS COCO (Common Objects in Context): " in told


def test_what_an_answer_means_is_chosen_by_nobody_but_the_user(indexed: Program, inside: Served) -> None:
    case = inside.post("/letters", what="draft", dataset="ffhq", name="Ada").url.removeprefix(inside.address)
    inside.post(f"{case}/sent", on="2026-01-05")
    page = inside.post(f"{case}/answer", text="Blue is a colour.").text
    assert re.search(r'<select name="meaning" required><option value="">', page)
    assert " selected>" not in page
    page = inside.post(f"{case}/answer", text="We have removed all of your photos.").text
    assert re.search(
        r'<select name="meaning" required><option value="confirmed" selected>All was removed, they say', page
    )


def test_a_letter_that_is_too_long_for_its_page_is_not_copied_in_part(
    indexed: Program, inside: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.optout.letter.MAX_LINKS", 1)
    case = inside.post("/letters", what="draft", dataset="ffhq", name="Ada").url.removeprefix(inside.address)
    page = inside.get(case).text
    assert re.search(r"the first of \d+ parts", page)
    assert "Copy this part" in page
    monkeypatch.setattr("auditor.review.pages.letters.SHOWN", 100)
    page = inside.get(case).text
    assert "only its beginning is here" in page
    assert "data-copy" not in page


def test_the_case_of_a_person_shown_is_rechecked_without_an_account(
    indexed: Program, inside: Served, publishers: dict[str, Path]
) -> None:
    found = json.loads(publishers["ffhq"].read_text())
    link = next(face["metadata"]["photo_url"] for face in found.values())
    told = indexed("optout", "draft", "ffhq", "--as", "subject", "--link", link, "--format", "json").json
    *_, done = drop(inside, "recheck", {"v3.json": b"{}"}, **{"as": told["case_id"]})
    inside.wait()
    page = inside.get(done.url.removeprefix(inside.address)).text
    (failed,) = re.findall('<p class="problem">(.*)', page)
    assert "account" not in failed


def test_who_is_in_already_is_led_to_the_first_page(indexed: Program, inside: Served) -> None:
    again = inside.get(inside.link.removeprefix(inside.address))
    assert (again.ok, again.url) == (True, f"{inside.address}/")


def test_the_page_opens_the_browser_only_where_it_is_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    said: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    for opens in (False, True):
        serve(tmp_path, None, None, port=0, opens=opens, say=said.append)
    assert len(opened) == 1
    assert opened[0] in said[1]
    assert [words.partition(" ")[0] for words in said] == ["Open", "Your"]


def test_an_index_read_in_part_and_a_list_of_ones_own_are_called_so(
    indexed: Program, inside: Served, environment: Path, tmp_path: Path
) -> None:
    links = tmp_path / "links.csv"
    links.write_text("url\nhttps://www.flickr.com/photos/99000001@N07/9000000001/\n")
    assert indexed("datasets", "add", "my-list", links).code == 0
    manifest = environment / "indexes" / "coco" / "manifest.json"
    kept = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**kept, "rows": kept["rows"] + 100, "skipped": {"damaged": 100}}))
    page = inside.get("/datasets").text
    assert "own list" in page
    assert "Checked in part: 100 rows of" in page
