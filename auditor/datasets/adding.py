"""Building indexes from files that a person has, under a given name or the one the files tell themselves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.datasets import catalogue, duck, fit
from auditor.datasets.card import Card
from auditor.datasets.index.build import build
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing.describe import describe
from auditor.datasets.parsing.folders import is_picture
from auditor.datasets.parsing.sources import sources
from auditor.datasets.readers import GENERIC, Format, select
from auditor.datasets.readers.generic import generic_format
from auditor.errors import AuditorError, RefusedError
from auditor.files import check_is_there
from auditor.progress import SILENT, Progress
from auditor.text import count, plain


@dataclass(frozen=True, slots=True)
class Wish:
    """How indexes are to be built; most fields are the options of ``datasets add``."""

    append: bool = False
    allow_empty: bool = False
    replace: bool = False
    as_is: bool = False
    column: str | None = None
    memory_limit: str = duck.MEMORY_LIMIT
    shard: bool = False
    """The files are some of many; that these hold no photo is no fault, and no option says so."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file of which nobody can tell the dataset, or that could not be built, and why."""

    path: Path
    reason: str
    error: AuditorError | None = None
    """What kept a file that was recognised from being built."""


def add(indexes: Path, name: str, files: Sequence[Path], wish: Wish, progress: Progress = SILENT) -> Manifest:
    """Build the index of the dataset or list `name` from `files`.

    Errors: what `build` raises; `UsageError` for a dataset without keys, or a name that is neither in the
    catalogue nor fit for a list of one's own; `RefusedError` for such a list under a publisher's name, and
    for files that do not look like those of the dataset unless they are to be taken as they are.
    """
    card, name, formats = card_and_formats(name, wish, progress.say)
    for path in files:
        check_is_there(path)
    if card and not wish.as_is:
        if found := fit.doubts(card, files):
            raise fit.refusal(card, found)
        if others := fit.rivals(card, files):
            progress.say(
                f"By their shape these could be files of {' or '.join(others)} too;"
                f" they are taken as those of {card.name}."
            )

    def accept(manifest: Manifest) -> None:
        if card and not wish.as_is:
            fit.refuse_too_many(card, manifest)

    return build(
        indexes,
        name,
        files,
        formats=formats,
        card=card,
        append=wish.append,
        allow_empty=wish.allow_empty or wish.shard,
        replace=wish.replace,
        as_is=wish.as_is,
        accept=accept,
        memory_limit=wish.memory_limit,
        progress=progress,
    )


def add_recognised(
    indexes: Path, files: Sequence[Path], wish: Wish, progress: Progress = SILENT
) -> tuple[list[Manifest], list[Unknown]]:
    """Build an index of every dataset that the files, and those in folders, are recognised as.

    What is not recognised, or cannot be built, costs nothing of the others; it comes with the reason.
    """
    unknown: list[Unknown] = []
    by_name: dict[str, list[Path]] = {}
    for path in files:
        for part, names, reason in _recognised(path):
            if len(names) == 1:
                by_name.setdefault(names[0], []).append(part)
            else:
                unknown.append(Unknown(part, reason))
    built = []
    for name, paths in by_name.items():
        progress.say(f"{name}: {plain(', '.join(path.name for path in paths))}")
        try:
            built.append(add(indexes, name, paths, wish, progress))
        except AuditorError as error:
            unknown += [Unknown(path, error.message, error) for path in paths]
    return built, unknown


def _recognised(path: Path) -> Iterator[tuple[Path, list[str], str]]:
    """The file or folder with the datasets it may be of; a folder that is of none, by its entries."""
    check_is_there(path, or_else="; or name a dataset before the files")
    try:
        names = fit.recognise(path)
        entries = sorted(path.iterdir()) if path.is_dir() and len(names) != 1 else []
        if not entries or all(is_picture(entry.name) for entry in entries):
            yield path, names, _why_not(path, names)
            return
    except AuditorError as error:
        yield path, [], error.message
        return
    pictures = sum(is_picture(entry.name) for entry in entries)
    if pictures:
        yield path, [], f"{count(pictures, 'picture')} in it, whose names match no dataset"
    for entry in entries:
        if is_picture(entry.name) or entry.name.startswith("."):
            continue
        if entry.is_symlink():
            yield entry, [], "a link, which is not followed: name the file itself"
        else:
            yield from _recognised(entry)


def _why_not(path: Path, names: Sequence[str]) -> str:
    if names:
        return f"it may be of {' or '.join(names)}: name the one it is"
    if path.is_dir():
        return "a folder in which no dataset was recognised"
    for source in sources(path):  # which closes an archive as soon as nobody asks for more of it
        return f"{describe(source)}, and of no dataset of the catalogue"
    return "an archive without files"


def card_and_formats(
    name: str, wish: Wish, say: Callable[[str], object]
) -> tuple[Card | None, str, Sequence[Format]]:
    """The dataset's card, its name, and the formats its files may have. A list of one's own has no card."""
    column = wish.column
    generic = generic_format(column, say, any_list=wish.allow_empty)
    card = catalogue.find(name)
    if card is None:
        return None, catalogue.check_own_name(name, certain=column is not None), [generic]
    card.check_keys()
    if column is not None and GENERIC not in card.formats:
        # A hit in it would be told to the publisher as one in the publisher's own file.
        raise RefusedError(
            f"a list that is read by --column is your own list, not {card.title}'s file",
            hint="Give it a name of its own:"
            f" flickr-auditor datasets add my-{card.name} FILE --column {plain(column)}",
        )
    if column is not None:
        return card, card.name, [generic]
    formats = [generic if format_.name == GENERIC else format_ for format_ in select(card.formats)]
    return card, card.name, formats
