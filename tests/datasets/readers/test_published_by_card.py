"""Excerpts of really published files given to their cards: exactly their photos, owners and originals."""

import json
from pathlib import Path

import pytest

from auditor.datasets import catalogue, readers
from auditor.datasets.index.build import build
from auditor.datasets.parsing.sources import sources
from tests.datasets.readers.conftest import found_in_index

CARD_OF = {
    "aadb": "aadb",
    "fcdb_rank": "fcdb",
    "fcdb_train": "fcdb",
    "iipa": "iipa",
    "im2gps3k": "im2gps3k",
    "im2gps_scene": "im2gps",
    "imagenetv2": "imagenet-v2",
    "images_of_groups": "images-of-groups",
    "koniq": "koniq-10k",
    "multi30k_test2017": "multi30k",
    "multi30k_train": "multi30k",
    "openverse_http": "openverse",
    "privacyalert": "privacyalert",
    "pubfig_dev": "pubfig",
    "taco": "taco",
    "tour_osak": "poi-visits",
    "vist_edit": "vist",
    "vist_human_eval": "vist",
    "voc2007": "pascal-voc",
}
"""By case: the card it is of."""
NAMES_NO_PHOTO = {"fcdb_windows": "fcdb", "multi30k_mscoco": "multi30k"}


@pytest.mark.parametrize("case", CARD_OF)
def test_a_published_file_gives_exactly_what_is_in_it(shared: Path, tmp_path: Path, case: str) -> None:
    folder = shared / "cases/index_files" / case
    expected = json.loads((folder / "expected.json").read_text())
    card = catalogue.get(CARD_OF[case])
    formats = readers.select(card.formats)
    manifest = build(tmp_path, card.name, [folder / expected["file"]], formats=formats)
    found = found_in_index(tmp_path, manifest)
    assert {key: found[key] for key in found if key in expected} == {
        key: set(expected[key]) for key in found if key in expected
    }
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
    assert set(manifest.match_keys) <= set(card.match_keys)


@pytest.mark.parametrize("case", NAMES_NO_PHOTO)
def test_a_file_that_names_no_photo_is_no_file_of_the_card(shared: Path, case: str) -> None:
    folder = shared / "cases/index_files" / case
    file = folder / json.loads((folder / "expected.json").read_text())["file"]
    formats = readers.select(catalogue.get(NAMES_NO_PHOTO[case]).formats)
    assert not any(readers.detect(source, formats) for source in sources(file))
