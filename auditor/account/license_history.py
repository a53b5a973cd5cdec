"""Which licence a photo had on a day in the past, as far as Flickr's own history says it.

``flickr.photos.licenses.getLicenseHistory`` answers with the changes of one photo. A photo whose licence
never changed has one entry, of the day of its upload, with nothing new; with changes the first entry's old
licence is the one since the upload. (Answers of 2025-05-01: photos 3948976954, 54049228596, 54450311696.)
Where the entries do not follow on one another, or a day had two licences, nothing is said.

A history that is kept says what was so until it was asked for. Where the photo was updated since, or has
another licence than the last of its history, that one is known to have been held until that day only.
"""

import json
import sqlite3
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from auditor import clock
from auditor.errors import BudgetSpentError, CallError
from auditor.flickr import licenses
from auditor.flickr.licenses import LicenseChange
from auditor.progress import SILENT, Progress

if TYPE_CHECKING:
    from auditor.flickr.api import ReadApi  # slow to import, and a look at what is kept needs no calls

FRESH_SECONDS = 30 * 86_400
"""How long an answer is good enough for a photo that nothing shows to have changed since."""
_NOT_FOUND: Final = 1
"""flickr.photos.licenses.getLicenseHistory: "Photo not found"."""


@dataclass(frozen=True, slots=True)
class Held:
    """A licence that a photo had without interruption."""

    license: str
    """Its name."""
    since: date | None
    """None: since the upload."""
    until: date | None
    """The day of the change; None: to this day, as far as that is known."""
    known_until: date | None = None
    """The day on which Flickr was asked, where the photo may have changed since."""


def periods(changes: Iterable[LicenseChange]) -> tuple[Held, ...]:
    """The licences of a photo one after the other, without those that the entries contradict."""
    ordered = sorted(changes, key=lambda change: change.at)
    if len(ordered) == 1 and not ordered[0].new:
        return (Held(ordered[0].old, _day(ordered[0].at), None),)
    found = [Held(ordered[0].old, None, _day(ordered[0].at))] if ordered else []
    for number, change in enumerate(ordered):
        following = ordered[number + 1] if number + 1 < len(ordered) else None
        if change.new and (following is None or following.old == change.new):
            found.append(Held(change.new, _day(change.at), _day(following.at) if following else None))
    return tuple(found)


def held(history: Iterable[Held], first: date, last: date) -> str | None:
    """The licence of a photo from `first` to `last`; None where that is not known, or it changed then."""
    for period in history:
        begins_before = period.since is None or period.since <= first
        ends = [day for day in (period.until, period.known_until) if day is not None]
        ends_after = all(day > last for day in ends)
        # On the day of a change there were two licences.
        if begins_before and ends_after and period.since != first:
            return period.license
    return None


def never_changed(history: Sequence[Held]) -> Held | None:
    """The licence that a photo had from its upload to this day; None where it changed, or may have."""
    alone = len(history) == 1 and history[0].until is None and history[0].known_until is None
    return history[0] if alone else None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking Flickr."""

    asked: int
    unknown: int
    """Photos that Flickr does not find."""
    left: int
    """Not asked: the hour's calls are spent."""


def fetch(
    api: "ReadApi",
    conn: sqlite3.Connection,
    photo_ids: Collection[str],
    *,
    now: float,
    progress: Progress = SILENT,
) -> Fetched:
    """Ask Flickr for the histories that are not kept or no longer good; stops where the call budget ends.

    Errors: those of the calls, but for photos that Flickr does not find.
    """
    known = {
        photo_id
        for photo_id, (asked_at, _, current) in _asked(conn, set(photo_ids), now).items()
        if current and asked_at > now - FRESH_SECONDS
    }
    wanted = sorted(set(photo_ids) - known, key=int)
    asked = unknown = 0
    with progress.task("Reading licence histories", total=len(wanted)) as task:
        for photo_id in wanted:
            try:
                changes = api.license_history(photo_id)
            except CallError as error:
                if error.code != _NOT_FOUND:
                    raise
                unknown += 1
            except BudgetSpentError:
                break
            else:
                conn.execute(
                    "INSERT OR REPLACE INTO license_history (photo_id, asked_at, changes) VALUES (?, ?, ?)",
                    (int(photo_id), now, json.dumps([[item.at, item.old, item.new] for item in changes])),
                )
            asked += 1
            task.advance(1)
    return Fetched(asked, unknown, len(wanted) - asked)


def kept(
    conn: sqlite3.Connection, photo_ids: Collection[str], *, now: float | None = None
) -> Mapping[str, tuple[Held, ...]]:
    """The licences of these photos one after the other, as far as Flickr was asked for them before."""
    found = {}
    for photo_id, (asked_at, changes, current) in _asked(
        conn, photo_ids, clock.wall() if now is None else now
    ).items():
        history = periods(changes)
        if history and history[-1].until is None and not current:
            history = (*history[:-1], replace(history[-1], known_until=_day(int(asked_at))))
        found[photo_id] = history
    return found


def _asked(
    conn: sqlite3.Connection, photo_ids: Container[str], now: float
) -> dict[str, tuple[float, tuple[LicenseChange, ...], bool]]:
    """When each history was asked for, what Flickr said, and whether nothing stored has outdated it since.

    One of a clock that was ahead is left out.
    """
    rows = conn.execute(
        "SELECT photo_id, asked_at, changes, license_id, coalesce(last_update, as_of)"
        " FROM license_history LEFT JOIN photo ON photo.id = photo_id WHERE asked_at <= ?",
        (now,),
    )
    found = {}
    for photo_id, asked_at, told, license_id, changed_at in rows:
        if str(photo_id) in photo_ids:
            changes = tuple(LicenseChange(*change) for change in json.loads(told))
            same = _last(changes) in {None, licenses.get(license_id).name}
            later = changed_at is not None and asked_at > changed_at
            found[str(photo_id)] = asked_at, changes, same and later
    return found


def _last(changes: Sequence[LicenseChange]) -> str | None:
    """The licence that the photo had in the end, by its history; None where that is empty."""
    last = max(changes, key=lambda change: change.at, default=None)
    return (last.new or last.old) if last else None


def _day(unix_time: int) -> date:
    return datetime.fromtimestamp(unix_time, UTC).date()
