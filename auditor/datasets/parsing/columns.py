"""Which columns of an unknown list hold Flickr's photos and people.

An address on a Flickr host is certain wherever it stands, and so is an NSID. The name of a file is certain
with an NSID in it; with a secret only where no other site is in sight, for others name their files
``<number>_<ten hexadecimal digits>.jpg`` too. A bare number is certain only in a column that the links
beside it confirm, that has a column of secrets beside it, as in Flickr's own answers, or that the user
named; else it may be the number of any other site, and it is left, and the user is told.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from auditor.datasets.parsing.keys import without_photo
from auditor.datasets.parsing.row import NO_ADDRESS
from auditor.datasets.parsing.tables import LINE, TableRow, is_called
from auditor.datasets.parsing.values import (
    BETWEEN_WORDS,
    TYPICAL,
    listed_numbers,
    names_in,
    number_in_name,
    number_of,
    owners_in,
)
from auditor.flickr.urls import (
    parse_photos,
)
from auditor.text import plain

NONE_CERTAIN = "no number that is a photo id for certain"

_SECRET = re.compile(r"[0-9a-f]{10}")
# Of another site; where a licence is explained is no site of pictures.
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp):)?//(?![\w.-]*creativecommons\.org)"
    r"|(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|co|eu|uk|us|ca|au|de|fr|it|es|nl|ch|se|jp|kr|cn|ru|in|br)/",
    re.IGNORECASE,
)
_OF_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp)\b", re.IGNORECASE)
_ID_NAMES = frozenset({"id", "photo", "photoid", "flickrid", "flickrphotoid", "imageid"})
"""What the column of the id is called where a column of secrets stands beside it, without signs between."""
_LEAST_CONFIRMED = 3
_FEW = 0.1
"""Of the names in a column: if more are another site's, the others may be too."""
_NOT_THE_OWNER = ("fav", "like", "comment", "viewer", "contact", "friend", "follow")
"""In names of columns about people who are not the photographer."""


@dataclass(slots=True)
class Column:
    """What the sampled rows have in one column."""

    name: str
    values: int = 0
    links: int = 0
    names: int = 0
    shaped: int = 0
    """Values with names of Flickr's shape that may be another site's."""
    owners: int = 0
    numbers: int = 0
    """Values that may be photo ids, but may be anything else."""
    confirmed: int = 0
    contradicted: int = 0
    """In how many rows the number is, and is not, the photo that a link or a name in the row leads to."""
    secrets: int = 0
    beside_secrets: bool = False
    """The row's secret is that of this photo."""
    example: str = ""
    sections: set[str] = field(default_factory=set)
    """The lists of the file in which it has numbers."""

    @property
    def proven(self) -> bool:
        """Most values are names of Flickr's, so that the others are too if they can be."""
        return self.names * 2 >= self.values > 0 and not self.doubted

    @property
    def doubted(self) -> bool:
        """Its names may be those of another site."""
        return self.shaped > (self.names + self.shaped) * _FEW

    @property
    def is_id(self) -> bool:
        """Its numbers are the photo ids: links or secrets of the same rows say so, and no link otherwise."""
        return (self.beside_secrets or self.confirmed >= _LEAST_CONFIRMED) and not self.contradicted

    @property
    def certain(self) -> bool:
        """Whether anything in it can be taken."""
        names = self.names and not self.doubted
        return bool(self.links or names or (self.owners and may_be_owner(self.name)) or self.is_id)

    @property
    def suggested(self) -> bool:
        """Whether a person should look whether these are photo ids."""
        return not self.certain and (self.numbers + self.shaped) * 2 >= self.values > 0


@dataclass(slots=True)
class Plan:
    """What is taken from the rows of a file."""

    columns: dict[str, Column] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    """The lists of the file whose every entry is a row; of others only what holds a photo or a member is."""
    originals: set[str] = field(default_factory=set)
    """The columns of the secrets of originals, beside ids."""
    named: str | None = None
    """The column the user named: only its photos are taken."""

    @property
    def certain(self) -> bool:
        """Whether there is anything to take."""
        if self.named is None:
            return any(column.certain for column in self.columns.values())
        return any(is_called(name, self.named) for name in self.columns) or set(self.columns) == {LINE}

    def without_photo(self, row: TableRow) -> str:
        """Why a row has no record: it was read, unless it has numbers or an address that may be of photos."""
        reason = without_photo(cell.value for cell in row.cells)
        if reason == NO_ADDRESS and any(column.suggested for column in self.columns.values()):
            return NONE_CERTAIN
        return reason

    def is_named(self, column: str) -> bool:
        """Whether it is the column the user named; in lines without columns any name will do."""
        return self.named is not None and (is_called(column, self.named) or set(self.columns) == {LINE})


@lru_cache(maxsize=1024)
def may_be_owner(column: str) -> bool:
    """Whether a member in a column of this name may be the photographer."""
    return not any(word in column.casefold() for word in _NOT_THE_OWNER)


def plan_for(rows: Iterable[TableRow], named: str | None = None) -> Plan:
    """What to take from a file with these first rows."""
    plan = Plan(named=named)
    for row in rows:
        for cell in row.cells:
            plan.columns.setdefault(cell.column, Column(cell.column))
        _learn(plan, row)
    _pair_with_secrets(plan)
    return plan


def _pair_with_secrets(plan: Plan) -> None:
    """Mark the column of ids beside each column of secrets: ``photo.id`` beside ``photo.secret``."""
    for column in plan.columns.values():
        group, _, name = column.name.rpartition(".")
        if "secret" not in name.casefold() or column.secrets * 2 < column.values:
            continue
        for other in plan.columns.values():
            beside, _, called = other.name.rpartition(".")
            if beside == group and re.sub(r"[\W_]", "", called.casefold()) in _ID_NAMES and other.numbers:
                other.beside_secrets = True
                plan.sections |= other.sections
                if "orig" in name.casefold():
                    plan.originals.add(column.name)


def _learn(plan: Plan, row: TableRow) -> None:
    """Count what a row holds in each column."""
    numbers: list[tuple[Column, str]] = []
    photos: set[str] = set()
    named: list[tuple[Column, set[str]]] = []
    for name, value, _ in row.cells:
        if value is None or value == "":
            continue
        column = plan.columns[name]
        column.values += 1
        if (number := number_of(value)) is not None:
            numbers.append((column, str(number)))
        elif isinstance(value, str):
            column.secrets += _SECRET.fullmatch(value) is not None
            linked, of_names = _look(column, value)
            photos |= linked
            named += [(column, of_names)] if of_names else []
        if plan.is_named(name):
            plan.sections.add(row.section)
    photos |= _believed(named, row, photos)
    if photos:
        plan.sections.add(row.section)
    for column, text in numbers:
        if int(text) in TYPICAL:
            column.numbers += 1
            column.example = column.example or text
            column.sections.add(row.section)
        column.confirmed += text in photos
        column.contradicted += bool(photos) and text not in photos


def _believed(named: Iterable[tuple[Column, set[str]]], row: TableRow, photos: Collection[str]) -> set[str]:
    """The photos of a row's names, but for names that may be another site's; `photos` are linked to."""
    found: set[str] = set()
    for column, names in named:
        if names <= set(photos) or not leads_elsewhere(row, names):
            column.names += 1
            found |= names
        else:
            column.shaped += 1
    return found


def _look(column: Column, value: str) -> tuple[set[str], set[str]]:
    """Count what a text holds; the photos that it links to, and those that only names in it are of."""
    links = parse_photos(value)
    names = [] if links else list(names_in(value, of_urls=True))
    owners = owners_in(value)
    column.links += bool(links)
    column.owners += bool(owners) and not links and not names
    linked, named = ({photo.photo_id for photo in found} for found in (links, names))
    if any(photo.nsid for photo in names):
        column.names += 1
        linked, named = named, linked
    found = linked | named
    if not column.example:
        column.example = next(iter(found), "") or next(
            (owner.nsid or owner.path_alias or "" for owner in owners), ""
        )
    if not found and not owners and (may_be := listed_numbers(value) or number_in_name(value)):
        column.numbers += 1
        column.example = column.example or str(may_be[0])
    return linked, named


def leads_elsewhere(row: TableRow, names: Collection[str]) -> bool:
    """Whether the row has an address of another site, so that these names in it may be that site's.

    In a text of more than an address it must be one of a picture, or have the same number.
    """
    for _, value, _ in row.cells:
        if not isinstance(value, str) or "/" not in value:
            continue
        words = BETWEEN_WORDS.split(value)
        for word in words:
            if _ADDRESS.match(word) and "flic" not in word.lower():
                alone = len(words) == 1
                if alone or _OF_PICTURE.search(word) or any(number in word for number in names):
                    return True
    return False


def described(plan: Plan) -> Iterator[str]:
    """What is in each column, with counts and an example, and whether it is taken."""
    for column in plan.columns.values():
        called = plain(column.name, 80)
        name = "the lines" if set(plan.columns) == {LINE} else f"“{called}”"
        if plan.named is not None:
            if plan.is_named(column.name):
                yield f"the Flickr photos are taken from {name}"
            continue
        counts = [
            f"{number:,} {what}"
            for number, what in (
                (column.links, "with links to Flickr photos"),
                (column.names, "with names of Flickr photos"),
                (column.shaped, "with names shaped like Flickr's, but of another site as it seems"),
                (column.owners, "with Flickr members"),
                (column.numbers if not column.is_id else 0, "with numbers that may be photo ids"),
                (column.confirmed if column.is_id else 0, "with the photo ids of links in the same row"),
                (
                    column.numbers if column.is_id and not column.confirmed else 0,
                    "with photo ids that have a secret in the same row",
                ),
            )
            if number
        ]
        if not counts or not (column.certain or column.suggested):
            continue
        told = f"{name}: of {column.values:,} values looked at, {', '.join(counts)}, such as {column.example}"
        if column.certain:
            yield f"{told}: taken"
        else:
            yield f'{told}: left; if they are photo ids, take them with --column "{called}"'
