"""Which licence a photo had on a day in the past, as far as Flickr's own history says it.

``flickr.photos.licenses.getLicenseHistory`` answers with the changes of one photo. A photo whose licence
never changed has one entry, of the day of its upload, with nothing new; with changes the first entry's old
licence is the one since the upload. (Answers of 2025-05-01: photos 3948976954, 54049228596, 54450311696.)
Where the entries do not follow on one another, or a day had two licences, nothing is said.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from auditor.errors import BudgetSpentError, CallError
from auditor.flickr.licenses import LicenseChange
from auditor.progress import SILENT, Progress

if TYPE_CHECKING:
    from auditor.flickr.api import ReadApi  # slow to import, and a look at what is kept needs no calls

FRESH_SECONDS = 30 * 86_400
"""How long an answer is good enough: the past does not change, only what came after it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A licence that a photo had without interruption."""

    license: str
    """Its name."""
    since: date | None
    """None: since the upload."""
    until: date | None
    """The day of the change; None: to this day."""


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


def held(changes: Iterable[LicenseChange], first: date, last: date) -> str | None:
    """The licence of a photo from `first` to `last`; None where that is not known, or it changed then."""
    for period in periods(changes):
        begins_before = period.since is None or period.since <= first
        ends_after = period.until is None or period.until > last
        # On the day of a change there were two licences.
        if begins_before and ends_after and period.since != first:
            return period.license
    return None


def never_changed(changes: Iterable[LicenseChange]) -> Held | None:
    """The licence that a photo had from its upload to this day; None where it changed."""
    found = periods(changes)
    return found[0] if len(found) == 1 and found[0].until is None else None


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
    """Ask Flickr for the histories that are not kept yet; stops where the call budget ends."""
    known = {
        str(row[0])
        for row in conn.execute(
            "SELECT photo_id FROM license_history WHERE asked_at > ?", (now - FRESH_SECONDS,)
        )
    }
    wanted = sorted(set(photo_ids) - known, key=int)
    asked = unknown = 0
    with progress.task("Reading licence histories", total=len(wanted)) as task:
        for photo_id in wanted:
            try:
                changes = api.license_history(photo_id)
            except CallError:
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


def kept(conn: sqlite3.Connection, photo_ids: Collection[str]) -> Mapping[str, tuple[LicenseChange, ...]]:
    """The histories of these photos that were read before."""
    wanted = set(photo_ids)
    return {
        str(photo_id): tuple(LicenseChange(*change) for change in json.loads(changes))
        for photo_id, changes in conn.execute("SELECT photo_id, changes FROM license_history")
        if str(photo_id) in wanted
    }


def _day(unix_time: int) -> date:
    return datetime.fromtimestamp(unix_time, UTC).date()
