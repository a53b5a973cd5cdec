"""Ways that the command line has as options: the pages have them too, for people without a terminal."""

import io
import json
import re
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auditor.optout.case import AnswerClass
from auditor.review.pages.letters import MEANINGS
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.review.conftest import Served, runs
from tests.review.test_pages import ticked


def dropped(page: Served, what: str, files: list[Path], **fields: str) -> str:
    """The page that is shown once the files were read."""
    headers = {"Origin": page.address, "x-form-token": page.state.keys.form}
    for file in files:
        path = f"{page.address}/drop/{what}?name={file.name}"
        assert page.browser.post(path, data=file.read_bytes(), headers=headers, timeout=30).ok
    done = page.browser.post(f"{page.address}/drop/{what}/done", params=fields, headers=headers, timeout=30)
    assert done.ok, done.text
    page.wait()
    return page.get(done.url.removeprefix(page.address)).text


def info(program: Program, name: str) -> Any:
    return program("datasets", "info", name, "--format", "json").json["index"]


@pytest.fixture
def links(box: Sandbox, tmp_path: Path) -> Path:
    """A list of links that somebody collected."""
    path = tmp_path / "links.csv"
    mine = box.account.own_photos()[:6]
    path.write_text(
        "where\n" + "".join(f"https://www.flickr.com/photos/{box.account.me.nsid}/{p.id}/\n" for p in mine)
    )
    return path


def test_a_list_of_ones_own_is_added_under_its_name_and_told_to_be_ones_own(
    indexed: Program, inside: Served, links: Path
) -> None:
    refused = dropped(inside, "dataset", [links])
    assert "links.csv: it may be of" in refused
    assert "If it is a list of your own, give it a name" in refused
    assert "A list of your own" in inside.get("/datasets?more=yes").text
    assert "my-links: 6 photos can be looked up now" in dropped(inside, "dataset", [links], own="my-links")
    assert info(indexed, "my-links")["provenance"] == "own-list"
    assert "6 photos are in your own lists: no publisher vouches for these" in inside.get("/").text


def paused(page: Served, file: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The job that reads `file`, a list of one's own, and was paused while it did."""
    begun = threading.Event()

    def slow(*given: Any) -> None:
        begun.set()
        with given[-1].task("Reading") as task:
            while True:
                time.sleep(0.01)
                task.advance()

    headers = {"Origin": page.address, "x-form-token": page.state.keys.form}
    url = f"{page.address}/drop/dataset"
    with monkeypatch.context() as patch:
        patch.setattr("auditor.review.pages.datasets.add", slow)
        page.browser.post(f"{url}?name={file.name}", data=file.read_bytes(), headers=headers, timeout=30)
        page.browser.post(f"{url}/done", params={"own": "my-links"}, headers=headers, timeout=30)
        assert begun.wait(30)
        (job,) = page.state.jobs.running
        page.post(f"/jobs/{job.name}/pause")
        page.wait()
    return job.name


def test_dropped_files_whose_reading_was_paused_are_read_when_the_user_goes_on(
    indexed: Program, inside: Served, links: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = paused(inside, links, monkeypatch)
    assert "Read them" in inside.get(f"/jobs/{job}").text
    assert "Reading the list: paused" in inside.get("/").text
    inside.post("/drop/go-on", job=job)
    inside.wait()
    assert "my-links: 6 photos can be looked up now" in inside.get(f"/jobs/{job}").text
    assert list(inside.state.uploads.iterdir()) == []
    assert "Drop them again" in inside.post("/drop/go-on", job=job).text


def test_dropped_files_whose_reading_was_paused_can_be_thrown_away(
    indexed: Program, inside: Served, links: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = paused(inside, links, monkeypatch)
    assert len(list(inside.state.uploads.iterdir())) == 1
    inside.post("/drop/discard", job=job)
    assert list(inside.state.uploads.iterdir()) == []
    assert "paused" not in inside.get("/").text
    assert "Drop them again" in inside.post("/drop/discard", job=job).text


def test_what_is_only_in_a_list_of_ones_own_is_counted_alike_everywhere(
    indexed: Program, inside: Served, box: Sandbox, tmp_path: Path
) -> None:
    def shown(query: str) -> int:
        return int(re.findall(r"<output>([\d,]+) photo", inside.get(f"/photos?{query}").text)[0])

    found = {photo["id"] for photo in indexed("audit", "--format", "json").json["photos"]}
    path = tmp_path / "mine.csv"
    only = [photo.id for photo in box.account.own_photos() if photo.id not in found][:5]
    path.write_text("".join(f"https://www.flickr.com/photos/{box.account.me.nsid}/{key}/\n" for key in only))
    assert indexed("datasets", "add", "my-list", path).code == 0
    overview = inside.get("/").text
    assert f'<span class="lead">{len(found)}</span>' in overview
    assert shown("kind=own") == 5
    assert sum(shown(f"kind={kind}") for kind in ("face", "other", "huge")) == len(found)
    assert shown("kind=any") == len(found) + 5
    assert f"Of {len(found) + 5} exposed photos, 5 of them only in lists of your own." in overview


def test_a_list_of_numbers_is_read_by_the_column_that_is_named(
    indexed: Program, inside: Served, box: Sandbox, tmp_path: Path
) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("who,number\n" + "".join(f"me,{photo.id}\n" for photo in box.account.own_photos()[:4]))
    refused = dropped(inside, "dataset", [numbers], own="my-numbers")
    assert "for a terminal" not in refused
    assert "name their column: &#34;number&#34;" in refused
    assert "4 photos can be" in dropped(inside, "dataset", [numbers], own="my-numbers", column="number")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"own": "ffhq"}, "ffhq is a dataset, and no name for a list of your own"),
        ({"own": "my-links", "as": "ffhq"}, "If it is your own list, choose no dataset"),
        ({"own": "My Links"}, "names are lower-case letters, digits and single hyphens"),
        ({"column": "where"}, "Give it a name, such as my-list"),
        ({"own": "fhq"}, "If it is a list of your own, say its column, too"),
    ],
)
def test_a_list_of_ones_own_never_takes_the_name_of_a_dataset(
    indexed: Program, inside: Served, links: Path, fields: dict[str, str], words: str
) -> None:
    before = info(indexed, "ffhq")
    assert words in dropped(inside, "dataset", [links], **fields)
    assert info(indexed, "ffhq") == before


def test_what_was_refused_as_too_small_or_of_another_shape_can_be_taken_all_the_same(
    indexed: Program, inside: Served, publishers: dict[str, Path], tmp_path: Path
) -> None:
    small = tmp_path / "ffhq-dataset-v2.json"
    rows = json.loads(publishers["ffhq"].read_text())
    small.write_text(json.dumps(dict(list(rows.items())[:3])))
    before = info(indexed, "ffhq")
    refused = dropped(inside, "dataset", [small], **{"as": "ffhq"})
    assert (
        "Nothing was changed. To do so, choose “Put this in its place, even if it holds less than half"
        in refused
    )
    assert "for a terminal" not in refused
    assert info(indexed, "ffhq") == before
    assert "Put this in its place, even if it holds less than half as much" in inside.get("/datasets").text
    told = dropped(inside, "dataset", [small], **{"as": "ffhq", "already": "replace"})
    assert "FFHQ (Flickr-Faces-HQ): 3 photos can be looked up now" in told
    assert info(indexed, "ffhq")["records"] == 3


def test_a_file_that_does_not_look_like_the_datasets_is_taken_on_the_users_word(
    indexed: Program, inside: Served, tmp_path: Path
) -> None:
    newer = tmp_path / "fold_0_data.txt"
    names = "user_id original_image face_id age gender x y dx dy tilt_ang fiducial_yaw_angle fiducial_score"
    head = "\t".join(names.split()) + "\n"
    newer.write_text(
        head
        + "".join(
            f"1@N00\t5{n:010}_0123456789_o.jpg\t{n}\t(0, 2)\tf\t0\t0\t9\t9\t0\t0\t0\n" for n in range(9)
        )
    )
    refused = dropped(inside, "dataset", [newer], **{"as": "adience", "already": "replace"})
    assert "this does not look like Adience" in refused
    assert (
        "To take it anyway, tick “It is that dataset&#39;s file, although it does not look like it”"
        in refused
    )
    assert "It is that dataset&#39;s file, although it does not look like it" in inside.get("/datasets").text
    told = dropped(inside, "dataset", [newer], **{"as": "adience", "already": "replace", "as_is": "yes"})
    assert "9 photos can be looked up now" in told


def test_what_is_missing_of_a_list_is_added_to_what_is_here(
    indexed: Program, inside: Served, publishers: dict[str, Path], tmp_path: Path
) -> None:
    before = info(indexed, "adience")
    part = tmp_path / "fold_1_data.txt"
    lines = publishers["adience"].read_text().splitlines(keepends=True)
    part.write_text("".join([lines[0], *(line.replace("9000", "8000") for line in lines[1:4])]))
    dropped(inside, "dataset", [part], already="append")
    assert info(indexed, "adience")["records"] == before["records"] + 3


def test_a_list_is_removed_only_after_it_was_asked_and_nothing_is_looked_for_in_it_then(
    indexed: Program, inside: Served
) -> None:
    asked = inside.get("/datasets/remove?name=ffhq").text
    assert "Remove the list of FFHQ (Flickr-Faces-HQ)?" in asked
    assert info(indexed, "ffhq")
    assert inside.post("/datasets/remove", name="ffhq").ok
    assert info(indexed, "ffhq") is None
    assert inside.post("/datasets/remove", name="../ffhq").status_code == 400
    assert inside.get("/datasets/remove?name=../../x").status_code == 400


def test_an_export_that_is_none_is_told_without_a_folder_that_nobody_knows(
    program: Program, inside: Served, environment: Path, tmp_path: Path
) -> None:
    other = tmp_path / "holiday.txt"
    other.write_text("sun")
    words = dropped(inside, "export", [other])
    assert "what you chose does not say whose photos they are" in words
    assert str(environment) not in words


def test_an_undo_shows_photos_in_searches_again_where_that_is_ticked(
    writer: Program, inside: Served, box: Sandbox
) -> None:
    ids = ticked(inside, 2)
    plan = inside.post("/plans", hide="yes")
    assert "undo leaves them hidden, unless you tick there that it shall show them" in plan.text
    inside.post(f"{plan.url.removeprefix(inside.address)}/apply", number="2")
    inside.wait()
    run_id = str(runs(writer)[0]["run_id"])
    run = inside.get(f"/runs/{run_id}").text
    assert "and show 2 photos in searches again that it hid" in run
    assert "not known whether some had been hidden before" in run
    kept = inside.post(f"/runs/{run_id}/undo").text
    assert "Nothing to change" in kept
    assert "stays hidden from searches: it is not known whether it was hidden before" in kept
    assert "--unhide" not in kept + run + plan.text
    shown = inside.post(f"/runs/{run_id}/undo", unhide="yes")
    assert "Show in public searches" in shown.text
    inside.post(f"{shown.url.removeprefix(inside.address)}/apply", number="2")
    inside.wait()
    assert runs(writer)[0]["done"] == 2
    assert [box.account.photos[photo_id].hidden for photo_id in ids] == [False, False]


def test_a_check_at_flickr_accounts_for_every_change(writer: Program, inside: Served) -> None:
    ticked(inside, 2)
    plan = inside.post("/plans", hide="yes", add_tags="seen").url.removeprefix(inside.address)
    inside.post(f"{plan}/apply", number="4")
    inside.wait()
    run_id = str(runs(writer)[0]["run_id"])
    inside.post(f"/runs/{run_id}/verify")
    inside.wait()
    said = inside.get(f"/runs/{run_id}").text
    assert "Checked: 2 changes read back as wanted, 2 that Flickr does not show." in said


def test_a_whole_case_is_downloaded_for_an_authority_and_no_option_stands_on_its_page(
    indexed: Program, inside: Served
) -> None:
    case = inside.post("/letters", what="draft", dataset="ffhq", ground="gdpr", name="Ada").url
    path = case.removeprefix(inside.address)
    inside.post(f"{path}/sent", on="2026-01-05")
    inside.post(f"{path}/remind")
    inside.post(f"{path}/sent", on="2026-03-05")
    complaint = inside.post(f"{path}/complain", country="de-be").text
    assert "Add the case folder, which “All of the case as a zip” below makes: ffhq-1" in complaint
    assert "optout folder" not in complaint
    answer = inside.post(f"{path}/folder")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"chronology.html", "proof.csv"} <= {Path(name).name for name in archive.namelist()}
    assert inside.post("/letters/none-1/folder").status_code == 400


def test_every_meaning_of_an_answer_is_said_in_words() -> None:
    assert set(MEANINGS) == set(AnswerClass)
    assert len(set(MEANINGS.values())) == len(MEANINGS)
