"""What matching asks an index, and every word of what it then tells."""

from dataclasses import replace
from typing import Any

import pytest

from auditor.account.photo import Account, Photo
from auditor.audit.audit import AccountState, audit
from auditor.audit.match import Matches, Named, Subject, hashes_of, match, match_all, subject_of
from auditor.audit.originals import OriginalFile, Originals
from auditor.audit.result import (
    AuditResult,
    CheckedIndex,
    ExposedPhoto,
    Exposure,
    FoundPhoto,
    MatchedFile,
    OriginalsRead,
    Why,
)
from auditor.datasets import catalogue
from auditor.datasets.index.lookup import PLACES, Place
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.flickr.privacy import Privacy
from auditor.flickr.urls import StaticAddress, yfcc_photo_hashes, yfcc_video_hash
from tests.audit.memory import Memory, group
from tests.watched import Watched

ME, ALIAS = "99000001@N07", "lena-lens"
SUBJECT = Subject(
    photo_ids=frozenset({"11"}),
    hashes={"hash12": "12"},
    nsids=frozenset({ME}),
    aliases=frozenset({ALIAS}),
    md5s=frozenset({"md5"}),
)


def exposure(dataset: str, key: MatchKey, **told: Any) -> Exposure:
    """What `group` without more gives."""
    defaults: dict[str, Any] = {
        "record": "line 1",
        "records": 1,
        "source": "list.csv",
        "license_then_id": None,
        "license_then": None,
        "links_original": False,
        "certainty": "published",
        "places": (Place("list.csv", "line 1", None),),
    }
    return Exposure(dataset=dataset, match_key=key, **(defaults | told))


KEYS = (MatchKey.PHOTO_ID, MatchKey.URL_HASH, MatchKey.PARENT_KEY, MatchKey.OWNER, MatchKey.CONTENT_MD5)


def test_an_index_is_asked_by_each_key_that_it_has_strongest_first() -> None:
    named = {"7": Named("parent", "7", "11", MatchKey.PHOTO_ID)}
    index = Memory("list", dict.fromkeys(reversed(KEYS), ()))
    assert match(SUBJECT, index, named=named) == Matches({}, (), {}, {})
    assert index.asked == [
        (MatchKey.PHOTO_ID, {"11"}, False),
        (MatchKey.URL_HASH, {"hash12"}, False),
        (MatchKey.PARENT_KEY, {"7"}, False),
        (MatchKey.OWNER, {ME, ALIAS}, False),
        (MatchKey.CONTENT_MD5, {"md5"}, False),
    ]
    index.asked.clear()
    match(SUBJECT, index, named=named, keys=True)
    assert [(key, keys) for key, _, keys in index.asked] == [(key, True) for key in KEYS]


@pytest.mark.parametrize("key", KEYS)
def test_an_index_is_not_asked_by_a_key_that_it_or_the_subject_lacks(key: MatchKey) -> None:
    only = Memory("list", {key: ()})
    match(SUBJECT, only, named={"7": Named("parent", "7", "11", MatchKey.PHOTO_ID)})
    assert [asked for asked, _, _ in only.asked] == [key]
    only.asked.clear()
    match(Subject(frozenset(), {}), only)
    assert only.asked == []


def found(index: Memory, **options: Any) -> Matches:
    return match(SUBJECT, index, **options)


def test_a_photo_has_one_exposure_by_its_strongest_key() -> None:
    places = (Place("a.csv", "line 4", "k4"), Place("b.csv", "line 5", None))
    index = Memory(
        "list",
        {
            MatchKey.PHOTO_ID: [group("11", *places, license_id="4", links_original=True)],
            MatchKey.URL_HASH: [group("hash12")],
            MatchKey.OWNER: [group("11"), group("13"), group("13", license_id="1"), group(None), group(None)],
        },
        owners=[ME],
        provenance=Provenance.PACK,
    )
    by_owner = exposure("list", MatchKey.OWNER, provenance=Provenance.PACK)
    place = Place("list.csv", "line 1", None)
    assert found(index, certainty="inferred") == Matches(
        {
            "11": Exposure(
                dataset="list",
                match_key=MatchKey.PHOTO_ID,
                record="line 4",
                records=2,
                source="a.csv",
                license_then_id="4",
                license_then="CC BY 2.0",
                links_original=True,
                certainty="inferred",
                record_key="k4",
                places=places,
                provenance=Provenance.PACK,
            ),
            "12": replace(by_owner, match_key=MatchKey.URL_HASH, certainty="inferred"),
        },
        (
            FoundPhoto(
                "13",
                replace(
                    by_owner,
                    certainty="inferred",
                    records=2,
                    places=(place, place),
                    license_then_id="1",
                    license_then="CC BY-NC-SA 2.0",
                ),
            ),
            FoundPhoto(None, replace(by_owner, certainty="inferred")),
            FoundPhoto(None, replace(by_owner, certainty="inferred")),
        ),
        {},
        {},
    )


def test_without_a_word_on_it_a_number_is_a_published_photo_id() -> None:
    index = Memory("list", {MatchKey.PHOTO_ID: [group("11")]})
    assert found(index).by_photo["11"] == exposure("list", MatchKey.PHOTO_ID)


def test_records_of_one_photo_by_one_key_are_counted_together_and_the_first_places_shown() -> None:
    many = [Place("a.csv", f"line {number}", None) for number in range(PLACES)]
    index = Memory(
        "list",
        {
            MatchKey.PHOTO_ID: [group("11", *many, records=40), group("11", records=2, license_id="0")],
            MatchKey.URL_HASH: [group("hash12", records=5)],
        },
    )
    told = match(replace(SUBJECT, hashes={"hash12": "11"}), index).by_photo["11"]
    assert (told.records, told.places, told.license_then) == (42, tuple(many), "All Rights Reserved")
    assert told.match_key is MatchKey.PHOTO_ID


def test_what_a_look_up_joined_says_through_which_dataset() -> None:
    index = Memory("list", {MatchKey.PHOTO_ID: [group("11", via="parent", via_key="07")]})
    told = found(index).by_photo["11"]
    assert (told.via, told.via_key) == ("parent", "07")


def test_the_content_of_a_file_is_told_by_its_md5() -> None:
    index = Memory(
        "list",
        {MatchKey.CONTENT_MD5: [group("md5", photo_ids=frozenset({"5"}), keys=("K1",)), group("md5")]},
    )
    told = found(index, keys=True)
    (content,) = told.by_md5.values()
    assert content.photo_ids == {"5"}
    assert (content.exposure.match_key, content.exposure.records) == (MatchKey.CONTENT_MD5, 2)
    assert told.named == {"k1": Named("list", "K1", None, MatchKey.CONTENT_MD5, "md5", frozenset({"5"}))}
    assert told.by_photo == {}


def test_a_photo_is_named_by_the_keys_of_its_records_and_the_first_proof_stays() -> None:
    index = Memory(
        "list",
        {
            MatchKey.PHOTO_ID: [group("11", keys=("007", "B"))],
            MatchKey.OWNER: [
                group("11", keys=("b", "C")),
                group("13", keys=("D",)),
                group(None, keys=("E",)),
            ],
        },
        owners=[ALIAS],
    )
    assert found(index, keys=True).named == {
        "7": Named("list", "007", "11", MatchKey.PHOTO_ID),
        "b": Named("list", "B", "11", MatchKey.PHOTO_ID),
        "c": Named("list", "C", "11", MatchKey.OWNER),
        "d": Named("list", "D", "13", MatchKey.OWNER),
        "e": Named("list", "E", None, MatchKey.OWNER),
    }


def test_a_child_tells_what_the_parent_proved() -> None:
    named = {
        "7": Named("parent", "007", "11", MatchKey.PHOTO_ID),
        "8": Named("parent", "008", "13", MatchKey.OWNER),
        "9": Named("parent", "009", None, MatchKey.OWNER),
        "md": Named("parent", "MD", None, MatchKey.CONTENT_MD5, "md5", frozenset({"5"})),
    }
    index = Memory(
        "list",
        {
            MatchKey.PARENT_KEY: [group(value) for value in ("7", "7", "8", "9", "md")],
            MatchKey.OWNER: [group("11")],
        },
        owners=[ME],
    )
    told = match(SUBJECT, index, named=named)
    place = Place("list.csv", "line 1", None)
    assert told.by_photo == {
        "11": exposure(
            "list", MatchKey.PHOTO_ID, records=2, places=(place, place), via="parent", via_key="007"
        )
    }
    assert told.by_owner == (
        FoundPhoto("13", exposure("list", MatchKey.OWNER, via="parent", via_key="008")),
        FoundPhoto(None, exposure("list", MatchKey.OWNER, via="parent", via_key="009")),
    )
    content = told.by_md5["md5"]
    assert content.photo_ids == {"5"}
    assert content.exposure == exposure("list", MatchKey.CONTENT_MD5, via="parent", via_key="MD")


def test_records_found_directly_and_through_a_parent_are_not_counted_twice() -> None:
    named = {"7": Named("parent", "007", "11", MatchKey.PHOTO_ID)}
    index = Memory("list", {MatchKey.PHOTO_ID: [group("11")], MatchKey.PARENT_KEY: [group("7")]})
    told = match(SUBJECT, index, named=named)
    assert told.by_photo == {"11": exposure("list", MatchKey.PHOTO_ID)}


# -- several indexes -----------------------------------------------------------------------------------------


def family() -> tuple[Memory, Memory, Memory]:
    """FairFace's way: a set whose records are named by a parent's numbers, which has a parent itself."""
    top = Memory("top", {MatchKey.PHOTO_ID: [group("11", keys=("T1",))]})
    middle = Memory("middle", {MatchKey.PARENT_KEY: [group("t1", keys=("M1",))]})
    last = Memory("last", {MatchKey.PARENT_KEY: [group("m1")]})
    return top, middle, last


def cards_of_family() -> dict[str, Any]:
    card = catalogue.get("coco")
    return {
        "top": replace(card, name="top", joins=None, certainty="inferred"),
        "middle": replace(card, name="middle", joins="top.id"),
        "last": replace(card, name="last", joins="middle.id"),
    }


@pytest.mark.parametrize("asked", [(0, 1, 2), (2, 1, 0), (2,), (1, 2)])
def test_a_dataset_is_joined_through_all_its_parents_in_whatever_order(asked: tuple[int, ...]) -> None:
    indexes = family()
    wanted = [indexes[number] for number in asked]
    parents = [index for index in indexes if index not in wanted]
    told = {index.name: matches for index, matches in match_all(SUBJECT, wanted, cards_of_family(), parents)}
    assert list(told) == [index.name for index in wanted]
    assert (told["last"].by_photo["11"].via, told["last"].by_photo["11"].via_key) == ("middle", "M1")
    if "top" in told:
        assert told["top"].by_photo["11"].certainty == "inferred"
    for index in indexes:
        assert len(index.asked) == 1, "each index is read once"
    assert [index.asked[0][2] for index in indexes] == [True, True, False]


def test_an_index_without_a_card_or_its_parent_is_searched_alone() -> None:
    _, middle, last = family()
    told = [matches for _, matches in match_all(SUBJECT, [last, middle], {})]
    assert [one.by_photo for one in told] == [{}, {}]
    own = Memory("own", {MatchKey.PHOTO_ID: [group("11")]})
    ((_, matches),) = match_all(SUBJECT, [own], {})
    assert matches.by_photo["11"].certainty == "published"


# -- subjects ------------------------------------------------------------------------------------------------


def photo(photo_id: str, **told: Any) -> Photo:
    return Photo(id=photo_id, title="", license_id="0", privacy=Privacy.PUBLIC, **told)


def test_the_subject_of_an_account_has_every_key_that_can_prove_something() -> None:
    address = StaticAddress("11", "2", 3, "0123456789")
    photos = [
        photo("11", media="photo", original_secret="aa"),
        photo("12", media="video", original_secret="bb"),
        photo("13", original_secret="cc"),
        photo("14", media="video"),
    ]
    subject = subject_of(
        photos, [address], nsid=ME, aliases=["Lena-Lens", "old"], gone_ids=["9"], md5s=["m1", "m2"]
    )
    (of_address,) = yfcc_photo_hashes("11", "2", "0123456789", 3)
    assert subject == Subject(
        frozenset({"9", "11", "12", "13", "14"}),
        {
            of_address: "11",
            yfcc_video_hash(ME, "12", "bb"): "12",
            yfcc_video_hash(ME, "13", "cc"): "13",
        },
        frozenset({ME}),
        frozenset({"lena-lens", "old"}),
        frozenset({"m1", "m2"}),
    )
    assert subject_of([], [], nsid=ME) == Subject(frozenset(), {}, frozenset({ME}))


@pytest.mark.parametrize(("farm", "hashes"), [(1, 1), (10, 1), (11, 11), (66, 11), (0, 11), (None, 10)])
def test_a_farm_that_2014_did_not_have_is_one_of_those_it_had(farm: int | None, hashes: int) -> None:
    found = hashes_of(StaticAddress("11", "2", farm, "0123456789"))
    assert len(set(found)) == hashes
    if farm is not None:
        assert yfcc_photo_hashes("11", "2", "0123456789", farm)[0] == found[0]
    if hashes > 1:
        assert set(yfcc_photo_hashes("11", "2", "0123456789")) <= set(found)


# -- an audit ------------------------------------------------------------------------------------------------


AT = "2026-11-21T00:00:00+00:00"
FILES = (
    OriginalFile("/o/mine.jpg", "m1", frozenset({"11"})),
    OriginalFile("/o/unknown.jpg", "m0", frozenset({"12"})),
    OriginalFile("/o/old.jpg", "m2", frozenset({"77"})),
    OriginalFile("/o/by-record.jpg", "m3", frozenset()),
    OriginalFile("/o/seen.jpg", "m4", frozenset({"100"})),
)
STATE = AccountState(
    account=Account(ME, "Lena"),
    photos=[photo("100"), photo("11"), photo("12"), photo("13", media="video", original_secret="bb")],
    gone_ids=frozenset({"9"}),
    addresses=(StaticAddress("12", "2", 3, "0123456789"),),
    aliases=("Lena-Lens",),
    snapshot_at="2026-11-20T00:00:00+00:00",
    complete=False,
    dated=False,
)


def a_list() -> Memory:
    (of_address,) = yfcc_photo_hashes("12", "2", "0123456789", 3)
    return Memory(
        "list",
        {
            MatchKey.PHOTO_ID: [group("100"), group("9")],
            MatchKey.URL_HASH: [group(of_address)],
            MatchKey.OWNER: [group("100"), group("8"), group("70"), group(None)],
            MatchKey.CONTENT_MD5: [
                group("m1"),
                group("m2"),
                group("m3", photo_ids=frozenset({"13", "5"})),
                group("m4"),
            ],
        },
        owners=["lena-lens"],
    )


def test_an_audit_tells_all_that_was_found_and_where_it_looked() -> None:
    watched = Watched()
    other = Memory("other", {MatchKey.PHOTO_ID: [group("100")]})
    skipped = ()
    result = audit(
        STATE,
        [a_list(), other],
        {},
        generated_at=AT,
        only=["list", "other"],
        damaged={"broken": "no parquet"},
        unasked={"remote": "no answer"},
        originals=Originals("/o", FILES, skipped),
        progress=watched,
    )
    by_id = {one.id: one for one in STATE.photos}
    in_list = exposure("list", MatchKey.PHOTO_ID)
    by_owner, by_content = (replace(in_list, match_key=key) for key in (MatchKey.OWNER, MatchKey.CONTENT_MD5))
    checked = CheckedIndex(
        dataset="list",
        title="list",
        records=9,
        built_at="2026-01-02T03:04:05+00:00",
        sources=(),
        match_keys=("photo_id", "url_hash", "owner", "content_md5"),
        about="general",
        huge=False,
        own_list=True,
        provenance=Provenance.OWN_LIST,
    )
    assert result == AuditResult(
        account=STATE.account,
        generated_at=AT,
        snapshot_at=STATE.snapshot_at,
        photos=4,
        indexes=(checked, replace(checked, dataset="other", title="other", match_keys=("photo_id",))),
        not_checked=result.not_checked,
        exposed=(
            ExposedPhoto(by_id["11"], (by_content,)),
            ExposedPhoto(by_id["12"], (replace(in_list, match_key=MatchKey.URL_HASH),)),
            ExposedPhoto(by_id["13"], (by_content,)),
            ExposedPhoto(by_id["100"], (in_list, replace(in_list, dataset="other"))),
        ),
        gone=(
            FoundPhoto(None, by_owner),
            FoundPhoto("8", by_owner),
            FoundPhoto("9", in_list),
            FoundPhoto("70", by_owner),
        ),
        files=(MatchedFile("/o/old.jpg", "m2", (by_content,)),),
        originals=OriginalsRead("/o", 5, skipped),
        complete=False,
        dated=False,
        only=("list", "other"),
    )
    assert [(item.dataset, item.why, item.reason) for item in result.not_checked] == [
        ("broken", Why.DAMAGED, "its local index cannot be read: no parquet"),
        ("remote", Why.UNASKED, "no answer"),
    ]
    assert watched.told == [("Matching", 2, "indexes"), 1, 1]


def test_a_file_matches_in_every_dataset_that_has_its_content() -> None:
    second = Memory("second", {MatchKey.CONTENT_MD5: [group("m2")]})
    result = audit(STATE, [a_list(), second], {}, generated_at=AT, originals=Originals("/o", FILES[1:3], ()))
    assert [(file.path, [one.dataset for one in file.exposures]) for file in result.files] == [
        ("/o/old.jpg", ["list", "second"])
    ]


def test_addresses_are_hashed_only_where_an_index_has_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[StaticAddress] = []
    real = hashes_of

    def watched(address: StaticAddress) -> tuple[str, ...]:
        hashed.append(address)
        return real(address)

    monkeypatch.setattr("auditor.audit.match.hashes_of", watched)
    plain = Memory("plain", {MatchKey.PHOTO_ID: [], MatchKey.PARENT_KEY: []})
    with_hashes = Memory("hashes", {MatchKey.URL_HASH: []})
    audit(STATE, [plain], {}, generated_at=AT)
    assert hashed == []
    audit(STATE, [with_hashes], {}, generated_at=AT)
    audit(STATE, [plain], {}, generated_at=AT, parents=[with_hashes])
    assert hashed == [*STATE.addresses] * 2


def test_a_parent_that_was_not_asked_for_joins_and_is_not_told() -> None:
    parent = Memory("open-images", {MatchKey.PHOTO_ID: [group("11", keys=("T1",))]}, keyed=1)
    child = Memory("open-images-miap", {MatchKey.PARENT_KEY: [group("t1")]})
    result = audit(STATE, [child], catalogue.load(), generated_at=AT, parents=[parent])
    assert [index.dataset for index in result.indexes] == ["open-images-miap"]
    assert [(one.dataset, one.via) for photo in result.exposed for one in photo.exposures] == [
        ("open-images-miap", "open-images")
    ]


def test_what_cannot_be_met_is_not_looked_in() -> None:
    members = Memory("members", {MatchKey.OWNER: []})
    hashes = Memory("hashes", {MatchKey.URL_HASH: []})
    result = audit(AccountState(Account(ME), [photo("11")]), [members, hashes], {}, generated_at=AT)
    assert [index.dataset for index in result.indexes] == ["members"]
    (missing,) = (item for item in result.not_checked if item.why is Why.NO_SUCH_KEY)
    assert (missing.dataset, missing.title, missing.about) == ("hashes", "hashes", "general")
    assert result.originals is None
    assert result.files == ()
