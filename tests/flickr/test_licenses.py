"""Licences are recognised by every name and address that Flickr or a dataset gave them, and by no other."""

import csv
import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.flickr import licenses

MEANT = [
    ("0", "0"),
    (" 4 ", "4"),
    ("All Rights Reserved", "0"),
    ("all rights reserved", "0"),
    ("all-rights-reserved", "0"),
    ("None", "0"),
    ("None (All rights reserved)", "0"),
    ("CC BY 2.0", "4"),
    ("cc-by-2.0", "4"),
    ("CC-BY-NC-ND", "3"),
    ("by-nc-sa", "1"),
    ("CC BY-NC-SA 4.0", "15"),
    ("cc by nc sa 4.0", "15"),
    ("Attribution License", "4"),
    ("Attribution-NoDerivs License", "6"),
    ("Attribution-NonCommercial-NoDerivs License", "3"),
    ("Attribution-NonCommercial License", "2"),
    ("Attribution-NonCommercial-ShareAlike License", "1"),
    ("Attribution-ShareAlike License", "5"),
    ("Attribution-NonCommercial 4.0 International", "14"),
    ("Attribution-NonCommercial-NoDerivatives 4.0 International (CC BY-NC-ND 4.0)", "16"),
    ("Creative Commons Attribution-Share Alike 2.0 Generic", "5"),
    ("Creative Commons Attribution-Non Commercial-No Derivative Works 2.0 Generic", "3"),
    ("No known copyright restrictions", "7"),
    ("no-known-copyright", "7"),
    ("United States Government Work", "8"),
    ("us-government-work", "8"),
    ("Public Domain Dedication (CC0)", "9"),
    ("CC0", "9"),
    ("CC0 1.0", "9"),
    ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "9"),
    ("Public Domain Mark", "10"),
    ("Public Domain Mark 1.0", "10"),
    ("public-domain-mark", "10"),
    ("http://creativecommons.org/licenses/by/2.0/", "4"),
    ("https://creativecommons.org/licenses/by/2.0", "4"),
    ("https://www.creativecommons.org/licenses/by-nc/4.0/deed.en", "14"),
    ("//creativecommons.org/licenses/by-nc-nd/2.0/deed.pt_BR/", "3"),
    ("creativecommons.org/licenses/by-sa/4.0/legalcode", "12"),
    ("HTTPS://CreativeCommons.org/licenses/BY-ND/4.0/legalcode.de#s2", "13"),
    ("https://creativecommons.org/licenses/by/2.0/?ref=openverse", "4"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "9"),
    ("http://creativecommons.org/publicdomain/mark/1.0/", "10"),
    ("https://www.flickr.com/commons/usage/", "7"),
    ("http://flickr.com/commons/usage/", "7"),
    ("http://www.usa.gov/copyright.shtml", "8"),
    ("https://www.usa.gov/government-copyright", "8"),
]
NOT_FLICKRS = [
    "",
    "cc",
    "license",
    "17",
    "-1",
    "2.0",
    "public domain",
    "CC BY 3.0",
    "CC BY 2.5",
    "by-1.0",
    "Attribution 3.0 Unported",
    "MIT",
    "https://creativecommons.org/licenses/by/3.0/",
    "https://creativecommons.org/licenses/by/2.0/uk/",
    "https://creativecommons.org/licenses/",
    "https://creativecommons.org.example.net/licenses/by/2.0/",
]


@pytest.mark.parametrize(("text", "license_id"), MEANT)
def test_every_name_and_address_of_a_licence_is_recognised(text: str, license_id: str) -> None:
    found = licenses.find(text)
    assert found is not None
    assert found.id == license_id


@pytest.mark.parametrize("text", NOT_FLICKRS)
def test_a_licence_that_flickr_does_not_have_is_not_taken_for_one_it_has(text: str) -> None:
    assert licenses.find(text) is None


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    found = licenses.find(text)
    assert found is None or found.id in licenses.LICENSES


def test_ids_codes_and_addresses_are_unambiguous() -> None:
    assert list(licenses.LICENSES) == [str(n) for n in range(17)]
    for entry in licenses.LICENSES.values():
        assert {licenses.find(text) for text in (entry.id, entry.code, entry.name, entry.url)} == {entry}


@pytest.mark.parametrize("license_id", ["17", 17])
def test_a_licence_that_flickr_adds_later_is_shown_and_promises_nothing(license_id: str | int) -> None:
    unknown = licenses.get(license_id)
    assert (unknown.id, unknown.name) == ("17", "Unknown license 17")
    assert unknown.allows_reuse is None
    assert not unknown.free


@pytest.mark.parametrize("license_id", [4, "4"])
def test_ids_are_found_as_number_or_text(license_id: str | int) -> None:
    assert licenses.get(license_id).name == "CC BY 2.0"


@pytest.mark.parametrize(
    ("license_id", "reuse", "commercial", "derivatives", "share_alike"),
    [
        ("0", False, False, False, False),
        ("1", True, False, True, True),
        ("3", True, False, False, False),
        ("4", True, True, True, False),
        ("6", True, True, False, False),
        ("9", True, True, True, False),
        ("12", True, True, True, True),
        ("16", True, False, False, False),
    ],
)
def test_what_a_licence_allows(
    license_id: str, *, reuse: bool, commercial: bool, derivatives: bool, share_alike: bool
) -> None:
    entry = licenses.get(license_id)
    allowed = (entry.allows_reuse, entry.commercial, entry.derivatives, entry.share_alike)
    assert allowed == (reuse, commercial, derivatives, share_alike)
    assert entry.free is reuse


def test_a_2_0_licence_has_a_4_0_twin_with_the_same_terms_and_others_have_none() -> None:
    twins = {old: licenses.twin_4_0(old) for old in licenses.LICENSES}
    assert {old: new for old, new in twins.items() if new} == {
        "1": "15",
        "2": "14",
        "3": "16",
        "4": "11",
        "5": "12",
        "6": "13",
    }


def test_only_the_commons_statement_cannot_be_set() -> None:
    assert [entry.id for entry in licenses.LICENSES.values() if not entry.settable] == ["7"]


def test_the_table_is_the_one_that_flickr_sends(shared: Path) -> None:
    recorded = shared / "recorded/xml_vcr_2023_2025/TestLicenseMethods.test_get_licenses.yml"
    text = re.sub(
        r"\s*\n\s*", " ", recorded.read_text().replace('\\"', '"').replace("\\n", "").replace("\\t", "")
    )
    rows = re.findall(r'<license +id="(\d+)" name="([^"]*)" url="([^"]*)"', text)
    table = {(entry.id, entry.name, entry.url) for entry in licenses.LICENSES.values()}
    assert {tuple(map(html.unescape, row)) for row in rows} == table


def test_licences_of_published_indexes_are_recognised(shared: Path) -> None:
    samples = shared / "samples"
    coco = json.loads((samples / "coco/instances_val2017.mini.json").read_text())["licenses"]
    with (samples / "pass/pass_metadata.csv").open(newline="") as file:
        texts = {row["licensename"] for row in csv.DictReader(file)}
    fsxl = json.loads((samples / "fsxl/fsxl-metadata.json").read_text())
    texts |= {row["license"] for row in (fsxl.values() if isinstance(fsxl, dict) else fsxl)}
    for row in coco:
        assert licenses.find(row["name"]) == licenses.find(row["url"])
        texts |= {row["name"], row["url"]}
    assert {text for text in texts if licenses.find(text) is None} == set()


@pytest.mark.parametrize(
    ("license_id", "known"),
    [
        (None, licenses.License("", "unknown licence", "", "unknown", None, None, None, None)),
        ("99", licenses.License("99", "Unknown license 99", "", "unknown-99", None, None, None, None)),
        (0, licenses.LICENSES["0"]),
    ],
)
def test_of_an_unknown_licence_nothing_is_claimed(
    license_id: str | int | None, known: licenses.License
) -> None:
    found = licenses.get(license_id)
    assert found == known
    assert found.free is False
