"""Real index rows: our index holds exactly what an independent, naive reader of the same file finds."""

import base64
import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.errors import WrongFileError

Found = tuple[str, str | None, str | None]  # photo id, owner, record

STATIC = re.compile(r"/(\d+)_[0-9a-f]+[_.]")


def ids_in(address: str) -> str:
    match = STATIC.search(address)
    assert match, address
    return match[1]


def coco(path: Path) -> Iterator[Found]:
    for number, image in enumerate(json.loads(path.read_text())["images"]):
        yield ids_in(image["flickr_url"]), None, f"images[{number}].id={image['id']}"


def yfcc(path: Path) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        page = re.search(r"flickr\.com/photos/([^/]+)/(\d+)/", line)
        assert page
        yield page[2], page[1], f"line {number}"


def yfcc_hash(path: Path) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield line.split("\t")[0], None, f"line {number}"


def megaface(path: Path) -> Iterator[Found]:
    for number, text in enumerate(json.loads(path.read_text())["path"]):
        owner, name = text.split("/")[-2:]
        yield name.split("_")[0], owner, f"path[{number}]"


def open_images(path: Path) -> Iterator[Found]:
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            owner = row["OriginalLandingURL"].split("/")[-2]
            yield (
                ids_in(row["OriginalURL"]),
                owner if "@N" in owner else owner.lower(),
                f"line {rows.line_num}",
            )


def diveface(path: Path) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield line.split("/")[1].split("_")[0], line.split("_identity")[0], f"line {number}"


def adience(path: Path) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines()[1:], 2):
        fields = line.split("\t")
        yield fields[1].split("_")[0], fields[0], f"line {number}"


def flickr_style(path: Path) -> Iterator[Found]:
    with gzip.open(path, "rt") as file:
        for number, line in enumerate(list(file)[1:], 2):
            fields = line.split(",")
            yield fields[0], fields[2].split("/")[-2], f"line {number}"


CASES: list[tuple[str, str, Callable[[Path], Iterator[Found]]]] = [
    ("coco-json", "coco/instances_val2017.mini.json", coco),
    ("yfcc-tsv", "yfcc100m/yfcc100m_dataset.23col.rows.tsv", yfcc),
    ("yfcc-tsv", "yfcc100m/yfcc100m_dataset.25col.rows.tsv", yfcc),
    ("yfcc-hash", "yfcc100m/yfcc100m_hash.first_500.txt", yfcc_hash),
    ("megaface-list", "megaface/challenge1_megaface_features_list.json_10000_1", megaface),
    ("megaface-list", "megaface/challenge2_megaface_features_list.json_10000_1", megaface),
    ("open-images-csv", "open_images/open_images_rows.csv", open_images),
    ("open-images-csv", "open_images/other_rows.csv", open_images),
    ("diveface", "diveface/Group1_Female.txt", diveface),
    ("adience", "adience/fold_0_data.txt", adience),
    ("flickr-style-csv", "flickr_style/flickr_style.csv.gz", flickr_style),
]


def make(indexes: Path, format_: str, path: Path) -> Index:
    build(indexes, "sample", [path], formats=readers.select([format_]))
    return Index.open(indexes / "sample")


@pytest.mark.parametrize(("format_", "file", "naive"), CASES, ids=[Path(case[1]).name for case in CASES])
def test_every_photo_owner_and_place_of_the_file(
    indexes: Path, shared: Path, format_: str, file: str, naive: Callable[[Path], Iterator[Found]]
) -> None:
    path = shared / "samples" / file
    expected = list(naive(path))
    index = make(indexes, format_, path)
    assert (index.manifest.rows, index.manifest.records, index.manifest.skipped) == (
        len(expected),
        len(expected),
        {},
    )
    assert index.manifest.photos == len({photo for photo, _, _ in expected})
    assert index.manifest.owners == len({owner for _, owner, _ in expected if owner})

    hits = index.by_photo({photo for photo, _, _ in expected})
    assert [(hit.photo_id, hit.nsid or hit.alias, hit.record) for hit in hits] == expected
    owners = {owner for _, owner, _ in expected if owner}
    by_owner = {group.value: group.records for group in index.groups(MatchKey.OWNER, owners)}
    assert by_owner == Counter(photo for photo, owner, _ in expected if owner)


def samples(shared: Path, file: str) -> Any:
    return json.loads((shared / "samples" / file).read_text())


def test_coco_licences_are_flickrs_own_ids(indexes: Path, shared: Path) -> None:
    data = samples(shared, "coco/instances_val2017.mini.json")
    # The file's own numbers happen to be Flickr's ids.
    expected = {ids_in(image["flickr_url"]): str(image["license"]) for image in data["images"]}
    index = make(indexes, "coco-json", shared / "samples/coco/instances_val2017.mini.json")
    assert {hit.photo_id: hit.license_id for hit in index.by_photo(expected)} == expected


def test_open_images_finds_originals_by_their_bytes(indexes: Path, shared: Path) -> None:
    path = shared / "samples/open_images/open_images_rows.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    index = make(indexes, "open-images-csv", path)
    for row in rows:
        md5 = base64.b64decode(row["OriginalMD5"]).hex().upper()
        (group,) = index.groups(MatchKey.CONTENT_MD5, [md5])
        photos = frozenset({ids_in(row["OriginalURL"])})
        assert (group.photo_ids, group.links_original, group.license_id) == (photos, True, "4")


def test_yfcc_hash_finds_photos_by_hash(indexes: Path, shared: Path) -> None:
    path = shared / "samples/yfcc100m/yfcc100m_hash.first_500.txt"
    rows = (line.split("\t") for line in path.read_text().splitlines())
    expected = {url_hash: photo for photo, url_hash in rows}
    index = make(indexes, "yfcc-hash", path)
    assert {hit.url_hash: hit.photo_id for hit in index.by_hash(expected)} == expected


def test_yfcc_keeps_licence_and_original_links(indexes: Path, shared: Path) -> None:
    index = make(indexes, "yfcc-tsv", shared / "samples/yfcc100m/yfcc100m_dataset.23col.rows.tsv")
    (hit,) = index.by_photo(["6325727670"])
    assert (hit.license_id, hit.links_original) == ("3", True)


def test_numbers_of_another_site_are_refused(indexes: Path, shared: Path) -> None:
    with pytest.raises(WrongFileError, match="found"):
        make(indexes, "diveface", shared / "samples/ava/portrait_test.jpgl")
