"""From a request to a plan, without Flickr."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from auditor import database
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.datasets.adding import Wish, add
from auditor.flickr.privacy import Privacy
from auditor.mitigation.planning.build_plan import PlanRequest, make_plan
from auditor.mitigation.planning.planner import Budget
from auditor.mitigation.planning.policy import ANY, Actions, Match, Policy

NSID = "99000001@N07"


def test_a_plan_for_exposed_photos_reads_the_account_once(tmp_path: Path) -> None:
    links = tmp_path / "links.txt"
    links.write_text(f"https://www.flickr.com/photos/{NSID}/5300000001/\n")
    add(tmp_path / "indexes", "my-list", [links], Wish())
    photos = [Photo(str(5300000000 + number), "A title", "0", Privacy.PUBLIC) for number in (1, 2)]
    policy = Policy("test", Match(exposed_in=frozenset({ANY})), Actions(privacy=Privacy.PRIVATE))
    now = datetime.now(UTC)
    said: list[str] = []
    with closing(database.connect(tmp_path / "auditor.sqlite3")) as conn:
        AccountStore(conn).save(
            Account(NSID), photos, taken_at=now.timestamp(), source="api", complete=True, full=True
        )
        conn.set_trace_callback(said.append)
        request = PlanRequest([policy])
        plan = make_plan(request, conn, tmp_path / "indexes", None, now=now, budget=Budget(3600, 0, 1))
    assert {change.photo_id for change in plan.changes} == {"5300000001"}
    assert sum("LEFT JOIN photo_original" in statement for statement in said) == 1
