"""Let the local store know what an interrupted run changed before it could read it back.

A run reads back what it changed and stores that, batch by batch. One that was killed in between left changes
that Flickr confirmed and the store does not know; until the run goes on, an audit, a plan or a letter would
speak of a photo as it was before. So this happens once, whenever a home's database is opened.

Only Flickr's "ok" tells of these changes: the next sync lists everything, and `runs` says "not read back".
"""

import sqlite3
from dataclasses import replace

from auditor.account.photo import Photo
from auditor.account.store import AccountStore
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.running.journal import Journal


def catch_up(conn: sqlite3.Connection) -> None:
    """Bring the store up to the journal, for what was not read back; what was read later stays."""
    store, journal = AccountStore(conn), Journal(conn)
    for run in journal.unfinished():
        made = journal.not_read_back(run.run_id)
        if not made:  # reading all of a large account takes long, and a run can stay unfinished for good
            continue
        ids = {record.change.photo_id for record, _ in made}
        stored = {photo.id: photo for photo in store.photos(run.nsid, ids)}
        changed: dict[str, Photo] = {}
        for record, answered_at in made:
            photo = stored.get(record.change.photo_id)
            if photo is not None and (photo.as_of or 0.0) < answered_at:
                before = changed.get(photo.id, photo)
                after = of(record.change).applied(before, record)
                if after != before:  # the store does not hold everything: not who is hidden from searches
                    changed[photo.id] = replace(after, as_of=answered_at)
        if changed:
            store.believe(run.nsid, list(changed.values()))
