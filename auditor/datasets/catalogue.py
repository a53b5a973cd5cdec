"""The catalogue: every dataset the project knows, one TOML card each in the folder `catalogue/`."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from auditor.datasets import contacts
from auditor.datasets.card import Card, parse_card
from auditor.errors import UsageError
from auditor.names import SLUG, is_name


@cache
def load() -> Mapping[str, Card]:
    """All cards of the catalogue by name, in the order of their names.

    Errors: `ConfigurationError` when a card does not fit the schema.
    """
    return read(files("auditor.datasets") / "catalogue")


def read(folder: Traversable) -> Mapping[str, Card]:
    """The cards in a folder of TOML files; see `load`."""
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return MappingProxyType({name: parse_card(name, texts[name], contacts.load()) for name in sorted(texts)})


def get(name: str) -> Card:
    """The card called `name`.

    Errors: `UsageError` for a name that the catalogue does not have, with the nearest ones as the hint.
    """
    if card := find(name):
        return card
    near = get_close_matches(name.strip().lower(), load(), n=3, cutoff=0.5)
    raise UsageError(
        f'there is no dataset "{name}" in the catalogue',
        hint=f"Did you mean {' or '.join(near)}?" if near else "`datasets list` shows all names.",
    )


def find(name: str) -> Card | None:
    """The card called `name`, None when the catalogue has none."""
    return load().get(name.strip().lower())


def check_own_name(name: str, *, certain: bool) -> str:
    """`name` as that of a list of the user's own, which the catalogue does not have.

    Errors: `UsageError` when it is no slug or, unless the user is `certain`, looks like a mistyped dataset.
    """
    if not (SLUG.fullmatch(name) and is_name(name)):
        raise UsageError(
            f'"{name}" cannot be the name of a list: names are lower-case letters, digits and single hyphens',
            hint="Choose another name, such as my-list.",
        )
    if not certain and (near := get_close_matches(name, load(), n=3, cutoff=0.75)):
        raise UsageError(
            f'there is no dataset "{name}" in the catalogue',
            hint=f"Did you mean {' or '.join(near)}? For your own list, name its --column.",
        )
    return name


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
