"""New exposures only: an audit compared with what was shown before, for runs from cron."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from auditor import database
from auditor.audit.result import AuditResult, FoundPhoto, Since
from auditor.errors import UsageError, WrongFileError

Seen = frozenset[tuple[str, str]]
"""Pairs of photo id (or record, or a file's MD5) and dataset."""


def known_before(since: str, nsid: str, conn: sqlite3.Connection) -> Seen:
    """What was shown before: by the last audit (``last``), before a date, or in an earlier JSON report.

    Errors: `UsageError` when `since` is none of the three, `WrongFileError` when the file is no audit report.
    """
    if since.lower() == "last":
        return _seen(conn, nsid, before=None)
    if Path(since).is_file():
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
    """Write down that these exposures were shown; `now` is unix time."""
    rows = [(result.account.nsid, photo, dataset, now) for photo, dataset in _pairs(result)]
    with database.transaction(conn):
        conn.executemany("INSERT OR IGNORE INTO exposure_seen VALUES (?, ?, ?, ?)", rows)


def _pairs(result: AuditResult) -> Iterator[tuple[str, str]]:
    for photo in result.exposed:
        for exposure in photo.exposures:
            yield photo.photo.id, exposure.dataset
    for found in result.gone:
        yield _photo(found), found.exposure.dataset
    for file in result.files:
        yield from ((file.md5, exposure.dataset) for exposure in file.exposures)


def _photo(found: FoundPhoto) -> str:
    return found.photo_id or found.exposure.record


def _seen(conn: sqlite3.Connection, nsid: str, *, before: float | None) -> Seen:
    rows = conn.execute(
        "SELECT photo, dataset FROM exposure_seen WHERE nsid = ? AND (? IS NULL OR first_seen < ?)",
        (nsid, before, before),
    )
    return frozenset((row["photo"], row["dataset"]) for row in rows)


def _from_report(file: Path) -> Seen:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        photos = {(photo["id"], e["dataset"]) for photo in report["photos"] for e in photo["exposures"]}
        gone = {(e["photo_id"] or e["record"], e["dataset"]) for e in report["no_longer_in_account"]}
        files = {(file["md5"], e["dataset"]) for file in report.get("files", ()) for e in file["exposures"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise WrongFileError(
            f"{file} is no JSON report of an audit", hint="Make one with: flickr-auditor audit --format json"
        ) from error
    return frozenset(photos | gone | files)
