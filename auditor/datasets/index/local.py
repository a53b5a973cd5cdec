"""The local indexes of a home: which there are, and opening them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.datasets import catalogue
from auditor.datasets.index import manifest
from auditor.datasets.index.lookup import Index
from auditor.errors import ConfigurationError, StorageError, UsageError, WrongFileError
from auditor.names import SLUG, dataset_name, is_name


@dataclass(frozen=True, slots=True)
class LocalIndexes:
    """The indexes of a home."""

    readable: tuple[Index, ...]
    damaged: Mapping[str, str]
    """Dataset → why its index cannot be read."""
    parents: tuple[Index, ...] = ()
    """Further indexes that were not asked for: `readable` ones name photos by their numbers."""


def names(indexes: Path) -> tuple[str, ...]:
    """The datasets that have a local index, sorted."""
    if not indexes.exists():
        return ()
    present = (entry.name for entry in indexes.iterdir() if _has_manifest(entry))
    return tuple(sorted(name for name in present if SLUG.fullmatch(name) and is_name(name)))


def _has_manifest(entry: Path) -> bool:
    """Whether it is an index; also one that may not be looked at, so that it is told as such."""
    try:
        return (entry / manifest.NAME).is_file()
    except PermissionError:
        return True


def present(indexes: Path, wanted: Iterable[str]) -> tuple[str, ...]:
    """The names of the datasets `wanted`, each of which has a local index.

    Errors: `UsageError` for one that has none.
    """
    here = names(indexes)
    found = tuple(dict.fromkeys(dataset_name(text) for text in wanted))
    if missing := next((name for name in found if name not in here), None):
        raise no_index(missing)
    return found


def no_index(name: str | None = None, *, to: str = "search") -> UsageError:
    """There is no local index of the dataset `name`, or with None none at all `to` search or publish."""
    if name is None:
        return UsageError(f"there is no local index to {to}", hint="Begin with: flickr-auditor datasets list")
    card = catalogue.find(name)
    how = f"datasets info {name}" if card else "datasets list"
    return UsageError(f"there is no local index of {name}", hint=f"See: flickr-auditor {how}")


def open_indexes(folder: Path, only: Sequence[str] = (), *, elsewhere: bool = False) -> LocalIndexes:
    """All indexes in `folder`, or those of the datasets `only`.

    `elsewhere`: what is not here may be in a look-up. Errors: `UsageError` when `only` names a dataset that
    has no index here, unless it may be elsewhere.
    """
    wanted = here = names(folder)
    if only and elsewhere:
        wanted = tuple(name for name in dict.fromkeys(map(dataset_name, only)) if name in here)
    elif only:
        for name in map(dataset_name, only):
            if name not in here:
                catalogue.get(name)  # of an unknown one the nearest names help more
        wanted = present(folder, only)
    readable, damaged = _opened(folder, wanted)
    parents = {
        parent.name: parent
        for index in readable
        for parent in parents_of(folder, index.name)
        if parent.name not in wanted
    }
    return LocalIndexes(tuple(readable), damaged, tuple(parents.values()))


def parents_of(folder: Path, name: str) -> tuple[Index, ...]:
    """The indexes in `folder` by whose numbers the dataset `name` names photos, the nearest first."""
    parents: dict[str, Index] = {}
    waiting = [name]
    while waiting:
        card = catalogue.find(waiting.pop())
        if card and card.parent in set(names(folder)) - {name, *parents}:
            further, _ = _opened(folder, [card.parent])
            parents |= {index.name: index for index in further}
            waiting += [index.name for index in further]
    return tuple(parents.values())


def _opened(folder: Path, wanted: Iterable[str]) -> tuple[list[Index], dict[str, str]]:
    readable: list[Index] = []
    damaged: dict[str, str] = {}
    for name in wanted:
        try:
            index = Index.open(folder / name)
            index.check_files()
            readable.append(index)
        except (StorageError, WrongFileError) as error:  # another process may have removed it just now
            damaged[name] = error.message
        except ConfigurationError as error:  # its data files are in a store that nothing here reads
            damaged[name] = f"{error.message}: {error.hint}"
    return readable, damaged
