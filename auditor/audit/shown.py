"""The audits that were made, kept in the database: the next one can show what is new (`audit --since`)."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Final

from auditor import database
from auditor.audit.result import AuditResult, FoundPhoto, Since
from auditor.errors import UsageError, WrongFileError
from auditor.files import names_file
from auditor.text_files import read_bytes

Seen = frozenset[tuple[str, str]]
"""Pairs of photo id (or record, or a file's MD5) and dataset."""

_FIND: Final = (
    "match_key",
    "record",
    "records",
    "source",
    "license_then_id",
    "links_original",
    "certainty",
)
"""What is kept of an exposure."""


def known_before(since: str, nsid: str, conn: sqlite3.Connection) -> Seen:
    """What was shown before: by the last audit (``last``), before a date, or in an earlier JSON report.

    Errors: `UsageError` when `since` is none of the three, `WrongFileError` when the file is no audit report.
    """
    if since.lower() == "last":
        return _seen(conn, nsid, before=None)
    if names_file(since):
        return _from_report(Path(since))
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise UsageError(
            f"--since {since} is neither a report nor a date",
            hint='Use "last", a date like 2026-11-01, or the file of an earlier `audit --format json`.',
        ) from None
    return _seen(conn, nsid, before=moment.astimezone().timestamp())


def only_new(result: AuditResult, known: Seen, since: str) -> AuditResult:
    """`result` without the exposures of `known`."""
    exposed = (
        replace(
            photo,
            exposures=tuple(e for e in photo.exposures if (photo.photo.id, e.dataset) not in known),
        )
        for photo in result.exposed
    )
    files = (
        replace(file, exposures=tuple(e for e in file.exposures if (file.md5, e.dataset) not in known))
        for file in result.files
    )
    return replace(
        result,
        exposed=tuple(photo for photo in exposed if photo.exposures),
        gone=tuple(found for found in result.gone if (_photo(found), found.exposure.dataset) not in known),
        files=tuple(file for file in files if file.exposures),
        since=Since(since, len(result.exposed), len(result.gone)),
    )


def remember(result: AuditResult, conn: sqlite3.Connection, now: float) -> None:
    """Keep the audit and all that it found; `now` is unix time."""
    with database.transaction(conn):
        cursor = conn.execute(
            "INSERT INTO audit (nsid, at, snapshot_at, complete, photos, exposed, exposures, gone)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                result.account.nsid,
                now,
                result.snapshot_at,
                result.complete,
                result.photos,
                len(result.exposed),
                sum(len(photo.exposures) for photo in result.exposed),
                len(result.gone),
            ),
        )
        audit_id = cursor.lastrowid
        conn.executemany(
            "INSERT INTO audit_index VALUES (?, ?, ?, ?)",
            [(audit_id, index.dataset, index.records, index.built_at) for index in result.indexes],
        )
        conn.executemany(
            _KEEP,
            ((result.account.nsid, audit_id, audit_id, *found) for found in _found(result)),
        )


MAX_REPORT_BYTES: Final = 300_000_000
_NAMES: Final = (
    "nsid",
    "first_audit",
    "last_audit",
    "photo",
    "photo_id",
    "dataset",
    "in_account",
    "file",
    *_FIND,
)
_KEEP: Final = (
    f"INSERT INTO exposure ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - own names
    " ON CONFLICT (nsid, photo, dataset) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in {"nsid", "first_audit"})
)


def _found(result: AuditResult) -> Iterator[tuple[object, ...]]:
    """Rows of the table ``exposure``, less the account and the audits: `_NAMES` from ``photo`` on."""
    for exposed in result.exposed:
        key = exposed.photo.id
        yield from ((key, int(key), e.dataset, True, None, *_kept(e)) for e in exposed.exposures)
    for gone in result.gone:
        photo_id = None if gone.photo_id is None else int(gone.photo_id)
        yield (_photo(gone), photo_id, gone.exposure.dataset, False, None, *_kept(gone.exposure))
    for file in result.files:
        yield from ((file.md5, None, e.dataset, False, file.path, *_kept(e)) for e in file.exposures)


_kept: Final = attrgetter(*_FIND)


def _photo(found: FoundPhoto) -> str:
    return found.photo_id or found.exposure.record


def _seen(conn: sqlite3.Connection, nsid: str, *, before: float | None) -> Seen:
    rows = conn.execute(
        "SELECT photo, dataset FROM exposure JOIN audit ON audit_id = first_audit"
        " WHERE exposure.nsid = ? AND (? IS NULL OR at < ?)",
        (nsid, before, before),
    )
    return frozenset((row["photo"], row["dataset"]) for row in rows)


def _from_report(file: Path) -> Seen:
    try:
        report = json.loads(read_bytes(file, MAX_REPORT_BYTES))
        photos = {(photo["id"], e["dataset"]) for photo in report["photos"] for e in photo["exposures"]}
        gone = {(e["photo_id"] or e["record"], e["dataset"]) for e in report["no_longer_in_account"]}
        files = {(file["md5"], e["dataset"]) for file in report.get("files", ()) for e in file["exposures"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WrongFileError(
            f"{file} is not a JSON report of an audit",
            hint="Make one with: flickr-auditor audit --format json",
        ) from error
    return frozenset(photos | gone | files)
