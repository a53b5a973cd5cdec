"""What an audit covers and what it leaves open.

Absence of a hit is no proof where nothing could be looked up.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from auditor.audit.match import Searched
from auditor.audit.result import CheckedIndex, ExposedPhoto, Lineage, NotChecked, SourceFile, Why
from auditor.datasets import catalogue
from auditor.datasets.access import Access
from auditor.datasets.card import ABOUT, Card
from auditor.datasets.index.local import no_index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.errors import UsageError
from auditor.text import count, plain


@dataclass(frozen=True, slots=True)
class NotHere:
    """Why an index is missing, where it is more than not being there."""

    only: tuple[str, ...] = ()
    """The datasets the user asked for; empty: all."""
    damaged: Mapping[str, str] = field(default_factory=dict)
    """Dataset → why its index cannot be read."""
    silent: Mapping[str, tuple[Why, str]] = field(default_factory=dict)
    """Dataset → why its index, which is here, answers nothing."""
    unasked: Mapping[str, str] = field(default_factory=dict)
    """Dataset → why a look-up that has an index of it did not answer."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where can be looked, and where not."""

    answering: tuple[Searched, ...]
    """The indexes in which "not found" means something."""
    checked: tuple[CheckedIndex, ...]
    not_checked: tuple[NotChecked, ...]


def covered(
    indexes: Sequence[Searched],
    cards: Mapping[str, Card],
    *,
    parents: Sequence[Searched] = (),
    only: Sequence[str] = (),
    damaged: Mapping[str, str] | None = None,
    unasked: Mapping[str, str] | None = None,
) -> Coverage:
    """What `indexes` cover.

    `parents` are further ones, through which some are joined; `only` are the datasets that the user asked
    for; `damaged` maps a dataset to why its index cannot be read, `unasked` to why a look-up did not answer.
    """
    here = {index.name: index for index in (*parents, *indexes)}
    silent = {index.name: told for index in indexes if (told := _silent(index, here, cards))}
    answering = tuple(index for index in indexes if index.name not in silent)
    checked = tuple(
        checked_index(index.manifest, cards.get(index.name), lacks_parent(index, here, cards))
        for index in answering
    )
    missing = not_checked(
        cards,
        {index.dataset for index in checked},
        NotHere(tuple(only), damaged or {}, silent, unasked or {}),
    )
    return Coverage(answering, checked, missing)


def _silent(
    index: Searched, here: Mapping[str, Searched], cards: Mapping[str, Card]
) -> tuple[Why, str] | None:
    """Why an index answers nothing, if it does not."""
    if not index.manifest.answers:
        return (
            Why.EMPTY,
            "its local index holds no record: no photo was found in the files that it was built from",
        )
    lacking = lacks_parent(index, here, cards)
    if lacking and set(index.manifest.match_keys) == {MatchKey.PARENT_KEY}:
        return Why.NO_PARENT, lacking
    return None


def lacks_parent(index: Searched, here: Mapping[str, Searched], cards: Mapping[str, Card]) -> str | None:
    """Why records that name photos by their parent's numbers can't be matched; None: they can, or none do."""
    card = cards.get(index.name)
    if MatchKey.PARENT_KEY not in index.manifest.match_keys:
        return None
    if card is None or card.parent is None:
        return "it names photos by another dataset's numbers, and it is not known which"
    parent = cards[card.parent].title.partition(" (")[0] if card.parent in cards else card.parent
    names = f"it names photos by the numbers of {parent}, and"
    if card.parent not in here:
        way = how_to_get(cards.get(card.parent), card.parent)
        return f"{names} there is no local index of {card.parent}: {way}"
    if not here[card.parent].manifest.keyed:
        way = _anew(cards.get(card.parent), card.parent)
        return f"{names} the local index of {card.parent} was built without them: {way} builds it anew"
    return None


def checked_index(manifest: Manifest, card: Card | None, lacking: str | None = None) -> CheckedIndex:
    """A local index with what its card says of it; a list of the user's own has no card.

    `lacking` is why a part of its records can't be matched.
    """
    all_flickr = card is not None and card.flickr == "all"
    rows = count(manifest.unread(all_flickr=all_flickr), "row")
    unread = f"{rows} of {manifest.rows:,} could not be read"
    missing = card.missing(source.name for source in manifest.sources) if card else ()
    incomplete = f"not all of its files are in the index; missing: {_some(missing)}"
    provenance = manifest.provenance
    if card is None and provenance.is_publishers:  # built before this was kept
        provenance = Provenance.OWN_LIST
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
        provenance=provenance,
        published=card.published(max(manifest.rows, manifest.records)) if card else None,
        origin=manifest.origin,
        obtained_at=manifest.obtained_at,
        in_part="; ".join(
            part
            for part in (
                unread if manifest.in_part(all_flickr=all_flickr) else None,
                incomplete if missing else None,
                lacking,
            )
            if part
        )
        or None,
    )


def _some(names: Sequence[str]) -> str:
    return f"{', '.join(names[:2])} and {len(names) - 2} more" if len(names) > 3 else ", ".join(names)


def not_checked(cards: Mapping[str, Card], checked: Collection[str], why: NotHere) -> tuple[NotChecked, ...]:
    """Every dataset that was not checked, with the reason: the most personal first, then by name."""
    missing = [
        NotChecked(card.name, card.title, *_reason(card, why), card.about)
        for card in cards.values()
        if card.name not in checked
    ]
    missing += [
        NotChecked(name, name, *told, "general")
        for name in sorted({*why.damaged, *why.silent, *why.unasked} - cards.keys())
        if (told := _of_index(name, why)) is not None
    ]
    return tuple(sorted(missing, key=in_order))


def in_order(item: NotChecked) -> tuple[int, str]:
    """Sorts the most personal first, then by name."""
    return ABOUT.index(item.about), item.dataset


def nothing_searched(missing: Iterable[NotChecked]) -> UsageError:
    """That no dataset could be searched: there is no index, or none of those that there are answers."""
    silent: dict[str, list[str]] = {}
    for item in missing:
        if item.has_index:
            silent.setdefault(item.reason, []).append(item.dataset)
    if not silent:
        return no_index()
    reasons = "; ".join(f"{_some(names)}: {plain(reason)}" for reason, names in silent.items())
    return UsageError(
        f"no index could be searched ({reasons})", hint="See: flickr-auditor datasets info NAME"
    )


def _of_index(name: str, why: NotHere) -> tuple[Why, str] | None:
    """What is wrong with the index that is here, or with the answer of a look-up."""
    if name in why.damaged:
        return Why.DAMAGED, f"its local index cannot be read: {why.damaged[name]}"
    if name in why.silent:
        return why.silent[name]
    return (Why.UNASKED, why.unasked[name]) if name in why.unasked else None


def _reason(card: Card, why: NotHere) -> tuple[Why, str]:
    if told := _of_index(card.name, why):
        return told
    if not card.checkable:
        return Why.NO_KEY, card.no_key_reason or "it published no key"
    if why.only and card.name not in why.only:
        return Why.LEFT_OUT, "left out by --dataset"
    return Why.NO_INDEX, f"no local index: {how_to_get(card, card.name)}"


def how_to_get(card: Card | None, name: str) -> str:
    """The way to a local index of the dataset."""
    if card and any(file.fetchable for file in card.files):
        return f"flickr-auditor datasets fetch {name} gets it"
    access = card.files[0].access if card and card.files else Access.UNKNOWN
    file = card.files[0].name if card and card.files else "its index file"
    return f"{access.way.format(file=file)}: flickr-auditor datasets add {name} FILE"


def _anew(card: Card | None, name: str) -> str:
    """The way to an index that is built again from the same files: a mere fetch finds nothing new in them."""
    if card and card.fetchable:
        return f"flickr-auditor datasets remove {name}, then flickr-auditor datasets fetch {name}"
    return f"flickr-auditor datasets add {name} FILE --replace"


def lineage(
    exposed: Sequence[ExposedPhoto], cards: Mapping[str, Card], missing: Sequence[NotChecked]
) -> tuple[Lineage, ...]:
    """For each dataset that photos were found in: the sets drawn from it that could not be checked."""
    counts = Counter(exposure.dataset for photo in exposed for exposure in photo.exposures)
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
