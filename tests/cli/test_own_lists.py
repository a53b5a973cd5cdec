"""``datasets add`` for lists of one's own, which have no card."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program

LINK = "https://www.flickr.com/photos/99000001@N07/9000000001/"


@pytest.fixture
def links(tmp_path: Path) -> Path:
    path = tmp_path / "links.csv"
    path.write_text(f"name,url\nann,{LINK}\nbob,https://example.org/\ncid,https://flic.kr/p/2\n")
    return path


def test_a_list_of_ones_own_is_indexed_and_says_what_it_read(program: Program, links: Path) -> None:
    result = program("datasets", "add", "my-list", links)
    assert result.code == 0
    assert "2 records" in result.out
    assert "“url”" in result.err
    found = program("check", LINK, "--format", "json")
    assert found.code == 1
    assert found.json["results"][0]["exposures"][0]["dataset"] == "my-list"


def test_ids_count_when_their_column_is_named(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("9000000001\n9000000002\n")
    assert program("datasets", "add", "my-ids", path).code == 2
    result = program("datasets", "add", "my-ids", path, "--column", "id", "--format", "json")
    assert (result.code, result.json["photos"], result.json["dataset"]) == (0, 2, "my-ids")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["My List"], "lower-case letters"),
        (["../evil"], "lower-case letters"),
        (["ffhqq"], "Did you mean ffhq"),
        (["my-list", "--column", "photo"], "with the columns name, url"),
        (["aflw", "--column", "url"], "cannot be indexed"),
        (["ffhq"], "found a CSV file with the columns name, url"),
    ],
)
def test_what_cannot_be_a_list_is_refused(
    program: Program, links: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    result = program("datasets", "add", *words, links)
    assert result.code == 2
    assert told in result.err
    assert not list(tmp_path.rglob("manifest.json"))


def test_a_name_near_a_datasets_is_taken_when_the_column_is_named(program: Program, links: Path) -> None:
    assert program("datasets", "add", "ffhqq", links, "--column", "url").code == 0


@pytest.mark.parametrize("name", ["FFHQ", "Ffhq", " ffhq "])
def test_datasets_are_named_in_any_case(indexed: Program, name: str, tmp_path: Path) -> None:
    only = indexed("audit", "--dataset", name, "--format", "json")
    assert [index["dataset"] for index in only.json["indexes"]] == ["ffhq"]
    assert indexed("datasets", "info", name, "--format", "json").json["index"]["dataset"] == "ffhq"
    assert indexed("datasets", "verify", name).code == 0
    assert indexed("plan", "--dataset", name, "--add-tag", "no_cv", "--out", tmp_path / "plan.json").code == 0
    assert indexed("datasets", "export", name, tmp_path / "ffhq.zip").code == 0
    assert indexed("datasets", "remove", name).code == 0


def test_a_list_of_ones_own_is_never_a_publishers(indexed: Program, tmp_path: Path) -> None:
    """Three lines called ffhq once were a hit in NVIDIA's file, in the audit and in the letter."""
    (tmp_path / "any.csv").write_text("id\n12345\n12346\n12347\n")
    refused = indexed("datasets", "add", "ffhq", tmp_path / "any.csv", "--column", "id")
    assert refused.code == 6
    assert "datasets add my-ffhq FILE --column id" in refused.err
    added = indexed("datasets", "add", "my-ffhq", tmp_path / "any.csv", "--column", "id", "--format", "json")
    assert (added.json["provenance"], added.json["from"]) == ("own-list", "any.csv")
    found = indexed("check", "12345", "--format", "json").json
    assert found["results"][0]["exposures"][0]["provenance"] == "own-list"
    assert "your own list" in indexed("check", "12345").out


def test_a_file_without_photos_is_no_index(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "links.txt").write_text("https://www.flickr.com/help\nhttps://example.org\n")
    refused = indexed("datasets", "add", "my-list", tmp_path / "links.txt")
    assert refused.code == 2
    assert indexed("datasets", "verify", "my-list").code == 2
    assert indexed("datasets", "add", "my-list", tmp_path / "links.txt", "--allow-empty").code == 0
    told = indexed("audit", "--format", "json").json
    assert "my-list" not in {index["dataset"] for index in told["indexes"]}
    assert {"dataset": "my-list", "why": "empty-index"}.items() <= next(
        entry for entry in told["not_checked"] if entry["dataset"] == "my-list"
    ).items()
