"""The parts of a run by themselves: drift, windows, pacing, threads, the journal."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import database
from auditor.account.photo import Photo
from auditor.errors import CallError, StorageError, UsageError
from auditor.flickr.api import PER_PAGE, ReadApi
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change, Outcome
from auditor.mitigation.kinds.add_tag import AddTag
from auditor.mitigation.kinds.base import Permissions, PhotoState
from auditor.mitigation.kinds.privacy import SetPrivacy
from auditor.mitigation.kinds.registry import MITIGATIONS
from auditor.mitigation.running.compare import compare
from auditor.mitigation.running.journal import Journal
from auditor.mitigation.running.pacing import Pacer, StoppedError
from auditor.mitigation.running.photo_state import Reader
from auditor.workers import Workers
from tests.mitigation.test_plan import CHANGES, PLAN

GROUP: dict[str, str | bool] = {"group_id": "99100001@N20", "title": "Faces", "member": True}
OUT: dict[str, str | bool] = {**GROUP, "member": False}
UNTAGGED = {"tag": "no_cv", "present": False}
TAGGED = {"tag": "no_cv", "present": True}


def seen(**fields: Any) -> PhotoState:
    extra = {key: fields.pop(key) for key in ("groups", "permissions", "tag_ids") if key in fields}
    known = {"id": "9000000001", "title": "", "license_id": "4", "privacy": Privacy.PUBLIC} | fields
    return PhotoState(Photo(**known), 0.0, **extra)


@pytest.mark.parametrize(
    ("mitigation", "before", "after", "photo", "state"),
    [
        ("add-tag", UNTAGGED, TAGGED, seen(), None),
        ("add-tag", UNTAGGED, TAGGED, seen(tags=("nocv",)), "already"),
        ("remove-tag", TAGGED, UNTAGGED, seen(tags=("nocv",)), None),
        ("remove-tag", TAGGED, UNTAGGED, seen(), "already"),
        ("license", "4", "0", seen(), None),
        ("license", "4", "0", seen(license_id="0"), "already"),
        ("license", "4", "0", seen(license_id="11"), "drifted"),
        ("license", "4", "0", seen(license_id=""), "drifted"),
        ("privacy", "public", "private", seen(), None),
        ("privacy", "public", "private", seen(privacy=Privacy.PRIVATE), "already"),
        ("privacy", "public", "private", seen(privacy=Privacy.FRIENDS), "drifted"),
        ("hide", None, True, seen(), None),
        ("unhide", True, False, seen(), None),
        ("leave-group", GROUP, OUT, seen(groups=frozenset({"99100001@N20"})), None),
        ("leave-group", GROUP, OUT, seen(groups=frozenset()), "already"),
        ("join-group", OUT, GROUP, seen(groups=frozenset()), None),
        ("license", "4", "0", None, "drifted"),
    ],
)
def test_drift(mitigation: str, before: Any, after: Any, photo: PhotoState | None, state: str | None) -> None:
    outcome = compare(Change("9000000001", mitigation, before, after, "yes"), photo)
    assert (outcome.state if outcome else None) == state


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"tags": {"tag": []}}, Outcome("already", "somebody tagged it just now")),
        (
            {
                "tags": {
                    "tag": [{"raw": "no_cv", "full_tag_id": "98000001-9000000001-320", "_content": "nocv"}]
                }
            },
            Outcome("done", answer={"tag_id": "98000001-9000000001-320", "clean": "nocv"}),
        ),
        # One tag is an object in some of Flickr's answers, and the documentation knows no answer at all.
        (
            {"tags": {"tag": {"raw": "no_cv", "full_tag_id": "98000001-9000000001-320"}}},
            Outcome("done", answer={"tag_id": "98000001-9000000001-320"}),
        ),
        # Other forms that nobody recorded: the clean form only, the full id under the other name, a short id.
        (
            {"tags": {"tag": [{"_content": "nocv", "id": "98000001-9000000001-320"}]}},
            Outcome("done", answer={"tag_id": "98000001-9000000001-320", "clean": "nocv"}),
        ),
        ({"tags": {"tag": [{"raw": "no_cv", "id": "320"}]}}, Outcome("done", answer=None)),
        ({"tags": {"tag": [{"raw": "no_cv", "full_tag_id": "1-2-3"}]}}, Outcome("done", answer=None)),
        ({"stat": "ok"}, Outcome("done", answer=None)),
    ],
)
def test_what_the_answer_to_a_new_tag_tells(answer: dict[str, Any], outcome: Outcome) -> None:
    assert AddTag().answered(CHANGES[0], answer) == outcome


@pytest.mark.parametrize(
    ("mitigation", "code", "state"),
    [
        ("add-tag", 1, "drifted"),
        ("add-tag", 2, "failed"),
        ("remove-tag", 1, "already"),
        ("license", 1, "drifted"),
        ("license", 2, "failed"),
        ("license", 3, "failed"),
        ("license", 4, "failed"),
        ("privacy", 1, "drifted"),
        ("privacy", 2, "failed"),
        ("hide", 3, "failed"),
        ("hide", 4, "failed"),
        ("safety-level", 1, "drifted"),
        ("safety-level", 4, "failed"),
        ("leave-group", 1, "already"),
        ("leave-group", 2, "already"),
        ("leave-group", 3, "failed"),
        ("join-group", 2, "failed"),
        ("join-group", 3, "already"),
        ("join-group", 5, "failed"),
        ("join-group", 6, "done"),
        ("join-group", 7, "done"),
        ("join-group", 8, "failed"),
        ("join-group", 10, "failed"),
        *[(name, 116, "failed") for name in sorted(MITIGATIONS)],
    ],
)
def test_what_an_error_code_means_depends_on_the_method(mitigation: str, code: int, state: str) -> None:
    change = {
        "add-tag": CHANGES[0],
        "license": CHANGES[1],
        "leave-group": Change("9000000001", "leave-group", GROUP, OUT, "partly"),
        "join-group": Change("9000000001", "join-group", OUT, GROUP, "yes"),
    }.get(mitigation, CHANGES[3])
    outcome = MITIGATIONS[mitigation].refused(change, CallError("flickr.x", code, "text"))
    assert outcome.state == state
    assert outcome.reason or state == "done"


def test_privacy_is_never_set_without_the_permissions() -> None:
    with pytest.raises(ValueError, match="permissions must be read"):
        SetPrivacy().request(CHANGES[3], seen())
    call = SetPrivacy().request(CHANGES[3], seen(permissions=Permissions("0", "2")))
    assert call.params == {
        "photo_id": "9000000001",
        "is_public": "0",
        "is_friend": "0",
        "is_family": "0",
        "perm_comment": "3",
        "perm_addmeta": "2",
    }


# -- reading in windows --------------------------------------------------------------------------------------


class NoApi(ReadApi):
    """Windows are computed without any call."""

    def __init__(self) -> None:
        """Nothing to call with."""


uploads = st.dictionaries(
    st.integers(1, 10**6), st.none() | st.integers(0, 3000) | st.integers(0, 10), min_size=1, max_size=1200
)


@given(uploads, st.data())
def test_windows_cover_every_photo_once_and_none_holds_more_than_a_page_or_a_second(
    account: dict[int, int | None], data: st.DataObject
) -> None:
    photos = [Photo(str(key), "", "0", Privacy.PUBLIC, date_upload=at) for key, at in account.items()]
    wanted = data.draw(st.sets(st.sampled_from([photo.id for photo in photos])))
    windows = Reader(NoApi(), photos).windows(wanted)
    covered = [photo_id for window in windows for photo_id in window.photo_ids]
    assert sorted(covered) == sorted(wanted)
    for window in windows:
        if window.uploaded_from is not None and window.uploaded_to is not None:
            inside = [
                at
                for at in account.values()
                if at is not None and window.uploaded_from <= at <= window.uploaded_to
            ]
            assert len(inside) <= PER_PAGE or window.uploaded_from == window.uploaded_to
    assert len(windows) <= len(wanted)


def test_a_whole_account_is_read_page_by_page_and_a_few_photos_one_by_one() -> None:
    photos = [Photo(str(n), "", "0", Privacy.PUBLIC, date_upload=n * 10) for n in range(1, 5001)]
    reader = Reader(NoApi(), photos)
    assert len(reader.windows(photo.id for photo in photos)) == 10
    assert len(reader.windows(str(n) for n in range(1, 5001, 600))) == 9


def test_photos_uploaded_in_one_second_are_read_together() -> None:
    photos = [Photo(str(n), "", "0", Privacy.PUBLIC, date_upload=1_500_000_000) for n in range(1, 1201)]
    assert len(Reader(NoApi(), photos).windows(photo.id for photo in photos)) == 1


# -- pacing and threads --------------------------------------------------------------------------------------


def test_a_complaint_halves_what_is_in_flight_and_good_answers_bring_it_back() -> None:
    now = [0.0]
    pacer = Pacer(8, clock=lambda: now[0])
    pacer.slow_down(0)
    pacer.slow_down(0)  # of the same volley
    assert pacer.allowed == 4
    now[0] = 5
    pacer.slow_down(0)
    assert pacer.allowed == 2
    for _ in range(100):
        pacer.went_well()
    assert pacer.allowed == 8
    for _ in range(10):
        now[0] += 5
        pacer.slow_down(0)
    assert pacer.allowed == 1


def test_a_stopped_pacer_wakes_those_who_wait() -> None:
    pacer = Pacer(1)
    stopped = []

    def wait() -> None:
        try:
            with pacer.slot():
                raise AssertionError("the slot is taken")
        except StoppedError:
            stopped.append(True)

    with pacer.slot():
        thread = threading.Thread(target=wait)
        thread.start()
        pacer.stop()
        thread.join(10)
    assert stopped == [True]


def test_a_crew_keeps_order_and_hands_errors_on() -> None:
    with Workers(3) as workers:
        assert workers.map(lambda n: n * n, range(50)) == [n * n for n in range(50)]
        with pytest.raises(ZeroDivisionError):
            workers.map(lambda n: 1 // n, range(3))
        assert workers.map(str, []) == []


# -- the journal ---------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    conn = database.connect(tmp_path / "a.sqlite3")
    yield Journal(conn)
    conn.close()


def test_an_intent_keeps_the_first_image_and_a_settled_change_stays_settled(journal: Journal) -> None:
    journal.begin(PLAN, "run-1")
    journal.sent("run-1", 0, {"tags": ["a"]})
    journal.sent("run-1", 0, {"tags": ["b"]})
    journal.settle("run-1", 0, Outcome("done", answer={"tag_id": "x"}))
    (record, *_) = journal.records("run-1")
    assert (record.state, record.before_image, record.answer) == ("done", {"tags": ["a"]}, {"tag_id": "x"})
    with pytest.raises(RuntimeError):
        journal.sent("run-1", 0, {})
    assert not journal.finish("run-1")


def test_a_plan_has_one_run(journal: Journal) -> None:
    journal.begin(PLAN, "run-1")
    with pytest.raises(StorageError):
        journal.begin(PLAN, "run-2")
    with pytest.raises(UsageError):
        journal.run("run-2")
