"""Audits are kept, so that the next one can show what is new."""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from auditor import database
from auditor.account.photo import Account, Photo
from auditor.audit import shown
from auditor.audit.result import (
    AuditResult,
    CheckedIndex,
    ExposedPhoto,
    Exposure,
    FoundPhoto,
    MatchedFile,
    Since,
)
from auditor.audit.shown import known_before, only_new, remember
from auditor.datasets.match_keys import MatchKey
from auditor.errors import UsageError, WrongFileError
from auditor.flickr.privacy import Privacy

NSID = "99000001@N07"
FFHQ = Exposure("ffhq", MatchKey.PHOTO_ID, "12", 1, "ffhq.json", "2", "CC BY-NC 2.0", False, "published")
COCO = replace(FFHQ, dataset="coco")
INDEX = CheckedIndex("ffhq", "FFHQ", 7, "2026-01-01T00:00:00+00:00", (), ("photo_id",), "faces", False)
RESULT = AuditResult(
    account=Account(NSID),
    generated_at="2026-11-01T09:30:00+00:00",
    snapshot_at="2026-11-01T08:00:00+00:00",
    photos=3,
    indexes=(INDEX,),
    not_checked=(),
    exposed=(ExposedPhoto(Photo("11", "x", "0", Privacy.PUBLIC), (FFHQ,)),),
    gone=(FoundPhoto("12", FFHQ), FoundPhoto(None, replace(FFHQ, record="path[4]"))),
    files=(MatchedFile("/lake.jpg", "0f" * 16, (FFHQ,)),),
)


def new(result: AuditResult, conn: sqlite3.Connection, since: str = "last") -> AuditResult:
    return only_new(result, known_before(since, NSID, conn), since)


def test_what_was_shown_is_not_new_and_counted(tmp_path: Path) -> None:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        assert new(RESULT, conn).anything_found
        remember(RESULT, conn, 1e9)
        remember(RESULT, conn, 1.1e9)
        shown = new(RESULT, conn)
        assert not shown.anything_found
        assert shown.since is not None
        assert (shown.since.total_exposed, shown.since.total_gone) == (1, 2)
        assert new(RESULT, conn, "2001-01-01").anything_found
        assert not new(RESULT, conn, "2010-01-01").anything_found
        more = replace(RESULT, exposed=(replace(RESULT.exposed[0], exposures=(FFHQ, COCO)),))
        assert [photo.exposures for photo in new(more, conn).exposed] == [(COCO,)]


def test_another_account_has_seen_nothing(tmp_path: Path) -> None:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        remember(replace(RESULT, account=Account("99000002@N07")), conn, 1e9)
        assert len(new(RESULT, conn).exposed) == 1


def test_what_was_shown_before_the_upgrade_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as conn:
        for script in sorted(resources.files(database).iterdir(), key=lambda entry: entry.name):
            if script.name.endswith(".sql") and script.name < "0009":
                conn.executescript(script.read_text())
        conn.execute("PRAGMA user_version = 8")
        seen = [("11", 1e9), ("12", 1e9), ("path[4]", 1.1e9), ("0f" * 16, 1e9)]
        rows = [(NSID, photo, "ffhq", at) for photo, at in seen]
        conn.executemany("INSERT INTO exposure_seen VALUES (?, ?, ?, ?)", rows)
        conn.commit()
    with closing(database.connect(path)) as conn:
        assert not new(RESULT, conn).anything_found
        assert [found.photo_id for found in new(RESULT, conn, "2002-01-01").gone] == [None]
        found = conn.execute("SELECT photo_id FROM exposures ORDER BY photo_id").fetchall()
        assert [row["photo_id"] for row in found] == [None, None, 11, 12]


REPORT = {
    "photos": [{"id": "11", "exposures": [{"dataset": "ffhq"}]}],
    "no_longer_in_account": [
        {"photo_id": "12", "record": "7", "dataset": "ffhq"},
        {"photo_id": None, "record": "path[4]", "dataset": "ffhq"},
    ],
    "files": [{"md5": "0f" * 16, "exposures": [{"dataset": "ffhq"}]}],
}


def test_an_earlier_report_tells_what_was_shown_too(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        file.write_text(json.dumps(REPORT))
        assert not new(RESULT, conn, str(file)).anything_found
        file.write_text(json.dumps({**REPORT, "photos": []}))
        found = new(RESULT, conn, str(file))
        assert ([photo.photo.id for photo in found.exposed], found.gone, found.files) == (["11"], (), ())
        file.write_text(json.dumps({**REPORT, "no_longer_in_account": []}))
        assert new(RESULT, conn, str(file)).gone == RESULT.gone
        del (without := dict(REPORT))["files"]  # of an audit without --originals
        file.write_text(json.dumps(without))
        assert new(RESULT, conn, str(file)).files == RESULT.files


@pytest.mark.parametrize("text", ["", "[]", "{}", "7", '{"photos": [{}]}', '{"photos": 1}', "[" * 100_000])
def test_a_file_that_is_no_report_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn, pytest.raises(WrongFileError) as error:
        known_before(str(file), NSID, conn)
    assert error.value.message == f"{file} is not a JSON report of an audit"
    assert error.value.hint == "Make one with: flickr-auditor audit --format json"


def test_a_word_that_is_neither_report_nor_date_is_refused(tmp_path: Path) -> None:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        assert known_before("LAST", NSID, conn) == frozenset()
        with pytest.raises(UsageError, match=r"^--since yesterday is neither a report nor a date$") as error:
            known_before("yesterday", NSID, conn)
    assert error.value.hint.startswith('Use "last", a date like 2026-11-01, or the file')


def test_an_audit_is_kept_with_where_it_looked_and_all_that_it_found(tmp_path: Path) -> None:
    ffhq = ("photo_id", "12", 1, "ffhq.json", "2", 0, "published")
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        remember(RESULT, conn, 1e9)
        later = replace(
            RESULT,
            snapshot_at="2026-11-02T08:00:00+00:00",
            complete=False,
            photos=4,
            exposed=(
                replace(RESULT.exposed[0], exposures=(replace(FFHQ, records=3), COCO)),
                ExposedPhoto(Photo("13", "x", "0", Privacy.PUBLIC), (COCO,)),
            ),
            gone=RESULT.gone[:1],
            files=(),
        )
        remember(later, conn, 1.1e9)
        assert [tuple(row) for row in conn.execute("SELECT * FROM audit ORDER BY audit_id")] == [
            (1, NSID, 1e9, "2026-11-01T08:00:00+00:00", 1, 3, 1, 1, 2),
            (2, NSID, 1.1e9, "2026-11-02T08:00:00+00:00", 0, 4, 2, 3, 1),
        ]
        assert [tuple(row) for row in conn.execute("SELECT * FROM audit_index ORDER BY audit_id")] == [
            (number, "ffhq", 7, "2026-01-01T00:00:00+00:00") for number in (1, 2)
        ]
        rows = conn.execute("SELECT * FROM exposure ORDER BY photo, dataset")
        assert [tuple(row) for row in rows] == [
            (NSID, "0f" * 16, "ffhq", 1, 1, None, 0, "/lake.jpg", *ffhq),
            (NSID, "11", "coco", 2, 2, 11, 1, None, *ffhq),
            (NSID, "11", "ffhq", 1, 2, 11, 1, None, *ffhq[:2], 3, *ffhq[3:]),
            (NSID, "12", "ffhq", 1, 2, 12, 0, None, *ffhq),
            (NSID, "13", "coco", 2, 2, 13, 1, None, *ffhq),
            (NSID, "path[4]", "ffhq", 1, 1, None, 0, None, ffhq[0], "path[4]", *ffhq[2:]),
        ]
        known = conn.execute("SELECT photo, dataset FROM exposure")
        assert known_before("last", NSID, conn) == {tuple(row) for row in known}


def test_a_date_is_that_of_the_user_and_excludes_what_came_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        midnight = datetime(2026, 11, 1, 4, 0, tzinfo=UTC).timestamp()
        with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
            remember(replace(RESULT, files=(), gone=()), conn, midnight)
            assert known_before("2026-11-01", NSID, conn) == frozenset()
            assert known_before("2026-11-01T00:00:01", NSID, conn) == {("11", "ffhq")}
            assert known_before("2026-11-01T04:00:01+00:00", NSID, conn) == {("11", "ffhq")}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_only_what_is_new_of_each_kind_is_left(tmp_path: Path) -> None:
    both = (FFHQ, COCO)
    result = replace(
        RESULT,
        exposed=(ExposedPhoto(Photo("11", "x", "0", Privacy.PUBLIC), both),),
        files=(MatchedFile("/lake.jpg", "0f" * 16, both), MatchedFile("/sea.jpg", "1f" * 16, (COCO,))),
    )
    seen = frozenset({("11", "coco"), ("0f" * 16, "ffhq"), ("1f" * 16, "coco"), ("12", "ffhq")})
    assert only_new(result, seen, "2026-11-01") == replace(
        result,
        exposed=(replace(result.exposed[0], exposures=(FFHQ,)),),
        gone=result.gone[1:],
        files=(replace(result.files[0], exposures=(COCO,)),),
        since=Since("2026-11-01", 1, 2),
    )


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(REPORT))
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        monkeypatch.setattr(shown, "MAX_REPORT_BYTES", file.stat().st_size)
        assert known_before(str(file), NSID, conn)
        monkeypatch.setattr(shown, "MAX_REPORT_BYTES", file.stat().st_size - 1)
        with pytest.raises(UsageError, match="too large"):
            known_before(str(file), NSID, conn)
