"""The audit of a home: the account as the last sync left it against the indexes that are there."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import clock
from auditor.account.license_history import kept
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore, StoredPhotos
from auditor.audit.audit import AccountState, audit
from auditor.audit.license_facts import license_facts
from auditor.audit.match import Searched
from auditor.audit.originals import Originals, read
from auditor.audit.result import AuditResult
from auditor.datasets import catalogue
from auditor.datasets.index.local import LocalIndexes
from auditor.datasets.match_keys import MatchKey
from auditor.names import dataset_name
from auditor.progress import SILENT, Progress
from auditor.text import iso

if TYPE_CHECKING:
    from auditor.lookup.asked import Asked


def account_state(
    conn: sqlite3.Connection, nsid: str | None = None, photos: Sequence[Photo] | StoredPhotos | None = None
) -> AccountState:
    """The account (None: the one synced last) as its last sync left it.

    `photos` are its photos where they were read already. Errors: `NotSyncedError` before the first.
    """
    store = AccountStore(conn)
    snapshot = store.required_snapshot(nsid)
    nsid = snapshot.nsid
    return AccountState(
        account=store.account(nsid) or Account(nsid),
        photos=store.photos(nsid) if photos is None else photos,
        gone_ids=frozenset(store.gone_ids(nsid)),
        addresses=store.addresses(nsid),
        aliases=store.aliases(nsid),
        snapshot_at=iso(snapshot.taken_at),
        complete=snapshot.complete,
        dated=snapshot.dated,
        source=snapshot.source,
    )


def audit_home(
    conn: sqlite3.Connection,
    indexes: LocalIndexes,
    *,
    nsid: str | None = None,
    photos: Sequence[Photo] | None = None,
    only: Sequence[str] = (),
    originals: Path | None = None,
    asked: "Asked | None" = None,
    progress: Progress = SILENT,
) -> AuditResult:
    """Match the account (None: the one synced last) against `indexes` and those of a look-up (`asked`).

    `photos` are those of the account, where they were read already; `only` the datasets that the user asked
    for. `originals` is a folder with the files of the photos; it
    is left unread, and the result has none, where no index could match them.
    """
    only = tuple(map(dataset_name, only))
    searched: list[Searched] = [*indexes.readable]
    unasked: Mapping[str, str] = {}
    if asked:
        here = [index.name for index in indexes.readable]
        remote, unasked = asked.for_account(here, only, md5s=originals is not None)
        searched += remote
    store = AccountStore(conn)
    stored = StoredPhotos(store, store.required_snapshot(nsid).nsid)
    result = audit(
        account_state(conn, nsid, stored if photos is None else photos),
        searched,
        catalogue.load(),
        generated_at=clock.utc().isoformat(timespec="seconds"),
        parents=indexes.parents,
        only=only,
        damaged=indexes.damaged,
        unasked=unasked,
        originals=_read(originals, searched, conn, progress) if originals else None,
        progress=progress,
    )
    return replace(result, lookup=asked.consulted) if asked else result


def _read(
    folder: Path, indexes: Sequence[Searched], conn: sqlite3.Connection, progress: Progress
) -> Originals | None:
    """The files of `folder`; None where no index has checksums, for reading them all takes its time."""
    if not any(MatchKey.CONTENT_MD5 in index.manifest.match_keys for index in indexes):
        return None
    return read(folder, conn, progress=progress)


def with_license_histories(result: AuditResult, conn: sqlite3.Connection) -> AuditResult:
    """`result` with the licence histories that were read from Flickr, of its exposed photos."""
    cards = catalogue.load()
    histories = kept(conn, {exposed.photo.id for exposed in result.exposed})
    facts = {
        exposed.photo.id: license_facts(
            histories[exposed.photo.id],
            [cards[item.dataset] for item in exposed.exposures if item.dataset in cards],
        )
        for exposed in result.exposed
        if exposed.photo.id in histories
    }
    return replace(result, license_histories=facts)
