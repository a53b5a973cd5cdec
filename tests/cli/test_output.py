"""Where results go: no device, pipe or folder is replaced, and nothing is done before that is certain."""

import os
import re
import stat
from pathlib import Path

import pytest

from auditor.sandbox import Sandbox
from tests.cli.conftest import Program


def test_a_device_stays_a_device(indexed: Program) -> None:
    before = os.lstat("/dev/null")
    result = indexed("audit", "--output", "/dev/null")
    assert result.code == 2
    assert "device" in result.err
    assert stat.S_ISCHR(os.lstat("/dev/null").st_mode)
    assert os.lstat("/dev/null").st_ino == before.st_ino


@pytest.mark.parametrize("place", ["/dev/fd/1", "/proc/self/fd/1", "/proc/nothing", "/dev/pts/99", "/sys/x"])
def test_the_systems_own_folders_take_no_results(indexed: Program, place: str) -> None:
    assert indexed("plan", "--all", "--add-tag", "no_cv", "--out", "plan.json").code == 0
    result = indexed("apply", "plan.json", "--yes", "--output", place)
    assert result.code == 2
    assert "device" in result.err
    assert indexed("datasets", "export", "ffhq", place).code == 2


@pytest.mark.parametrize("name", ["new/", "new/.", "new/..", "new//", "."])
@pytest.mark.parametrize(
    "words",
    [
        ["signals", "--output"],
        ["plan", "--all", "--add-tag", "x", "--out"],
        ["undo", "last", "--out"],
        ["datasets", "export", "ffhq"],
        ["optout", "status", "--ics"],
        ["optout", "folder", "last", "--out"],
        ["login", "--token-file"],
    ],
    ids=" ".join,
)
def test_the_name_of_a_folder_is_never_taken_for_a_files(
    program: Program, tmp_path: Path, words: list[str], name: str
) -> None:
    result = program(*words, name)
    assert (result.code, "it names a folder" in result.err) == (2, True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "kept", ["auditor.sqlite3", "auditor.sqlite3-wal", "account.lock", "indexes/ffhq/manifest.json"]
)
def test_a_result_never_takes_the_place_of_what_the_home_keeps(
    indexed: Program, environment: Path, kept: str
) -> None:
    place = environment / kept
    before = place.read_bytes() if place.exists() else None
    for words in (
        ["audit", "--output"],
        ["runs", "--output"],
        ["plan", "--all", "--add-tag", "no_cv", "--out"],
        ["datasets", "export", "ffhq"],
        ["optout", "status", "--ics"],
    ):
        result = indexed(*words, place)
        assert (result.code, "keeps its own things" in result.err) == (2, True), words
    assert (place.read_bytes() if place.exists() else None) == before
    assert indexed("audit", "--output", environment / "reports.json").code == 1


def test_a_plan_that_is_there_is_not_replaced(indexed: Program, environment: Path) -> None:
    assert indexed("plan", "--all", "--add-tag", "no_cv").code == 0
    (plan,) = (environment / "plans").iterdir()
    before = plan.read_bytes()
    assert indexed("runs", "--output", plan).code == 2
    assert plan.read_bytes() == before


def test_a_result_never_takes_the_place_of_what_is_read(indexed: Program, tmp_path: Path) -> None:
    listed, link = tmp_path / "mine.txt", tmp_path / "link.txt"
    listed.write_text("9000000001\n")
    link.symlink_to(listed)
    for words in (
        ["plan", "--ids", listed, "--add-tag", "no_cv", "--out"],
        ["plan", "--all", "--except", "mine.txt", "--add-tag", "no_cv", "--output"],
        ["check", "--from", listed, "--output"],
        ["datasets", "add", "mine", listed, "--output"],
        ["datasets", "import", listed, "--output"],
        ["show", listed, "--output"],
    ):
        for place in (listed, link):
            result = indexed(*words, place)
            assert (result.code, "reads it" in result.err) == (2, True), words
    assert listed.read_text() == "9000000001\n"


@pytest.mark.parametrize("kind", ["pipe", "folder", "loop", "in nowhere", "name too long"])
def test_what_is_no_file_is_never_replaced(indexed: Program, tmp_path: Path, kind: str) -> None:
    place = tmp_path / kind
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "loop":
        place.symlink_to(place)
    elif kind == "in nowhere":
        place /= "report.json"
    else:
        place = tmp_path / ("x" * 300)
    before = place.lstat().st_mode if os.path.lexists(place) else None
    result = indexed("audit", "--output", place)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert (place.lstat().st_mode if os.path.lexists(place) else None) == before


def test_nothing_is_changed_when_the_result_could_not_be_written(
    indexed: Program, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, secret = box.issue_token("write")
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN", token)
    monkeypatch.setenv("FLICKR_OAUTH_TOKEN_SECRET", secret)
    assert indexed("plan", "--all", "--add-tag", "no_cv", "--out", "plan.json").code == 0
    assert indexed("apply", "plan.json", "--yes", "--output", "nowhere/x.json").code == 2
    assert indexed("plan", "--all", "--add-tag", "x", "--out", "nowhere/x.json").code == 2
    assert not any(served.writes for served in box.log)


def test_a_link_to_a_file_is_followed_not_replaced(indexed: Program, tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    assert indexed("audit", "--output", link).code == 1
    assert link.is_symlink()
    assert '"schema_version"' in target.read_text()


@pytest.mark.parametrize(
    ("file", "start"),
    [("r.html", "<!DOCTYPE html>"), ("r.JSON", "{"), ("r.csv", "photo_id"), ("r.md", "#"), ("r.txt", None)],
)
def test_the_name_of_the_file_chooses_the_format(indexed: Program, file: str, start: str | None) -> None:
    assert indexed("audit", "--output", file).code == 1
    text = Path(file).read_text(encoding="utf-8")
    assert text.lower().startswith(start.lower()) if start else "schema_version" not in text


def test_an_option_beats_the_name_and_a_format_that_a_command_lacks_is_refused(indexed: Program) -> None:
    assert indexed("audit", "--format", "json", "--output", "r.html").code == 1
    assert Path("r.html").read_text().startswith("{")
    result = indexed("runs", "--output", "runs.html")
    assert result.code == 2
    assert not Path("runs.html").exists()
    assert "table or json" in result.err


def test_a_tilde_is_the_home_folder(
    indexed: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert indexed("runs", "--output=~/runs.json").code == 0
    assert (tmp_path / "runs.json").is_file()


def test_a_report_with_embedded_pictures_loads_nothing(indexed: Program) -> None:
    assert indexed("audit", "--output", "linked.html").code == 1
    assert indexed("audit", "--output", "whole.html", "--thumbnails", "embed").code == 1
    assert indexed("audit", "--output", "bare.html", "--thumbnails", "none").code == 1
    linked, whole, bare = (Path(f"{name}.html").read_text() for name in ("linked", "whole", "bare"))
    assert 'data-q="https://live.staticflickr.com/' in linked
    assert 'data-q="data:image/png;base64,' in whole
    assert 'data-q="https:' not in whole
    assert "data-q=" not in bare


def test_without_a_key_the_report_leads_to_flickrs_own_editor(
    indexed: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLICKR_API_KEY")
    monkeypatch.delenv("FLICKR_API_SECRET")
    assert indexed("audit", "--output", "r.html").code == 1
    text = Path("r.html").read_text()
    assert "https://www.flickr.com/photos/upload/edit/?ids=" in text
    assert "flickr-auditor apply" not in text


@pytest.mark.parametrize("name", ["\x1b[31mred", "two\nlines", "\u202ereversed", "\x9b31m"])
def test_the_name_of_a_file_is_never_more_than_text(indexed: Program, name: str) -> None:
    Path(name).write_text("9000000001\n")
    for words in (
        ["audit", "--output", f"{name}.html"],
        ["plan", "--all", "--add-tag", "no_cv", "--out", f"{name}.json"],
        ["optout", "status", "--ics", f"{name}.ics"],
        ["datasets", "add", name],
        ["datasets", "add", "mine", name],
        ["datasets", "export", "ffhq", f"{name}.zip"],
        ["show", name],
        ["check", name],
    ):
        result = indexed(*words)
        assert name not in result.out + result.err, words


def test_the_name_of_a_case_folder_is_only_text_on_a_terminal(indexed: Program, tmp_path: Path) -> None:
    assert indexed("optout", "draft", "ffhq").code == 0
    result = indexed("optout", "folder", "last", "--out", tmp_path / "a\x1b[31m\u202eb.zip")
    assert result.code == 0
    assert not set(result.out + result.err) & {"\x1b", "\u202e"}


@pytest.mark.parametrize("name", ["report.pdf", "report.XLSX", "photos.parquet", "report.png"])
def test_no_file_gets_the_ending_of_a_format_that_it_is_not(
    indexed: Program, tmp_path: Path, name: str
) -> None:
    result = indexed("audit", "--output", tmp_path / name)
    assert (result.code, "choose with --format" in result.err) == (2, True)
    assert ("printing the .html" in result.err) == name.endswith("pdf")
    assert not (tmp_path / name).exists()
    assert indexed("audit", "--output", tmp_path / name, "--format", "table").code == 1


@pytest.mark.parametrize("name", ["report", "report.txt", "2026-11.log"])
def test_a_table_may_have_any_other_ending(indexed: Program, tmp_path: Path, name: str) -> None:
    assert indexed("audit", "--output", tmp_path / name).code == 1
    assert "Your photos in datasets" in (tmp_path / name).read_text()


@pytest.mark.parametrize("words", [("audit", "--output", ""), ("datasets", "export", "ffhq", "")])
def test_an_empty_name_is_no_file(indexed: Program, words: tuple[str, ...]) -> None:
    result = indexed(*words)
    assert (result.code, "no file is named" in result.err) == (2, True)


def test_charts_are_written_beside_the_report_and_named(
    indexed: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.report.audit.plots.draw", lambda _, folder: [folder / "datasets.svg"])
    result = indexed("audit", "--plots", tmp_path / "charts")
    assert (result.code, f"Charts: {tmp_path / 'charts' / 'datasets.svg'}" in result.err) == (1, True)


@pytest.mark.parametrize(
    ("most", "fault", "says"),
    [
        (1, None, "pictures more left out: a page holds at most 1."),
        (5000, "502", "pictures left out: Flickr did not give them."),
        (5000, None, ""),
    ],
)
def test_a_page_says_which_pictures_it_lacks(
    indexed: Program, monkeypatch: pytest.MonkeyPatch, most: int, fault: str | None, says: str
) -> None:
    monkeypatch.setattr("auditor.flickr.pictures.MOST", most)
    if fault:
        monkeypatch.setattr("auditor.flickr.pictures.fetch", lambda *_, **__: {})
    result = indexed("audit", "--format", "html", "--thumbnails", "embed")
    assert result.code == 1
    assert says in result.err
    assert ("left out" in result.err) is bool(says)


def test_an_index_is_removed_and_what_else_lies_there_stays(indexed: Program, environment: Path) -> None:
    folder = environment / "indexes" / "ffhq"
    for name in ("notes.txt", "more.txt"):
        (folder / name).write_text("mine")
    result = indexed("datasets", "remove", "ffhq")
    assert result.code == 0
    assert re.search(r"Its folder stays, .* not part of the index: \w+\.txt and 1 other\.", result.err)
    assert sorted(path.name for path in folder.iterdir()) == ["more.txt", "notes.txt"]
    assert "Its folder stays" not in indexed("datasets", "remove", "coco").err
