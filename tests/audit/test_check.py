"""What is told about single targets: whom a name means, where was looked, and what stays unsaid."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from auditor.audit.check import check
from auditor.audit.people import Unaskable, resolver_for
from auditor.audit.result import CheckedTarget, CheckResult, FoundPhoto, Why
from auditor.datasets import catalogue
from auditor.datasets.index.manifest import DataFile
from auditor.datasets.match_keys import MatchKey
from auditor.errors import AuditorError, CallError, NotAllowedError, UnreachableError
from auditor.flickr.target import Target, classify
from auditor.flickr.urls import yfcc_photo_hashes, yfcc_video_hash
from tests.audit.memory import Memory, group
from tests.audit.test_matching import exposure

ME, ALIAS = "99000001@N07", "lena-lens"
PROFILE = f"https://www.flickr.com/people/{ALIAS}/"
ALIAS_ONLY = "matched by the path alias alone, which misses indexes that hold NSIDs only"


class Names:
    """Stands for Flickr's two ways to find a person, and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, str | AuditorError] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []

    def user_at(self, url: str) -> str | None:
        return self._answer(f"at {url}")

    def user_named(self, username: str) -> str | None:
        return self._answer(f"named {username}")

    def _answer(self, question: str) -> str | None:
        self.asked.append(question)
        answer = self.answers.get(question)
        if isinstance(answer, AuditorError):
            raise answer
        return answer


def members() -> Memory:
    return Memory("members", {MatchKey.OWNER: [group("11"), group(None)]}, owners=[ME, ALIAS])


def about(target: str, names: Names | None = None, *indexes: Memory) -> CheckedTarget:
    (told,) = check([classify(target)], indexes or [members()], {}, names).targets
    return told


FOUND = (
    FoundPhoto("11", exposure("members", MatchKey.OWNER)),
    FoundPhoto(None, exposure("members", MatchKey.OWNER)),
)


@pytest.mark.parametrize(
    ("target", "answers", "asked", "owner", "alias", "note"),
    [
        (ME, {}, [], ME, None, None),
        (PROFILE, {f"at {PROFILE}": ME}, [f"at {PROFILE}"], ME, ALIAS, None),
        (PROFILE, {}, [f"at {PROFILE}"], None, ALIAS, f"Flickr knows no such user today: {ALIAS_ONLY}"),
        (PROFILE, None, [], None, ALIAS, f"no API key is set: {ALIAS_ONLY}"),
        ("Lena Lens", {"named Lena Lens": ME}, ["named Lena Lens"], ME, None, None),
        ("Lena-Lens", {"named Lena-Lens": ME}, ["named Lena-Lens"], ME, None, None),
        ("Lena-Lens", {f"at {PROFILE}": ME}, ["named Lena-Lens", f"at {PROFILE}"], ME, ALIAS, None),
        (
            "Lena-Lens",
            {},
            ["named Lena-Lens", f"at {PROFILE}"],
            None,
            ALIAS,
            f"Flickr knows no such user today: {ALIAS_ONLY}",
        ),
        ("Lena-Lens", None, [], None, ALIAS, f"no API key is set: {ALIAS_ONLY}"),
    ],
)
def test_a_person_is_who_flickr_says_or_else_the_owner_of_an_alias(
    target: str,
    answers: Mapping[str, str | AuditorError] | None,
    asked: list[str],
    owner: str | None,
    alias: str | None,
    note: str | None,
) -> None:
    names = None if answers is None else Names(answers)
    told = about(target, names)
    assert told == CheckedTarget(classify(target), FOUND, owner=owner, owner_alias=alias, note=note)
    assert names is None or names.asked == asked


@pytest.mark.parametrize(
    ("target", "names", "error"),
    [
        ("Lena Lens", Names(), "Flickr knows no such user"),
        ("Lena Lens", None, "without an API key a user name with such letters cannot be looked up"),
        ("", None, "empty"),
    ],
)
def test_nobody_is_looked_up_by_a_name_that_names_nobody(
    target: str, names: Names | None, error: str
) -> None:
    index = members()
    assert about(target, names, index) == CheckedTarget(classify(target), (), error=error)
    assert index.asked == []


def test_what_cannot_be_read_is_said_to_be_no_address() -> None:
    (told,) = check([Target("x", "unreadable")], [members()], {}, None).targets
    assert told.error == "not a Flickr address, id or name"


def test_a_resolver_that_fails_for_good_is_not_asked_again_and_one_that_refuses_a_name_is() -> None:
    down, refused = UnreachableError("it is down"), CallError("m", 999, "odd")
    names = Names({"named A B": refused, "named C D": down, "named E F": ME})
    targets = [classify(target) for target in ("A B", "C D", "E F", PROFILE, ME)]
    result = check(targets, [members()], {}, names)
    errors = [(told.error, told.cause) for told in result.targets]
    assert errors == [
        (refused.message, refused),
        ("it is down", down),
        ("it is down", down),
        ("it is down", down),
        (None, None),
    ]
    assert names.asked == ["named A B", "named C D"]
    assert [told.exposures for told in result.targets] == [(), (), (), (), FOUND]


@pytest.mark.parametrize(
    ("targets", "needed"),
    [
        ([], False),
        (["4711", ME, f"https://www.flickr.com/photos/{ALIAS}/4711/", ""], False),
        (["4711", PROFILE], True),
        ([f"https://www.flickr.com/photos/{ME}/"], False),
        (["Some Body"], True),
    ],
)
def test_flickr_is_asked_only_where_a_person_has_to_be_found(targets: list[str], *, needed: bool) -> None:
    names = Names()
    found = resolver_for([classify(target) for target in targets], lambda: names)
    assert found is (names if needed else None)


def test_a_client_that_cannot_be_made_fails_when_it_is_asked() -> None:
    failure = NotAllowedError("no key", hint="Set one.")

    def client() -> Names:
        raise failure

    found = resolver_for([classify("Some Body")], client)
    assert isinstance(found, Unaskable)
    for ask in (found.user_at, found.user_named):
        with pytest.raises(NotAllowedError) as error:
            ask("x")
        assert error.value is failure


# -- photos --------------------------------------------------------------------------------------------------

SECRET = "0a1b2c3d4e"
FILE = f"https://live.staticflickr.com/2/11_{SECRET}.jpg"


@pytest.mark.parametrize(
    ("target", "hashes"),
    [
        ("11", set()),
        (FILE, {*yfcc_photo_hashes("11", "2", SECRET)}),
        (f"https://farm3.staticflickr.com/2/11_{SECRET}.jpg", {*yfcc_photo_hashes("11", "2", SECRET, 3)}),
        (f"https://live.staticflickr.com/2/11_{SECRET}_o.jpg", set()),
        (
            f"https://www.flickr.com/photos/{ME}/11/play/orig/{SECRET}/",
            {yfcc_video_hash(ME, "11", SECRET)},
        ),
        (f"https://www.flickr.com/photos/{ALIAS}/11/play/orig/{SECRET}/", set()),
        (f"https://www.flickr.com/photos/{ME}/11/play/720p/{SECRET}/", set()),
    ],
)
def test_a_link_is_hashed_as_a_dataset_may_have_hashed_it(target: str, hashes: set[str]) -> None:
    index = Memory("hashes", {MatchKey.PHOTO_ID: [], MatchKey.URL_HASH: [group(one) for one in hashes]})
    told = about(target, None, index)
    assert {key: values for key, values, _ in index.asked} == {
        MatchKey.PHOTO_ID: {"11"},
        **({MatchKey.URL_HASH: hashes} if hashes else {}),
    }
    assert len(told.exposures) == bool(hashes)


def test_all_photos_are_looked_up_at_once_and_each_has_its_own_exposures() -> None:
    first = Memory("first", {MatchKey.PHOTO_ID: [group("11"), group("12")]})
    second = Memory("second", {MatchKey.PHOTO_ID: [group("12")], MatchKey.OWNER: []})
    link = f"https://www.flickr.com/photos/{ALIAS}/12/"
    targets = [classify(target) for target in ("11", link, f"https://www.flickr.com/photos/{ME}/13/")]
    result = check(targets, [first, second], {}, None)
    one, two = (exposure(name, MatchKey.PHOTO_ID) for name in ("first", "second"))
    assert result.targets == (
        CheckedTarget(targets[0], (FoundPhoto("11", one),)),
        CheckedTarget(targets[1], (FoundPhoto("12", one), FoundPhoto("12", two)), owner_alias=ALIAS),
        CheckedTarget(targets[2], (), owner=ME),
    )
    assert first.asked == second.asked == [(MatchKey.PHOTO_ID, {"11", "12", "13"}, False)]
    assert [index.dataset for index in result.indexes] == ["first", "second"]


NO_MEMBERS = "its index names no members, only photos: check the link of a photo"
NO_PHOTOS = "its index names members, not photos: check the NSID"


def test_a_dataset_that_says_nothing_of_some_targets_is_named_at_them() -> None:
    photos, people = Memory("photos", {MatchKey.PHOTO_ID: []}), Memory("people", {MatchKey.OWNER: []})
    targets = [classify("11"), classify(ME), classify("")]
    result = check(targets, [photos, people], {}, None)
    assert [(dict(told.unanswered), told.error) for told in result.targets] == [
        ({"people": NO_PHOTOS}, None),
        ({"photos": NO_MEMBERS}, None),
        ({}, "empty"),
    ]
    assert [index.dataset for index in result.indexes] == ["photos", "people"]
    one = check(targets[1:], [photos, people], {}, None, damaged={"torn": "it is cut"})
    assert [index.dataset for index in one.indexes] == ["people"]
    assert [(item.dataset, item.why, item.reason) for item in one.not_checked] == [
        ("photos", Why.NO_SUCH_KEY, NO_MEMBERS),
        ("torn", Why.DAMAGED, "its local index cannot be read: it is cut"),
    ]


def test_where_no_dataset_can_tell_the_reasons_are_the_error() -> None:
    hashes = Memory("hashes", {MatchKey.URL_HASH: []})
    more = Memory("more", {MatchKey.OWNER: []})
    again = Memory("again", {MatchKey.OWNER: []})
    (told,) = check([classify("11")], [hashes, more, again], {}, None).targets
    assert told.error == (
        "no dataset that is here can tell: its index names photos by a hash of their address, and no address"
        " is known here: sync, or check the address of the picture (live.staticflickr.com/…);"
        f" {NO_PHOTOS}"
    )
    assert check([classify("11")], [], {}, None) == CheckResult((CheckedTarget(classify("11"), ()),), (), ())
    content = Memory("content", {MatchKey.CONTENT_MD5: []})
    (told,) = check([classify("11")], [content], {}, None).targets
    assert told.error is not None
    assert told.error.endswith(
        "its index names photos by the content of their file: audit --originals DIR compares your own"
    )


def owners(rows: int) -> DataFile:
    return DataFile("owner-0123456789abcdef.parquet", "owner", rows, 1, "0" * 64)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ((owners(4),), "5 records of 9 name no member"),
        ((owners(4), owners(4)), "1 record of 9 name no member"),
        ((owners(9),), None),
        ((owners(12),), None),
        ((), None),
    ],
)
def test_an_index_of_which_some_records_name_nobody_was_looked_in_in_part(
    files: tuple[DataFile, ...], why: str | None
) -> None:
    index = Memory("people", {MatchKey.OWNER: [], MatchKey.PHOTO_ID: []}, files=files)
    assert about(ME, None, index).in_part == ({"people": why} if why else {})
    assert about("11", None, index).in_part == {}


def test_a_child_without_a_key_of_its_own_is_asked_through_its_parent() -> None:
    cards = catalogue.load()
    child = Memory("open-images-miap", {MatchKey.PARENT_KEY: []})
    parent = Memory("open-images", {MatchKey.PHOTO_ID: []}, keyed=1)
    (told,) = check([classify(ME)], [child, parent], cards, None).targets
    assert dict(told.unanswered) == {"open-images-miap": NO_MEMBERS, "open-images": NO_MEMBERS}
    both = Memory("open-images", {MatchKey.PHOTO_ID: [], MatchKey.OWNER: []}, keyed=1)
    (told,) = check([classify(ME)], [child, both], cards, None).targets
    assert dict(told.unanswered) == {}


# -- what is shown of a target -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (FILE, FILE),
        (
            f"https://live.staticflickr.com/2/11_{SECRET}_o.jpg",
            "https://live.staticflickr.com/2/11_…_o.jpg",
        ),
        (
            f"https://farm3.staticflickr.com/2/11_{SECRET.upper()}_o_d.jpg",
            "https://farm3.staticflickr.com/2/11_…_o_d.jpg",
        ),
        (
            f"https://live.staticflickr.com/2/11_{SECRET[:-1]}%65_o.jpg",
            "https://www.flickr.com/photo.gne?id=11",
        ),
        (
            f"https://www.flickr.com/photos/{ME}/11/?secret={SECRET}&page=2&api_key=k;token=t",
            f"https://www.flickr.com/photos/{ME}/11/?secret=…&page=2&api_key=…;token=…",
        ),
        (
            f"https://live.staticflickr.com/video/11/{SECRET.upper()}/orig.mp4?s=x",
            "https://live.staticflickr.com/video/11/…/orig.mp4?s=…",
        ),
        (f"https://ann:pass@www.flickr.com/photos/{ME}/11", f"https://…@www.flickr.com/photos/{ME}/11"),
        ("https://www.flickr.com/gp/ann/AbC123", "https://www.flickr.com/gp/ann/…"),
    ],
)
def test_a_target_is_shown_without_what_opens_it(target: str, shown: str) -> None:
    told = about(target, None, Memory("list", {MatchKey.PHOTO_ID: [], MatchKey.OWNER: []}))
    assert told.target == replace(classify(target), text=shown)


def test_cards_say_how_certain_a_hit_is() -> None:
    card: Any = replace(catalogue.get("coco"), certainty="inferred")
    index = Memory("coco", {MatchKey.PHOTO_ID: [group("11")], MatchKey.OWNER: [group("11")]}, owners=[ME])
    for target in ("11", ME):
        (told,) = check([classify(target)], [index], {"coco": card}, None).targets
        assert [found.exposure.certainty for found in told.exposures] == ["inferred"]
