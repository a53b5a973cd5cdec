"""What proves that a photo is in a dataset, and what does not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.account.photo import Account, Photo
from auditor.audit.audit import AccountState, audit
from auditor.audit.check import check
from auditor.audit.result import AuditResult
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.flickr.urls import StaticAddress, yfcc_photo_hashes

ME, ALIAS = "99000001@N07", "lena-lens"
OTHER = "99000002@N07"

MakeIndex = Callable[[str, str], Index]


@pytest.fixture
def index(tmp_path: Path) -> MakeIndex:
    """Builds an index from the text of a publisher's file."""

    def make(name: str, content: str) -> Index:
        source = tmp_path / f"{name}.txt"
        source.write_text(content, encoding="utf-8")
        build(tmp_path / "indexes", name, [source], formats=select(catalogue.get(name).formats))
        return Index.open(tmp_path / "indexes" / name)

    return make


def photo(photo_id: str, **fields: str) -> Photo:
    return Photo(id=photo_id, title="", license_id=fields.get("license_id", "0"), privacy=Privacy.PUBLIC)


def state(*ids: str, **fields: object) -> AccountState:
    account = Account(ME, username="Lena", path_alias=ALIAS)
    return AccountState(account, [photo(photo_id) for photo_id in ids], aliases=(ALIAS,), **fields)  # type: ignore[arg-type]


def run(account: AccountState, *indexes: Index) -> AuditResult:
    return audit(account, indexes, catalogue.load(), generated_at="2026-11-21T00:00:00+00:00")


def megaface(*paths: str) -> str:
    return json.dumps({"path": [f"{path.partition('/')[0][:3]}/{path}" for path in paths]})


def test_a_photo_with_several_faces_is_one_exposure_with_its_first_place(index: MakeIndex) -> None:
    content = megaface(f"{OTHER}/11111_0.jpg", f"{ME}/22222_3.jpg", f"{ME}/22222_1.jpg")
    result = run(state("22222"), index("megaface", content))
    (exposed,) = result.exposed
    (exposure,) = exposed.exposures
    assert (exposure.match_key, exposure.record, exposure.records) == ("photo_id", "path[1]", 2)
    assert result.gone == ()


def test_a_photo_of_the_owner_that_the_account_lacks_is_told_apart(index: MakeIndex) -> None:
    content = megaface(f"{ME}/22222_0.jpg", f"{ME}/33333_0.jpg", f"{OTHER}/44444_0.jpg")
    result = run(state("22222"), index("megaface", content))
    assert [item.photo.id for item in result.exposed] == ["22222"]
    assert [(item.photo_id, item.exposure.match_key) for item in result.gone] == [("33333", "owner")]
    assert result.by_dataset() == {"megaface": 1}


def test_a_photo_known_from_an_earlier_sync_is_matched_by_its_id(index: MakeIndex) -> None:
    content = megaface(f"{OTHER}/55555_0.jpg")
    result = run(state("22222", gone_ids=frozenset({"55555"})), index("megaface", content))
    assert [(item.photo_id, item.exposure.match_key) for item in result.gone] == [("55555", "photo_id")]


def test_a_stranger_with_the_same_display_name_is_not_matched(index: MakeIndex) -> None:
    header = (
        "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,"
        "OriginalMD5,Thumbnail300KURL,Rotation\n"
    )
    base = "https://farm1.staticflickr.com/1/{0}_0123456789_o.jpg,https://www.flickr.com/photos/{1}/{0}"
    rows = [
        f"000000000000000{number},train,{base.format(photo_id, owner)},https://creativecommons.org/licenses/by/2.0/,"
        f"https://www.flickr.com/people/{owner}/,Lena,t,1,,,0\n"
        for number, (photo_id, owner) in enumerate([("66666", "lena"), ("77777", ALIAS), ("88888", ME)])
    ]
    result = run(state("1"), index("open-images", header + "".join(rows)))
    assert {item.photo_id for item in result.gone} == {"77777", "88888"}


@pytest.mark.parametrize("farm", [3, None, 66], ids=["farm known", "farm unknown", "farm of today"])
def test_a_hash_only_index_is_matched_by_the_address_a_photo_has_or_had(
    index: MakeIndex, farm: int | None
) -> None:
    old_secret = "abcdef0123"
    (url_hash,) = yfcc_photo_hashes("22222", "4094", old_secret, 3)
    content = (
        f",unickname,datetaken,licensename,hash,latitude,longitude\n3,x,,Attribution License,{url_hash},,\n"
    )
    addresses = [
        StaticAddress("22222", "65535", 66, "0123456789"),
        StaticAddress("22222", "4094", farm, old_secret),
    ]
    result = run(state("22222", addresses=addresses), index("pass", content))
    (exposed,) = result.exposed
    assert exposed.exposures[0].match_key == "url_hash"
    assert exposed.exposures[0].license_then_id == "4"


def test_a_photo_id_beats_a_hash_and_faces_come_first(index: MakeIndex) -> None:
    yfcc = "\t".join(
        [
            "22222",
            ME,
            *[""] * 11,
            "p",
            "d",
            "Attribution License",
            "",
            "1",
            "1",
            "s",
            "0a1b2c3d4e",
            "jpg",
            "0",
        ]
    )
    result = run(
        state("22222"), index("yfcc100m", yfcc + "\n"), index("megaface", megaface(f"{ME}/22222_0.jpg"))
    )
    assert list(result.by_dataset()) == ["megaface", "yfcc100m"]
    yfcc_exposure = next(e for e in result.exposed[0].exposures if e.dataset == "yfcc100m")
    assert (yfcc_exposure.license_then, yfcc_exposure.links_original) == ("CC BY 2.0", True)


def test_every_dataset_is_either_checked_or_told_with_a_reason(index: MakeIndex) -> None:
    result = run(state("1"), index("megaface", megaface(f"{OTHER}/11111_0.jpg")))
    told = {item.dataset for item in result.not_checked} | {item.dataset for item in result.indexes}
    assert told == set(catalogue.load())
    assert all(item.reason for item in result.not_checked)


def test_lineage_names_the_unchecked_sets_drawn_from_where_photos_were_found(index: MakeIndex) -> None:
    yfcc = "\t".join(["22222", ME, *[""] * 11, "p", "d", "", "", "1", "1", "s", "o", "jpg", "0"])
    result = run(state("22222"), index("yfcc100m", yfcc + "\n"))
    (line,) = result.lineage
    assert (line.dataset, line.photos) == ("yfcc100m", 1)
    assert {"fairface", "ibm-dif", "megaface"} <= set(line.unchecked_children)


class Names:
    """Stands for Flickr's two ways to find a person."""

    def user_at(self, url: str) -> str | None:
        return {f"https://www.flickr.com/people/{ALIAS}/": ME}.get(url)

    def user_named(self, username: str) -> str | None:
        return {"Lena": ME}.get(username)


@pytest.mark.parametrize(
    ("target", "owner", "noted"),
    [
        (ME, ME, False),
        (f"https://www.flickr.com/photos/{ALIAS}/", ME, False),
        ("Lena", ME, False),
        (ALIAS, ME, False),
        ("nobody-at-all", None, True),
    ],
)
def test_people_are_resolved_exactly(
    index: MakeIndex, target: str, owner: str | None, *, noted: bool
) -> None:
    checked = check(
        [classify(target)], [index("megaface", megaface(f"{ME}/22222_0.jpg"))], catalogue.load(), Names()
    )
    (result,) = checked.targets
    assert result.owner == owner
    assert len(result.exposures) == (owner is not None)
    assert (result.note is not None) == noted
