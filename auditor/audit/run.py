"""The audit of a home: the account as the last sync left it against the indexes that are there."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.audit.audit import AccountState, audit
from auditor.audit.originals import Originals
from auditor.audit.result import AuditResult
from auditor.datasets import catalogue
from auditor.datasets.index import lookup
from auditor.datasets.index.lookup import Index
from auditor.errors import StorageError, UsageError
from auditor.progress import SILENT, Progress
from auditor.text import iso


@dataclass(frozen=True, slots=True)
class LocalIndexes:
    """The indexes of a home."""

    readable: tuple[Index, ...]
    damaged: Mapping[str, str]
    """Dataset → why its index cannot be read."""


def open_indexes(folder: Path, only: Sequence[str] = ()) -> LocalIndexes:
    """All indexes in `folder`, or those of the datasets `only`.

    Errors: `UsageError` when `only` names a dataset that is neither in the catalogue nor here.
    """
    present = lookup.names(folder)
    for name in only:
        if name not in present:
            catalogue.get(name)
            raise UsageError(
                f"there is no local index of {name}", hint=f"See: flickr-auditor datasets info {name}"
            )
    readable, damaged = [], {}
    for name in present:
        if only and name not in only:
            continue
        try:
            readable.append(Index.open(folder / name))
        except StorageError as error:
            damaged[name] = error.message
    return LocalIndexes(tuple(readable), damaged)


def account_state(conn: sqlite3.Connection) -> AccountState:
    """The account as the last sync left it. Errors: `NotSyncedError` before the first."""
    store = AccountStore(conn)
    snapshot = store.required_snapshot()
    nsid = snapshot.nsid
    return AccountState(
        account=store.account(nsid) or Account(nsid),
        photos=store.photos(nsid),
        gone_ids=frozenset(store.gone_ids(nsid)),
        addresses=store.addresses(nsid),
        aliases=store.aliases(nsid),
        snapshot_at=iso(snapshot.taken_at),
    )


def audit_home(
    conn: sqlite3.Connection,
    indexes: LocalIndexes,
    *,
    only: Sequence[str] = (),
    originals: Originals | None = None,
    progress: Progress = SILENT,
) -> AuditResult:
    """Match the account in the database against `indexes`; the other arguments are those of `audit`."""
    return audit(
        account_state(conn),
        indexes.readable,
        catalogue.load(),
        generated_at=datetime.now(UTC).isoformat(timespec="seconds"),
        only=only,
        damaged=indexes.damaged,
        originals=originals,
        progress=progress,
    )
