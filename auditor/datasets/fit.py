"""Whether files are those of the dataset they are given as, as far as known facts tell, and whose else.

Many datasets share a shape: a list of file names is one of Flickr8k and of Multi30k, a Parquet file with
addresses is one of nine. A file that builds under the wrong name makes an audit say that a photo is in a
dataset in which it is not. So what a card knows beside the shape is held against the files: words and
columns, how many photos there are, whether all are from Flickr, and that no photo is newer than the dataset.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from auditor.datasets import catalogue
from auditor.datasets.card import Card, IndexFile
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing import parquet
from auditor.datasets.parsing.folders import digest, is_picture
from auditor.datasets.parsing.row import NO_ADDRESS
from auditor.datasets.parsing.sources import Source, listings, sources
from auditor.datasets.readers import GENERIC, Format, detect, detect_listing, select
from auditor.errors import RefusedError
from auditor.flickr.ages import first_id_after

OWN_LIST = "a list of your own"
"""What files whose shape proves nothing may be as well, said beside the names of datasets."""
_ANYBODYS = {"flickr-url-list", "md5-list", "photo-id-list", "url-parquet"}
"""Formats of lists that anybody makes. IIPA is the only dataset of the first, and once took everybody's."""
_MEMBERS = 50
"""How many files of an archive or folder are looked at."""
_NOTE = re.compile(r"(?:^|/)(?:readme|licen[cs]e)[^/]*$|\.(?:md|pdf|html?)$", re.IGNORECASE)
_ROWS = 2_000
"""How many rows of each."""
_YEARS_LATER = 2
"""How long after its first release a dataset may still have got new photos."""
_FEW = 9
"""So many addresses of other sites prove nothing: a publisher's example has none that work."""
_MORE_THAN_ALL = 1.1


@dataclass(slots=True)
class _Look:
    """What a look at the start of some files shows."""

    formats: set[str] = field(default_factory=set)
    lacks_signs: bool = False
    foreign: bool = False
    ids: list[int] = field(default_factory=list)
    elsewhere: int = 0
    """Rows whose address leads to another site."""


def doubts(card: Card, files: Sequence[Path]) -> list[str]:
    """What speaks against the files being those of the dataset; nothing if their checksums are on the card.

    Files in a shape that the dataset has not are passed over: building refuses them.
    """
    unsure = [path for path in files if not _vouched(card.files, path)]
    look = _look(card, _found(unsure, select(card.formats)))
    found = []
    if GENERIC in look.formats:
        found.append(
            f"nobody has published what the files of {card.title} look like, so this cannot be checked"
        )
    if look.lacks_signs:
        found.append(f"it lacks what every known file of {card.title} has")
    if look.foreign:
        found.append(f"it has what files of other datasets have, and none of {card.title}")
    newest = first_id_after(card.year + _YEARS_LATER) if card.year else None
    newer = [number for number in look.ids if newest and number >= newest]
    if len(newer) * 100 > len(look.ids):
        found.append(
            f"{len(newer):,} of the first {len(look.ids):,} photos are newer"
            f" than the dataset, which is of {card.year}"
        )
    if card.flickr == "all" and look.elsewhere > max(len(look.ids), _FEW):
        found.append(
            f"{look.elsewhere:,} of the first {look.elsewhere + len(look.ids):,} addresses lead"
            f" to other sites, and {card.title} is all from Flickr"
        )
    return found


def refuse_too_many(card: Card, manifest: Manifest) -> None:
    """Raise `RefusedError` when an index has more photos than the whole dataset."""
    known = (card.counts.photos or 0) + (card.counts.videos or 0)
    if known and manifest.photos > known * _MORE_THAN_ALL:
        raise refusal(
            card, [f"it has {manifest.photos:,} photos, and the whole of {card.title} has {known:,}"]
        )


def refusal(card: Card, reasons: Iterable[str]) -> RefusedError:
    """The error for files that do not look like those of the dataset."""
    return RefusedError(
        f"this does not look like {card.title}: {'; '.join(reasons)}",
        hint="Check that the name and the file belong together; --as-is takes it anyway.",
    )


def rivals(card: Card, files: Sequence[Path]) -> list[str]:
    """The other datasets whose files look just the same, so that only the user can know which this is."""
    own = {format_.name for _, format_ in _found(files, select(card.formats))} - {GENERIC}
    return [
        other.name
        for other in catalogue.load().values()
        if other.name != card.name and own and own <= set(other.formats) and not doubts(other, files)
    ]


def recognise(path: Path) -> list[str]:
    """The datasets that a file or folder may be of: one where a checksum, a name or known facts tell.

    Of a dataset and those drawn from it, whose files look the same, it is the first: its photos are in there.
    Where the shape could as well be anybody's list, `OWN_LIST` is one of the answers.
    """
    members = _Members(path)
    candidates: dict[str, Card] = {}
    for card in catalogue.load().values():
        formats = [format_ for format_ in _formats(card) if format_.name != GENERIC]
        if formats and _vouched(card.files, path):
            return [card.name]
        if formats and members.are_all(formats) and not doubts(card, [path]):
            candidates[card.name] = card
    named = [name for name, card in candidates.items() if any(file.name == path.name for file in card.files)]
    for narrower in (
        named,
        [name for name, card in candidates.items() if card.looks_like.signs],
        [name for name, card in candidates.items() if members.are_all(_formats(card)[:1])],
        [name for name in candidates if not set(catalogue.lineage(name)) & set(candidates)],
    ):
        if len(narrower) == 1:
            sure = narrower == named or _is_telling(candidates[narrower[0]], members)
            return narrower if sure else [*narrower, OWN_LIST]
    told = any(_is_telling(card, members) for card in candidates.values())
    return list(candidates) if told or not candidates else [*candidates, OWN_LIST]


def _is_telling(card: Card, members: "_Members") -> bool:
    """Whether the shape of files that could be of `card` says more than that they are somebody's list."""
    own = [format_ for format_ in _formats(card) if format_.name not in _ANYBODYS]
    return bool(card.looks_like.signs) or (bool(own) and members.are_all(own))


def _formats(card: Card) -> tuple[Format, ...]:
    return select(card.formats) if card.checkable else ()


def _vouched(files: Sequence[IndexFile], path: Path) -> bool:
    """Whether it is one of the publisher's files by its checksum, which takes a file of the right size."""
    size = path.stat().st_size if path.is_file() else None
    sized = {file.sha256 for file in files if file.sha256 and file.bytes == size}
    return bool(sized) and digest(path) in sized


def _found(files: Iterable[Path], formats: Sequence[Format]) -> Iterator[tuple[Source, Format]]:
    """The first members of each file that are in one of the formats."""
    for path in files:
        if listing := detect_listing(listings(path), formats):
            yield listing
        for source in islice(sources(path), _MEMBERS):
            if format_ := detect(source, formats):
                yield source, format_


class _Members:
    """The first members of a file, archive or folder, for every card to look at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # The members of an archive are there only as it is read; a folder is listed once, as it may be large.
        self.of_folder = list(islice(sources(path), _MEMBERS)) if path.is_dir() else None
        self.names = list(listings(path))

    def are_all(self, formats: Sequence[Format]) -> bool:
        """Whether a file is in one of the formats; half of an archive, all of a folder but its notes."""
        listed = detect_listing(self.names, formats) is not None
        members = islice(sources(self.path), _MEMBERS) if self.of_folder is None else self.of_folder
        kinds = [
            detect(source, formats) is not None
            for source in members
            if not (self.of_folder and _NOTE.search(source.member))
            and not (listed and is_picture(source.member))
        ]
        if not kinds:
            return listed
        return any(kinds) and (all(kinds) if self.of_folder else sum(kinds) * 2 >= len(kinds))


def _look(card: Card, found: Iterable[tuple[Source, Format]]) -> _Look:
    look = _Look()
    signs, foreign = (_pattern(words) for words in (card.looks_like.signs, card.looks_like.foreign))
    for source, format_ in found:
        look.formats.add(format_.name)
        look.lacks_signs |= signs is not None and not _has(source, signs)
        look.foreign |= foreign is not None and _has(source, foreign)
        if format_.read is None:
            continue
        seen = last = 0
        for row in islice(format_.read(source), _ROWS):
            look.ids += [record.photo_id for record in row.records if record.photo_id is not None]
            look.elsewhere += row.stands_for if row.skipped == NO_ADDRESS else 0
            seen, last = seen + row.stands_for, row.number
        if parquet.columns(source):  # rows of other sites come in bulk, behind all others
            look.elsewhere += max(0, last - seen)
    return look


def _pattern(words: Sequence[str]) -> re.Pattern[bytes] | None:
    return re.compile("|".join(f"(?:{word})" for word in words).encode(), re.MULTILINE) if words else None


def _has(source: Source, pattern: re.Pattern[bytes]) -> bool:
    columns = parquet.columns(source)
    if columns:
        return pattern.search("\n".join(columns).encode()) is not None
    return pattern.search(source.member.encode()) is not None or source.finds(pattern)
