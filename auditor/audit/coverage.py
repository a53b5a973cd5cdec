"""What an audit covers and what it leaves open.

Absence of a hit is no proof where nothing could be looked up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from auditor.audit.result import CheckedIndex, ExposedPhoto, Lineage, NotChecked, SourceFile
from auditor.datasets import catalogue
from auditor.datasets.card import ABOUT, Card
from auditor.datasets.index.manifest import Manifest

ACCESS_HINT = {
    "public": "get {file} from the publisher, then: flickr-auditor datasets add {name} FILE",
    "login": "its publisher wants a login; with {file}: flickr-auditor datasets add {name} FILE",
    "request": "its publisher gives {file} on request; then: flickr-auditor datasets add {name} FILE",
    "gone": "its publisher took {file} down; if you have a copy: flickr-auditor datasets add {name} FILE",
    "unknown": "if you have {file}: flickr-auditor datasets add {name} FILE",
}


@dataclass(frozen=True, slots=True)
class NotHere:
    """Why an index is missing, where it is more than not being there."""

    only: tuple[str, ...]
    """The datasets the user asked for; empty: all."""
    damaged: Mapping[str, str]


def checked_index(manifest: Manifest, card: Card | None) -> CheckedIndex:
    """A local index with what its card says of it; a list of the user's own has no card."""
    return CheckedIndex(
        dataset=manifest.dataset,
        title=card.title if card else manifest.dataset,
        records=manifest.records,
        built_at=manifest.built_at,
        sources=tuple(SourceFile(source.name, source.sha256) for source in manifest.sources),
        match_keys=tuple(manifest.match_keys),
        about=card.about if card else "general",
        huge=card.huge if card else False,
        own_list=card is None,
    )


def not_checked(cards: Mapping[str, Card], checked: Collection[str], why: NotHere) -> tuple[NotChecked, ...]:
    """Every dataset of the catalogue that was not checked, with the reason: face sets first, then by name."""
    missing = [
        NotChecked(card.name, card.title, _reason(card, why), card.about)
        for card in cards.values()
        if card.name not in checked
    ]
    missing += [
        NotChecked(name, name, f"its local index cannot be read: {reason}", "general")
        for name, reason in why.damaged.items()
        if name not in cards
    ]
    return tuple(sorted(missing, key=lambda item: (ABOUT.index(item.about), item.dataset)))


def _reason(card: Card, why: NotHere) -> str:
    if card.name in why.damaged:
        return f"its local index cannot be read: {why.damaged[card.name]}"
    if not card.checkable:
        return card.no_key_reason or "it published no key"
    if why.only and card.name not in why.only:
        return "left out by --dataset"
    if any(file.fetchable for file in card.files):
        return f"no local index: flickr-auditor datasets fetch {card.name} gets it"
    access = card.files[0].access if card.files else "unknown"
    file = card.files[0].name if card.files else "its index file"
    return f"no local index: {ACCESS_HINT[access].format(name=card.name, file=file)}"


def lineage(
    exposed: Sequence[ExposedPhoto], cards: Mapping[str, Card], missing: Sequence[NotChecked]
) -> tuple[Lineage, ...]:
    """For each dataset that photos were found in: the sets drawn from it that could not be checked."""
    counts: dict[str, int] = {}
    for photo in exposed:
        for exposure in photo.exposures:
            counts[exposure.dataset] = counts.get(exposure.dataset, 0) + 1
    unchecked = {item.dataset for item in missing}
    found = []
    for dataset, photos in sorted(counts.items()):
        if dataset not in cards:
            continue
        children = sorted(name for name in catalogue.children_of(dataset) if name in unchecked)
        if children:
            found.append(Lineage(dataset, photos, tuple(children)))
    return tuple(found)


@cache
def chains(datasets: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """How the datasets that one photo is in were drawn from one another, each chain with its source first.

    ``("yfcc100m", "megaface", "diveface")``: the photo came into the last through the others. A link over a
    dataset that the photo was not found in counts too; a dataset that stands alone is in no chain.
    """
    known = datasets & catalogue.load().keys()
    sources = {name: set(catalogue.lineage(name)) & known for name in known}
    parents = {
        name: above - set().union(*(sources[other] for other in above)) for name, above in sources.items()
    }
    ends = known - set().union(*parents.values())
    return tuple(sorted(path for end in ends for path in _paths(end, parents) if len(path) > 1))


def _paths(end: str, parents: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Every way from a dataset without parents to `end`."""
    if not parents[end]:
        return [(end,)]
    return [(*path, end) for parent in parents[end] for path in _paths(parent, parents)]
