"""Flickr's data export on the command line: what it says is believed as of its day, and only what it says."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auditor.flickr.privacy import Privacy
from auditor.sandbox import Sandbox
from tests.cli.conftest import Program
from tests.exports import write_export


@pytest.fixture
def offline(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A user without an API key."""
    for name in ("API_KEY", "API_SECRET", "OAUTH_TOKEN", "OAUTH_TOKEN_SECRET"):
        monkeypatch.delenv(f"FLICKR_{name}")
    return program


def inputs(shared: Path) -> Path:
    path = shared / "cases" / "reports" / "inputs"
    if not path.is_dir():
        pytest.skip("no reported cases beside this checkout")
    return path


def changes(program: Program, *words: object) -> dict[str, Any]:
    plan = program("plan", *words, "--format", "json").json
    return {change["photo_id"]: (change["before"], change["after"]) for change in plan["changes"]}


def old_export(box: Sandbox, path: Path) -> Path:
    """What an export of 2019 said of the account: everything was private."""
    files: dict[str, Any] = {"account_profile.json": {"nsid": box.account.me.nsid, "screen_name": "old name"}}
    for photo in box.account.own_photos():
        files[f"photo_{photo.id}.json"] = {
            "id": photo.id,
            "name": "old",
            "privacy": "private",
            "license": "x",
        }
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, (2019, 1, 2, 3, 4, 0)), json.dumps(content))
    return path


def test_an_old_export_never_makes_already_private_what_is_public(
    program: Program, box: Sandbox, tmp_path: Path
) -> None:
    assert program("sync").code == 0
    public = {photo.id for photo in box.account.own_photos() if photo.privacy is Privacy.PUBLIC}
    before = program("audit", "--format", "json").json
    loaded = program("sync", "--export", old_export(box, tmp_path / "export.zip"))
    assert loaded.code == 3
    assert "2019-01-02" in loaded.err
    assert "what is newer stays" in loaded.err
    assert changes(program, "--all", "--privacy", "private").keys() >= public
    after = program("audit", "--format", "json").json
    assert (after["snapshot_at"], after["account"]) == (before["snapshot_at"], before["account"])


def test_a_plan_on_an_old_export_alone_is_refused(program: Program, box: Sandbox, tmp_path: Path) -> None:
    loaded = program("sync", "--export", old_export(box, tmp_path / "export.zip"), "--format", "json")
    assert loaded.json["as_of"] == "2019-01-02T03:04:00+00:00"
    assert loaded.json["as_of_certain"] is True
    made = program("plan", "--all", "--add-tag", "no_cv", "--out", "plan.json")
    assert "7 days" in made.out + made.err
    assert program("apply", "plan.json", "--yes").code in {4, 6}


def test_friend_and_family_is_a_word(offline: Program, shared: Path) -> None:
    assert offline("sync", "--export", inputs(shared) / "s2_friend_and_family").code == 0
    assert changes(offline, "--all", "--privacy", "private") == {
        "9100000001": ("friends-family", "private"),
        "9100000002": ("public", "private"),
    }


def test_no_word_that_nobody_knows_means_already_private(offline: Program, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "account_profile.json").write_text('{"nsid": "45450001@N03"}')
    (folder / "photo_11.json").write_text('{"id": "11", "privacy": "close friends", "license": "CC BY 9.0"}')
    assert 'privacy of 1 photo ("close friends") is not known' in offline("sync", "--export", folder).err
    for options in (("--privacy", "private"), ("--license", "all-rights-reserved")):
        plan = offline("plan", "--all", *options, "--format", "json").json
        assert "already" not in json.dumps(plan)


@pytest.mark.parametrize(
    ("case", "album", "photo_id"),
    [
        ("s6_albums_part", "Street Portraits", "9100000010"),
        ("s6_album_title", "Weddings", "9100000012"),
        ("s6_album_title", "72157600000000001", "9100000012"),
        ("s6_album_title", "https://www.flickr.com/photos/idaprobe/albums/72157600000000001/", "9100000012"),
        ("s6_album_title", "flickr.com/photos/45450001@N03/sets/72157600000000001", "9100000012"),
    ],
)
def test_albums_are_found_by_title(
    offline: Program, shared: Path, case: str, album: str, photo_id: str
) -> None:
    assert offline("sync", "--export", inputs(shared) / case).code == 0
    assert changes(offline, "--album", album, "--add-tag", "no_cv").keys() == {photo_id}


def test_what_an_incomplete_sync_missed_is_not_already_so(
    program: Program, box: Sandbox, tmp_path: Path
) -> None:
    assert program("sync", "--export", old_export(box, tmp_path / "export.zip")).code == 0
    box.faults.add("lost-rows", value=5)
    assert program("sync").code == 3
    plan = program("plan", "--all", "--privacy", "private", "--format", "json").json
    old = [skip for skip in plan["skipped"] if "on 2019-01-02, not known now" in skip["reason"]]
    assert len(old) == 5


@pytest.fixture
def exported(offline: Program, box: Sandbox, publishers: dict[str, Path], tmp_path: Path) -> Program:
    """A user without a key who has the zips of an export, and one publisher's list."""
    folder = tmp_path / "export"
    folder.mkdir()
    write_export(box, folder)
    assert offline("sync", "--export", folder).code == 0
    assert offline("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    return offline


def pictured(page: str) -> int:
    return page.count("data:image/jpeg;base64,")


def test_without_a_key_pages_hold_the_pictures_of_the_export_and_nothing_calls_out(
    exported: Program, box: Sandbox
) -> None:
    found = exported("audit", "--format", "json").json["photos"]
    public = sum(photo["privacy"] == "public" for photo in found)
    assert public > 0
    assert pictured(exported("audit", "--format", "html", "--thumbnails", "embed").out) == public
    assert exported("plan", "--exposed", "--add-tag", "seen", "--out", "plan.json").code == 0
    sheet = exported("show", "plan.json", "--format", "html", "--thumbnails", "embed").out
    assert pictured(sheet) == public
    assert "Opening it sends and loads nothing" in sheet
    assert "staticflickr" not in sheet
    assert box.log == []


def test_who_has_pictures_only_in_the_export_is_told_how_to_show_them(exported: Program) -> None:
    linked = exported("audit", "--output", "report.html")
    assert "--thumbnails embed" in linked.err
    assert pictured(Path("report.html").read_text()) == 0


def test_zips_that_were_moved_away_cost_the_pictures_and_nothing_else(
    exported: Program, tmp_path: Path
) -> None:
    for file in (tmp_path / "export").iterdir():
        file.unlink()
    report = exported("audit", "--format", "html", "--thumbnails", "embed")
    assert report.code == 1
    assert pictured(report.out) == 0


def test_files_of_an_export_that_were_skipped_are_named_the_first_of_many(
    offline: Program, tmp_path: Path
) -> None:
    files: dict[str, Any] = {"account_profile.json": {"nsid": "99000001@N07", "screen_name": "ann"}}
    files |= {f"photo_{number}.json": {"name": "no id"} for number in range(9_000_000_001, 9_000_000_024)}
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(name, json.dumps(content))
    result = offline("sync", "--export", path)
    assert len(re.findall(r"^Skipped export.zip/photo_9\d+\.json: ", result.err, re.MULTILINE)) == 20
    assert "… and 3 more files skipped." in result.err
    assert "Skipped 23 files: " in result.out
