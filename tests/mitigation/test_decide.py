"""What becomes of a change: every answer, error and silence, for every state in which the photo is found."""

from typing import Any

import pytest

from auditor.errors import CallError
from auditor.mitigation.change import Change, ChangeRecord, Outcome
from auditor.mitigation.running.decide import after_error, after_nothing, after_silence, before_call
from tests.mitigation.test_kinds import seen

LICENSE = ChangeRecord(0, Change("9000000001", "license", "4", "0", "yes"))
HIDE = ChangeRecord(1, Change("9000000001", "hide", None, after=True, reversible="partly"))
BEFORE, AFTER, OTHER = seen(license_id="4"), seen(license_id="0"), seen(license_id="11")


def sent(record: ChangeRecord) -> ChangeRecord:
    return ChangeRecord(record.number, record.change, state="sent")


@pytest.mark.parametrize(
    ("record", "photo", "lost", "state"),
    [
        (LICENSE, BEFORE, "", None),
        (LICENSE, AFTER, "", "already"),
        (LICENSE, OTHER, "", "drifted"),
        (LICENSE, None, "", "drifted"),
        (LICENSE, BEFORE, "undone already", "drifted"),
        (LICENSE, AFTER, "undone already", "already"),
        # A call of which nobody heard: what is so now, it did.
        (sent(LICENSE), BEFORE, "", None),
        (sent(LICENSE), AFTER, "", "done"),
        (sent(LICENSE), OTHER, "", "drifted"),
        (sent(LICENSE), BEFORE, "undone already", "drifted"),
        (HIDE, BEFORE, "", None),
        (sent(HIDE), BEFORE, "", None),
    ],
)
def test_before_a_call(record: ChangeRecord, photo: Any, lost: str, state: str | None) -> None:
    outcome = before_call(record, photo, lost)
    assert (outcome.state if outcome else None) == state


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 77, 111, 112, 116])
def test_no_error_code_is_believed_before_the_photo_was_read(code: int) -> None:
    error = CallError("flickr.photos.licenses.setLicense", code, "words of Flickr's")
    states = {
        name: after_error(LICENSE, error, photo).state
        for name, photo in {"before": BEFORE, "after": AFTER, "other": OTHER, "gone": None}.items()
    }
    assert states == {"before": "failed", "after": "done", "other": "drifted", "gone": "drifted"}


def test_what_nobody_can_read_back_is_as_the_code_says() -> None:
    assert after_error(HIDE, CallError("flickr.photos.setSafetyLevel", 3, "no"), BEFORE).state == "failed"


def test_an_error_after_a_call_without_an_answer_does_not_say_that_nothing_was_done() -> None:
    for code in (1, 3):
        error = CallError("flickr.photos.setSafetyLevel", code, "no")
        outcome = after_error(HIDE, error, BEFORE, sent_before=True)
        assert outcome.state == "failed"
        assert outcome.reason.endswith("an earlier call, which had no answer, may have done it")
        assert "unchanged" not in outcome.reason


@pytest.mark.parametrize(
    ("photo", "state"), [(BEFORE, None), (AFTER, "done"), (OTHER, "drifted"), (None, "drifted")]
)
def test_after_silence_the_photo_tells(photo: Any, state: str | None) -> None:
    outcome = after_silence(LICENSE, photo)
    assert (outcome.state if outcome else None) == state


def test_a_tag_that_was_added_by_a_call_without_an_answer_is_ours() -> None:
    absent, present = ({"tag": "no_cv", "present": there} for there in (False, True))
    record = ChangeRecord(0, Change("9000000001", "add-tag", absent, present, "yes"))
    already, tagged = Outcome("already", "somebody tagged it"), seen(tags=("nocv",))
    assert after_nothing(record, already, tagged, sent_before=False) == already
    outcome = after_nothing(record, already, tagged, sent_before=True)
    assert (outcome.state, outcome.answer) == ("done", None)
