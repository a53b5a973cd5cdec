"""What a row of an unknown list says, once it is known what its columns hold (`columns`)."""

from collections.abc import Iterable, Iterator
from typing import Any

from auditor.datasets.parsing.columns import Column, Plan, leads_elsewhere, may_be_owner
from auditor.datasets.parsing.keys import license_of, nsid, record
from auditor.datasets.parsing.row import UNNAMED_PHOTOS, Record
from auditor.datasets.parsing.tables import LINE, TableRow
from auditor.datasets.parsing.values import (
    BETWEEN_WORDS,
    MAY_BE_NAME,
    is_rounded,
    listed_numbers,
    names_in,
    number_of,
    owners_in,
    written_number,
)
from auditor.flickr.urls import OwnerAddress, PhotoAddress, hides_photos, merged, parse_photos
from auditor.text import plain

NO_COLUMN = "no such column"
NEITHER = "neither a Flickr address nor a photo id"
SHAPE_ONLY = "name or number shaped like Flickr's, at or beside an address of another site"
ROUNDED = "number rounded by a spreadsheet or program"


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
    if (doubtful := shaped - linked) and (doubted or leads_elsewhere(row, doubtful)):
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
            photo = _with_owner(photo, loose.pop(0))
        photos = {number: (photo, column, place)}
    several = len(photos) + len(loose) > 1
    for photo, column, place in photos.values():
        nth = f"line {row.number}, {plain(column, 40)}" if several and column != LINE else None
        yield record(photo, license_id=license_id, place=nth if place is None else place)
    for member in loose:
        place = next((cell.place for cell in row.cells), None)
        yield Record(nsid=nsid(member.nsid), alias=member.path_alias, record=place)


def _with_owner(photo: PhotoAddress, member: OwnerAddress) -> PhotoAddress:
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
        if MAY_BE_NAME.search(value):
            names = list(names_in(value, of_urls=True, proven=column is not None and column.proven))
            return names, not any(photo.nsid for photo in names)
    if column is not None and column.is_id and (number := number_of(value)) is not None:
        return [PhotoAddress(str(number))], not column.beside_secrets
    return [], False


def _asked_for(value: Any, column: Column | None) -> tuple[list[PhotoAddress], list[OwnerAddress], str]:
    """The photos and members in a value of the column the user named, where numbers are photo ids.

    With the reason that holds when there are none.
    """
    if (number := number_of(value) or written_number(value)) is not None:
        return [PhotoAddress(str(number))], [], NEITHER
    lost = ROUNDED if is_rounded(value) else NEITHER
    if not isinstance(value, str):
        return [], [], lost
    lost = UNNAMED_PHOTOS if hides_photos(value) else lost
    of_urls = column is not None and not column.links  # where links are, other sites' names are no photos
    in_lines = column is not None and column.name == LINE
    photos = (
        parse_photos(value)
        or [PhotoAddress(str(number)) for number in listed_numbers(value)]
        or list(names_in(value, of_urls=of_urls, proven=True, numbered=True, in_lines=in_lines))
    )
    return photos, [] if photos else owners_in(value), lost


def _people(value: Any, found: list[PhotoAddress], column: str) -> list[OwnerAddress]:
    """The members in a value beside those whose photos it links to."""
    if not isinstance(value, str) or not may_be_owner(column):
        return []
    if found and len(found) == value.lower().count("flic") and not BETWEEN_WORDS.search(value):
        return []  # nothing but a link
    return owners_in(value)
