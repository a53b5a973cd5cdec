"""``datasets list|info`` for people: what is worth most first, whole on any terminal, no dead ends."""

import pytest

from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.report.datasets import info_text, list_table

CARDS = catalogue.load()


def rows(text: str) -> list[str]:
    """The names in the order in which they are listed."""
    words = [line.split() for line in text.splitlines() if line.startswith("  ") and line[2] != " "]
    return [line[0] for line in words if line[0] in CARDS]


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_the_list_fits_the_terminal_without_breaking_a_word(columns: int) -> None:
    text = list_table(CARDS, {}, columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    words = set(text.split())
    for card in CARDS.values():
        assert card.name in words
        assert set(card.title.split()) <= words


def test_every_dataset_is_listed_once_faces_first_and_huge_ones_last() -> None:
    listed = rows(list_table(CARDS, {}, columns=120))
    assert sorted(listed) == sorted(CARDS)
    kinds = [CARDS[name].about if not CARDS[name].huge else "huge" for name in listed]
    assert list(dict.fromkeys(kinds)) == [
        kind for kind in ("faces", "bodies", "movement", "geolocation", "general", "huge") if kind in kinds
    ]


def test_within_a_kind_what_can_be_had_comes_before_what_nobody_can_check() -> None:
    faces = [name for name in rows(list_table(CARDS, {})) if CARDS[name].is_face]
    checkable = [CARDS[name].checkable for name in faces]
    assert checkable == sorted(checkable, reverse=True)


def test_the_list_in_a_pipe_has_one_line_a_dataset() -> None:
    lines = list_table(CARDS, {}).splitlines()
    for card in CARDS.values():
        (line,) = (line for line in lines if line.split()[:1] == [card.name])
        assert line.endswith(card.title)


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.name)
def test_nobody_is_told_to_build_what_cannot_be_built(card: Card) -> None:
    text = info_text(card.name, card, None)
    assert ("datasets add" in text or "datasets fetch" in text) is card.checkable
    assert "Year:" in text


def test_a_long_run_of_index_files_is_told_shortly() -> None:
    card = CARDS["megalith-10m"]
    assert len(card.files) == 10
    text = info_text(card.name, card, None)
    assert text.count("(url-parquet): for anybody") == 2
    assert "and 8 more, the last of them megalith-00010-of-00010.parquet" in text


@pytest.mark.parametrize("name", ["megalith-10m", "pipa"])
def test_the_address_of_an_index_file_stands_below_its_name(name: str) -> None:
    card = CARDS[name]
    assert f"\n    {card.files[0].url}\n" in info_text(name, card, None)
