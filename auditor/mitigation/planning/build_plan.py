"""Make the plan of a home: what the local database and indexes know, and what reading calls add.

The client is one that can only read, so making a plan changes nothing whatever goes wrong.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from auditor.account.photo import Account, Photo, account_from_person
from auditor.account.store import AccountStore
from auditor.account.upload_defaults import advise, read_defaults
from auditor.audit.run import audit_home
from auditor.datasets import catalogue
from auditor.datasets.index.local import open_indexes
from auditor.errors import UsageError
from auditor.flickr.api import ReadApi
from auditor.mitigation.kinds.base import FlickrFacts
from auditor.mitigation.planning import planner
from auditor.mitigation.planning.flickr_facts import album_members, check_account, gather
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.policy import ANY, Context, Except, Match, Policy, select
from auditor.progress import SILENT, Progress
from auditor.workers import Workers


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What the user wants; every photo has to match `narrow` and at least one of the policies."""

    policies: Sequence[Policy]
    narrow: Match = Match()  # noqa: RUF009 - frozen
    exceptions: Sequence[Except] = ()

    @property
    def matches(self) -> tuple[Match, ...]:
        return (self.narrow, *(policy.match for policy in self.policies))


def make_plan(
    request: PlanRequest,
    conn: sqlite3.Connection,
    indexes: Path,
    api: ReadApi | None,
    *,
    nsid: str | None = None,
    now: datetime,
    budget: planner.Budget,
    progress: Progress = SILENT,
) -> Plan:
    """The plan for `request` on the account in the database; `indexes` is the folder of the local indexes.

    `nsid` None: the account that was synced last. Without a client the plan says what it does not know.
    Errors: `NotSyncedError`, `RefusedError` for a login of another account or a broken account limit,
    `UsageError` for a dataset without an index, those of calls.
    """
    store = AccountStore(conn)
    snapshot = store.required_snapshot(nsid)
    account = store.account(snapshot.nsid) or Account(snapshot.nsid)
    photos = store.photos(snapshot.nsid)
    if api is not None:
        login = check_account(api, account.nsid)
        fresh = account_from_person(login, api.person(account.nsid))
        account = replace(account, is_pro=fresh.is_pro, limits=fresh.limits)
        account = store.save_defaults(account, read_defaults(api))
    exposures, warnings = _exposures(request.matches, conn, indexes, account.nsid, photos, progress)
    albums, doubts = _albums(request.matches, account.nsid, photos, store.albums(account.nsid), api)
    warnings += doubts
    selection = select(
        photos,
        request.policies,
        narrow=request.narrow,
        exceptions=request.exceptions,
        context=Context(
            exposures=exposures,
            face_datasets=frozenset(card.name for card in catalogue.load().values() if card.is_face),
            albums=albums,
        ),
        today=now.astimezone().date(),
    )
    facts = FlickrFacts.unknown()
    if api is None:
        warnings.append("not logged in, so Flickr was not asked about limits, licences and groups")
    else:
        with Workers(budget.concurrency) as workers:
            facts = gather(api, selection.wanted, photos, run_all=workers.map, progress=progress)
    return planner.make(
        account,
        photos,
        snapshot,
        selection,
        facts,
        now=now,
        budget=budget,
        warnings=warnings,
        advice=[str(entry) for entry in advise(account.defaults)],
    )


def _exposures(
    matches: Sequence[Match],
    conn: sqlite3.Connection,
    folder: Path,
    nsid: str,
    photos: Sequence[Photo],
    progress: Progress,
) -> tuple[Mapping[str, frozenset[str]], list[str]]:
    """Photo id → datasets it is in, and warnings; the indexes are opened only when a condition needs them."""
    if not any(match.needs_exposures for match in matches):
        return {}, []
    indexes = open_indexes(folder)
    _check_datasets(matches, {index.manifest.dataset for index in indexes.readable})
    result = audit_home(conn, indexes, nsid=nsid, photos=photos, progress=progress)
    exposures = {
        found.photo.id: frozenset(exposure.dataset for exposure in found.exposures)
        for found in result.exposed
    }
    damaged = [
        f"photos in {name} are not known: its local index cannot be read ({reason})"
        for name, reason in indexes.damaged.items()
    ]
    return exposures, damaged


def _check_datasets(matches: Sequence[Match], indexed: Collection[str]) -> None:
    """A dataset without an index would select nothing, which looks like good news."""
    missing = sorted(frozenset[str]().union(*(match.exposed_in for match in matches)) - {*indexed, ANY})
    if missing or not indexed:
        what = f"there is no local index of {', '.join(missing)}" if missing else "there is no local index"
        raise UsageError(
            f"{what}, so no photo is known to be exposed",
            hint="See: flickr-auditor datasets list, and add one with: flickr-auditor datasets add NAME FILE",
        )


def _albums(
    matches: Sequence[Match],
    nsid: str,
    photos: Sequence[Photo],
    titles: Mapping[str, str],
    api: ReadApi | None,
) -> tuple[Mapping[str, frozenset[str]], list[str]]:
    """Photo id → ids and titles of its albums, and warnings of those that hold no photo or came short.

    As Flickr tells, without a login as an export told; `titles` are of the export, by album id.
    """
    names = frozenset[str]().union(*(match.albums for match in matches))
    short: list[str] = []
    if names and api is not None:
        members, short = album_members(api, nsid, names)
    else:
        members = {
            photo.id: frozenset(photo.albums) | {titles[key] for key in photo.albums if key in titles}
            for photo in photos
            if photo.albums
        }
    unknown = sorted(names.difference(*members.values()))
    return members, [
        *(f"no photo is in an album named {name}, so it selects none" for name in unknown),
        *short,
    ]
