"""Real rows of the remaining formats: exactly what a naive reader, written apart from ours, finds in them."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from auditor.errors import WrongFileError
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Records
from tests.datasets.readers.lookalikes import Expected

FLICKR = re.compile(
    r"https?://(?:[a-z0-9]+\.)*static\.?flickr\.com/(?:\d+/)+(\d+)_[0-9a-f]+(_o)?[_a-z]*\.jpg", re.IGNORECASE
)
LICENSES = {
    "by/2.0": 4,
    "by-nc/2.0": 2,
    "by-nd/2.0": 6,
    "by-sa/2.0": 5,
    "by-nc-sa/2.0": 1,
    "by-nc-nd/2.0": 3,
    "Attribution License": 4,
}
LICENSES |= {"mark/1.0": 10, "zero/1.0": 9, "commons/usage": 7, "usa.gov": 8}


def license_in(text: str) -> int | None:
    return next((number for name, number in LICENSES.items() if name in text), None)


def every_line(path: Path) -> list[str]:
    return path.read_text().splitlines()


def links(path: Path) -> Iterator[Expected]:
    """Every static address in the file, in whatever kind of text."""
    for match in FLICKR.finditer(path.read_text()):
        yield Expected(int(match[1]), original=bool(match[2]))


def fsxl(path: Path) -> Iterator[Expected]:
    for photo in json.loads(path.read_text()):
        _, owner, number = photo["photo_url"].rsplit("/", 2)
        yield Expected(int(number), owner, license_id=license_in(photo["license_url"]))


def lpff(path: Path) -> Iterator[Expected]:
    for face in json.loads(path.read_text()).values():
        info = face["image_info"]
        yield Expected(
            int(info["photo_id"]),
            info["user_id"],
            license_id=license_in(info["license"]["url"]),
            original=True,
        )


def pipa(path: Path) -> Iterator[Expected]:
    for line in every_line(path):
        yield Expected(int(line.split(" ")[1]))


def first_number(path: Path) -> Iterator[Expected]:
    for line in every_line(path):
        yield Expected(int(re.split(r"[_.]", line)[0]))


def nus_wide(path: Path) -> Iterator[Expected]:
    for line in every_line(path)[1:]:
        yield Expected(int(line.split()[1]))


def sbu(path: Path) -> Iterator[Expected]:
    data = json.loads(path.read_text())
    for url, owner in zip(data["image_urls"], data["user_ids"], strict=True):
        yield Expected(int(url.split("/")[-1].split("_")[0]), owner)


def v3det(path: Path) -> Iterator[Expected]:
    for line in every_line(path):
        if line.startswith("images/"):
            yield Expected(int(line.split("_")[2]))


def didemo(path: Path) -> Iterator[Expected]:
    for line in every_line(path)[1:]:
        number, url, terms = line.split()
        yield Expected(int(number), url.split("/")[4], license_id=license_in(terms), original=True)


def pass_csv(path: Path) -> Iterator[Expected]:
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            yield Expected(None, url_hash=row["hash"], license_id=license_in(row["licensename"]))


def entity(path: Path) -> Iterator[Expected]:
    for line in every_line(path):
        yield Expected(None, url_hash=line.split()[0].split("/")[-1].removesuffix(".jpg"))


def laion(path: Path) -> Iterator[Expected]:
    for url in pq.read_table(path)["URL"].to_pylist():
        if match := FLICKR.search(url):
            yield Expected(int(match[1]), original=bool(match[2]))


def lines_in(path: Path) -> int:
    return len(every_line(path))


# format, file, naive reader, rows of the file (records and skipped rows together)
CASES: list[tuple[str, str, Callable[[Path], Iterator[Expected]], Callable[[Path], int]]] = [
    ("cc12m-tsv", "conceptual_12m/cc12m.tsv", links, lines_in),
    ("cc3m-tsv", "conceptual_captions_3m/GCC-training.first_rows.tsv", links, lines_in),
    ("didemo", "didemo/video_licenses.first_500.txt", didemo, lines_in),
    ("facescrub", "facescrub/facescrub_actors.txt", links, lines_in),
    ("flickr30k", "flickr30k/test.txt", first_number, lines_in),
    ("photo-id-list", "flickr30k/test.txt", first_number, lines_in),
    ("flickr8k", "flickr8k/Flickr8k.token.first_1000.txt", first_number, lines_in),
    ("flickr8k", "flickr8k/Flickr_8k.testImages.txt", first_number, lines_in),
    ("fsxl-json", "fsxl/fsxl-metadata.json", fsxl, lambda path: len(json.loads(path.read_text()))),
    ("helen-names", "helen/helen_test_images_list_without_ground_truth.txt", first_number, lines_in),
    ("imagenet-urls", "imagenet/fall11_urls.head.txt", links, lines_in),
    ("lpff-json", "lpff/info.one_record.json", lpff, lambda path: 1),
    ("nus-wide", "nus_wide/NUS-WIDE-urls.head.txt", nus_wide, lines_in),
    ("nlvr2-jsonl", "nlvr2/dev.first_500.json", links, lines_in),
    ("pass-csv", "pass/pass_metadata.csv", pass_csv, lambda path: lines_in(path) - 1),
    ("pipa", "pipa/split_test_day.txt", pipa, lines_in),
    ("redcaps-json", "redcaps/abandonedporn_2020.json", links, lambda path: 1),
    ("sbu-json", "sbu_captions/sbu-captions-all.json", sbu, lambda path: 5),
    ("tencent-urls", "tencent_ml_images/train_urls_tiny.txt", links, lines_in),
    ("url-parquet", "laion400m/test_1000.parquet", laion, lambda path: 1000),
    ("v3det", "v3det_objects365/file_names.txt", v3det, lines_in),
    ("vgg-face", "vggface1/files/A.J._Buckley.txt", links, lines_in),
    ("vgg-face", "vggface1/files/Helena_Mattsson.txt", links, lines_in),
    ("visual-genome", "visual_genome/image_data.json", links, lambda path: 5),
    ("yfcc-entity", "yfcc100m/entity_sports.first_500.txt", entity, lines_in),
]


@pytest.mark.parametrize(
    ("name", "file", "naive", "rows"), CASES, ids=[f"{name}: {Path(file).name}" for name, file, _, _ in CASES]
)
def test_every_key_of_the_file_and_every_row_accounted_for(
    add: Build,
    shared: Path,
    records: Records,
    name: str,
    file: str,
    naive: Callable[[Path], Iterator[Expected]],
    rows: Callable[[Path], int],
) -> None:
    path = shared / "samples" / file
    manifest = add(name, path)
    assert records(manifest) == Counter(naive(path))
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values()) == rows(path)


@pytest.mark.parametrize("name", ["vgg-face", "redcaps-json"])
def test_the_folder_as_published(add: Build, shared: Path, records: Records, name: str) -> None:
    folder = shared / "samples" / {"vgg-face": "vggface1", "redcaps-json": "redcaps"}[name]
    expected = Counter(found for path in folder.rglob("*.*") for found in links(path))
    assert records(add(name, folder)) == expected


@pytest.mark.parametrize("name", ["flickr30k", "photo-id-list", "helen-names", "pipa", "yfcc-hash"])
def test_the_numbers_of_another_site_are_never_taken_for_photo_ids(
    add: Build, shared: Path, name: str
) -> None:
    with pytest.raises(WrongFileError, match="found"):
        add(name, shared / "samples/ava/portrait_test.jpgl")
