"""Tags are compared as Flickr compares them, and sent so that Flickr reads them as meant."""

import json
import re
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.flickr.tags import NO_CV, clean, has_tag, quote_for_add, split_clean


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("no_cv", "nocv"),
        ("No CV", "nocv"),
        ("NO-CV!", "nocv"),
        ("Old_Mill_House", "oldmillhouse"),
        ("Saint-Émile", "saintémile"),
        ("うんち", "うんち"),
        ("1+1", "11"),
        ("a:b", "ab"),
        ("mill:keeper=Roe, Zoë", "mill:keeper=roezoë"),
        ("Vision:Night=077", "vision:night=077"),
        ("mill:keeper=", "millkeeper"),
        ("mill:keeper=!?", "millkeeper"),
        ("", ""),
        ("!!", ""),
    ],
)
def test_a_tag_is_cleaned_as_flickr_does(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize("raw", ["café", "Café", "CAFÉ!", "mill:keeper=Zoë", "가"])
def test_a_tag_means_the_same_however_its_accents_are_typed(raw: str) -> None:
    apart = normalize("NFD", raw)
    assert apart != raw
    assert clean(apart) == clean(raw)
    assert clean(apart) not in {"cafe", "mill:keeper=zoe"}
    assert quote_for_add([apart]) == quote_for_add([raw])
    assert has_tag(split_clean(normalize("NFD", clean(raw))), raw)


@given(st.text())
def test_a_clean_tag_stays_as_it_is_and_holds_no_space(raw: str) -> None:
    cleaned = clean(raw)
    assert clean(cleaned) == cleaned
    assert len(split_clean(cleaned)) <= 1


def test_tags_in_recorded_answers_of_flickr_come_out_as_flickr_cleaned_them(shared: Path) -> None:
    answer = json.loads((shared / "recorded/json_2023_2026/photos.getInfo.json").read_text())
    pairs = [(tag["raw"], tag["_content"]) for tag in answer["photo"]["tags"]["tag"]]
    for file in (shared / "recorded").rglob("*getInfo*.xml"):
        pairs += re.findall(r'<tag [^>]*raw="([^"&\\]*)"[^>]*>([^<]*)</tag>', file.read_text())
    assert pairs
    assert [(raw, clean(raw)) for raw, _ in pairs] == pairs


@pytest.mark.parametrize(
    ("row", "tag", "held"),
    [
        ("harbour nocv", NO_CV, True),
        ("harbour nocv", "NoCV", True),
        ("harbour nocvx", NO_CV, False),
        ("", NO_CV, False),
        ("  harbour  mill:keeper=roe ", "Mill:Keeper=Roe", True),
    ],
)
def test_a_tag_is_found_in_a_list_row_whatever_its_spelling(row: str, tag: str, *, held: bool) -> None:
    assert has_tag(split_clean(row), tag) is held


@pytest.mark.parametrize(
    ("tags", "argument"),
    [
        (["no_cv"], "no_cv"),
        (["no_cv", "Old Mill"], 'no_cv "Old Mill"'),
        (["one,two"], '"one,two"'),
        (["mill:keeper=Roe, Zoë"], '"mill:keeper=Roe, Zoë"'),
        (["  two\n lines "], '"two lines"'),
        ([], ""),
    ],
)
def test_tags_are_sent_so_that_flickr_keeps_each_whole(tags: list[str], argument: str) -> None:
    assert quote_for_add(tags) == argument


@pytest.mark.parametrize("tag", ['say "cheese"', '"', "", " ", "!!"])
def test_a_tag_that_flickr_cannot_hold_is_refused(tag: str) -> None:
    with pytest.raises(UsageError):
        quote_for_add(["no_cv", tag])
