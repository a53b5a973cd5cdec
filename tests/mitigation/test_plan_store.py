"""A home knows which plans it made, which it was given, and which somebody looked at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import database
from auditor.account.photo import Account
from auditor.account.store import AccountStore
from auditor.errors import RefusedError, UsageError
from auditor.mitigation.planning.photo_list import read_photo_list
from auditor.mitigation.planning.plan_store import Origin, PlanStore, check_origin
from auditor.mitigation.running.journal import Journal
from tests.mitigation.test_plan import PLAN
from tests.mitigation.test_planner import photo

NEXT = replace(PLAN, plan_id="plan-20261122-120000-abcdef")
EDITED = replace(PLAN, changes=PLAN.changes[:2])
SHOWN = replace(PLAN, changes=PLAN.changes[:3])
"""As `PLAN`, without a change that has details."""
REVIEW_FIRST = "Look at it with `flickr-auditor show`, then apply it with --foreign; or make a new plan."


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[PlanStore]:
    conn = database.connect(tmp_path / "a.sqlite3")
    yield PlanStore(conn, tmp_path / "plans")
    conn.close()


def holds(plans: PlanStore, *numbers: int) -> None:
    """Let the home hold these photos of the account, and one of another account."""
    store = AccountStore(plans._conn)
    for nsid, held in (("99000002@N07", (9000000002,)), (PLAN.nsid, numbers)):
        photos = [replace(photo(), id=str(number)) for number in held]
        store.save(Account(nsid), photos, taken_at=1.0, source="api", complete=True, full=True)


def test_a_plan_is_found_by_its_id_its_file_and_as_the_last(plans: PlanStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no plan was made yet$") as none:
        plans.load("last")
    assert none.value.hint == "Make one: flickr-auditor plan …"
    plans.write(NEXT, tmp_path / "mine.json")
    written = plans.write(PLAN)
    assert written == tmp_path / "plans" / f"{PLAN.plan_id}.json"
    assert plans.load("last") == plans.load(PLAN.plan_id) == plans.load(str(written)) == PLAN
    other = replace(PLAN, plan_id="plan-20261122-130000-abcdef", nsid="99000002@N07")
    plans.write(other)
    assert (plans.load("last"), plans.load("last", PLAN.nsid)) == (other, PLAN)
    with pytest.raises(UsageError, match=r"^no plan was made for 99000003@N07 yet$"):
        plans.load("last", "99000003@N07")
    assert plans.load(NEXT.plan_id) == plans.load(str(tmp_path / "mine.json")) == NEXT


def test_plans_that_wait_are_the_newest_whose_files_are_there(plans: PlanStore, tmp_path: Path) -> None:
    plans.write(PLAN)
    plans.write(NEXT)
    applied = replace(PLAN, plan_id="plan-20261123-120000-abcdef")
    plans.write(applied)
    conn = database.connect(tmp_path / "a.sqlite3")
    Journal(conn).begin(applied, "run-1")
    conn.close()
    assert plans.waiting(PLAN.nsid, 10) == [NEXT, PLAN]
    assert plans.waiting(PLAN.nsid, 1) == [NEXT]
    assert plans.waiting("99000002@N07", 10) == []
    (tmp_path / "plans" / f"{NEXT.plan_id}.json").unlink()
    assert plans.waiting(PLAN.nsid, 10) == [PLAN]


def test_a_plan_of_somebody_else_is_applied_only_after_a_look_at_exactly_it(plans: PlanStore) -> None:
    assert plans.origin(PLAN) is Origin.FOREIGN
    with pytest.raises(RefusedError, match=r"was not made here, so nobody here has reviewed it") as refused:
        check_origin(PLAN, plans, foreign=False)
    assert refused.value.hint == REVIEW_FIRST
    holds(plans, 9000000001)
    assert not check_origin(SHOWN, plans, foreign=True)
    plans.shown(SHOWN)
    assert check_origin(SHOWN, plans, foreign=True)
    assert not check_origin(EDITED, plans, foreign=True)
    accepted = plans.accept(replace(PLAN, undoes="run-1"))
    assert accepted == PLAN
    assert plans.origin(replace(PLAN, undoes="run-1")) is Origin.ACCEPTED
    assert plans.accept(replace(PLAN, undoes="run-1")) == PLAN


def test_a_plan_of_somebody_else_is_about_own_photos_and_what_is_shown(plans: PlanStore) -> None:
    plans.shown(PLAN)
    holds(plans, 9000000001)
    with pytest.raises(RefusedError, match=r"1 photo that 99000001@N07 does not have.*: 9000000002$"):
        check_origin(PLAN, plans, foreign=True)
    holds(plans, 9000000001, 9000000002)
    with pytest.raises(RefusedError, match=r"nobody is shown \(perm_comment of photo 9000000002\)"):
        check_origin(PLAN, plans, foreign=True)
    # Here undo needs the details, and they are those of the journal.
    plans.write(PLAN)
    assert check_origin(PLAN, plans, foreign=False)


def test_a_plan_of_ours_is_ours_until_somebody_edits_it(plans: PlanStore) -> None:
    plans.write(PLAN)
    assert plans.origin(PLAN) is Origin.MADE
    assert check_origin(PLAN, plans, foreign=False)
    assert plans.accept(PLAN) is PLAN
    with pytest.raises(RefusedError, match=r"was changed after it was made here, so nobody here"):
        check_origin(EDITED, plans, foreign=False)
    assert plans.accept(EDITED).plan_id.startswith(f"{PLAN.plan_id}-")
    assert plans.load(PLAN.plan_id) == PLAN


def test_a_list_of_photos_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("9000000001  # the first\n\nhttps://www.flickr.com/photos/somebody/9000000002/\n")
    assert read_photo_list(path) == frozenset({"9000000001", "9000000002"})
    path.write_text("9000000001\nsomebody\n")
    with pytest.raises(UsageError) as error:
        read_photo_list(path)
    assert error.value.message == f"{path}, line 2: 'somebody' is neither a photo id nor a link of a photo"
    assert error.value.hint == "Open the photo on Flickr and copy its link."
