"""Excerpts of really published files given as lists of one's own: every photo and member, and no more."""

import json
from pathlib import Path

from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.datasets.parsing.sources import sources
from auditor.datasets.readers.generic import generic_format
from auditor.errors import WrongFileError
from tests.datasets.readers.conftest import found_in_index

# Numbers that only a schema or the user can call photo ids: the column that is named for them.
NAMED = {
    "didemo_hash": "column 1",
    "flickr30k_json": "key",
    "koniq": "image_name",
    "multi30k_train": "line",
    "pipa_test_original": "column 2",
    "privacyalert": "image",
    "vist_human_eval": "story_id",
    "voc2007": "flickrid",
}
# What else is right to read there, as its SOURCE.txt and expected.json say.
ALSO = {
    "flickr8k_crowd": "the second column names other photos of Flickr8k",
    "im2gps_scene": "its own column url takes a secret for an id once: 2769109737",
}


def cases(shared: Path) -> list[Path]:
    return sorted(path.parent for path in shared.glob("cases/index_files/*/expected.json"))


def test_every_published_file_gives_exactly_its_photos(shared: Path, tmp_path: Path) -> None:
    wrong = {}
    for folder in cases(shared):
        expected = json.loads((folder / "expected.json").read_text())
        formats = [generic_format(NAMED.get(folder.name))]
        try:
            manifest = build(
                tmp_path, folder.name.replace("_", "-"), [folder / expected["file"]], formats=formats
            )
        except WrongFileError:
            found: dict[str, set[object]] = {
                "photo_ids": set(),
                "owners": set(),
                "aliases": set(),
                "links_original": set(),
            }
        else:
            found = found_in_index(tmp_path, manifest)
            assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
        if folder.name in ALSO:
            found["photo_ids"] &= set(expected["photo_ids"])
        asked = {key: set(expected[key]) for key in found if key in expected}
        if any(found[key] != asked[key] for key in asked):
            wrong[folder.name] = {key: (found[key] ^ asked[key]) for key in asked}
    assert not wrong


def test_numbers_that_no_link_confirms_are_left_and_named(shared: Path) -> None:
    for name, column in NAMED.items():
        folder = shared / "cases/index_files" / name
        expected = json.loads((folder / "expected.json").read_text())
        (source,) = sources(folder / expected["file"])
        error = readers.wrong_file(source, [generic_format()])
        assert f'--column "{column}"' in error.hint
