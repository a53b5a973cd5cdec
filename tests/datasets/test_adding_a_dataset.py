"""docs/adding-a-dataset.md, followed to the letter."""

import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from auditor.datasets import card, catalogue, readers
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.parsing import json_items, keys, parquet, sqlite, text
from auditor.datasets.parsing.sources import Source
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "adding-a-dataset.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


def test_a_card_alone_adds_a_dataset_of_a_known_shape(tmp_path: Path, indexes: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "faces-of-elsewhere.toml").write_text(blocks("toml")[0])
    (new,) = catalogue.read(tmp_path / "cards").values()
    file = tmp_path / new.files[0].name
    file.write_text(blocks("text")[0])
    assert file.stat().st_size == new.files[0].bytes

    manifest = build(indexes, new.name, [file], formats=readers.select(new.formats))
    assert manifest.match_keys == new.match_keys
    assert manifest.photos == new.counts.photos
    (hit,) = Index.open(indexes / new.name).by_photo(["9900000002"])
    assert (hit.dataset, hit.record) == ("faces-of-elsewhere", "line 2")


def test_a_reader_of_one_file_adds_a_new_shape(tmp_path: Path, indexes: Path) -> None:
    module = ModuleType("elsewhere")
    exec(compile(blocks("python")[0], "elsewhere.py", "exec"), module.__dict__)
    format_: readers.Format = module.FORMAT
    file = tmp_path / "list"
    file.write_text(blocks("text")[1])
    known = [other for other in readers.formats().values() if other.name != readers.GENERIC]
    assert readers.detect(Source(file), known) is None, "the shape must be new"

    manifest = build(indexes, "elsewhere", [file], formats=[format_])
    assert (manifest.rows, manifest.indexed, manifest.skipped) == (3, 2, {"no photo id": 1})
    assert manifest.match_keys == format_.match_keys
    (group,) = Index.open(indexes / "elsewhere").groups(MatchKey.OWNER, ["99000002@N07"])
    assert group.value == "9900000002"


@pytest.mark.parametrize(
    "part", [card.Card, card.Counts, card.IndexFile, card.Status, card.OptOut, card.LooksLike, card.Fact]
)
def test_every_key_of_a_card_is_described(part: type) -> None:
    text = DOCUMENT.partition("## Every key of a card")[2].partition("\n## ")[0]
    for field in fields(part):
        if field.name not in {"name", "counts", "files", "status", "opt_out", "looks_like", "facts"}:
            assert f"`{field.name}`" in text, field.name


def test_every_helper_it_names_is_there() -> None:

    assert all(
        hasattr(module, name)
        for module, names in {
            text: ["by_line", "by_fields"],
            json_items: ["by_entry", "entries", "objects", "members", "by_json_line", "has_keys"],
            parquet: ["rows", "rows_with_links"],
            sqlite: ["database"],
            keys: ["address"],
        }.items()
        for name in names
    )
