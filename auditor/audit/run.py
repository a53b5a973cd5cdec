"""The audit of a home: the account as the last sync left it against the indexes that are there."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor import clock
from auditor.account.license_history import kept
from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.audit.audit import AccountState, audit
from auditor.audit.license_facts import license_facts
from auditor.audit.match import Searched
from auditor.audit.originals import Originals
from auditor.audit.result import AuditResult
from auditor.datasets import catalogue
from auditor.datasets.index.local import LocalIndexes
from auditor.names import dataset_name
from auditor.progress import SILENT, Progress
from auditor.text import iso


def account_state(conn: sqlite3.Connection, nsid: str | None = None) -> AccountState:
    """The account (None: the one synced last) as its last sync left it.

    Errors: `NotSyncedError` before the first.
    """
    store = AccountStore(conn)
    snapshot = store.required_snapshot(nsid)
    nsid = snapshot.nsid
    return AccountState(
        account=store.account(nsid) or Account(nsid),
        photos=store.photos(nsid),
        gone_ids=frozenset(store.gone_ids(nsid)),
        addresses=store.addresses(nsid),
        aliases=store.aliases(nsid),
        snapshot_at=iso(snapshot.taken_at),
        complete=snapshot.complete,
        dated=snapshot.dated,
    )


def audit_home(
    conn: sqlite3.Connection,
    indexes: LocalIndexes,
    *,
    nsid: str | None = None,
    only: Sequence[str] = (),
    originals: Originals | None = None,
    asked: Sequence[Searched] = (),
    unasked: Mapping[str, str] | None = None,
    progress: Progress = SILENT,
) -> AuditResult:
    """Match the account in the database against `indexes`; the other arguments are those of `audit`.

    `nsid` None: the account that was synced last. `asked` are the indexes of a look-up.
    """
    only = tuple(map(dataset_name, only))
    return audit(
        account_state(conn, nsid),
        (*indexes.readable, *asked),
        catalogue.load(),
        generated_at=clock.utc().isoformat(timespec="seconds"),
        parents=indexes.parents,
        only=only,
        damaged=indexes.damaged,
        unasked=unasked,
        originals=originals,
        progress=progress,
    )


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
