"""A published folder, as any web server would serve it, and the registry in it."""

import json
import stat
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.datasets.sharing import registry
from auditor.datasets.sharing.publish import publish
from auditor.errors import RefusedError, UsageError
from tests.datasets.conftest import Build
from tests.datasets.same_photos import FILES

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "dataset": "example",
        "file": "example-0123456789abcdef.zip",
        "bytes": 1,
        "sha256": "0" * 64,
        "built_at": "2026-11-21T12:00:00+00:00",
        "records": 1,
        "photos": 1,
        "match_keys": ["photo_id"],
    } | changes


def test_a_published_folder_lists_its_packs(add: Build, indexes: Path, tmp_path: Path) -> None:
    add("coco-json", FILES["coco-json"], name="one")
    add("open-images-csv", FILES["open-images-csv"], name="two")
    folder = tmp_path / "public"
    entries = publish(indexes, ["one", "two"], folder, now=NOW)
    text = (folder / registry.NAME).read_text()
    schema = json.loads((resources.files("auditor.report") / "schemas" / "registry.json").read_text())
    jsonschema.validate(json.loads(text), schema)
    assert registry.parse(text.encode()) == entries
    assert {path.name for path in folder.iterdir()} == {registry.NAME, *(entry.file for entry in entries)}
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o644, "a web server runs as somebody else"


def test_a_registry_of_somebody_else_in_the_folder_is_left_and_named(
    add: Build, indexes: Path, tmp_path: Path
) -> None:
    add("coco-json", FILES["coco-json"])
    (tmp_path / registry.NAME).write_text("mine")
    with pytest.raises(RefusedError) as raised:
        publish(indexes, ["example"], tmp_path, now=NOW)
    assert raised.value.hint == f"Choose another folder, or move {tmp_path / registry.NAME} away."
    assert (tmp_path / registry.NAME).read_text() == "mine"


def test_publishing_again_replaces_old_packs_and_nothing_else(
    add: Build, indexes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    add("coco-json", FILES["coco-json"])
    (first,) = publish(indexes, ["example"], folder, now=NOW)
    (folder / "index.html").write_text("mine")
    (folder / "other.zip").write_text("mine too")
    add("diveface", FILES["diveface"])
    (second,) = publish(indexes, ["example"], folder, now=NOW)
    assert first.file != second.file
    assert {path.name for path in folder.iterdir()} == {"index.html", "other.zip", registry.NAME, second.file}


def test_publishing_the_same_again_changes_nothing(add: Build, indexes: Path, tmp_path: Path) -> None:
    add("coco-json", FILES["coco-json"])
    first = publish(indexes, ["example"], tmp_path / "public", now=NOW)
    assert publish(indexes, ["example"], tmp_path / "public", now=NOW) == first


def test_without_an_index_there_is_nothing_to_publish(indexes: Path, tmp_path: Path) -> None:
    for names in ([], ["example"]):
        with pytest.raises(UsageError):
            publish(indexes, names, tmp_path / "public", now=NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html>",
        b"[]",
        b"[" * 100_000,
        b"{}",
        b'{"schema_version": 2, "packs": []}',
        b'{"schema_version": 1, "packs": {"a": 1}}',
        b'{"schema_version": 1, "packs": [1]}',
        *(
            json.dumps({"schema_version": 1, "packs": [entry(**change)]}).encode()
            for change in (
                {"file": "../evil.zip"},
                {"file": "https://example.org/evil.zip"},
                {"file": "/evil.zip"},
                {"file": "nul.zip"},
                {"dataset": "../evil"},
                {"sha256": "short"},
                {"bytes": "1"},
                {"bytes": -1},
                {"records": True},
                {"built_at": "\x1b[2J"},
                {"match_keys": 7},
            )
        ),
    ],
)
def test_a_registry_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError):
        registry.parse(content)


def test_a_missing_pack_is_told_with_those_that_are_there() -> None:
    entries = registry.parse(json.dumps({"schema_version": 1, "packs": [entry()], "new": 1}).encode())
    assert registry.find(entries, "example").photos == 1
    with pytest.raises(UsageError) as raised:
        registry.find(entries, "ffhq")
    assert "example" in raised.value.hint
