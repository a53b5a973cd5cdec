"""New exposures only: an audit compared with what was shown before, for runs from cron."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from auditor import database
from auditor.audit.model import AuditResult, ExposedPhoto, FoundPhoto
from auditor.errors import UsageError, WrongFileError

Seen = frozenset[tuple[str, str]]
"""Pairs of photo id (or record) and dataset."""


def known_before(since: str, nsid: str, conn: sqlite3.Connection) -> Seen:
    """What was shown before: before the last audit's end (``last``), before a date, or in an earlier JSON report.

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
    return replace(
        result,
        exposed=tuple(photo for photo in exposed if photo.exposures),
        gone=tuple(found for found in result.gone if (_photo(found), found.exposure.dataset) not in known),
        since=since,
    )


def remember(result: AuditResult, conn: sqlite3.Connection, now: float) -> None:
    """Write down that these exposures were shown; `now` is unix time."""
    rows = [
        (result.account.nsid, photo, dataset, now) for photo, dataset in _pairs(result.exposed, result.gone)
    ]
    with database.transaction(conn):
        conn.executemany("INSERT OR IGNORE INTO exposure_seen VALUES (?, ?, ?, ?)", rows)


def _pairs(exposed: tuple[ExposedPhoto, ...], gone: tuple[FoundPhoto, ...]) -> Iterator[tuple[str, str]]:
    for photo in exposed:
        for exposure in photo.exposures:
            yield photo.photo.id, exposure.dataset
    for found in gone:
        yield _photo(found), found.exposure.dataset


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
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongFileError(
            f"{file} is no JSON report of an audit", hint="Make one with: flickr-auditor audit --format json"
        ) from error
    return frozenset(photos | gone)
