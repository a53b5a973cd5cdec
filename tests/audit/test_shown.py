"""Audits are kept, so that the next one can show what is new."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from auditor import database
from auditor.account.photo import Account, Photo
from auditor.audit.result import AuditResult, CheckedIndex, ExposedPhoto, Exposure, FoundPhoto, MatchedFile
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
