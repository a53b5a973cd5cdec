"""How datasets hang together, as told about one photo."""

from pathlib import Path

import pytest

from auditor.audit.coverage import chains, checked_index
from auditor.datasets import catalogue
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
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
