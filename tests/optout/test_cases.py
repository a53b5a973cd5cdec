"""Cases move from draft to end by dates, keep everything in the database, and say what comes next."""

import json
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditor import database
from auditor.errors import AuditorError, RefusedError, UsageError
from auditor.optout import ladder
from auditor.optout.case import AnswerClass, Case, CaseState, Kind, LetterRecord, RecheckCounts
from auditor.optout.case_store import CasePhoto, CaseStore, RemovalState
from auditor.optout.law import Ground, Role
from auditor.optout.next_step import next_step
from auditor.optout.photos import Place, Standing
from tests.optout.conftest import CASE, PHOTO

TODAY = date(2026, 3, 31)
SENT_ON = date(2026, 1, 31)
SENT = ladder.sent(CASE, SENT_ON, TODAY)
UNREAD = ladder.answered(SENT, date(2026, 2, 20), TODAY)
ANSWERED = ladder.understood(UNREAD, AnswerClass.CONFIRMED)
FOLLOW_UP = LetterRecord(2, Kind.FOLLOW_UP, "NVIDIA Research", TODAY)
CLOSED = ladder.closed(ANSWERED, date(2026, 3, 1), TODAY)


@pytest.mark.parametrize(
    ("case", "state", "overdue"),
    [
        (CASE, CaseState.DRAFTED, False),
        (SENT, CaseState.SENT, True),
        (ANSWERED, CaseState.ANSWERED, False),
        (CLOSED, CaseState.CLOSED, False),
        (ladder.sent(ANSWERED, TODAY, TODAY), CaseState.SENT, False),  # a follow-up went out
    ],
)
def test_the_state_follows_from_the_dates(case: Case, state: CaseState, overdue: bool) -> None:
    assert (case.state, case.overdue(TODAY)) == (state, overdue)


def test_the_deadline_counts_from_sending_until_an_answer_tells_the_day_of_receipt() -> None:
    assert CASE.deadline is None
    assert SENT.deadline is not None
    assert SENT.deadline.day == date(2026, 3, 2)  # 28 February is a Saturday
    told = ladder.acknowledged(SENT, date(2026, 2, 4), TODAY)
    assert told.state is CaseState.SENT
    assert told.deadline is not None
    assert told.deadline.day == date(2026, 3, 4)


@pytest.mark.parametrize(("day", "overdue"), [(date(2026, 3, 2), False), (date(2026, 3, 3), True)])
def test_the_last_day_is_not_overdue_yet(day: date, overdue: bool) -> None:
    assert SENT.overdue(day) is overdue


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (lambda: ladder.sent(CASE, TODAY + timedelta(days=1), TODAY), UsageError),
        (lambda: ladder.sent(CLOSED, TODAY, TODAY), RefusedError),
        (lambda: ladder.answered(CASE, TODAY, TODAY), RefusedError),
        (lambda: ladder.answered(SENT, SENT_ON - timedelta(days=1), TODAY), UsageError),
        (lambda: ladder.answered(CLOSED, TODAY, TODAY), RefusedError),
        (lambda: ladder.acknowledged(SENT, SENT_ON - timedelta(days=1), TODAY), UsageError),
        (lambda: ladder.acknowledged(CASE, TODAY, TODAY), RefusedError),
        (lambda: ladder.closed(SENT, TODAY + timedelta(days=1), TODAY), UsageError),
    ],
)
def test_steps_that_make_no_sense_are_refused(step: object, error: type[AuditorError]) -> None:
    with pytest.raises(error):
        step()  # type: ignore[operator]


def test_closing_twice_changes_nothing() -> None:
    assert ladder.closed(CLOSED, TODAY, TODAY) == CLOSED


GONE = RecheckCounts(TODAY, removed=1, still_there=0, newly_found=0)
LEFT = RecheckCounts(TODAY, removed=0, still_there=1, newly_found=0)


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (CASE, "optout sent ffhq-1"),
        (SENT, "Article 77"),
        (replace(SENT, ground=Ground.UK_GDPR), "ICO"),
        (replace(SENT, ground=Ground.CCPA), "California Privacy Protection Agency"),
        (replace(SENT, ground=Ground.NONE), "optout remind ffhq-1"),
        (ladder.sent(CASE, TODAY, TODAY), "Wait"),
        (ANSWERED, "optout recheck ffhq-1"),
        (CLOSED, "closed"),
        (replace(SENT, outcome=GONE), "optout close ffhq-1"),
        (UNREAD, "optout answer ffhq-1 --as CLASS"),
        (ladder.wrote(replace(SENT, outcome=LEFT), FOLLOW_UP), "follow-up letter"),
        (ladder.sent(ladder.wrote(SENT, FOLLOW_UP), TODAY, TODAY), "Wait"),
    ],
)
def test_the_next_step_is_named(case: Case, says: str) -> None:
    assert says in next_step(case, TODAY)


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    return database.connect(tmp_path / "auditor.sqlite3")


@pytest.fixture
def store(conn: sqlite3.Connection) -> CaseStore:
    return CaseStore(conn)


def test_a_case_comes_back_from_the_database_as_it_was(store: CaseStore) -> None:
    letter = LetterRecord(
        2, Kind.REPLY, "X", TODAY, ("/a", "/b"), "id", AnswerClass.PARTLY, sent_on=TODAY, received_on=TODAY
    )
    full = replace(
        CLOSED, letters=(*CLOSED.letters, letter), outcome=LEFT, include_private=True, follows="ffhq-0"
    )
    bare = replace(CASE, id="ffhq-2", sender=None, nsid=None, role=Role.SUBJECT)
    photos = [
        CasePhoto(replace(PHOTO, places=(Place("a", "b"), Place("c", "d"))), RemovalState.STILL_THERE),
        CasePhoto(replace(PHOTO, photo_id=None, link=None, license_now=None), RemovalState.REMOVED),
        CasePhoto(
            replace(PHOTO, standing=Standing.HIDDEN, url_hash="ab", steps_done=("no_cv",)),
            RemovalState.LEFT_OUT,
        ),
    ]
    for case in (full, bare):
        store.save(case, event="drafted", on=TODAY)
    store.save_photos(full.id, photos)
    assert store.all() == [full, bare]
    assert store.photos(full.id) == photos
    assert store.asked(full.id) == [item.photo for item in photos[:2]]
    assert store.photos(bare.id) == []


def test_ids_count_up_for_each_dataset(store: CaseStore) -> None:
    assert store.new_id("ffhq") == "ffhq-1"
    store.save(CASE, event="drafted", on=TODAY)
    assert (store.new_id("ffhq"), store.new_id("coco")) == ("ffhq-2", "coco-1")


def test_what_happened_is_kept_with_the_answers_text(store: CaseStore, conn: sqlite3.Connection) -> None:
    store.save(CASE, event="drafted", on=TODAY)
    store.save(SENT, event="sent", on=SENT_ON)
    store.save(ANSWERED, event="answered", on=TODAY, note="We removed\nyour photos.")
    assert [tuple(row) for row in conn.execute("SELECT on_date, kind, note FROM optout_event")] == [
        ("2026-03-31", "drafted", ""),
        ("2026-01-31", "sent", ""),
        ("2026-03-31", "answered", "We removed\nyour photos."),
    ]


def test_an_unknown_case_is_answered_with_those_there_are(store: CaseStore) -> None:
    with pytest.raises(UsageError) as error:
        store.get("nothing-1")
    assert "draft" in error.value.hint
    store.save(CASE, event="drafted", on=TODAY)
    with pytest.raises(UsageError) as error:
        store.get("nothing-1")
    assert "ffhq-1" in error.value.hint


def test_a_home_of_the_old_shape_keeps_its_cases(tmp_path: Path) -> None:
    """The tables of version 3 held the dates of the newest letter only."""
    path = tmp_path / "auditor.sqlite3"
    conn = sqlite3.connect(path)
    for script in sorted(Path(database.__file__).parent.glob("000[1-9]*.sql")):
        conn.executescript(script.read_text())
    conn.execute("PRAGMA user_version = 9")
    index = '{"sources": [["a.json", "00"]], "read_on": "2026-01-01"}'
    known = '{"rows": 1, "indexed": 1, "witness_key": "photo_id", "witnesses": []}'
    outcome = (
        '{"checked_on": "2026-03-01", "removed": 1, "still_there": 2, "newly_found": 0,'
        ' "follow_up_waits": true}'
    )
    for case_id, sent_on, answered_on, result in (
        ("ffhq-1", None, None, None),
        ("ffhq-2", "2026-01-05", "2026-02-01", outcome),
        ("ffhq-3", "2026-01-05", None, None),
    ):
        conn.execute(
            "INSERT INTO optout_case VALUES (?, 'ffhq', 'gdpr', 'photographer', 'en', 'Ann', '1@N00', 0,"
            " '/x', '[\"/x/letter-1.txt\"]', 3, 4, ?, ?, '2026-01-02', ?, NULL, ?, NULL, ?)",
            (case_id, index, known, sent_on, answered_on, result),
        )
    conn.commit()
    conn.close()
    drafted, follow_up, waiting = CaseStore(database.connect(path)).all()
    assert (drafted.state, drafted.files, drafted.datasets) == (
        CaseState.DRAFTED,
        ("/x/letter-1.txt",),
        ("ffhq",),
    )
    assert (waiting.state, waiting.deadline and waiting.deadline.day) == (CaseState.SENT, date(2026, 2, 5))
    assert (follow_up.state, follow_up.waiting_letter and follow_up.waiting_letter.kind) == (
        CaseState.ANSWERED,
        Kind.FOLLOW_UP,
    )
    assert (follow_up.files, follow_up.outcome) == (
        ("/x/letter-1.txt",),
        RecheckCounts(date(2026, 3, 1), removed=1, still_there=2, newly_found=0),
    )


def test_the_rows_of_a_cases_photos_hold_each_thing_once(store: CaseStore, conn: sqlite3.Connection) -> None:
    store.save(CASE, event="drafted", on=TODAY)
    unknown = replace(PHOTO, photo_id=None)
    store.save_photos(CASE.id, [CasePhoto(PHOTO, RemovalState.ASKED)])
    store.save_photos(
        CASE.id, [CasePhoto(unknown, RemovalState.LEFT_OUT), CasePhoto(PHOTO, RemovalState.REMOVED)]
    )
    proof = {
        "match_key": "photo_id",
        "certainty": "published",
        "places": [{"source": "ffhq-v2.json", "record": '["17"]', "key": None}],
        "standing": "public",
        "license_then": "2",
        "license_now": "0",
        "license_read_on": "2026-11-20",
        "url_hash": None,
        "more_places": 0,
        "history_day": None,
        "history_license": None,
        "history_unchanged": False,
        "steps_done": [],
    }
    rows = [tuple(row) for row in conn.execute("SELECT * FROM optout_photo ORDER BY position")]
    assert [(*row[:-1], json.loads(row[-1])) for row in rows] == [
        (CASE.id, 0, None, PHOTO.link, "left-out", proof),
        (CASE.id, 1, PHOTO.photo_id, PHOTO.link, "removed", proof),
    ]
