"""How datasets hang together, as told about one photo."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.account.photo import Photo
from auditor.audit.coverage import (
    NotHere,
    chains,
    checked_index,
    covered,
    how_to_get,
    lineage,
    not_checked,
)
from auditor.audit.result import CheckedIndex, ExposedPhoto, Lineage, NotChecked, SourceFile, Why
from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.index.manifest import SourceFile as IndexedFile
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.datasets.readers import select
from auditor.flickr.privacy import Privacy
from tests.audit.memory import Memory
from tests.audit.test_matching import exposure
from tests.datasets.same_photos import adience


@pytest.mark.parametrize(
    ("datasets", "expected"),
    [
        ({"diveface", "yfcc100m", "megaface-mf2"}, [("yfcc100m", "megaface-mf2", "diveface")]),
        ({"diveface", "yfcc100m"}, [("yfcc100m", "diveface")]),
        ({"megaface", "yfcc15m", "yfcc100m"}, [("yfcc100m", "megaface"), ("yfcc100m", "yfcc15m")]),
        ({"diveface", "megaface-mf2", "lvis", "coco"}, [("coco", "lvis"), ("megaface-mf2", "diveface")]),
        ({"ffhq", "yfcc100m"}, []),
        ({"diveface"}, []),
        ({"my-own-list", "yfcc100m"}, []),
        (set(), []),
    ],
)
def test_a_photo_in_related_sets_has_a_chain(datasets: set[str], expected: list[tuple[str, ...]]) -> None:
    assert chains(frozenset(datasets)) == tuple(expected)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["fold_0_data.txt"], "fold_1_data.txt, fold_2_data.txt and 2 more"),
        ([f"fold_{number}_data.txt" for number in range(4)], "fold_4_data.txt"),
        ([f"fold_{number}_data.txt" for number in range(5)], None),
        (["renamed.tsv"], None),
    ],
)
def test_a_dataset_of_some_of_its_files_was_checked_in_part(
    tmp_path: Path, names: list[str], missing: str | None
) -> None:
    card = catalogue.get("adience")
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(adience() + b"\n" * number)
    manifest = build(
        tmp_path / "indexes",
        card.name,
        [tmp_path / name for name in names],
        formats=select(card.formats),
        card=card,
    )
    index = checked_index(manifest, card)
    assert index.values()["coverage"] == ("part" if missing else "whole")
    assert index.in_part == (missing and f"not all of its files are in the index; missing: {missing}")


def test_an_alternative_says_nothing_of_the_other_files_and_packing_is_no_difference() -> None:
    assert not catalogue.get("open-images").missing(["image_ids_and_rotation.csv"])
    assert not catalogue.get("lvis").missing(["lvis_v1_val.json", "lvis_v1_train.json.zip"])
    assert catalogue.get("lvis").missing(["lvis_v1_val.json"]) == ("lvis_v1_train.json.zip",)


# -- indexes in memory ---------------------------------------------------------------------------------------

SOURCES = (IndexedFile("instances_val2017.json", 7, "ab" * 32), IndexedFile("b.json", 8, "cd" * 32))


def an_index(name: str, *keys: MatchKey, **told: Any) -> Memory:
    return Memory(name, dict.fromkeys(keys or (MatchKey.PHOTO_ID,), ()), **told)


def test_an_index_is_described_by_its_manifest_and_its_card() -> None:
    told: dict[str, Any] = {
        "sources": SOURCES,
        "origin": "https://example.org",
        "obtained_at": "2026-01-03T00:00:00+00:00",
        "records": 8,
    }
    manifest = an_index("coco", provenance=Provenance.PUBLISHER, **told).manifest
    card = catalogue.get("coco")
    index = checked_index(manifest, card)
    assert index == CheckedIndex(
        dataset="coco",
        title=card.title,
        records=8,
        built_at="2026-01-02T03:04:05+00:00",
        sources=(SourceFile("instances_val2017.json", "ab" * 32), SourceFile("b.json", "cd" * 32)),
        match_keys=("photo_id",),
        about=card.about,
        huge=card.huge,
        own_list=False,
        provenance=Provenance.PUBLISHER,
        origin="https://example.org",
        obtained_at="2026-01-03T00:00:00+00:00",
        in_part=index.in_part,
        published=card.published(9),
    )
    values = index.values()
    assert (values["from"], "origin" in values) == ("https://example.org", False)
    assert values["coverage"] == ("part" if index.in_part else "whole")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Provenance.PUBLISHER, Provenance.OWN_LIST),
        (Provenance.UNVERIFIED, Provenance.OWN_LIST),
        (Provenance.OWN_LIST, Provenance.OWN_LIST),
        (Provenance.PACK, Provenance.PACK),
        (Provenance.TOLD, Provenance.TOLD),
    ],
)
def test_nobody_is_the_publisher_of_a_list_without_a_card(before: Provenance, after: Provenance) -> None:
    index = checked_index(an_index("my-list", provenance=before).manifest, None)
    assert (index.provenance, index.own_list) == (after, True)
    assert (index.title, index.about, index.huge, index.published) == ("my-list", "general", False, None)
    assert (
        checked_index(an_index("coco", provenance=before).manifest, catalogue.get("coco")).provenance
        is before
    )


@pytest.mark.parametrize(
    ("skipped", "flickr", "in_part"),
    [
        ({}, "all", None),
        ({"no JSON": 1}, "all", "1 row of 100 could not be read"),
        ({"no JSON": 2}, "partly", "2 rows of 100 could not be read"),
        ({"no Flickr address": 2}, "all", "2 rows of 100 could not be read"),
        ({"no Flickr address": 2}, "partly", None),
        ({"no Flickr address": 40, "no JSON": 2}, "partly", "2 rows of 100 could not be read"),
        ({"no Flickr address": 40, "no JSON": 2}, "all", "42 rows of 100 could not be read"),
    ],
)
def test_rows_that_were_not_understood_are_told_where_they_should_have_been(
    skipped: dict[str, int], flickr: str, in_part: str | None
) -> None:
    unread = sum(skipped.values())
    manifest = an_index("x", rows=100, indexed=100 - unread, skipped=skipped).manifest
    card = replace(catalogue.get("coco"), flickr=flickr, files=())
    expected = in_part if unread != 1 else None  # one in a hundred is no part
    assert checked_index(manifest, card).in_part == expected
    lacking = checked_index(manifest, card, "it lacks a parent").in_part
    assert lacking == "; ".join(filter(None, (expected, "it lacks a parent")))


def cards(**told: Card) -> dict[str, Card]:
    return told


PARENT = replace(catalogue.get("open-images"), name="top", title="Top (2020)")
CHILD = replace(catalogue.get("open-images-miap"), name="child", joins="top.id", files=())
TOP = "it names photos by the numbers of Top, and"
ANEW = "flickr-auditor datasets remove top, then flickr-auditor datasets fetch top builds it anew"


@pytest.mark.parametrize(
    ("keys", "known", "top", "why"),
    [
        (
            (MatchKey.PARENT_KEY,),
            {},
            None,
            "it names photos by another dataset's numbers, and it is not known which",
        ),
        (
            (MatchKey.PARENT_KEY,),
            {"child": replace(CHILD, joins=None)},
            None,
            "it names photos by another dataset's numbers, and it is not known which",
        ),
        (
            (MatchKey.PARENT_KEY,),
            {"child": CHILD},
            None,
            "it names photos by the numbers of top, and there is no local index of top:"
            f" {how_to_get(None, 'top')}",
        ),
        (
            (MatchKey.PARENT_KEY,),
            {"child": CHILD, "top": PARENT},
            None,
            f"{TOP} there is no local index of top: flickr-auditor datasets fetch top gets it",
        ),
        (
            (MatchKey.PARENT_KEY,),
            {"child": CHILD, "top": PARENT},
            {"keyed": 0},
            f"{TOP} the local index of top was built without them: {ANEW}",
        ),
        ((MatchKey.PARENT_KEY,), {"child": CHILD, "top": PARENT}, {"keyed": 1}, None),
        ((MatchKey.PARENT_KEY, MatchKey.PHOTO_ID), {"child": CHILD, "top": PARENT}, {"keyed": 0}, "in part"),
        ((MatchKey.PHOTO_ID,), {"child": CHILD, "top": PARENT}, {"keyed": 0}, None),
    ],
)
def test_an_index_of_numbers_of_another_needs_that_one(
    keys: tuple[MatchKey, ...], known: dict[str, Card], top: dict[str, int] | None, why: str | None
) -> None:
    child = an_index("child", *keys)
    parents = [] if top is None else [an_index("top", **top)]
    coverage = covered([child], known, parents=parents)
    told = {item.dataset: (item.why, item.reason) for item in coverage.not_checked if item.dataset == "child"}
    if why is None or why == "in part":
        assert (coverage.answering, told) == ((child,), {})
        (checked,) = coverage.checked
        lacking = f"{TOP} the local index of top was built without them: {ANEW}"
        assert checked.in_part == (lacking if why else None)
    else:
        assert (coverage.answering, coverage.checked) == ((), ())
        assert told == {"child": (Why.NO_PARENT, why)}


def test_an_index_without_its_numbers_that_no_program_can_fetch_is_added_again() -> None:
    by_hand = replace(PARENT, files=tuple(replace(file, access=Access.REQUEST) for file in PARENT.files))
    child, top = an_index("child", MatchKey.PARENT_KEY), an_index("top", keyed=0)
    (told,) = (
        item
        for item in covered([child], {"child": CHILD, "top": by_hand}, parents=[top]).not_checked
        if item.dataset == "child"
    )
    assert told.reason.endswith("flickr-auditor datasets add top FILE --replace builds it anew")


NO_RECORD = "its local index holds no record: no photo was found in the files that it was built from"


def test_every_dataset_without_an_answer_has_its_reason() -> None:
    coco = catalogue.get("coco")
    known = cards(
        gone=replace(coco, name="gone", title="Gone", files=()),
        keyless=replace(coco, name="keyless", match_keys=(), no_key_reason=None),
        nameless=replace(coco, name="nameless", match_keys=(), no_key_reason="only pixels"),
        torn=replace(coco, name="torn", about="faces"),
        empty=replace(coco, name="empty"),
        remote=replace(coco, name="remote"),
        here=replace(coco, name="here"),
        certain=replace(coco, name="certain"),
    )
    indexes = [
        an_index("here"),
        an_index("certain", records=0, certain=True),
        an_index("empty", records=0),
        an_index("own", records=0),
    ]
    coverage = covered(
        indexes, known, damaged={"torn": "it is cut", "mine": "cut"}, unasked={"remote": "no", "other": "no"}
    )
    assert [index.name for index in coverage.answering] == ["here", "certain"]
    assert [index.dataset for index in coverage.checked] == ["here", "certain"]
    add = how_to_get(known["gone"], "gone")
    assert coverage.not_checked == (
        NotChecked("torn", coco.title, Why.DAMAGED, "its local index cannot be read: it is cut", "faces"),
        NotChecked("empty", coco.title, Why.EMPTY, NO_RECORD, "general"),
        NotChecked("gone", "Gone", Why.NO_INDEX, f"no local index: {add}", "general"),
        NotChecked("keyless", coco.title, Why.NO_KEY, "it published no key", "general"),
        NotChecked("mine", "mine", Why.DAMAGED, "its local index cannot be read: cut", "general"),
        NotChecked("nameless", coco.title, Why.NO_KEY, "only pixels", "general"),
        NotChecked("other", "other", Why.UNASKED, "no", "general"),
        NotChecked("own", "own", Why.EMPTY, NO_RECORD, "general"),
        NotChecked("remote", coco.title, Why.UNASKED, "no", "general"),
    )
    only = not_checked(cards(gone=known["gone"], here=known["here"]), (), NotHere(only=("here",)))
    assert [(item.dataset, item.why, item.reason) for item in only] == [
        ("gone", Why.LEFT_OUT, "left out by --dataset"),
        ("here", Why.NO_INDEX, f"no local index: {how_to_get(known['here'], 'here')}"),
    ]


def test_the_way_to_an_index_is_a_download_or_the_publishers_file() -> None:
    coco = catalogue.get("coco")
    public = replace(coco.files[0], access=Access.PUBLIC, url="https://example.org/a.json", name="a.json")
    asked = replace(public, access=Access.UNKNOWN, name="b.json")
    assert how_to_get(replace(coco, files=(asked, public)), "x") == "flickr-auditor datasets fetch x gets it"
    by_hand = f"{Access.UNKNOWN.way.format(file='b.json')}: flickr-auditor datasets add x FILE"
    assert how_to_get(replace(coco, files=(asked,)), "x") == by_hand
    nothing = f"{Access.UNKNOWN.way.format(file='its index file')}: flickr-auditor datasets add x FILE"
    assert how_to_get(replace(coco, files=()), "x") == how_to_get(None, "x") == nothing


def test_lineage_counts_photos_of_datasets_with_unchecked_children() -> None:
    known = catalogue.load()
    found = [
        ExposedPhoto(
            Photo(number, "", None, Privacy.PUBLIC),
            tuple(exposure(name, MatchKey.PHOTO_ID) for name in names),
        )
        for number, names in (("1", ["mine", "yfcc100m", "ffhq"]), ("2", ["yfcc100m", "coco"]))
    ]
    missing = [
        NotChecked(name, name, Why.NO_INDEX, "", "general") for name in ("lvis", "megaface", "fairface", "x")
    ]
    assert lineage(found, known, missing) == (
        Lineage("coco", 1, ("lvis",)),
        Lineage("yfcc100m", 2, ("fairface", "megaface")),
    )
    assert lineage(found, {}, missing) == ()
