"""An index that has no key for what is asked about is not one in which nothing was found."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.account.photo import Account, Photo
from auditor.audit.audit import AccountState, audit
from auditor.audit.check import check
from auditor.audit.result import CheckResult, Why
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.index.local import open_indexes
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.flickr.urls import StaticAddress
from auditor.report import render_check
from tests.datasets import same_photos as lookalikes
from tests.datasets.readers.lookalikes import ALL

STRANGER, NOBODYS = "12345678@N09", "5555555555"
ADDRESS = f"https://live.staticflickr.com/1/{NOBODYS}_0123456789.jpg"
FILES = {"coco": lookalikes.coco(), "ffhq": lookalikes.ffhq(), "pass": ALL["pass-csv"].content}
MIXED = (
    b"url\nhttps://live.staticflickr.com/1/9000000001_0123456789.jpg\nhttps://www.flickr.com/photos/a_b/9/\n"
)


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    """Indexes of photos alone (COCO), of photos and members (FFHQ) and of hashes (PASS)."""
    for name, content in FILES.items():
        path = tmp_path / name
        assert isinstance(content, bytes)
        path.write_bytes(content)
        build(tmp_path / "indexes", name, [path], formats=select(catalogue.get(name).formats))
    return tmp_path / "indexes"


def asked(indexes: Path, *targets: str, only: tuple[str, ...] = ()) -> CheckResult:
    return check(
        [classify(target) for target in targets],
        open_indexes(indexes, only).readable,
        catalogue.load(),
        None,
    )


def as_json(result: CheckResult) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render_check(result, "json"))
    return parsed


@pytest.mark.parametrize(
    ("target", "answering"),
    [(STRANGER, {"ffhq"}), (NOBODYS, {"coco", "ffhq"}), (ADDRESS, {"coco", "ffhq", "pass"})],
)
def test_only_datasets_that_can_tell_count_as_looked_in(
    indexes: Path, target: str, answering: set[str]
) -> None:
    result = asked(indexes, target)
    shown = as_json(result)
    assert set(shown["indexes"]) == answering
    silent = {item["dataset"]: item["why"] for item in shown["not_checked"] if item["why"] == "no-such-key"}
    assert set(silent) == set(FILES) - answering
    assert set(shown["results"][0]["not_checked"]) == set(FILES) - answering
    assert f"not found in the {len(answering)} dataset" in render_check(result, "table")
    for name in set(FILES) - answering:
        assert f"{name}" in render_check(result, "table")


def test_a_dataset_that_can_tell_of_one_target_is_named_at_the_others(indexes: Path) -> None:
    result = asked(indexes, STRANGER, NOBODYS)
    shown = as_json(result)
    assert set(shown["indexes"]) == {"coco", "ffhq"}
    member, photo = shown["results"]
    assert set(member["not_checked"]) == {"coco", "pass"}
    assert set(photo["not_checked"]) == {"pass"}
    assert "not looked up in coco and pass: its index names no members" in render_check(result, "markdown")


def test_where_no_dataset_can_tell_nothing_is_not_found(indexes: Path) -> None:
    (target,) = as_json(asked(indexes, STRANGER, only=("coco", "pass")))["results"]
    assert "no dataset that is here can tell: its index names no members" in target["error"]


def test_an_index_that_names_some_members_was_looked_in_in_part(indexes: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(MIXED)
    build(indexes, "my-list", [path], formats=select(["generic"]))
    member, photo = asked(indexes, STRANGER, NOBODYS).targets
    assert member.in_part == {"my-list": "1 record of 2 name no member"}
    assert not photo.in_part


@pytest.mark.parametrize(
    ("addresses", "missing"),
    [((), {"pass": Why.NO_SUCH_KEY}), ((StaticAddress("5300000001", "1", 1, "0123456789"),), {})],
)
def test_an_account_without_addresses_is_not_checked_against_hashes(
    indexes: Path, addresses: tuple[StaticAddress, ...], missing: dict[str, Why]
) -> None:
    photo = Photo(id="5300000001", title="", license_id="4", privacy=Privacy.PUBLIC)
    result = audit(
        AccountState(Account("99000001@N07"), [photo], addresses=addresses),
        open_indexes(indexes).readable,
        catalogue.load(),
        generated_at="2026-11-21T00:00:00+00:00",
    )
    assert {item.dataset: item.why for item in result.not_checked if item.dataset in FILES} == missing
    assert {index.dataset for index in result.indexes} == set(FILES) - set(missing)
