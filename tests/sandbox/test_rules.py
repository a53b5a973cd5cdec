"""The sandbox's rules are its own, and they are those of recorded answers."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import auditor.sandbox
from auditor.sandbox.flickr_rules import LICENSES, PRIVACY, circles, clean_tag, is_machine_tag

from .recordings import cassettes

SHARED_WITH_THE_CLIENT = {"auditor.flickr.urls", "auditor.flickr.callback_page"}
"""Addresses, and the frame of a web page. A rule that both sides shared would be wrong on both sides at once,
and no test would see it."""


def imported(path: Path) -> Iterator[str]:
    """The modules that a source file imports; ``from a import b`` counts as ``a.b`` too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


@pytest.mark.parametrize(
    "path", sorted(Path(auditor.sandbox.__file__).parent.rglob("*.py")), ids=lambda p: p.stem
)
def test_no_rule_of_flickr_is_shared_with_the_client(path: Path) -> None:
    allowed = ("auditor.sandbox", *SHARED_WITH_THE_CLIENT)
    ours = {name for name in imported(path) if name.split(".")[0] == "auditor"}
    assert {name for name in ours if not name.startswith(allowed)} == set()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("no_cv", "nocv"),
        ("No CV", "nocv"),
        ("Old_Harbour_Museum", "oldharbourmuseum"),
        ("Pont-l'Évêque", "pontlévêque"),
        ("2+2", "22"),
        ("f:8", "f8"),
        ("てら の 庄", "てらの庄"),
        ("STRASSE Straße", "strassestraße"),
        ("\U0001f4a9", ""),
        ("geo:lat=49.5", "geo:lat=495"),
        ("Film:Name=Some Film 400+", "film:name=somefilm400"),
        ("lens_kit:max_f=2.8", "lens_kit:max_f=28"),
        ("ns:pred=", "ns:pred="),
        ("ns:pred=!?", "ns:pred="),
        ("ns:=x", "nsx"),
        ("1ns:pred=x", "1nspredx"),
        ("a b:c=d", "abcd"),
    ],
)
def test_tags_are_cleaned_as_flickr_does(raw: str, clean: str) -> None:
    assert clean_tag(raw) == clean
    assert is_machine_tag(clean) is ("=" in clean)
    assert clean_tag(clean) == clean


def test_every_recorded_pair_of_raw_and_clean_tag_follows_the_rule(shared: Path) -> None:
    pairs = set(recorded_tags(shared / "recorded"))
    assert len(pairs) > 100
    assert {(raw, clean) for raw, clean in pairs if clean_tag(raw) != clean} == set()


def recorded_tags(folder: Path) -> Iterator[tuple[str, str]]:
    own = ET.parse(folder / "xml_2024_write" / "flickr.tags.getListUserRaw.xml")
    yield from ((tag.findtext("raw", ""), tag.attrib["clean"]) for tag in own.iter("tag"))
    info = json.loads((folder / "json_2023_2026" / "photos.getInfo.json").read_text(encoding="utf-8"))
    yield from ((tag["raw"], tag["_content"]) for tag in info["photo"]["tags"]["tag"])
    for answer in cassettes(folder / "xml_vcr_2023_2025"):
        yield from ((tag.attrib["raw"], tag.text or "") for tag in answer.iter("tag") if "raw" in tag.attrib)


def test_the_licences_are_those_of_the_recorded_list_in_its_order(shared: Path) -> None:
    lists: list[list[tuple[str, ...]]] = []
    for answer in cassettes(shared / "recorded" / "xml_vcr_2023_2025"):
        found = [
            tuple(each.attrib[name] for name in ("id", "name", "url")) for each in answer.iter("license")
        ]
        lists += [found] if found else []
    ours = [(each.id, each.name, each.url) for each in LICENSES.values()]
    assert ours == max(lists, key=len)


def test_the_history_names_licences_as_they_were_called_before(shared: Path) -> None:
    path = shared / "recorded" / "json_2023_2026" / "licenses.getInfo_pre2025.json"
    for old in json.loads(path.read_text(encoding="utf-8"))["licenses"]["license"]:
        ours = LICENSES[str(old["id"])]
        assert (ours.name_in_history or ours.name) == old["name"]


def test_a_recorded_history_says_what_ours_would(shared: Path) -> None:
    entries = [
        each.attrib
        for answer in cassettes(shared / "recorded" / "xml_vcr_2023_2025")
        for each in answer.iter("license_history")
    ]
    assert entries
    names = {each.url: each.name_in_history or each.name for each in LICENSES.values()} | {"": ""}
    said = [
        (entry[f"{which}_license"], entry[f"{which}_license_url"])
        for entry in entries
        for which in ("old", "new")
    ]
    assert [name for name, _ in said] == [names[url] for _, url in said]


@pytest.mark.parametrize(
    ("privacy", "seen_by"),
    [
        ("public", {"strangers", "friends", "family"}),
        ("friends", {"friends"}),
        ("family", {"family"}),
        ("friends-family", {"friends", "family"}),
        ("private", set()),
    ],
)
def test_who_sees_what(privacy: str, seen_by: set[str]) -> None:
    assert circles(privacy) == seen_by


def test_no_two_settings_read_alike() -> None:
    flags: list[Any] = list(PRIVACY.values())
    assert len(set(flags)) == len(flags) == 5
