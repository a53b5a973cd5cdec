"""``datasets fetch --all`` and ``datasets update``, as a user runs them, against a server on this machine."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.datasets import catalogue
from auditor.datasets.access import Access
from tests.datasets.web import Web

from .conftest import Program, Result


def states(result: Result) -> dict[str, str]:
    return {entry["dataset"]: entry["state"] for entry in result.json["datasets"]}


def test_all_that_can_be_had_comes_in_one_command(program: Program, cards: None) -> None:
    result = program("datasets", "fetch", "--all", "--yes")
    assert result.code == 0
    assert "ffhq" in result.err
    assert "licence" in result.err
    assert "Got (2)" in result.out
    assert "To get by hand (1)" in result.out
    assert program("sync").code == 0
    assert program("audit", "--format", "json").code == 1


def test_without_a_terminal_nothing_is_fetched_unless_told_to(
    program: Program, cards: None, web: Web
) -> None:
    result = program("datasets", "fetch", "--all")
    assert result.code == 6
    assert "--yes" in result.err
    assert web.requests == []


def test_a_failure_is_exit_3_and_named(program: Program, cards: None, web: Web) -> None:
    del web.files["coco"]
    result = program("datasets", "fetch", "--all", "--yes", "--format", "json")
    assert result.code == 3
    assert states(result) == {"ffhq": "got", "coco": "failed", "ibm-dif": "by-hand"}


def test_faces_alone_and_a_largest_size(program: Program, cards: None, web: Web) -> None:
    faces = program("datasets", "fetch", "--all", "--faces", "--yes", "--format", "json")
    assert states(faces) == {"ffhq": "got", "ibm-dif": "by-hand"}
    small = program("datasets", "fetch", "--all", "--max-size", "1kB", "--yes", "--format", "json")
    assert states(small)["coco"] == "left-out"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--all", "ffhq"], "--all"),
        (["--all", "--max-size", "big"], "200MB"),
        (["--all", "--replace"], "--all takes no name"),
        (["ffhq", "--faces"], "--all"),
        ([], "--all"),
    ],
)
def test_words_that_make_no_sense_together_are_refused(
    program: Program, words: list[str], named: str
) -> None:
    result = program("datasets", "fetch", *words)
    assert result.code == 2
    assert named in result.err


def test_update_builds_what_changed_and_the_audit_tells_what_that_found(
    program: Program, cards: None, web: Web
) -> None:
    whole = web.files["coco"]
    web.files["coco"] = b'{"images": [], "annotations": [], "licenses": []}'
    assert program("sync").code == 0
    assert program("datasets", "fetch", "--all", "--yes").code == 0
    before = program("audit", "--since", "last", "--format", "json").json
    unchanged = program("datasets", "update", "--format", "json")
    assert unchanged.code == 0
    assert states(unchanged) == {"coco": "unchanged", "ffhq": "unchanged"}
    assert "--since last" not in unchanged.err
    web.files["coco"], web.etag = whole, '"v2"'
    updated = program("datasets", "update", "--format", "json")
    assert states(updated) == {"coco": "got", "ffhq": "unchanged"}
    assert "audit --since last" in updated.err
    news = program("audit", "--since", "last", "--format", "json").json
    assert exposed_in(before) == {"ffhq"}
    assert exposed_in(news) == {"coco"}


def exposed_in(audit: dict[str, Any]) -> set[str]:
    return {exposure["dataset"] for photo in audit["photos"] for exposure in photo["exposures"]}


def test_an_index_that_nobody_can_be_asked_about_is_named(
    program: Program, cards: None, publishers: Mapping[str, Path], web: Web
) -> None:
    program("datasets", "add", "coco", publishers["coco"])
    result = program("datasets", "update", "--format", "json")
    assert result.code == 0
    assert states(result) == {"coco": "not-asked"}
    assert web.requests == []
    assert program("datasets", "update", "ffhq").code == 2


def test_without_fetched_indexes_there_is_nobody_to_ask(program: Program) -> None:
    result = program("datasets", "update")
    assert result.code == 0
    assert "nothing to update" in result.out


def test_where_nothing_can_come_nobody_is_asked(
    program: Program, cards: None, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = {"ibm-dif": catalogue.get("ibm-dif")}
    monkeypatch.setattr(catalogue, "load", lambda: by_hand)
    result = program("datasets", "fetch", "--all")
    assert result.code == 0
    assert "There is nothing to fetch." in result.err
    assert "To get by hand (1)" in result.out


def test_who_says_no_or_yes_at_the_terminal_is_heard(
    program: Program, cards: None, web: Web, answers: Callable[[str], None]
) -> None:
    answers("n\n")
    refused = program("datasets", "fetch", "--all")
    assert (refused.code, "you said no, so nothing was fetched" in refused.err) == (6, True)
    assert web.requests == []
    answers("y\n")
    assert program("datasets", "fetch", "--all").code == 0
    assert web.requests


def test_files_of_a_dataset_that_come_by_hand_are_named_beside_the_others(
    program: Program, cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = catalogue.get("ffhq")
    by_hand = replace(card.files[0], name="second.json", access=Access.REQUEST, url=None)
    cards_ = {**catalogue.load(), "ffhq": replace(card, files=(*card.files, by_hand))}
    monkeypatch.setattr(catalogue, "load", lambda: cards_)
    result = program("datasets", "fetch", "ffhq")
    assert (result.code, "Not downloaded: " in result.err, "second.json" in result.err) == (0, True, True)
