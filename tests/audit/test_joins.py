"""Datasets that name photos by another dataset's numbers alone, and what an audit can say of them."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.account.photo import Account, Photo
from auditor.audit.audit import AccountState, audit
from auditor.audit.check import check
from auditor.audit.originals import OriginalFile, Originals
from auditor.audit.result import AuditResult, Exposure, Why
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.index.local import LocalIndexes, open_indexes
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.report import render_audit, render_check

ME = "99000001@N07"
MINE, GONE = "6255196340", "6255196341"
ID_OF_MINE, ID_OF_GONE, STRANGERS = "0006400c1c224e19", "000640deadbeef00", "00ff400c1c224e19"
OPEN_IMAGES = "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL\n" + "".join(
    f"{image},train,https://farm7.staticflickr.com/6034/{photo}_1f59acb40a_o.jpg,"
    f"https://www.flickr.com/photos/{owner}/{photo},https://creativecommons.org/licenses/by/2.0/,"
    f"https://www.flickr.com/people/{owner}/\n"
    for image, photo, owner in (
        (ID_OF_MINE, MINE, ME),
        (ID_OF_GONE, GONE, ME),
        (STRANGERS, "6255196342", "99000002@N07"),
    )
)
MIAP = "ImageID,LabelName,AgePresentation,GenderPresentation\n" + "".join(
    f"{image},/m/01g317,Adult,Unknown\n" for image in (STRANGERS, ID_OF_MINE, ID_OF_MINE, ID_OF_GONE)
)

Add = Callable[[str, str], None]


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Build the index of a dataset from the text of its file."""

    def add(name: str, content: str) -> None:
        path = tmp_path / f"{name}.csv"
        path.write_text(content)
        card = catalogue.get(name)
        build(tmp_path / "indexes", name, [path], formats=select(card.formats), card=card)

    return add


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., AuditResult]:
    """Audit an account that has `MINE` alone."""

    def run(*only: str) -> AuditResult:
        opened: LocalIndexes = open_indexes(tmp_path / "indexes", only)
        mine = Photo(id=MINE, title="", license_id="4", privacy=Privacy.PUBLIC)
        return audit(
            AccountState(Account(ME), [mine]),
            opened.readable,
            catalogue.load(),
            generated_at="2026-11-21T00:00:00+00:00",
            parents=opened.parents,
            only=only,
            damaged=opened.damaged,
        )

    return run


def exposures(result: AuditResult) -> dict[str, Exposure]:
    return {item.dataset: item for photo in result.exposed for item in photo.exposures}


def test_a_photo_is_found_through_the_parent(add: Add, run: Callable[..., AuditResult]) -> None:
    add("open-images", OPEN_IMAGES)
    add("open-images-miap", MIAP)
    result = run()
    found = exposures(result)["open-images-miap"]
    assert (found.match_key, found.via, found.via_key) == ("photo_id", "open-images", ID_OF_MINE)
    assert (found.record, found.records, found.record_key) == ("line 3", 2, ID_OF_MINE)
    assert [(item.photo_id, item.exposure.dataset) for item in result.gone] == [
        (GONE, "open-images"),
        (GONE, "open-images-miap"),
    ]
    text = " ".join(render_audit(result, "table").split())
    assert f"by Open Images {ID_OF_MINE}, which is your photo {MINE}" in text
    told = json.loads(render_audit(result, "json"))["photos"][0]["exposures"]
    assert {entry["dataset"]: entry["record_key"] for entry in told} == {
        "open-images": ID_OF_MINE,
        "open-images-miap": ID_OF_MINE,
    }


def test_the_parent_is_used_also_where_only_the_child_was_asked_for(
    add: Add, run: Callable[..., AuditResult]
) -> None:
    add("open-images", OPEN_IMAGES)
    add("open-images-miap", MIAP)
    result = run("open-images-miap")
    assert set(exposures(result)) == {"open-images-miap"}
    assert [index.dataset for index in result.indexes] == ["open-images-miap"]


def test_without_the_parent_nothing_is_said_and_the_reason_is(
    add: Add, run: Callable[..., AuditResult]
) -> None:
    add("open-images-miap", MIAP)
    result = run()
    assert result.indexes == ()
    (missing,) = (item for item in result.not_checked if item.dataset == "open-images-miap")
    assert missing.why is Why.NO_PARENT
    assert "there is no local index of open-images" in missing.reason
    assert "datasets fetch open-images" in missing.reason


def test_a_parent_of_before_it_kept_its_numbers_is_no_parent(
    add: Add, run: Callable[..., AuditResult], tmp_path: Path
) -> None:
    add("open-images", OPEN_IMAGES)
    add("open-images-miap", MIAP)
    path = tmp_path / "indexes" / "open-images" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "keyed": 0}))
    result = run()
    assert [index.dataset for index in result.indexes] == ["open-images"]
    (missing,) = (item for item in result.not_checked if item.dataset == "open-images-miap")
    assert "built without them" in missing.reason


@pytest.mark.parametrize("target", [MINE, ME])
def test_check_goes_through_the_parent_too(add: Add, tmp_path: Path, target: str) -> None:
    add("open-images", OPEN_IMAGES)
    add("open-images-miap", MIAP)
    indexes = open_indexes(tmp_path / "indexes").readable
    result = check([classify(target)], indexes, catalogue.load(), None)
    found = {(item.exposure.dataset, item.photo_id) for item in result.targets[0].exposures}
    assert {("open-images", MINE), ("open-images-miap", MINE)} <= found
    text = render_check(result, "table")
    assert f"Open Images {ID_OF_MINE}, which is photo {MINE}" in " ".join(text.split())
    assert "Looked in 2 datasets: open-images, open-images-miap" in text


def test_check_says_where_it_looked_and_why_not_elsewhere(add: Add, tmp_path: Path) -> None:
    add("open-images-miap", MIAP)
    add("open-images", OPEN_IMAGES.replace("ImageID", "Image"))
    indexes = open_indexes(tmp_path / "indexes").readable
    told = json.loads(render_check(check([classify("4711")], indexes, catalogue.load(), None), "json"))
    assert told["indexes"] == ["open-images"]
    reasons = {entry["dataset"]: entry["reason"] for entry in told["not_checked"]}
    assert "built without them" in reasons["open-images-miap"]
    assert reasons["ffhq"].startswith("no local index")


def test_a_photo_in_several_files_of_a_dataset_is_one_photo_and_says_its_places(
    run: Callable[..., AuditResult], tmp_path: Path
) -> None:
    files = []
    for name in ("train.csv", "boxable.csv"):
        files.append(tmp_path / name)
        files[-1].write_text(OPEN_IMAGES if name == "train.csv" else OPEN_IMAGES + "\n")
    card = catalogue.get("open-images")
    built = build(tmp_path / "indexes", card.name, files, formats=select(card.formats), card=card)
    assert (built.records, built.photos) == (6, 3)
    result = run()
    found = exposures(result)["open-images"]
    assert (found.records, result.by_dataset()) == (2, {"open-images": 1})
    assert [(place.source, place.record) for place in found.places] == [
        ("train.csv", "line 2"),
        ("boxable.csv", "line 2"),
    ]
    text = " ".join(render_audit(result, "table").split())
    assert f"line 2 of train.csv ({ID_OF_MINE}), line 2 of boxable.csv ({ID_OF_MINE})" in text


def test_an_index_without_records_is_among_those_not_checked(
    run: Callable[..., AuditResult], tmp_path: Path
) -> None:
    (generic,) = select(["generic"])
    (tmp_path / "list.csv").write_text("name\nAda\n")
    formats = [replace(generic, sniff=lambda _source: True)]
    build(tmp_path / "indexes", "mine", [tmp_path / "list.csv"], formats=formats, allow_empty=True)
    result = run()
    assert result.indexes == ()
    assert [item.why for item in result.not_checked if item.dataset == "mine"] == [Why.EMPTY]


def test_an_index_that_was_read_in_part_says_so_first(add: Add, run: Callable[..., AuditResult]) -> None:
    add("open-images", OPEN_IMAGES + "damaged\n")
    result = run()
    (index,) = result.indexes
    assert index.in_part == "1 row of 4 could not be read"
    told = json.loads(render_audit(result, "json"))["indexes"][0]
    assert (told["coverage"], told["provenance"]) == ("part", "publisher-unverified")
    for format_ in ("table", "markdown", "html"):
        assert "Open Images was checked in part: 1 row of 4 could not be read" in render_audit(
            result, format_
        )


MD5 = base64.b64encode(hashlib.md5(b"original").digest()).decode()
WITH_MD5 = (
    "ImageID,OriginalURL,OriginalMD5\n"
    f"{ID_OF_GONE},https://farm7.staticflickr.com/6034/{GONE}_1f59acb40a_o.jpg,{MD5}\n"
)


def test_a_file_on_disk_is_found_through_the_parents_checksum(add: Add, tmp_path: Path) -> None:
    add("open-images", WITH_MD5)
    add("open-images-miap", MIAP)
    own = OriginalFile(str(tmp_path / "holiday.jpg"), hashlib.md5(b"original").hexdigest(), frozenset())
    opened = open_indexes(tmp_path / "indexes")
    result = audit(
        AccountState(Account(ME), []),
        opened.readable,
        catalogue.load(),
        generated_at="2026-11-21T00:00:00+00:00",
        originals=Originals(str(tmp_path), (own,), ()),
    )
    (file,) = result.files
    found = {item.dataset: item for item in file.exposures}
    assert set(found) == {"open-images", "open-images-miap"}
    assert (found["open-images-miap"].match_key, found["open-images-miap"].via) == (
        MatchKey.CONTENT_MD5,
        "open-images",
    )
