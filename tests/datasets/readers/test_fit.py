"""Files under the name of a dataset that they are not of are doubted, and each file finds its own."""

from functools import cache
from pathlib import Path

import pytest

from auditor.datasets import catalogue, fit, readers
from auditor.datasets.index.lookup import Index
from auditor.datasets.parsing.sources import sources
from auditor.datasets.readers import GENERIC
from auditor.errors import RefusedError
from auditor.flickr.ages import first_id_after
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Write
from tests.datasets.readers.lookalikes import ALL, ELSEWHERE, parquet, static, text
from tests.datasets.same_photos import PHOTOS

CARDS = {card.name: card for card in catalogue.load().values() if card.checkable}
NEW = 30_000_000_000
NAMES = [f"{NEW + number}_0a1b2c3d4e.jpg" for number in range(60)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("flickr8k", text(NAMES), "newer than the dataset"),
        ("iipa", text([*[ELSEWHERE] * 40, static(*PHOTOS[0][::2])]), "lead to other sites"),
        ("coyo-700m", parquet({"URL": [ELSEWHERE] * 9, "TEXT": ["x"] * 9}), "lacks what every known file of"),
        (
            "laion-400m",
            parquet({"URL": [ELSEWHERE], "TEXT": ["x"], "punsafe": [0.1]}),
            "files of other datasets",
        ),
        ("megaface", b'{"path": ["99000001@N07/9000000001_0.jpg"]}', "lacks what every known file of"),
        ("megaface-mf2", b'{"path": ["990/99000001@N07/9000000001_0.jpg"]}', "files of other datasets"),
        (
            "pass",
            text(["https://x/data/images/abc/def/" + "a" * 30 + ".jpg 5 yfcc100m"]),
            "files of other datasets",
        ),
        ("ibm-dif", text([static(photo, secret) for photo, _, secret in PHOTOS]), "nobody has published"),
    ],
)
def test_known_facts_tell_where_the_shape_cannot(
    write: Write, name: str, content: bytes, reason: str
) -> None:
    path = write(content)
    assert any(readers.detect(source, readers.select(CARDS[name].formats)) for source in sources(path))
    (found,) = fit.doubts(CARDS[name], [path])
    assert reason in found


def test_a_dataset_has_no_more_photos_than_it_is_known_to_have(
    add: Build, write: Write, indexes: Path
) -> None:
    add("photo-id-list", write(text([str(9_000_000_000 + number) for number in range(2_600)])))
    manifest = Index.open(indexes / "example").manifest
    with pytest.raises(RefusedError, match="2,600 photos, and the whole of HELEN has 2,330"):
        fit.refuse_too_many(CARDS["helen"], manifest)
    fit.refuse_too_many(CARDS["flickr30k"], manifest)
    fit.refuse_too_many(CARDS["afw"], manifest)


def test_ids_only_grow() -> None:
    known = [first for year in range(2000, 2040) if (first := first_id_after(year))]
    assert known == sorted(known)
    assert len(known) > 15


def published(shared: Path) -> list[tuple[str, Path]]:
    """Every real file with the name of its folder."""
    files = [*shared.glob("samples/*/**/*"), *shared.glob("cases/index_files/*/*")]
    ours = {"README.md", "SOURCE.txt", "expected.json"}
    return [
        (path.relative_to(shared).parts[-2 if "cases" in path.parts else 1], path)
        for path in sorted(files)
        if path.is_file() and path.name not in ours and "takeout" not in path.parts
    ]


# Files that once built in silence for a dataset they are not of.
WRONG = {
    "koniq": {"flickr30k", "multi30k"},
    "taco": {"coco", "lvis", "refcoco"},
    "multi30k_test2017": {"flickr8k", "flickr30k"},
    "coco": {"lvis", "coco-wholebody", "visual-genome"},
    "laion400m": {"laion-5b", "coyo-700m", "datacomp", "megalith-10m", "bigdata-pw-flickr"},
    "megaface": {"diveface", "helen"},
    "ava": {"flickr30k", "helen", "pipa"},
    "yfcc100m": {"pass"},
}


@pytest.mark.parametrize("part", range(8))
def test_no_published_file_builds_for_a_wrong_dataset_unsaid(shared: Path, part: int) -> None:
    """Every real file with every card: where several are left that it fits, each names the others."""
    unsaid = {}

    @cache
    def looks_like(path: Path, formats: tuple[str, ...]) -> bool:
        among = readers.select(formats)
        return any(readers.detect(source, among) for source in sources(path))

    for folder, path in published(shared)[part::8]:
        found = {
            card.name
            for card in CARDS.values()
            if looks_like(path, card.formats) and not fit.doubts(card, [path])
        }
        assert "ibm-dif" not in found
        assert not found & WRONG.get(folder, set()), path.name
        for name in found:
            if missing := found - {name} - set(fit.rivals(CARDS[name], [path])):
                unsaid[path.name, name] = missing
    assert not unsaid


RECOGNISED = {
    "aadb": "aadb",
    "adience_split": "adience",
    "didemo_val": "didemo",
    "flickr30k_json": "flickr30k",
    "flickr8k_lemma": "flickr8k",
    "hashnet_nuswide": "nus-wide",
    "multi30k_test2017": "multi30k",
    "panoptic": "coco",
    "pipa_test_original": "pipa",
    "taco": "taco",
    "voc2007": "pascal-voc",
    "yfcc_entity_clean": "yfcc100m-entity",
}
OF_NO_DATASET = (
    "ava_csv",
    "bl_plates",
    "coco_fakecap",
    "crisscrossed",
    "hqh_vg",
    "multi30k_mscoco",
    "tad66k",
    "vispr",
)


def test_published_files_are_recognised(shared: Path) -> None:
    found = {folder: fit.recognise(path) for folder, path in published(shared)}
    assert {folder: found[folder] for folder in RECOGNISED} == {f: [name] for f, name in RECOGNISED.items()}
    assert not any(found[folder] for folder in OF_NO_DATASET)


@pytest.mark.parametrize(
    "name", ["adience", "diveface", "ffhq-json", "megaface-folders", "open-images-csv", "vgg-face"]
)
def test_a_lookalike_is_recognised_whatever_its_name(write: Write, name: str) -> None:
    (dataset,) = fit.recognise(write(ALL[name].content))
    assert CARDS[dataset].formats[0] == name


@pytest.mark.parametrize("content", ["", "url\n", "# my photos\n"])
def test_a_list_of_addresses_is_not_taken_for_the_one_dataset_that_is_such_a_list(
    content: str, write: Write
) -> None:
    path = write(f"{content}https://www.flickr.com/photos/99000001@N07/9000000001/\n".encode())
    assert fit.recognise(path) == ["iipa", fit.OWN_LIST]
    assert fit.recognise(path.rename(path.with_name("train_urls.txt"))) == ["iipa"]


def test_every_card_doubts_what_nobody_knows_the_shape_of() -> None:
    unknown = {"flip-80m", "humancaption-10m", "humancaption-hq", "ibm-dif", "pixelprose"}
    assert {card.name for card in CARDS.values() if GENERIC in card.formats} == unknown
