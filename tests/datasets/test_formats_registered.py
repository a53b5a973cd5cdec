"""Cards and readers fit together."""

import pytest

from auditor.datasets import catalogue, readers
from auditor.datasets.card import Card
from auditor.errors import UsageError

CARDS = [card for card in catalogue.load().values() if card.checkable]
UNUSED = {"photo-id-list"}
"""Readers that wait for a dataset: see docs/adding-a-dataset.md."""


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_there_is_a_reader_for_every_file_a_card_names(card: Card) -> None:
    assert set(card.formats) <= set(readers.formats())
    assert card.files


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_card_promises_no_key_that_its_readers_cannot_give(card: Card) -> None:
    possible = {key for format_ in readers.select(card.formats) for key in format_.match_keys}
    assert set(card.match_keys) <= possible


def test_every_reader_is_used() -> None:
    assert set(readers.formats()) - {name for card in CARDS for name in card.formats} == UNUSED


def test_a_reader_is_found_by_its_name_alone() -> None:
    for name, format_ in readers.formats().items():
        assert readers.select([name]) == (format_,)


@pytest.mark.parametrize("name", ["", "yfcc", "yfcc-tsv-2", "yfcc-", "-", "../yfcc-tsv"])
def test_what_only_begins_like_a_reader_is_none(name: str) -> None:
    with pytest.raises(UsageError, match="no reader"):
        readers.select([name])
