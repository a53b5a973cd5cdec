"""Every look-alike given to every card: refused, or one of the few results that are meant."""

import json
from pathlib import Path

import pytest

from auditor.datasets import adding, catalogue, readers
from auditor.datasets.adding import Wish
from auditor.datasets.card import Card
from auditor.datasets.parsing.sources import sources
from auditor.datasets.readers import GENERIC
from auditor.errors import WrongFileError
from tests.datasets.conftest import Build
from tests.datasets.readers.conftest import Write
from tests.datasets.readers.lookalikes import ALL, page, text
from tests.datasets.same_photos import PHOTOS

CARDS = [card for card in catalogue.load().values() if card.checkable]

# A file whose rows are also right for another format: (its own format, the other): why.
SAME_SHAPE = {
    ("photo-id-list", "flickr30k"): "both are lists of photo ids, and nothing more",
    ("url-parquet", "md5-list"): "a list of addresses with MD5s has both keys",
}


@pytest.fixture(scope="module")
def looks_like(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """By format: the formats that its look-alike is taken for."""
    found: dict[str, set[str]] = {}
    for name, given in ALL.items():
        path = tmp_path_factory.mktemp(name) / "file"
        members = {"": given.content} if isinstance(given.content, bytes) else given.content
        for member, content in members.items():
            target = path / member if member else path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        found[name] = {
            format_.name
            for source in sources(path)
            for format_ in readers.formats().values()
            if format_.name != GENERIC and format_.sniff(source)
        }
    return found


@pytest.mark.parametrize("name", ALL)
def test_a_file_is_taken_for_its_own_format_only(looks_like: dict[str, set[str]], name: str) -> None:
    assert looks_like[name] == {name, *(other for own, other in SAME_SHAPE if own == name)}


@pytest.mark.parametrize(
    "card", [card for card in CARDS if GENERIC not in card.formats], ids=lambda card: card.name
)
def test_the_files_of_other_datasets_are_refused_with_what_was_expected_and_found(
    write: Write, card: Card, looks_like: dict[str, set[str]]
) -> None:
    formats = readers.select(card.formats)
    wrong = [name for name in ALL if not looks_like[name] & set(card.formats)]
    assert len(wrong) >= len(ALL) - 6
    for name in wrong:
        for source in sources(write(ALL[name].content)):
            assert readers.detect(source, formats) is None, name
            error = readers.wrong_file(source, formats)
            assert formats[0].expects in error.message
            known = [readers.formats()[other] for other in looks_like[name]]
            titles = [other.title if other.certain else f"what looks like {other.title}" for other in known]
            assert any(f"; found {title}" in error.message for title in titles)
            assert error.hint


def test_a_list_of_links_is_read_for_them(add: Build, write: Write) -> None:
    assert add(GENERIC, write(ALL["tencent-urls"].content)).photos == 7


def test_an_archive_of_another_dataset_is_refused(add: Build, write: Write) -> None:
    with pytest.raises(WrongFileError, match="found a RedCaps file"):
        add("ffhq-json", write(ALL["redcaps-json"].content))


def test_a_list_of_numbers_is_nobodys_for_certain(write: Write) -> None:
    for content in (b"2017_19784472.jpg\n2017_10024630.jpg\n", b"19784472\n10024630\n"):
        (source,) = sources(write(content))
        error = readers.wrong_file(source, readers.select(["ffhq-json"]))
        assert "found what looks like a" in error.message


NUMBERS = [photo for photo, _, _ in PHOTOS]
LINKS = [page(photo, nsid) for photo, nsid, _ in PHOTOS]
COPIES: list[tuple[str, str, bytes, str]] = [
    ("separators", "open-images", text(["ImageID;OriginalURL", *(f"a;{url}" for url in LINKS)]), "read"),
    ("columns", "ffhq", text(["number,page", *(f"1,{url}" for url in LINKS)]), "read"),
    ("as JSON", "sbu", json.dumps([{"photo": url} for url in LINKS]).encode(), "read"),
    ("numbers alone", "ffhq", text(["n,photo", *(f"1,{number}" for number in NUMBERS)]), "photo"),
]


@pytest.mark.parametrize(("dataset", "content", "way"), [c[1:] for c in COPIES], ids=[c[0] for c in COPIES])
def test_a_copy_in_another_layout_is_refused_with_the_way_to_add_it(
    write: Write, indexes: Path, dataset: str, content: bytes, way: str
) -> None:
    with pytest.raises(WrongFileError) as error:
        adding.add(indexes, dataset, [write(content)], Wish())
    assert "datasets add my-list FILE" in error.value.hint
    assert ('--column "photo"' if way == "photo" else "can be read") in error.value.hint


def test_a_file_of_another_dataset_is_not_recommended_as_a_list(write: Write, indexes: Path) -> None:
    with pytest.raises(WrongFileError) as error:
        adding.add(indexes, "ffhq", [write(ALL["open-images-csv"].content)], Wish())
    assert "my-list" not in error.value.hint
