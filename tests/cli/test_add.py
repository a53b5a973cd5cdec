"""``datasets add``: with and without a name, files that are of another dataset, folders of all kinds."""

import gzip
import json
import os
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from auditor.datasets import catalogue
from tests.cli.conftest import Program
from tests.datasets import same_photos
from tests.datasets.readers.lookalikes import ALL


def indexed(program: Program) -> set[str]:
    listed = program("datasets", "list", "--format", "json").json["datasets"]
    return {entry["name"] for entry in listed if entry["index"]}


def test_a_file_of_another_dataset_is_refused_unless_it_is_wanted_as_it_is(
    program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "names.txt"
    path.write_text("".join(f"{30_000_000_000 + n}_0a1b2c3d4e.jpg\n" for n in range(30)))
    refused = program("datasets", "add", "flickr8k", path)
    assert refused.code == 6
    assert "newer than the dataset" in refused.err
    assert "--as-is" in refused.err
    assert not indexed(program)
    assert program("datasets", "add", "flickr8k", path, "--as-is").code == 0
    assert indexed(program) == {"flickr8k"}


def test_where_nothing_tells_two_datasets_apart_that_is_said(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("".join(f"{9_000_000_001 + n}.jpg\n" for n in range(9)))
    result = program("datasets", "add", "flickr30k", path)
    assert result.code == 0
    assert "multi30k too; they are taken as those of flickr30k" in result.err


def test_files_without_a_name_are_recognised(program: Program, tmp_path: Path) -> None:
    faces, people = tmp_path / "a", tmp_path / "b"
    faces.write_bytes(same_photos.FILES["ffhq-json"])
    people.write_bytes(gzip.compress(same_photos.FILES["diveface"]))
    result = program("datasets", "add", faces, people, "--format", "json")
    assert result.code == 0
    assert {index["dataset"] for index in result.json["indexes"]} == {"ffhq", "diveface"}
    assert result.json["not_recognised"] == []
    assert indexed(program) == {"ffhq", "diveface"}


def test_of_a_folder_of_downloads_everything_recognised_is_built(program: Program, tmp_path: Path) -> None:
    downloads = tmp_path / "Downloads"
    people = downloads / "vgg_face"
    people.mkdir(parents=True)
    (downloads / "f.json").write_bytes(same_photos.FILES["ffhq-json"])
    (downloads / "holiday.jpg").write_bytes(b"\xff\xd8\xff")
    (downloads / "notes.txt").write_text("nothing of interest\n")
    members = ALL["vgg-face"].content
    assert isinstance(members, dict)
    for name, content in members.items():
        (people / Path(name).name).write_bytes(content)
    result = program("datasets", "add", downloads, "--format", "json")
    assert result.code == 0
    assert {index["dataset"] for index in result.json["indexes"]} == {"ffhq", "vgg-face"}
    assert {Path(left["file"]).name for left in result.json["not_recognised"]} == {"Downloads", "notes.txt"}
    assert "notes.txt" in result.err


def test_a_file_with_far_fewer_rows_than_published_is_said_to_be_short(
    program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "ffhq-dataset-v2.json"
    path.write_bytes(same_photos.FILES["ffhq-json"])
    assert "the publisher counts 70,000 faces" in program("datasets", "add", "ffhq", path).err
    program("sync")
    (index,) = program("audit", "--format", "json").json["indexes"]
    assert index["published"] == "70,000 faces"
    for form in ("table", "markdown", "html"):
        text = " ".join(program("audit", "--format", form).out.split())
        assert "publisher counts 70,000 faces, so a part may be missing" in text, form
    assert catalogue.get("ffhq").published(70_000) is None


def test_links_in_a_folder_are_not_followed_and_named(program: Program, tmp_path: Path) -> None:
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    (downloads / "f.json").write_bytes(same_photos.FILES["ffhq-json"])
    (downloads / "notes.txt").write_text("nothing of interest\n")
    (downloads / "other.csv").symlink_to(tmp_path / "unplugged.csv")
    recognised = program("datasets", "add", downloads, "--format", "json")
    assert {Path(left["file"]).name for left in recognised.json["not_recognised"]} == {
        "notes.txt",
        "other.csv",
    }
    named = program("datasets", "add", "my-list", downloads)
    assert named.code == 0
    assert "other.csv" in named.err


@pytest.mark.parametrize("name", [[], ["my-list"]])
def test_a_pipe_is_not_called_damaged(program: Program, tmp_path: Path, name: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = program("datasets", "add", *name, tmp_path / "pipe")
    assert (result.code, "pipe is a pipe or a device" in result.err) == (2, True)


def test_files_that_nobody_recognises_build_nothing(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of interest\n")
    result = program("datasets", "add", path)
    assert result.code == 2
    assert "no dataset was recognised: notes.txt" in result.err
    assert program("datasets", "add", "nowhere.txt").code == 2
    assert program("datasets", "add", path, "--column", "x").code == 2


def test_a_whole_archive_of_something_else_is_not_called_damaged(program: Program, tmp_path: Path) -> None:
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    with zipfile.ZipFile(downloads / "a.zip", "w") as archive:
        archive.writestr("scores.csv", "image,score\n1,2\n")
    with tarfile.open(downloads / "b.tar", "w") as tar:
        tar.add(downloads / "a.zip", "a.zip")
    with zipfile.ZipFile(downloads / "c.zip", "w") as archive:
        archive.mkdir("empty")
    result = program("datasets", "add", downloads)
    assert result.code == 2
    assert "a.zip: a CSV file with the columns image, score" in result.err
    assert "b.tar: an archive inside of another" in result.err
    assert "c.zip: an archive without files" in result.err
    assert "damaged" not in result.err


def test_a_data_export_is_not_an_index_and_the_command_for_it_is_named(
    program: Program, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("account_profile.json", '{"nsid": "99000001@N07"}')
        archive.writestr("photo_9000000001.json", '{"id": "9000000001"}')
    result = program("datasets", "add", tmp_path / "data.zip")
    assert (result.code, "sync --export" in result.err) == (2, True)


def test_a_folder_of_pictures_is_read_by_their_names(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for name in (
        "9000000001_0a1b2c3d4e_o.jpg",
        "more/9000000038_0123456789.JPG",
        "9000000075_0a1b2c3d4f.jpg",
        "note.txt",
    ):
        (folder / name).touch()
    result = program("datasets", "add", "my-pictures", folder, "--format", "json")
    assert result.code == 0
    assert (result.json["photos"], result.json["rows"]) == (3, 4)


def test_a_folder_of_numbers_takes_a_column(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{9_000_000_001 + number}.jpg").touch()
    refused = program("datasets", "add", "my-pictures", folder)
    assert refused.code == 2
    assert '--column "name"' in refused.err
    assert program("datasets", "add", "my-pictures", folder, "--column", "name").code == 0


def test_one_photo_in_several_files_is_one_photo(program: Program, tmp_path: Path) -> None:
    for name, number in (("train.txt", 1), ("captions.txt", 2)):
        (tmp_path / name).write_text(
            f"https://flic.kr/p/2\nhttps://www.flickr.com/photos/x/{number}0000000/\n"
        )
    result = program(
        "datasets", "add", "my-list", tmp_path / "train.txt", tmp_path / "captions.txt", "--format", "json"
    )
    assert (result.json["records"], result.json["photos"]) == (4, 3)


def test_a_set_that_names_photos_by_anothers_numbers_says_which_index_it_needs(
    program: Program, publishers: dict[str, Path], tmp_path: Path
) -> None:
    aging = tmp_path / "ffhq_aging_labels.csv"
    aging.write_text("image_number,age_group,age_group_confidence\n0,20-29,1.0\n")
    alone = program("datasets", "add", "ffhq-aging", aging)
    assert alone.code == 0
    assert "1 record by a number in another dataset" in alone.out
    assert "there is no local index of ffhq" in alone.err
    assert program("datasets", "add", "ffhq", publishers["ffhq"]).code == 0
    assert "no local index" not in program("datasets", "add", "ffhq-aging", aging).err


def test_a_list_without_flickr_is_an_index_only_if_that_is_wanted(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("url,likes\nhttps://a.example/1.jpg,3\n")
    assert program("datasets", "add", "mine", path).code == 2
    assert not indexed(program)
    assert program("datasets", "add", "mine", path, "--allow-empty").code == 0
    assert indexed(program) == {"mine"}


def test_a_refusal_does_not_claim_that_something_was_taken_or_opened(
    program: Program, tmp_path: Path
) -> None:
    pickle = tmp_path / "rows.pkl"
    pickle.write_bytes(b"\x80\x04\x95 https://live.staticflickr.com/65535/9900000001_0a1b2c3d4e_b.jpg")
    refused = program("datasets", "add", "mine", pickle)
    assert refused.code == 2
    assert "pickle" in refused.err
    assert "taken" not in refused.err

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "9900000001.jpg").write_bytes(b"\xff\xd8")
    refused = program("datasets", "add", "mine", tmp_path / "pictures")
    assert refused.code == 2
    assert "an empty file" not in refused.err
    assert "only the name is looked at" in refused.err


def test_of_several_files_those_that_cannot_be_built_cost_nothing_of_the_others(
    program: Program, publishers: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "downloads"
    (folder / "empty").mkdir(parents=True)
    for name in ("ffhq", "coco"):
        (folder / f"{name}.json").write_bytes(publishers[name].read_bytes())
    assert program("datasets", "add", folder / "ffhq.json").code == 0
    short = json.loads((folder / "ffhq.json").read_text())
    (folder / "ffhq.json").write_text(json.dumps(dict(list(short.items())[:2])))
    result = program("datasets", "add", folder)
    assert result.code == 3
    assert "coco" in result.out
    assert re.search(r"Left out: \S*ffhq\.json: the index of ffhq has \d+ records", result.err)
    alone = program("datasets", "add", folder / "ffhq.json")
    assert (alone.code, "--replace" in alone.err, "recognised" in alone.err) == (6, True, False)
    missing = program("datasets", "add", folder / "coco.json", tmp_path / "nowhere.json")
    assert (missing.code, "name a dataset before the files" in missing.err) == (2, True)


def test_a_dataset_without_a_shape_of_its_own_takes_a_column(program: Program, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("id,photo\n7,9000000001\n")
    result = program("datasets", "add", "flip-80m", tmp_path / "list.csv", "--column", "photo", "--as-is")
    assert (result.code, "1 record" in result.out) == (0, True), result.err
