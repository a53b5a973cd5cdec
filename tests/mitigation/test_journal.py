"""The journal: what was intended, sent and settled."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import database
from auditor.errors import StorageError, UsageError
from auditor.mitigation.change import Outcome
from auditor.mitigation.running.journal import Journal
from tests.mitigation.test_plan import PLAN


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


def test_an_undo_that_has_something_pending_is_found_by_what_it_undoes(journal: Journal) -> None:
    journal.begin(PLAN, "run-1")
    assert journal.unfinished_undo("run-1") is None
    journal.begin(replace(PLAN, plan_id="undo-1", undoes="run-1"), "run-2")
    found = journal.unfinished_undo("run-1")
    assert found is not None
    assert (found.run_id, found.plan_id, found.undoes) == ("run-2", "undo-1", "run-1")
    assert [run.run_id for run in journal.unfinished()] == ["run-1", "run-2"]
    for number in range(len(PLAN.changes)):
        journal.settle("run-2", number, Outcome("done"))
    assert journal.finish("run-2")
    assert journal.unfinished_undo("run-1") is None
    assert [run.run_id for run in journal.unfinished()] == ["run-1"]


def test_what_was_done_to_a_photo_is_told_run_by_run_the_newest_first(journal: Journal) -> None:
    journal.begin(PLAN, "run-1")
    journal.begin(replace(PLAN, plan_id="undo-1", undoes="run-1"), "run-2")
    told = [(run.run_id, record.change.mitigation) for run, record in journal.of_photo("9000000002")]
    assert told == [("run-2", "privacy"), ("run-1", "privacy")]
    kinds = [record.change.mitigation for _, record in journal.of_photo("9000000001")]
    assert kinds == ["add-tag", "license", "hide"] * 2
    assert journal.of_photo("9000000003") == []


def test_a_change_that_a_later_run_made_again_is_superseded_by_it(journal: Journal) -> None:
    journal.begin(PLAN, "run-1")
    journal.begin(replace(PLAN, plan_id="undo-1", undoes="run-1"), "run-2")
    journal.settle("run-1", 0, Outcome("done"))
    journal.settle("run-1", 1, Outcome("done"))
    assert journal.superseded("run-1") == {}
    journal.settle("run-2", 0, Outcome("done"))
    journal.settle("run-2", 1, Outcome("drifted"))
    assert journal.superseded("run-1") == {0: "run-2"}
    assert journal.superseded("run-2") == {}
