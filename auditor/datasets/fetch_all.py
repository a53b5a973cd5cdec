"""Many datasets at once: what would come, the fetching side by side, and which of them have news.

One that fails costs the others nothing: it becomes an outcome with its error.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.datasets import duck
from auditor.datasets.access import Access
from auditor.datasets.card import ABOUT, Card, IndexFile
from auditor.datasets.fetch import Fetched, fetch_card
from auditor.datasets.index.manifest import Manifest
from auditor.errors import AuditorError, TooLargeError, UnreachableError
from auditor.progress import SILENT, Progress
from auditor.workers import Workers

SIDE_BY_SIDE: Final = 4
"""Datasets that are downloaded at a time: more is impolite to the publishers, most of whom share a server."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A dataset that can be fetched, with the files that it takes."""

    card: Card
    files: tuple[IndexFile, ...]

    @property
    def known_bytes(self) -> int:
        """Of the files whose size a source gives."""
        return sum(file.bytes or 0 for file in self.files)

    @property
    def size_known(self) -> bool:
        """Whether that is all of them."""
        return all(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Offer:
    """What `fetch_all` would do, for the user to agree to. Every checkable dataset is in one of the three."""

    coming: tuple[Coming, ...]
    too_large: tuple[Coming, ...]
    by_hand: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """How it ended for one dataset: fetched, or why not."""

    card: Card
    fetched: Fetched | None = None
    error: AuditorError | None = None

    @property
    def too_large(self) -> bool:
        """Left out because its size, which no source gave, turned out larger than allowed."""
        return isinstance(self.error, TooLargeError)

    @property
    def failed(self) -> bool:
        """It should have come and did not."""
        return self.error is not None and not self.too_large


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A local index that nobody can be asked about, and why."""

    dataset: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a fetch or update of many datasets ended: what was tried, and what was left."""

    outcomes: tuple[FetchOutcome, ...]
    too_large: tuple[Coming, ...] = ()
    by_hand: tuple[Card, ...] = ()
    not_asked: tuple[NotAsked, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when nothing failed; 3 when something came all the same; else 5 when nobody could be reached."""
        failures = [outcome.error for outcome in self.outcomes if outcome.error and outcome.failed]
        if not failures:
            return 0
        if any(outcome.fetched for outcome in self.outcomes):
            return 3
        unreachable = all(isinstance(error, UnreachableError) for error in failures)
        return UnreachableError.exit_code if unreachable else failures[0].exit_code


def offer(cards: Mapping[str, Card], *, faces: bool = False, most: int | None = None) -> Offer:
    """What of the catalogue can be fetched, the most personal first; `most` bytes for each dataset.

    With `faces` it is the face sets alone, and the sets by whose numbers those that come name their photos.
    """
    needed = {card.parent for card in cards.values() if card.is_face and card.fetchable}
    wanted = [
        card
        for card in cards.values()
        if card.checkable and (not faces or card.is_face or card.name in needed)
    ]
    wanted.sort(key=lambda card: _worth(card, cards.values()))
    can_come = [Coming(card, card.smallest_download) for card in wanted if card.fetchable]
    return Offer(
        coming=tuple(one for one in can_come if most is None or one.known_bytes <= most),
        too_large=tuple(one for one in can_come if most is not None and one.known_bytes > most),
        by_hand=tuple(card for card in wanted if not card.fetchable),
    )


def _worth(card: Card, cards: Iterable[Card]) -> tuple[bool, int, bool, int, int, str]:
    """Faces first, huge sets last; then what anybody can get, what others build on (FFHQ), and the larger."""
    for_anybody = any(file.access is Access.PUBLIC for file in card.files)
    children = sum(other.parent == card.name for other in cards)
    size = card.counts.photos or card.counts.faces or 0
    return card.huge, ABOUT.index(card.about), not for_anybody, -children, -size, card.name


def fetch_all(
    coming: Sequence[Coming],
    downloads: Path,
    indexes: Path,
    *,
    most: int | None = None,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> tuple[FetchOutcome, ...]:
    """Fetch the datasets side by side, and build their indexes one after the other; in the order given.

    What `progress` raises, where the user stops it, is no failure of a publisher: it is raised once those
    under way have stopped too.
    """
    building = threading.Lock()
    stops: list[Exception] = []

    def fetch(one: Coming) -> FetchOutcome | None:
        if stops:
            return None
        names = [file.name for file in one.files]
        try:
            fetched = fetch_card(
                one.card,
                downloads,
                indexes,
                only=names,
                most=most,
                building=building,
                memory_limit=memory_limit,
                progress=progress,
            )
        except AuditorError as error:
            return FetchOutcome(one.card, error=error)
        except Exception as stop:  # noqa: BLE001 - raised below
            stops.append(stop)
            return None
        return FetchOutcome(one.card, fetched)

    with Workers(SIDE_BY_SIDE) as workers:
        outcomes = workers.map(fetch, coming)
    if stops:
        raise stops[0]
    return tuple(outcome for outcome in outcomes if outcome)


def with_news(
    manifests: Iterable[Manifest], find: Callable[[str], Card | None], downloads: Path
) -> tuple[tuple[Coming, ...], tuple[NotAsked, ...]]:
    """The local indexes whose sources can be asked for news, and the others.

    Asked are those that were built from downloads alone: built again, an index loses what was added by hand.
    """
    asked: list[Coming] = []
    left: list[NotAsked] = []
    for manifest in manifests:
        card = find(manifest.dataset)
        found = _sources_of(card, {source.name for source in manifest.sources}, downloads) if card else ()
        if isinstance(found, str):
            left.append(NotAsked(manifest.dataset, found))
        elif card and found:
            asked.append(Coming(card, found))
        else:
            left.append(NotAsked(manifest.dataset, "your own list"))
    return tuple(asked), tuple(left)


def _sources_of(card: Card, names: Collection[str], downloads: Path) -> tuple[IndexFile, ...] | str:
    """The card's files that an index was built from, or why they cannot be asked for."""
    files = {file.name: file for file in card.files if file.fetchable}
    here = {name for name in files if (downloads / card.name / name).is_file()}
    if not here & set(names):
        return "its files were added by hand or came from a registry"
    if added := sorted(set(names) - here):
        return f"it holds files that you added: {added[0]}" + (" and others" if len(added) > 1 else "")
    return tuple(files[name] for name in files if name in names)
