"""What `apply` and `undo` changed since the last sync: a letter speaks of the photos as they are now."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.account.photo import Photo
from auditor.flickr.privacy import Privacy
from auditor.flickr.tags import clean


@dataclass(frozen=True, slots=True)
class MitigationRecord:
    """A change that Flickr confirmed."""

    photo_id: str
    mitigation: str
    """``add-tag``, ``remove-tag``, ``license`` or ``privacy``; others change nothing that a letter tells."""
    after: Any
    """The new state, in the form that the journal has for that mitigation."""


def applied_since(conn: sqlite3.Connection, nsid: str, since: float) -> list[MitigationRecord]:
    """The confirmed changes to photos of the account after `since` (Unix time), oldest first."""
    rows = conn.execute(
        "SELECT photo_id, mitigation, after FROM change JOIN run USING (run_id)"
        " WHERE run.nsid = ? AND state IN ('done', 'already') AND answered_at >= ?"
        " ORDER BY answered_at, number",
        (nsid, since),
    )
    return [
        MitigationRecord(str(row["photo_id"]), row["mitigation"], json.loads(row["after"])) for row in rows
    ]


def as_mitigated(photos: Sequence[Photo], records: Iterable[MitigationRecord]) -> list[Photo]:
    """`photos` after `records`, which are in the order in which they happened."""
    now = {photo.id: photo for photo in photos}
    for record in records:
        if photo := now.get(record.photo_id):
            now[photo.id] = _after(photo, record)
    return list(now.values())


def _after(photo: Photo, record: MitigationRecord) -> Photo:
    match record.mitigation:
        case "add-tag":
            return replace(photo, tags=(*photo.tags, clean(str(record.after["tag"]))))
        case "remove-tag":
            removed = clean(str(record.after["tag"]))
            return replace(photo, tags=tuple(tag for tag in photo.tags if tag != removed))
        case "license":
            return replace(photo, license_id=str(record.after))
        case "privacy":
            return replace(photo, privacy=Privacy(record.after))
        case _:
            return photo
