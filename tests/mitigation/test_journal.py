"""The journal: what was intended, sent and settled."""

from collections.abc import Iterator
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
