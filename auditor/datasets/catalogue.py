"""The catalogue: every dataset the project knows, one TOML card each in the folder `catalogue/`."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from auditor.datasets.card import Card, parse_card
from auditor.errors import UsageError


@cache
def load() -> Mapping[str, Card]:
    """All cards by name, in the order of their names.

    Raises `ConfigurationError` when a card does not fit the schema.
    """
    folder = files("auditor.datasets") / "catalogue"
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return MappingProxyType({name: parse_card(name, texts[name]) for name in sorted(texts)})


def get(name: str) -> Card:
    """The card called `name`.

    Raises `UsageError` for a name that the catalogue does not have, with the nearest ones as the hint.
    """
    cards = load()
    if card := cards.get(name.strip().lower()):
        return card
    near = get_close_matches(name.strip().lower(), cards, n=3, cutoff=0.5)
    raise UsageError(
        f'there is no dataset "{name}" in the catalogue',
        hint=f"Did you mean {' or '.join(near)}?" if near else "`datasets list` shows all names.",
    )


def lineage(name: str) -> tuple[str, ...]:
    """The datasets that `name` was drawn from: its parents, their parents and so on, nearest first."""
    return _reach(name, {card.name: card.derived_from for card in load().values()})


def children_of(name: str) -> tuple[str, ...]:
    """The datasets drawn from `name`, directly or through others, nearest first."""
    cards = load().values()
    return _reach(name, {card.name: [c.name for c in cards if card.name in c.derived_from] for card in cards})


def _reach(start: str, links: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """All that can be reached from `start` along `links`, breadth first, without `start`."""
    found = {get(start).name: None}
    for name in (queue := list(found)):
        for other in links[name]:
            if other not in found:
                found[other] = None
                queue.append(other)
    return tuple(found)[1:]
