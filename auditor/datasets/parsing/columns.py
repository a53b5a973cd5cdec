"""Which columns of an unknown list hold Flickr's photos and people, and what a row of it then says.

An address on a Flickr host is certain wherever it stands, and so is an NSID. The name of a file is certain
with an NSID in it; with a secret only where no other site is in sight, for others name their files
``<number>_<ten hexadecimal digits>.jpg`` too. A bare number is certain only in a column that the links
beside it confirm, that has a column of secrets beside it, as in Flickr's own answers, or that the user
named; else it may be the number of any other site, and it is left, and the user is told.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from auditor.datasets.parsing.keys import license_of, nsid, parsed_nsid, photo_id, record, without_photo
from auditor.datasets.parsing.row import NO_ADDRESS, UNNAMED_PHOTOS, Record
from auditor.datasets.parsing.tables import LINE, TableRow, is_called
from auditor.flickr.names import parse_name
from auditor.flickr.urls import (
    OwnerAddress,
    PhotoAddress,
    hides_photos,
    is_photo_id,
    merged,
    parse_owners,
    parse_photos,
)
from auditor.text import plain

NONE_CERTAIN = "no number that is a photo id for certain"
NO_COLUMN = "no such column"
NEITHER = "neither a Flickr address nor a photo id"
SHAPE_ONLY = "name or number shaped like Flickr's, at or beside an address of another site"
ROUNDED = "number rounded by a spreadsheet or program"

_MAY_BE_NAME = re.compile(r"[0-9]_[0-9a-f]{6}|@N[0-9]{2}|%40N[0-9]{2}", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s,;|\"'<>()]+")
# Hive parts fields by \x01; lists of several programs write owner=…, [… …] or {…: …}.
_ALONE = re.compile(
    r"(?:^|(?<=[\s,;|\"'<>()\[\]{}=:^~\x01]))[0-9]+(?:@|%40)N[0-9]{2}(?=$|[\s,;|\"'<>()\[\]{}=:^~\x01])",
    re.IGNORECASE,
)
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
_BETWEEN_IDS = re.compile(r"[-,;|\s\[\](){}\"']+")
_IN_BRACKETS = re.compile(r"\s*[\[({].*[\])}]\s*", re.DOTALL)
# As spreadsheets group digits, with decimals or without: 9,000,000,001.00, 9.000.000.001, 9'000'000'001.
_GROUPED = re.compile(r"([1-9][0-9]{0,2}([,.'\u2019\u00a0\u202f ])[0-9]{3}(?:\2[0-9]{3})+)(?:(?!\2)[.,]00?)?")
_WHOLE = re.compile(r"([1-9][0-9]{3,18}),00?")
"""Where the comma is the sign of decimals: 9000000001,0."""
_PADDED = re.compile(r"0+[1-9][0-9]{6,11}")
_SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]+))?e\+?([0-9]{1,2})", re.IGNORECASE)
_DIGITS = 19
"""The most that an id can have; of 1e999999999 Python would write them all."""
_LEAST_LISTED = 10_000
"""Of several numbers in one value none is smaller, or 2019-01-01 would be three photos."""
_TYPICAL = range(1_000_000, 10**12)
"""Where nearly all of Flickr's ids are."""
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
        if (number := _number(value)) is not None:
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
        if int(text) in _TYPICAL:
            column.numbers += 1
            column.example = column.example or text
        column.confirmed += text in photos
        column.contradicted += bool(photos) and text not in photos


def _believed(named: Iterable[tuple[Column, set[str]]], row: TableRow, photos: Collection[str]) -> set[str]:
    """The photos of a row's names, but for names that may be another site's; `photos` are linked to."""
    found: set[str] = set()
    for column, names in named:
        if names <= set(photos) or not _leads_elsewhere(row, names):
            column.names += 1
            found |= names
        else:
            column.shaped += 1
    return found


def _look(column: Column, value: str) -> tuple[set[str], set[str]]:
    """Count what a text holds; the photos that it links to, and those that only names in it are of."""
    links = parse_photos(value)
    names = [] if links else list(_names(value, of_urls=True))
    owners = _owners(value)
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
    if not found and not owners and (may_be := _listed(value) or _numbered(value)):
        column.numbers += 1
        column.example = column.example or str(may_be[0])
    return linked, named


def _leads_elsewhere(row: TableRow, names: Collection[str]) -> bool:
    """Whether the row has an address of another site, so that these names in it may be that site's.

    In a text of more than an address it must be one of a picture, or have the same number.
    """
    for _, value, _ in row.cells:
        if not isinstance(value, str) or "/" not in value:
            continue
        words = _BETWEEN_WORDS.split(value)
        for word in words:
            if _ADDRESS.match(word) and "flic" not in word.lower():
                alone = len(words) == 1
                if alone or _OF_PICTURE.search(word) or any(number in word for number in names):
                    return True
    return False


_Photos = dict[str, tuple[PhotoAddress, str, str | None]]
"""Photos by id, with the column and the place in which each was first met."""


def records_of(row: TableRow, plan: Plan) -> list[Record] | str:
    """The records of a row, or why it has none."""
    photos: _Photos = {}
    members: dict[OwnerAddress, None] = {}
    asked: set[str | OwnerAddress] = set()
    linked: set[str] = set()
    shaped: set[str] = set()
    doubted = False
    license_id = None
    reason = row.unread or (NO_COLUMN if plan.named is not None else "")
    for column, value, place in row.cells:
        if plan.is_named(column):
            found, people, reason = _asked_for(value, plan.columns.get(column))
            asked |= {*people, *(photo.photo_id for photo in found)}
        else:
            known = plan.columns.get(column)
            found, by_shape = _certain(value, known)
            (shaped if by_shape else linked).update(photo.photo_id for photo in found)
            doubted = doubted or (by_shape and known is not None and known.doubted)
            people = _people(value, found, column)
        if people:
            members |= dict.fromkeys(people)
        for photo in found:
            seen = photos.get(photo.photo_id)
            photos[photo.photo_id] = (merged(seen[0], photo), *seen[1:]) if seen else (photo, column, place)
        if license_id is None and isinstance(value, str) and "licen" in column.casefold():
            license_id = license_of(value)
    if (doubtful := shaped - linked) and (doubted or _leads_elsewhere(row, doubtful)):
        photos = {number: photo for number, photo in photos.items() if number not in doubtful - asked}
        reason = reason or SHAPE_ONLY
    if plan.named is not None:  # the rest of the row only adds to what the named column names
        photos = {number: photo for number, photo in photos.items() if number in asked}
        if len(photos) != 1:
            members = {member: None for member in members if member in asked}
    if not photos and not members:
        return reason or plan.without_photo(row)
    return list(_records(row, _with_originals(row, plan, photos), members, license_id))


def _with_originals(row: TableRow, plan: Plan, photos: _Photos) -> _Photos:
    """The photos; where the row has the original's secret beside its one photo, that is a link to it."""
    keyed = bool(plan.originals) and any(cell.value and cell.column in plan.originals for cell in row.cells)
    if not keyed or len(photos) != 1:
        return photos
    ((number, (photo, column, place)),) = photos.items()
    return {number: (photo._replace(is_original=True), column, place)}


def _records(
    row: TableRow, photos: _Photos, members: Iterable[OwnerAddress], license_id: int | None
) -> Iterator[Record]:
    named = {name for photo, _, _ in photos.values() for name in (photo.nsid, photo.path_alias)}
    loose = [member for member in members if (member.nsid or member.path_alias) not in named]
    if len(photos) == 1:
        ((number, (photo, column, place)),) = photos.items()
        while loose and _fits(photo, loose[0], alone=len(loose) == 1):
            photo = with_owner(photo, loose.pop(0))
        photos = {number: (photo, column, place)}
    several = len(photos) + len(loose) > 1
    for photo, column, place in photos.values():
        nth = f"line {row.number}, {plain(column, 40)}" if several and column != LINE else None
        yield record(photo, license_id=license_id, place=nth if place is None else place)
    for member in loose:
        place = next((cell.place for cell in row.cells), None)
        yield Record(nsid=nsid(member.nsid), alias=member.path_alias, record=place)


def with_owner(photo: PhotoAddress, member: OwnerAddress) -> PhotoAddress:
    """The photo with the names of its photographer that it lacks."""
    return photo._replace(nsid=photo.nsid or member.nsid, path_alias=photo.path_alias or member.path_alias)


def _fits(photo: PhotoAddress, member: OwnerAddress, *, alone: bool) -> bool:
    """Whether the row's member is the photographer: the only one it names, or by the name that is missing."""
    if photo.nsid is None and photo.path_alias is None:
        return alone
    twice = (photo.nsid and member.nsid) or (photo.path_alias and member.path_alias)
    return not twice


def _certain(value: Any, column: Column | None) -> tuple[list[PhotoAddress], bool]:
    """The photos that a value names, and whether by no more than its shape, which other sites' have too."""
    if isinstance(value, str):
        if links := parse_photos(value):
            return links, False
        if _MAY_BE_NAME.search(value):
            names = list(_names(value, of_urls=True, proven=column is not None and column.proven))
            return names, not any(photo.nsid for photo in names)
    if column is not None and column.is_id and (number := _number(value)) is not None:
        return [PhotoAddress(str(number))], not column.beside_secrets
    return [], False


def _asked_for(value: Any, column: Column | None) -> tuple[list[PhotoAddress], list[OwnerAddress], str]:
    """The photos and members in a value of the column the user named, where numbers are photo ids.

    With the reason that holds when there are none.
    """
    if (number := _number(value) or _written(value)) is not None:
        return [PhotoAddress(str(number))], [], NEITHER
    lost = ROUNDED if is_rounded(value) else NEITHER
    if not isinstance(value, str):
        return [], [], lost
    lost = UNNAMED_PHOTOS if hides_photos(value) else lost
    of_urls = column is not None and not column.links  # where links are, other sites' names are no photos
    in_lines = column is not None and column.name == LINE
    photos = (
        parse_photos(value)
        or [PhotoAddress(str(number)) for number in _listed(value)]
        or list(_names(value, of_urls=of_urls, proven=True, numbered=True, in_lines=in_lines))
    )
    return photos, [] if photos else _owners(value), lost


def _names(
    text: str, *, of_urls: bool, proven: bool = False, numbered: bool = False, in_lines: bool = False
) -> Iterator[PhotoAddress]:
    """The photos that names of files in a text name, each once.

    `of_urls`: also those in addresses of other sites, which name their files as they like. `in_lines`: bare
    numbers of photos stand among other words, as in lists without separators.
    """
    if not numbered and not _MAY_BE_NAME.search(text):
        return
    words = _BETWEEN_WORDS.split(text)
    found: dict[str, PhotoAddress] = {}
    for word in words:
        if word and (of_urls or "://" not in word):
            photo = parse_name(word, proven=proven, numbered=numbered)
            # Beside other words a number counts something, or is a part of a phone number.
            named = photo and (photo.secret or photo.nsid or len(words) == 1 or not word.isdecimal())
            if photo and (named or (in_lines and int(photo.photo_id) in _TYPICAL)):
                found.setdefault(photo.photo_id, photo)
    if len(words) > 1 >= len(found) and ("/" in text or "\\" in text) and (of_urls or "://" not in text):
        # A path with spaces in it, whose folders may name the owner.
        photo = parse_name(text, proven=proven, numbered=numbered)
        if photo:
            found[photo.photo_id] = photo
    yield from found.values()


def _people(value: Any, found: list[PhotoAddress], column: str) -> list[OwnerAddress]:
    """The members in a value beside those whose photos it links to."""
    if not isinstance(value, str) or not may_be_owner(column):
        return []
    if found and len(found) == value.lower().count("flic") and not _BETWEEN_WORDS.search(value):
        return []  # nothing but a link
    return _owners(value)


def _owners(text: str) -> list[OwnerAddress]:
    """The members in a text: links of people, and NSIDs that stand alone between words."""
    found = parse_owners(text)
    if "@" in text or "%40" in text:
        alone = (parsed_nsid(match[0]) for match in _ALONE.finditer(text))
        found += [OwnerAddress(nsid=name) for name in alone if name]
    return found


def _number(value: Any) -> int | None:
    """A value that is one whole number; pandas makes ids floats where some are missing."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return photo_id(value)
    if isinstance(value, Decimal):
        whole = not is_rounded(value) and value.adjusted() < _DIGITS and value == value.to_integral_value()
        return photo_id(int(value)) if whole else None
    if isinstance(value, float):
        return photo_id(int(value)) if value.is_integer() and abs(value) < 2**53 else None
    if not isinstance(value, str):
        return None
    text = value.strip().strip("\"'")
    if is_photo_id(text):
        return int(text)
    if text.endswith((".0", ".00")):
        return photo_id(text.rstrip("0")[:-1])
    if match := _SCIENTIFIC.fullmatch(text):
        first, rest, power = match.groups(default="")
        # 7.22E+16 was rounded to three digits; 1.1186093946E+10 has all of them.
        return photo_id((first + rest).ljust(int(power) + 1, "0")) if len(rest) == int(power) else None
    return None


def is_rounded(value: Any) -> bool:
    """Whether it is a number of which digits were lost: 9.0e+09, or one of 24 bits where an id has more."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return not isinstance(exponent, int) or exponent > 0
    if isinstance(value, str):
        return _SCIENTIFIC.fullmatch(value.strip()) is not None
    return isinstance(value, np.floating)


def _written(value: Any) -> int | None:
    """The photo id in a column of them, however a spreadsheet or an export writes numbers."""
    if not isinstance(value, str):
        return None
    text = value.strip().removeprefix("=").strip("\"'")  # ="9000000001" keeps Excel from rounding it
    if is_photo_id(text):
        return int(text)
    if match := _GROUPED.fullmatch(text) or _WHOLE.fullmatch(text):
        return photo_id(re.sub(r"[^0-9]", "", match[1]))
    return photo_id(text.lstrip("0")) if _PADDED.fullmatch(text) else None


def _listed(text: str) -> list[int]:
    """The numbers of a value that is a list of them and nothing else: 1082674276-1082674426-1081820011."""
    parts = [part for part in _BETWEEN_IDS.split(text) if part]
    if not parts or (len(parts) == 1 and not _IN_BRACKETS.fullmatch(text)):
        return []
    if not all(is_photo_id(part) and int(part) >= _LEAST_LISTED for part in parts):
        return []
    return list(dict.fromkeys(map(int, parts)))


def _numbered(text: str) -> list[int]:
    """The number that a file is named by: 1000092795.jpg."""
    photo = parse_name(text, numbered=True)
    return [int(photo.photo_id)] if photo and int(photo.photo_id) in _TYPICAL else []


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
