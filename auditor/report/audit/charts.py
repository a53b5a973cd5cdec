"""The figures of the report's charts: counts of photos, and the filter that each bar stands for.

Every count is of photos, never of records, and what could not be dated or licensed is a group of its own: the
bars of a chart add up to the photos above it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.flickr import licenses
from auditor.text import count

RESERVED, NON_COMMERCIAL, COMMERCIAL, PUBLIC_DOMAIN, UNKNOWN = "reserved", "nc", "cc", "pd", "unknown"
LICENSE_GROUPS = {
    COMMERCIAL: "CC, any use",
    NON_COMMERCIAL: "CC, non-commercial",
    PUBLIC_DOMAIN: "Public domain",
    RESERVED: "All rights reserved",
    UNKNOWN: "Not known",
}
KINDS = {
    "face": "In datasets of faces",
    "other": "In other datasets",
    "huge": "Only in huge collections",
    "own": "Only in lists of your own",
}
"""By `Dataset.mark`; a photo in several kinds counts in the first of them."""
PROTECTIONS = {
    "tagged": "Tagged no_cv",
    "reserved": "All rights reserved",
    "hidden": "Not public",
    "none": "None of these",
}
_FIRST_PHOTOGRAPH = 1826
"""Flickr takes any date as the day on which a photo was taken; one before this is a slip or a joke."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how many photos, as a share of the longest bar (or of all), and the filter it stands for."""

    label: str
    number: int
    share: float
    """0 to 1."""
    filter: str
    """``set=ffhq``: what the page's address holds behind ``#`` when these photos are shown."""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The photos taken in one year, by kind; shares of the tallest year."""

    year: int
    number: int
    heights: tuple[tuple[str, float], ...]
    """Kind and share, from the ground up."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Photos with one licence when collected and one today."""

    then: str
    now: str
    number: int
    shade: int
    """0 (none) to 4 (most)."""


@dataclass(frozen=True, slots=True)
class Charted:
    """What the charts need of an exposed photo."""

    kind: str
    """A key of `KINDS`."""
    year: int | None
    license_now: str
    licenses_then: tuple[str, ...]
    protections: tuple[str, ...]
    """Keys of `PROTECTIONS`, never empty."""


def license_group(license_id: str | None) -> str:
    """The key of `LICENSE_GROUPS` for Flickr's licence id."""
    if not license_id:
        return UNKNOWN
    known = licenses.get(license_id)
    if known.allows_reuse is None:
        return UNKNOWN
    if not known.allows_reuse:
        return RESERVED
    if known.code.startswith("cc-"):
        return COMMERCIAL if known.commercial else NON_COMMERCIAL
    return PUBLIC_DOMAIN


def year_taken(taken: str | None, now: int) -> int | None:
    """The year of Flickr's ``2013-10-06 14:06:41``; None for a date that no photo can have."""
    digits = (taken or "")[:4]
    year = int(digits) if digits.isascii() and digits.isdigit() else 0
    return year if _FIRST_PHOTOGRAPH <= year <= now + 1 else None


def years(photos: Sequence[Charted]) -> tuple[Year, ...]:
    """Every year from the first to the last in which an exposed photo was taken."""
    counts = Counter((photo.year, photo.kind) for photo in photos if photo.year is not None)
    found = sorted({year for year, _ in counts if year is not None})
    if not found:
        return ()
    totals = {year: sum(counts[year, kind] for kind in KINDS) for year in range(found[0], found[-1] + 1)}
    tallest = max(totals.values())
    return tuple(
        Year(year, total, tuple((kind, counts[year, kind] / tallest) for kind in KINDS if counts[year, kind]))
        for year, total in totals.items()
    )


def licences(photos: Sequence[Charted]) -> tuple[tuple[Cell, ...], ...]:
    """Rows: the licence that a dataset recorded; columns: the licence today, both in the order of the groups.

    A photo that datasets recorded with different licences counts in each of those rows.
    """
    counts = Counter((then, photo.license_now) for photo in photos for then in photo.licenses_then)
    most = max(counts.values(), default=0)
    rows = [then for then in LICENSE_GROUPS if any(key[0] == then for key in counts)]
    columns = [now for now in LICENSE_GROUPS if any(key[1] == now for key in counts)]
    return tuple(
        tuple(Cell(then, now, n := counts[then, now], -(-n * 4 // most) if most else 0) for now in columns)
        for then in rows
    )


def protection(photos: Sequence[Charted]) -> tuple[Bar, ...]:
    """How many of the exposed photos are protected, and in which way."""
    counts = Counter(way for photo in photos for way in photo.protections)
    total = len(photos) or 1
    return tuple(
        Bar(label, counts[way], counts[way] / total, f"protection={way}", kind=way)
        for way, label in PROTECTIONS.items()
    )


def exposed(photos: Sequence[Charted]) -> str:
    """``71 exposed photos, 5 of them only in lists of your own``."""
    own = sum(photo.kind == "own" for photo in photos)
    return count(len(photos), "exposed photo") + (
        f", {own:,} of them only in lists of your own" if own else ""
    )


def split(photos: Iterable[Charted], total: int) -> tuple[Bar, ...]:
    """The account in one bar: each of `KINDS`, and what was not found."""
    counts = Counter(photo.kind for photo in photos)
    parts = [Bar(label, counts[kind], counts[kind], f"kind={kind}", kind) for kind, label in KINDS.items()]
    rest = max(0, total - counts.total())
    parts.append(Bar("Not found in what was checked", rest, rest, "", "rest"))
    return tuple(
        Bar(part.label, part.number, part.number / total if total else 0, part.filter, part.kind)
        for part in parts
        if part.number
    )
