"""Runs, whole: what the journal holds, what is read, decided, verified and undone, with every word."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.errors import (
    BudgetSpentError,
    CallError,
    NotAllowedError,
    RefusedError,
    UnreachableError,
    UsageError,
)
from auditor.flickr.api import Login, Page, Pool, ReadApi
from auditor.flickr.privacy import Privacy
from auditor.flickr.transport import Credentials, Retry, TransientError
from auditor.flickr.writing import WriteTransport
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip
from auditor.mitigation.kinds.base import GONE, OTHERS, UNREADABLE, FlickrFacts, Permissions, PhotoState
from auditor.mitigation.kinds.registry import WRITE_METHODS, of
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.planning.plan_store import PlanStore
from auditor.mitigation.planning.planner import Budget
from auditor.mitigation.running.catch_up import catch_up
from auditor.mitigation.running.compare import compare
from auditor.mitigation.running.decide import after_error, after_nothing, after_silence, before_call
from auditor.mitigation.running.journal import Journal, Run, RunSummary, plan_state
from auditor.mitigation.running.ownership import Event, Ownership, ownership
from auditor.mitigation.running.pacing import Pacer
from auditor.mitigation.running.photo_state import FRESH_SECONDS, Reader, Window, image, photos_of
from auditor.mitigation.running.run import (
    RunContext,
    carry_out,
    check_limits_now,
    check_permission,
    check_plan,
    run_context,
    start,
)
from auditor.mitigation.running.runner import Runner
from auditor.mitigation.running.undo import (
    LOST,
    PERMISSIONS,
    lost_changes,
    plan_of,
    plan_undo,
    prepare_undo,
    under_way,
    undo_plan,
)
from auditor.mitigation.running.verify import (
    Finding,
    can_read_back,
    mismatch,
    observe,
    resolve,
    verify,
    verify_run,
)
from auditor.progress import Progress
from auditor.report.plan import render_plan
from auditor.report.run import runs_text
from auditor.settings import Settings
from tests.errors_read_well import said
from tests.mitigation.test_plan import CHANGES, PLAN
from tests.watched import Watched

NSID = "99000001@N07"
ID, OTHER = "9000000001", "9000000002"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FACES = Pool("99100001@N20", "Faces")
IN = {"group_id": FACES.group_id, "title": "Faces", "member": True}
OUT = {**IN, "member": False}
TAG_ID = f"98000001-{ID}-320"
UNTAGGED = {"tag": "no_cv", "present": False}
TAGGED = {"tag": "no_cv", "present": True}


def change(
    kind: str, before: Any, after: Any, reversible: Any = "yes", note: str = "", **details: str
) -> Change:
    return Change(details.pop("of", ID), kind, before, after, reversible, note, details)


LICENSE = change("license", "4", "0")
HIDE = change("hide", None, True, "partly")


def photo(photo_id: str = ID, **told: Any) -> Photo:
    known: dict[str, Any] = {"title": "", "license_id": "4", "privacy": Privacy.PUBLIC}
    return Photo(id=photo_id, **(known | told))


def seen(**told: Any) -> PhotoState:
    extra = {name: told.pop(name) for name in ("groups", "permissions", "tag_ids") if name in told}
    return PhotoState(photo(**told), 0.0, **extra)


def record(of: Change = LICENSE, state: Any = "pending", number: int = 0, **told: Any) -> ChangeRecord:
    return ChangeRecord(number, of, state, **told)


# -- comparing and deciding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "state", "outcome"),
    [
        (LICENSE, None, Outcome("drifted", GONE)),
        (LICENSE, seen(), None),
        (LICENSE, seen(license_id="0"), Outcome("already", "it is All Rights Reserved")),
        (
            LICENSE,
            seen(license_id="1"),
            Outcome("drifted", "CC BY-NC-SA 2.0 now, CC BY 2.0 in the plan", observed="1"),
        ),
        (HIDE, seen(), None),
    ],
)
def test_a_photo_is_compared_by_what_the_change_sets(
    to: Change, state: PhotoState | None, outcome: Outcome | None
) -> None:
    assert compare(to, state) == outcome


BY_US = Outcome("done", "seen after a call whose answer never arrived", answer=None)


@pytest.mark.parametrize(
    ("of", "state", "lost", "outcome"),
    [
        (record(), seen(), "", None),
        (record(), seen(), "why", Outcome("drifted", "why", observed="4")),
        (record(), seen(license_id="0"), "why", Outcome("already", "it is All Rights Reserved")),
        (record(state="sent"), seen(license_id="0"), "", BY_US),
        (record(state="sent"), seen(), "why", Outcome("drifted", "why", observed="4")),
    ],
)
def test_what_is_decided_before_a_call(
    of: ChangeRecord, state: PhotoState, lost: str, outcome: Outcome | None
) -> None:
    assert before_call(of, state, lost) == outcome


def test_what_an_ok_and_a_silence_mean() -> None:
    tag = record(change("add-tag", UNTAGGED, TAGGED))
    assert of(record().change).answered(record().change, {}) == Outcome("done")
    added = {"tags": {"tag": [{"full_tag_id": TAG_ID}, {"raw": "other", "full_tag_id": f"1-{ID}-2"}]}}
    assert of(tag.change).answered(tag.change, {"tags": {"tag": [{"full_tag_id": TAG_ID}]}}) == Outcome(
        "done", answer={"tag_id": TAG_ID}
    )
    assert of(tag.change).answered(tag.change, added) == Outcome("done", answer=None)
    assert after_silence(record(), seen(license_id="0")) == BY_US
    assert after_silence(record(), seen()) is None
    assert after_silence(record(), None) == Outcome("drifted", GONE)


def test_nothing_to_do_is_believed_only_when_the_photo_shows_it(journal: Journal) -> None:
    tag, meant = (
        record(change("add-tag", UNTAGGED, TAGGED)),
        Outcome("already", "somebody tagged it just now"),
    )
    tagged = seen(tags=("nocv",))
    assert after_nothing(tag, meant, tagged, sent_before=False) == meant
    assert after_nothing(tag, meant, tagged, sent_before=True) == BY_US
    assert after_nothing(tag, meant, None, sent_before=False) == Outcome("drifted", GONE)
    untagged = "Flickr says that there was nothing to do, and shows the photo as not tagged"
    for before in (False, True):
        assert after_nothing(tag, meant, seen(), sent_before=before) == Outcome("failed", untagged)
    begun(journal, changes=(tag.change,))
    runner(Sending(**{f"of{ID}": [{"tags": {"tag": []}}]}), Flickr(photos={ID: info()}), journal).run()
    assert states(journal) == [("failed", untagged, None)]


MAY = "an earlier call, which had no answer, may have done it"


@pytest.mark.parametrize(
    ("of", "code", "state", "before", "outcome"),
    [
        (record(), 3, seen(), False, Outcome("failed", "Flickr says its licence cannot be changed")),
        (record(), 3, seen(), True, Outcome("failed", "Flickr says its licence cannot be changed")),
        (
            record(),
            1,
            seen(),
            False,
            Outcome("failed", "Flickr: words (error 1), but the photo is still there, unchanged"),
        ),
        (
            record(HIDE),
            1,
            seen(),
            False,
            Outcome("failed", "Flickr: words (error 1), but the photo is still there"),
        ),
        (
            record(HIDE),
            1,
            seen(),
            True,
            Outcome("failed", f"Flickr: words (error 1), but the photo is still there; {MAY}"),
        ),
        (record(HIDE), 3, seen(), True, Outcome("failed", f"Flickr: words (error 3); {MAY}")),
        (
            record(),
            3,
            seen(license_id="0"),
            False,
            Outcome("done", "done, although Flickr answered error 3", answer=None),
        ),
        (
            record(),
            3,
            seen(license_id="1"),
            False,
            Outcome("drifted", "CC BY-NC-SA 2.0 now, CC BY 2.0 in the plan", observed="1"),
        ),
        (record(), 3, None, False, Outcome("drifted", GONE)),
        (
            record(change("join-group", OUT, IN)),
            6,
            seen(groups=frozenset()),
            False,
            Outcome("done", "it waits for the group's moderators", {"queued": "yes"}),
        ),
    ],
)
def test_what_an_error_means_for_the_photo_as_read_after_it(
    of: ChangeRecord, code: int, state: PhotoState | None, outcome: Outcome, *, before: bool
) -> None:
    assert after_error(of, CallError("m", code, "words"), state, sent_before=before) == outcome


# -- the journal ---------------------------------------------------------------------------------------------


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Any]:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        yield conn


@pytest.fixture
def journal(conn: Any) -> Journal:
    return Journal(conn, clock=Clock())


def begun(journal: Journal, run_id: str = "run-1", plan: Plan = PLAN, **more: Any) -> Run:
    return journal.begin(replace(plan, plan_id=f"plan-of-{run_id}", **more), run_id)


def test_a_run_begins_with_all_its_changes(journal: Journal) -> None:
    first = begun(journal, "run-0", changes=())
    run = begun(journal, undoes="run-0")
    assert run == Run("run-1", "plan-of-run-1", NSID, "run-0", 1002.0, None)
    assert (journal.run("run-1"), journal.run_of("plan-of-run-1"), journal.run_of("x")) == (run, run, None)
    assert journal.records("run-1") == [ChangeRecord(number, one) for number, one in enumerate(CHANGES)]
    assert journal.records("run-1", [OTHER]) == [ChangeRecord(3, CHANGES[3])]
    assert journal.records("run-1", []) == []
    assert journal.runs() == [RunSummary(run, {"pending": 4}), RunSummary(first, {})]


def test_what_was_sent_settled_and_read_back_is_kept(journal: Journal, conn: Any) -> None:
    begun(journal)
    journal.sent("run-1", 0, {"title": "x"})
    journal.settle("run-1", 0, Outcome("done", "because", {"tag_id": "7"}))
    journal.settle("run-1", 1, Outcome("drifted", "other", None, observed="1"))
    journal.settle("run-1", 2, Outcome("already"))
    journal.verified("run-1", 0, as_wanted=False, observed={"tag": "x", "present": True})
    journal.verified("run-1", 2, as_wanted=True)
    assert journal.records("run-1") == [
        ChangeRecord(
            0,
            CHANGES[0],
            "done",
            "because",
            {"title": "x"},
            {"tag_id": "7"},
            {"tag": "x", "present": True},
            verified=False,
        ),
        ChangeRecord(1, CHANGES[1], "drifted", "other", observed="1"),
        ChangeRecord(2, CHANGES[2], "already", verified=True),
        ChangeRecord(3, CHANGES[3]),
    ]
    rows = conn.execute("SELECT number, settled, sent_at, answered_at, observed FROM change ORDER BY number")
    assert [tuple(row) for row in rows] == [
        (0, 1, 1002.0, 1003.0, '{"tag": "x", "present": true}'),
        (1, 2, None, 1004.0, '"1"'),
        (2, 3, None, 1005.0, None),
        (3, None, None, None, None),
    ]
    with pytest.raises(RuntimeError, match=r"^the journal has no such pending change$"):
        journal.settle("run-1", 0, Outcome("done"))
    with pytest.raises(RuntimeError):
        journal.verified("run-1", 9, as_wanted=True)
    assert journal.not_read_back("run-1") == []
    assert not journal.finish("run-1")
    journal.settle("run-1", 3, Outcome("done"))
    assert journal.not_read_back("run-1") == [(record(CHANGES[3], "done", 3), 1008.0)]
    assert journal.finish("run-1")
    assert journal.run("run-1").finished_at == 1009.0
    assert journal.finish("run-1")
    assert journal.run("run-1").finished_at == 1009.0


def test_runs_are_found_by_what_they_are(journal: Journal) -> None:
    see = "See them with: flickr-auditor runs"
    assert said(lambda: journal.run("last")) == (UsageError, "no plan was applied yet", see)
    assert said(lambda: journal.run("run-9")) == (UsageError, "there is no run 'run-9'", see)
    first = begun(journal)
    second = begun(journal, "run-2", undoes="run-1")
    assert (journal.run("last"), journal.run_to_undo("last")) == (second, first)
    assert journal.run_to_undo("run-2") == second
    assert journal.unfinished_undo("run-1") == second
    nothing = begun(journal, "run-3", changes=())
    assert journal.run("last") == second
    for number in range(4):
        journal.settle("run-2", number, Outcome("done"))
    journal.finish("run-2")
    assert journal.run_to_undo("last").run_id == "run-2"
    assert journal.unfinished_undo("run-1") is None
    assert [run.run_id for run in journal.unfinished()] == ["run-1", "run-3"]
    assert [summary.run.run_id for summary in journal.runs()] == ["run-3", "run-2", "run-1"]
    assert journal.runs()[1].states == {"done": 4}
    begun(journal, "run-4", nsid="99000002@N07")
    assert journal.run("last").run_id == "run-4"
    assert journal.run("last", NSID).run_id == journal.run_to_undo("last", NSID).run_id == "run-2"
    assert said(lambda: journal.run("last", "99000003@N07"))[1] == "no plan was applied to 99000003@N07 yet"
    assert nothing.run_id == "run-3"


def test_what_later_runs_of_the_account_did_to_the_same_things(journal: Journal) -> None:
    begun(journal)
    begun(journal, "run-2", undoes="run-1")
    begun(journal, "run-3", nsid="99000002@N07")
    for run in ("run-1", "run-3", "run-2"):
        journal.settle(run, 0, Outcome("done"))
    journal.settle("run-2", 1, Outcome("failed", "no"))
    assert journal.superseded("run-1") == {0: "run-2"}
    assert [(event.run_id, event.undoes, event.record.number) for event in journal.events("run-1")] == [
        ("run-1", None, 0),
        ("run-2", "run-1", 0),
        ("run-2", "run-1", 1),
    ]
    assert [(run.run_id, one.number) for run, one in journal.of_photo(OTHER)] == [
        ("run-3", 3),
        ("run-2", 3),
        ("run-1", 3),
    ]


@pytest.mark.parametrize(
    ("plan", "nsid", "state"),
    [
        (PLAN, None, "ready"),
        (PLAN, NSID, "ready"),
        (PLAN, "99000002@N07", "stale"),
        (replace(PLAN, snapshot_at=datetime(2026, 1, 1, tzinfo=UTC)), NSID, "stale"),
    ],
)
def test_what_became_of_a_plan(journal: Journal, plan: Plan, nsid: str | None, state: str) -> None:
    assert plan_state(plan, journal, NOW, nsid) == state
    journal.begin(plan, "run-1")
    assert plan_state(plan, journal, NOW, nsid) == "partly-applied"
    for number in range(4):
        journal.settle("run-1", number, Outcome("done"))
    journal.finish("run-1")
    assert plan_state(plan, journal, NOW, nsid) == "spent"


# -- reading -------------------------------------------------------------------------------------------------


class Flickr:
    """Photos as `getInfo` and listings tell them; keeps what it was asked."""

    calls = 0

    def __init__(self, **told: Any) -> None:
        self.told: dict[str, Any] = {
            "photos": {},
            "perms": {},
            "pools": {},
            "pages": [],
            "may": "write",
        } | told
        self.asked: list[Any] = []

    def _give(self, what: str, key: str) -> Any:
        self.asked.append((what, key))
        found = self.told[what].get(key, CallError("m", 1, "not found"))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        return found

    def photo(self, photo_id: str) -> Any:
        return self._give("photos", photo_id)

    def photo_permissions(self, photo_id: str) -> Any:
        return self._give("perms", photo_id)

    def pools(self, photo_id: str) -> Any:
        return self._give("pools", photo_id)

    def available_licenses(self, photo_id: str) -> Any:
        return self._give("licenses", photo_id)

    def own_photos(self, **asked: Any) -> Iterator[Page]:
        self.asked.append(asked)
        for number, rows in enumerate(self.told["pages"], 1):
            self.asked.append("page")
            yield Page(number, 9, self.told.get("total", {}).get(asked.get("privacy_filter")), tuple(rows))

    def login(self) -> Login:
        return Login(self.told.get("nsid", NSID), "Ann", None)

    def person(self, nsid: str) -> Any:
        self.asked.append(("person", nsid))
        return {"nsid": nsid, "ispro": self.told.get("pro", 0)}

    def permissions(self) -> str:
        return cast("str", self.told["may"])


def api(flickr: Flickr) -> ReadApi:
    return cast("ReadApi", flickr)


def info(photo_id: str = ID, **told: Any) -> dict[str, Any]:
    flags = {"ispublic": 1, "isfriend": 0, "isfamily": 0}
    known = {"license": "4", "safety_level": "0", "tags": {"tag": []}, "visibility": flags, "media": "photo"}
    return {"id": photo_id, "owner": {"nsid": NSID}} | known | told


def reader(flickr: Flickr, *photos: Photo, at: float = 50.0) -> Reader:
    return Reader(api(flickr), NSID, photos, clock=lambda: at)


def test_windows_are_the_times_of_their_photos() -> None:
    photos = [photo(str(n), date_upload=n * 10) for n in range(1, 4)]
    one = reader(Flickr(), *photos, photo("4"), photo("5"))
    assert one.ordered(["3", "5", "1", "4", "1", "6"]) == ["4", "5", "6", "1", "3"]
    assert one.windows(["3", "5", "1", "6"]) == [
        Window(("5",)),
        Window(("6",)),
        Window(("1", "3"), 10, 30),
    ]
    assert one.windows(["2"]) == [Window(("2",))]
    assert one.windows([]) == []


@pytest.mark.parametrize(("last", "windows"), [(500, 1), (501, 2)])
def test_a_window_ends_with_the_page(last: int, windows: int) -> None:
    photos = [photo(str(n), date_upload=n) for n in range(1, 600)]
    found = reader(Flickr(), *photos).windows(["1", str(last)])
    assert len(found) == windows
    same = [photo(str(n), date_upload=7) for n in range(1, 600)]
    assert reader(Flickr(), *same).windows(["1", "599"]) == [Window(("1", "599"), 7, 7)]


def row(photo_id: str, **told: Any) -> dict[str, Any]:
    return {"id": photo_id, "ispublic": 1, "isfriend": 0, "isfamily": 0, "license": "4", "tags": ""} | told


def test_a_window_is_read_as_a_listing_and_what_it_lacks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.mitigation.running.photo_state.wall", lambda: 77.0)
    flickr = Flickr(
        pages=[
            [row("11"), row("99")],
            [row("12", ispublic=2), row("13", tags=False), {"id": "x"}],
            [row("11")],
        ],
        photos={"12": info("12"), "13": info("13")},
    )
    found = reader(flickr).read(Window(("11", "12", "13", "14"), 5, 9))
    as_read = {key: state and (state.photo.id, state.at, state.photo.as_of) for key, state in found.items()}
    assert as_read == {
        "11": ("11", 50.0, 77.0),
        "12": ("12", 50.0, 77.0),
        "13": ("13", 50.0, 77.0),
        "14": None,
    }
    assert flickr.asked[:1] == [{"uploaded_from": 5, "uploaded_to": 9}]
    assert flickr.asked[-3:] == [("photos", "12"), ("photos", "13"), ("photos", "14")]


def test_a_listing_is_left_when_all_are_there() -> None:
    flickr = Flickr(pages=[[row("11")], [row("12")], [row("13")]])
    assert list(reader(flickr).read(Window(("11", "12"), 5, 9))) == ["11", "12"]
    assert flickr.asked.count("page") == 2
    alone = Flickr(photos={"11": info("11")})
    reader(alone).read(Window(("11",)))
    assert alone.asked == [("photos", "11")]


NOT_SAID = "Flickr's answer does not say who may see the photo"


def test_one_photo_is_read_with_tags_and_permissions_or_is_gone() -> None:
    told = info(
        tags={"tag": [{"id": "7", "_content": "nocv"}]}, permissions={"permcomment": "3", "permaddmeta": 2}
    )
    flickr = Flickr(photos={ID: [told, info(), info(visibility={}), CallError("m", 2, "x")]})
    one = reader(flickr)
    state = cast("PhotoState", one.read_one(ID))
    assert (state.tag_ids, state.permissions, state.at) == ({"nocv": "7"}, Permissions("3", "2"), 50.0)
    assert cast("PhotoState", one.read_one(ID)).permissions is None
    assert said(lambda: one.read_one(ID))[:2] == (UnreachableError, NOT_SAID)
    with pytest.raises(CallError):
        one.read_one(ID)
    assert one.read_one(OTHER) is None


PERMS = {"ispublic": 0, "isfriend": 1, "isfamily": 0, "permcomment": 0, "permaddmeta": "3"}
PRIVATE = change("privacy", "friends", "private")
LEAVE = change("leave-group", IN, OUT)


def test_what_a_kind_needs_beyond_a_listing_is_read_before_it() -> None:
    flickr = Flickr(perms={ID: PERMS}, pools={ID: (FACES,)}, photos={ID: info()})
    one = reader(flickr)
    full = one.complete(PRIVATE, seen())
    assert full == PhotoState(photo(privacy=Privacy.FRIENDS), 50.0, permissions=Permissions("0", "3"))
    assert one.complete(LEAVE, seen()) == seen(groups=frozenset({FACES.group_id}))
    inside = seen(groups=frozenset({FACES.group_id}))
    assert one.complete(LEAVE, inside) == inside
    assert one.complete(LICENSE, seen()) == seen()
    assert flickr.asked == [("perms", ID), ("pools", ID)]


def test_a_photo_of_somebody_else_is_left_alone_and_not_kept(journal: Journal) -> None:
    theirs = info(owner={"nsid": "99000002@N07"}, tags={"tag": [{"_content": "nocv"}]})
    state = cast("PhotoState", reader(Flickr(photos={ID: theirs})).read_one(ID))
    for to in (PRIVATE, LEAVE, LICENSE, HIDE):
        assert compare(to, reader(Flickr()).complete(to, state)) == Outcome("drifted", OTHERS)
    silent = reader(Flickr(photos={ID: info(owner={})}))
    assert said(lambda: silent.read_one(ID))[1] == "Flickr's answer does not say whose the photo is"
    begun(journal, changes=(LICENSE,))
    client, kept = Sending(), list[Photo]()
    runner(client, Flickr(photos={ID: theirs}), journal, keep=kept.extend).run()
    assert (client.sent, kept, states(journal)) == ([], [], [("drifted", OTHERS, None)])


@pytest.mark.parametrize(
    ("pools", "groups"),
    [([(), (FACES,)], {FACES.group_id}), ([(), ()], set()), ([(FACES,)], {FACES.group_id})],
)
def test_a_photo_is_out_of_a_group_when_flickr_says_so_twice(pools: list[Any], groups: set[str]) -> None:
    flickr = Flickr(pools={ID: list(pools)})
    assert reader(flickr).complete(LEAVE, seen()) == seen(groups=frozenset(groups))
    assert flickr.asked == [("pools", ID)] * len(pools)


SAFETY = change("safety-level", "safe", "restricted")


@pytest.mark.parametrize(
    ("of", "key", "told", "untold", "what"),
    [
        (LICENSE, "license", "4", {"license_id": None}, "which licence the photo has"),
        (SAFETY, "safety_level", "0", {"safety_level": None}, "which safety level the photo has"),
        (
            change("add-tag", UNTAGGED, TAGGED),
            "tags",
            {"tag": []},
            {"tags_told": False},
            "which tags the photo has",
        ),
    ],
)
def test_what_a_reading_does_not_tell_is_asked_for_alone_and_then_not_known(
    journal: Journal, of: Change, key: str, told: Any, untold: dict[str, Any], what: str
) -> None:
    full = info(**{key: told})
    silent = {name: value for name, value in full.items() if name != key}
    before = reader(Flickr(photos={ID: full})).complete(of, seen(**untold))
    assert compare(of, before) is None
    assert said(lambda: reader(Flickr(photos={ID: silent})).complete(of, seen(**untold)))[:2] == (
        UnreachableError,
        f"Flickr did not say {what}",
    )
    assert reader(Flickr()).complete(of, seen(**untold)) is None
    begun(journal, changes=(of,))
    client = Sending()
    one = runner(client, Flickr(photos={ID: silent}), journal, concurrency=4)
    assert said(one.run)[1] == (
        f"Flickr did not carry out 1 of the changes, for one of them because: Flickr did not say {what}"
    )
    assert states(journal) == [("pending", "", None)]
    done = record(of, "done")
    assert observe(reader(Flickr(photos={ID: silent})), done, seen(**untold)) is UNREADABLE
    journal.settle("run-1", 0, Outcome("done"))
    assert verify(reader(Flickr(photos={ID: silent})), journal, "run-1") == [
        Finding(journal.records("run-1")[0], "unreadable", f"Flickr did not say {what}")
    ]
    assert "could not be read back" in said(runner(client, Flickr(photos={ID: silent}), journal).run)[1]


@pytest.mark.parametrize(
    ("perms", "message"),
    [
        (PERMS | {"ispublic": 2}, NOT_SAID),
        (PERMS | {"permcomment": 4}, "Flickr's answer does not say who may comment"),
        (PERMS | {"permaddmeta": None}, "Flickr's answer does not say who may comment"),
        (PERMS | {"permcomment": -1}, "Flickr's answer does not say who may comment"),
    ],
)
def test_permissions_that_are_none_are_no_answer(perms: dict[str, Any], message: str) -> None:
    one = reader(Flickr(perms={ID: perms}))
    assert said(lambda: one.complete(PRIVATE, seen()))[:2] == (UnreachableError, message)


def test_a_photo_that_is_gone_meanwhile_is_gone_and_one_that_is_there_is_an_error() -> None:
    assert reader(Flickr()).complete(PRIVATE, seen()) is None
    there = reader(Flickr(photos={ID: info()}))
    with pytest.raises(CallError):
        there.complete(PRIVATE, seen())
    other = reader(Flickr(perms={ID: CallError("m", 2, "x")}))
    with pytest.raises(CallError):
        other.complete(PRIVATE, seen())


@pytest.mark.parametrize(("age", "fresh"), [(0.0, True), (FRESH_SECONDS, True), (FRESH_SECONDS + 1, False)])
def test_a_reading_is_fresh_for_nine_minutes(age: float, *, fresh: bool) -> None:
    assert reader(Flickr(), at=age).is_fresh(seen()) is fresh


def test_the_image_of_a_photo_has_no_secret_of_the_original() -> None:
    state = seen(
        title="t",
        tags=("a",),
        secret="s",
        server="5",
        safety_level=1,
        last_update=9,
        original_secret="o",
    )
    kept = {
        "title": "t",
        "license": "4",
        "privacy": "public",
        "tags": ["a"],
        "secret": "s",
        "server": "5",
        "safety_level": 1,
        "last_update": 9,
    }
    assert image(state) == kept
    more = replace(state, permissions=Permissions("1", "2"), groups=frozenset({"b", "a"}))
    assert image(more) == kept | {"permcomment": "1", "permaddmeta": "2", "groups": ["a", "b"]}
    assert photos_of([LICENSE, HIDE, replace(HIDE, photo_id=OTHER)]) == {ID, OTHER}


# -- verifying -----------------------------------------------------------------------------------------------


def test_each_change_of_a_run_is_found_as_it_stands(journal: Journal) -> None:
    changes = (
        *(LICENSE, HIDE, change("hide", None, True, "partly", of=OTHER)),
        *(change("license", "4", "0", of=one) for one in ("9000000003", "9000000004", "9000000005")),
        change("join-group", OUT, IN),
    )
    begun(journal, changes=changes)
    outcomes = [
        Outcome("done"),
        Outcome("done"),
        Outcome("already", "it was"),
        Outcome("done"),
        Outcome("failed", "no"),
    ]
    for number, outcome in enumerate(outcomes):
        journal.settle("run-1", number, outcome)
    journal.settle("run-1", 6, Outcome("done", "it waits", {"queued": "yes"}))
    begun(journal, "run-2", changes=(changes[3],))
    journal.settle("run-2", 0, Outcome("done"))
    flickr = Flickr(photos={ID: info(license="1")})
    watched = Watched()
    found = verify_run(journal.run("run-1"), journal, api(flickr), [], progress=watched)
    records = journal.records("run-1")
    assert found == [
        Finding(records[0], "mismatched", "CC BY-NC-SA 2.0 now, All Rights Reserved in the journal"),
        Finding(records[1], "unreadable", "Flickr does not show this state"),
        Finding(records[2], "unreadable", "it was"),
        Finding(records[3], "superseded", "changed again by run-2"),
        Finding(records[4], "failed", "no"),
        Finding(records[5], "pending"),
        Finding(records[6], "unreadable", "it waits"),
    ]
    assert watched.told == [("Reading back", 1, "photos"), 1]
    assert flickr.asked == [("photos", ID)] * 2
    good = Flickr(photos={ID: info(license="0")})
    assert verify(reader(good), journal, "run-1")[0] == Finding(records[0], "verified")
    assert verify(reader(Flickr()), journal, "run-1")[0] == mismatch(records[0], None)
    assert mismatch(records[0], None).reason == "the photo is gone, All Rights Reserved in the journal"
    with pytest.raises(RefusedError):
        verify_run(journal.run("run-1"), journal, api(Flickr(nsid="99000002@N07")), [])


def test_what_is_not_as_wanted_is_read_once_more() -> None:
    done = record(state="done")
    late = Flickr(photos={ID: info(license="0")})
    assert observe(reader(late), done, seen()) == "0"
    assert late.asked == [("photos", ID)]
    assert observe(reader(Flickr(photos={ID: info()})), done, seen()) == "4"
    assert observe(reader(Flickr()), done, seen()) is None
    assert observe(reader(Flickr()), done, None) is None
    assert observe(reader(Flickr(photos={ID: info()})), record(HIDE, "done"), seen()) is UNREADABLE
    named = record(change("add-tag", UNTAGGED, TAGGED), "done", answer={"clean": "x"})
    assert observe(reader(Flickr()), named, seen(tags=("x",))) == TAGGED
    left = Flickr(pools={ID: [(FACES,), ()]}, photos={ID: info()})
    assert observe(reader(left), record(LEAVE, "done"), seen(groups=frozenset())) == OUT
    gone = Flickr()
    assert observe(reader(gone), record(LEAVE, "done"), seen()) is None


def test_what_nobody_can_read_back_is_known() -> None:
    assert can_read_back(record())
    assert not can_read_back(record(HIDE))
    assert not can_read_back(record(change("join-group", OUT, IN), answer={"queued": "yes"}))


def test_what_became_of_calls_without_an_answer_is_settled(journal: Journal) -> None:
    changes = (
        LICENSE,
        change("license", "4", "0", of=OTHER),
        change("license", "4", "0", of="9000000003"),
        change("privacy", "public", "private", of="9000000004"),
    )
    begun(journal, changes=changes)
    for number in (0, 1, 3):
        journal.sent("run-1", number, {})
    flags = {"ispublic": 0, "isfriend": 0, "isfamily": 0}
    flickr = Flickr(
        photos={
            ID: info(license="0"),
            OTHER: info(OTHER),
            "9000000004": info("9000000004", visibility=flags, secret="new"),
        },
        perms={"9000000004": {**flags, "permcomment": 0, "permaddmeta": 0}},
    )
    resolve(reader(flickr), journal, "run-1")
    assert [(one.state, one.reason, one.answer) for one in journal.records("run-1")] == [
        ("done", BY_US.reason, {}),
        ("sent", "", {}),
        ("pending", "", {}),
        ("done", BY_US.reason, {"secret": "new"}),
    ]
    resolve(reader(Flickr()), journal, "run-1")
    assert journal.records("run-1")[1].reason == GONE


# -- whose it is ---------------------------------------------------------------------------------------------


def event(run: str, to: Change, state: Any = "done", undoes: str | None = None, **told: Any) -> Event:
    return Event(run, undoes, ChangeRecord(0, to, state, **told))


BACK = change("license", "0", "4")


@pytest.mark.parametrize(
    ("events", "lost"),
    [
        ([event("run", LICENSE)], ""),
        ([event("run", LICENSE), event("b", BACK, undoes="run")], "undone already by b"),
        ([event("run", LICENSE), event("b", change("license", "0", "1"))], "changed again by b"),
        (
            [event("run", LICENSE), event("b", change("license", "1", "2"))],
            "somebody changed it since, as b found",
        ),
        (
            [event("run", LICENSE), event("b", BACK, "drifted", observed="1")],
            "somebody changed it since, as b found",
        ),
        ([event("run", LICENSE), event("b", BACK, "already")], "somebody changed it since, as b found"),
        ([event("run", LICENSE), event("b", BACK, "failed")], ""),
        ([event("run", LICENSE), event("b", BACK, "drifted")], ""),
        ([event("a", BACK, "already"), event("run", LICENSE)], ""),
    ],
)
def test_a_state_is_a_runs_own_until_somebody_else_leads_elsewhere(events: list[Event], lost: str) -> None:
    found = ownership("run", events)
    (own,) = found.values()
    assert list(found) == [(ID, "license")]
    assert own.lost == lost
    if not lost:
        assert own == Ownership(made_by=next(one.record for one in events if one.run_id == "run"))


def test_what_a_run_did_not_do_is_not_its_own() -> None:
    assert ownership("run", [event("run", LICENSE, "failed"), event("b", HIDE)]) == {}


# -- undoing -------------------------------------------------------------------------------------------------

RUN = Run("run-1", "plan-1", NSID, None, 1000.0, 2000.0)


def undone(*records: ChangeRecord, events: Sequence[Event] | None = None, **more: Any) -> Plan:
    happened = [Event("run-1", None, one) for one in records] if events is None else events
    return undo_plan(RUN, records, happened, now=NOW, **more)


def test_the_way_back_of_a_run_is_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.outside.Outside.token", lambda _, size: "ab" * size)
    records = (
        record(change("privacy", "public", "private", "partly", of=OTHER), "done", 0),
        record(change("leave-group", IN, OUT, "partly"), "done", 1),
        record(LICENSE, "done", 2),
        record(HIDE, "done", 3),
        record(change("license", "4", "0", of="1000000000"), "already", 4),
        record(change("license", "4", "0", of="9000000005"), "pending", 5),
        record(change("license", "4", "0", of="9000000006"), "sent", 6),
        record(change("license", "4", "0", of="9000000007"), "failed", 7, reason="no"),
        record(change("license", "4", "0", of="9000000008"), "drifted", 8),
    )
    plan = undone(*records)
    note = "who may see it comes back; links and lost faves do not"
    assert plan == Plan(
        plan_id="undo-20261121-120000-ababab",
        nsid=NSID,
        created_at=NOW,
        snapshot_id=None,
        snapshot_at=NOW,
        changes=(
            change("license", "0", "4"),
            change("join-group", OUT, IN, "yes", "the group's moderators may have to let it in"),
            change("privacy", "private", "public", "yes", note, of=OTHER),
        ),
        skipped=(
            Skip(
                ID,
                "stays hidden from searches: it is not known whether it was hidden before; to show it, add"
                " --unhide to the command undo",
                "hide",
            ),
            Skip("1000000000", "nothing to undo: it was already like this before the run", "license"),
            Skip("9000000005", "nothing to undo: the run did not get to it", "license"),
            Skip("9000000006", "nothing to undo: not known whether it was done", "license"),
            Skip("9000000007", "nothing to undo: no", "license"),
            Skip("9000000008", "nothing to undo: drifted", "license"),
        ),
        warnings=(LOST,),
        undoes="run-1",
    )
    shown = undone(records[3], unhide=True)
    assert [one.mitigation for one in shown.changes] == ["unhide"]
    assert shown.warnings == ()


def test_an_undo_says_beforehand_that_comments_are_opened_or_closed_as_they_were() -> None:
    opened = change("privacy", "private", "public")
    plan = undone(record(opened, "done", before_image={"permcomment": 3, "permaddmeta": 2}))
    assert plan.changes[0].details == {"perm_comment": "3", "perm_addmeta": "2"}
    assert plan.warnings == (PERMISSIONS,)
    assert "comment and add tags and notes" in render_plan(plan, "table")
    assert undone(record(opened, "done")).warnings == ()


def test_what_is_no_longer_the_runs_or_cannot_come_back_is_left_with_its_reason() -> None:
    done = record(state="done")
    again = [Event("run-1", None, done), event("run-2", change("license", "0", "1"))]
    assert undone(done, events=again).skipped == (Skip(ID, "left alone: changed again by run-2", "license"),)
    commons = record(change("license", "7", "0"), "done")
    assert undone(commons).skipped == (
        Skip(ID, "No known copyright restrictions cannot be set through Flickr's API", "license"),
    )
    facts = FlickrFacts({}, {"0": frozenset({"0"})}, frozenset())
    assert undone(done, facts=facts).skipped == (
        Skip(ID, "Flickr does not offer CC BY 2.0 for it; the nearest is CC BY 4.0", "license"),
    )
    final = record(change("license", "4", "0", "no", "not again"), "done")
    assert undone(final).skipped == (Skip(ID, "not again", "license"),)
    offered = FlickrFacts({}, {"0": frozenset({"0", "4"})}, frozenset())
    assert undone(final, facts=offered).changes == (BACK,)


def test_an_undo_uses_the_ids_of_what_was_done_last() -> None:
    first = record(change("add-tag", UNTAGGED, TAGGED), "done", answer={"tag_id": "old"})
    redone = record(change("add-tag", UNTAGGED, TAGGED), "done", answer={"tag_id": "new"})
    happened = [
        Event("run-1", None, first),
        Event("run-2", "run-1", record(change("remove-tag", TAGGED, UNTAGGED), "done")),
        Event("run-3", "run-2", redone),
    ]
    assert undone(first, events=happened).changes[0].details == {"tag_id": "new"}


def test_an_undo_that_was_overtaken_leaves_what_others_did(journal: Journal) -> None:
    begun(journal, changes=(LICENSE, change("license", "4", "0", of=OTHER)))
    for number in (0, 1):
        journal.settle("run-1", number, Outcome("done"))
    back = (BACK, change("license", "0", "4", of=OTHER), change("hide", None, True, "partly"))
    undo = begun(journal, "run-2", changes=back, undoes="run-1")
    assert lost_changes(undo, journal) == {2: "left alone: run-1 did not change it"}
    begun(journal, "run-3", changes=(BACK,), undoes="run-1")
    journal.settle("run-3", 0, Outcome("done"))
    assert lost_changes(undo, journal) == {
        0: "left alone: undone already by run-3",
        2: "left alone: run-1 did not change it",
    }
    assert lost_changes(journal.run("run-1"), journal) == {}


def test_a_plan_can_be_told_from_the_journal_alone(journal: Journal) -> None:
    begun(journal, "run-0", changes=())
    run = begun(journal, undoes="run-0")
    started = datetime.fromtimestamp(run.started_at, UTC)
    plan = plan_of(run, journal.records("run-1"))
    assert plan == Plan("plan-of-run-1", NSID, started, None, started, CHANGES, undoes="run-0")
    assert under_way("run-0", journal) == plan
    assert under_way("run-1", journal) is None


BUDGET = Budget(3600, 0, 8)


def test_an_undo_asks_flickr_which_licences_it_still_offers(
    journal: Journal, conn: Any, tmp_path: Path
) -> None:
    run = begun(journal, changes=(LICENSE, change("license", "4", "1", of=OTHER), HIDE))
    journal.settle("run-1", 0, Outcome("done"))
    journal.settle("run-1", 1, Outcome("failed"))
    flickr = Flickr(licenses={ID: frozenset({"0"})})
    plan = plan_undo(run, journal, photos=9, budget=BUDGET, api=api(flickr), unhide=False)
    assert flickr.asked == [("licenses", ID)]
    assert plan.changes == ()
    alone = plan_undo(run, journal, photos=9, budget=BUDGET, api=None, unhide=False)
    assert (alone.changes, alone.estimated_calls) == ((BACK,), 9)
    for failure in (UnreachableError("x"), NotAllowedError("x", hint="Log in.")):
        down = Flickr(licenses={ID: failure})
        assert plan_undo(run, journal, photos=9, budget=BUDGET, api=api(down), unhide=False).changes
    journal.settle("run-1", 2, Outcome("done"))
    plans = PlanStore(conn, tmp_path / "plans")
    given: dict[str, Any] = {"photos": [], "budget": BUDGET}
    plan = prepare_undo(run, journal, plans, api=api(Flickr(licenses={})), unhide=True, **given)
    assert [one.mitigation for one in plan.changes] == ["license", "unhide"]
    assert plans.load(plan.plan_id) == plan
    begun(journal, "run-2", plan=replace(plan))
    assert prepare_undo(run, journal, plans, api=api(Flickr()), **given).plan_id == "plan-of-run-2"


def test_before_an_undo_calls_without_an_answer_are_asked_about(
    journal: Journal, conn: Any, tmp_path: Path
) -> None:
    run = begun(journal, changes=(LICENSE,))
    journal.sent("run-1", 0, {})
    plans = PlanStore(conn, tmp_path / "plans")
    given: dict[str, Any] = {"photos": [], "budget": BUDGET}
    with pytest.raises(RefusedError):
        prepare_undo(run, journal, plans, api=api(Flickr(nsid="99000002@N07")), **given)
    flickr = Flickr(photos={ID: info(license="0")}, licenses={})
    assert prepare_undo(run, journal, plans, api=api(flickr), **given).changes == (BACK,)


# -- from a plan to its run ----------------------------------------------------------------------------------


def test_a_plan_is_checked_before_any_call(journal: Journal) -> None:
    old = replace(PLAN, snapshot_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert said(lambda: check_plan(old, journal, 9, None, NOW)) == (
        RefusedError,
        "the plan is stale: it rests on data of 2026-01-02, and 7 days is the limit",
        "Run flickr-auditor sync, then make the plan again.",
    )
    assert said(lambda: check_plan(PLAN, journal, 9, 3, NOW))[1] == (
        "the plan has 4 changes, and the limit is 3"
    )
    check_plan(PLAN, journal, 9, 4, NOW)
    check_plan(PLAN, journal, 9, None, NOW)
    check_plan(replace(PLAN, undoes="run-1"), journal, 9, 0, NOW)
    many = replace(PLAN, changes=PLAN.changes * 126)
    assert said(lambda: check_plan(many, journal, 0, None, NOW))[0] is RefusedError
    check_plan(many, journal, 504 * 4, None, NOW)
    journal.begin(old, "run-1")
    check_plan(old, journal, 9, 0, NOW)


@pytest.mark.parametrize(
    ("may", "refused"), [("read", True), ("write", False), ("delete", False), ("", False), ("x", False)]
)
def test_a_login_has_to_allow_what_the_changes_need(may: str, *, refused: bool) -> None:
    flickr = api(Flickr(may=may))
    check_permission(flickr, replace(PLAN, changes=()))
    if refused:
        assert said(lambda: check_permission(flickr, PLAN)) == (
            NotAllowedError,
            "your login may only read, and these changes need the permission to write",
            "Run: flickr-auditor login --perms write",
        )
    else:
        check_permission(flickr, PLAN)


MANY = replace(
    PLAN, changes=tuple(change("privacy", "public", "private", of=str(9_000_000_000 + n)) for n in range(11))
)


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"total": {None: 100, 1: 60}}, "yours holds 40 (as Flickr counts now) and would hold 51"),
        ({"total": {None: 100, 1: 61}}, None),
        ({"total": {1: 60}}, "yours holds 40 (as last synced) and would hold 51"),
        ({"total": {None: 100}}, "yours holds 40 (as last synced) and would hold 51"),
        ({"total": {None: 100, 1: 60}, "pages": []}, "yours holds 40 (as last synced) and would hold 51"),
        ({"total": {None: 100, 1: 60}, "pro": 1}, None),
        (
            {"total": {None: 100, 1: 60}, "pro": None},
            "Flickr did not tell whether your account is Pro; a free",
        ),
        ({"total": {None: 100, 1: 61}, "pro": None}, None),
    ],
)
def test_the_limits_are_those_of_now(
    conn: Any, journal: Journal, told: dict[str, Any], refused: str | None
) -> None:
    store = AccountStore(conn)
    hidden = [photo(str(100 + n), privacy=Privacy.PRIVATE) for n in range(40)]
    store.save(Account(NSID), hidden, taken_at=1.0, source="api", complete=True, full=True)
    flickr = Flickr(**({"pages": [[]]} | told))

    def check(plan: Plan = MANY) -> None:
        context = RunContext(cast("Any", None), journal, store)
        check_limits_now(api(flickr), flickr.login(), plan, context, None)

    if refused:
        assert refused in said(check)[1]
    else:
        check()
    flickr.asked.clear()
    check(replace(PLAN, changes=(LICENSE,)))
    assert flickr.asked == []


def test_a_run_works_with_the_only_client_that_writes(conn: Any, journal: Journal, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, flickr_url="http://127.0.0.1:9", concurrency=3)
    store, progress, budget = AccountStore(conn), Progress(), cast("Any", object())
    context = run_context(settings, Credentials("k", "s"), budget, journal, store, progress)
    client = context.transport
    assert isinstance(client, WriteTransport)
    assert client._methods == WRITE_METHODS
    assert (client._base_url, client._budget, client._progress) == ("http://127.0.0.1:9", budget, progress)
    assert client._credentials == Credentials("k", "s")
    assert context == RunContext(client, journal, store, concurrency=3, progress=progress)
    assert context.retry == Retry()


# -- the runner ----------------------------------------------------------------------------------------------


class Sending:
    """A client that writes: gives or raises its answers by the photo, and keeps what was sent."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {key.removeprefix("of"): list(value) for key, value in answers.items()}
        self.sent: list[Any] = []

    def write(self, method: str, params: Any, before_send: Callable[[], None]) -> Any:
        before_send()
        self.sent.append((method, params["photo_id"]))
        answer = self.answers.get(params["photo_id"], [{}]).pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def runner(client: Sending, flickr: Flickr, journal: Journal, **more: Any) -> Runner:
    given: dict[str, Any] = {"concurrency": 1, "retry": Retry(3, 1.0, 3.0), "sleep": lambda _: None} | more
    return Runner(cast("WriteTransport", client), reader(flickr), journal, "run-1", **given)


def states(journal: Journal) -> list[tuple[str, str, bool | None]]:
    return [(one.state, one.reason, one.verified) for one in journal.records("run-1")]


def test_a_run_sends_each_change_once_and_reads_it_back(journal: Journal) -> None:
    begun(journal, changes=(LICENSE, change("license", "4", "0", of=OTHER)))
    after = info(license="0", secret="s")
    flickr = Flickr(photos={ID: [info(secret="s"), after], OTHER: info(OTHER, license="0")})
    client, kept, watched = Sending(), list[Any](), Watched()
    runner(client, flickr, journal, keep=kept.append, progress=watched).run()
    assert client.sent == [("flickr.photos.licenses.setLicense", ID)]
    assert states(journal) == [("done", "", True), ("already", "it is All Rights Reserved", None)]
    assert [[(one.id, one.license_id) for one in batch] for batch in kept] == [[(ID, "0")], []]
    assert watched.told == [("Applying", 2, "changes"), 1, 1]
    first = journal.records("run-1")[0]
    assert (first.before_image["license"], first.before_image["secret"]) == ("4", "s")
    assert journal.run("run-1").finished_at is not None


def test_a_call_without_an_answer_is_sent_again_after_a_look_and_growing_pauses(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), info(), info(), info(license="0")]})
    pauses: list[float] = []
    cut = TransientError("cut", unclear=True)
    client = Sending(**{f"of{ID}": [cut, cut, {}]})
    runner(client, flickr, journal, sleep=pauses.append).run()
    assert pauses == [1.0, 2.0]
    assert len(client.sent) == 3
    assert states(journal) == [("done", "", True)]


def test_a_call_that_took_effect_without_an_answer_is_not_sent_again(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), info(license="0")]})
    client = Sending(**{f"of{ID}": [TransientError("cut", unclear=True)]})
    runner(client, flickr, journal).run()
    assert len(client.sent) == 1
    assert states(journal) == [("done", BY_US.reason, True)]


def test_a_photo_that_is_gone_after_a_silence_is_gone(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), CallError("m", 1, "x")]})
    client = Sending(**{f"of{ID}": [TransientError("cut", unclear=True)]})
    runner(client, flickr, journal).run()
    assert states(journal) == [("drifted", GONE, None)]


def test_a_wait_that_flickr_asks_for_is_said_and_made(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), info(), info(license="0")]})
    waits, lines = list[float](), list[str]()

    class Saying(Progress):
        def say(self, message: str) -> None:
            lines.append(message)

    client = Sending(**{f"of{ID}": [TransientError("429", retry_after=7.4), {}]})
    one = runner(client, flickr, journal, sleep=waits.append, progress=Saying())
    slowed: list[float] = []
    monkeypatch.setattr(one._pacer, "slow_down", slowed.append)
    one.run()
    assert (waits, lines, slowed) == ([7.4], ["Flickr asks to wait 7 seconds."], [7.4])


def test_a_change_that_gets_no_answer_is_left_for_the_next_run(journal: Journal) -> None:
    begun(journal, changes=(LICENSE, change("license", "4", "0", of=OTHER)))
    flickr = Flickr(photos={ID: info(), OTHER: [info(OTHER), info(OTHER, license="0")]})
    client = Sending(**{f"of{ID}": [TransientError("cut", unclear=True)] * 3})
    one = runner(client, flickr, journal)
    assert said(one.run) == (
        UnreachableError,
        "Flickr did not carry out 1 of the changes, without saying why",
        "Run the same command again to continue with them.",
    )
    assert states(journal) == [("sent", "", None), ("done", "", True)]
    assert journal.run("run-1").finished_at is None


def test_too_many_silences_in_a_row_end_the_run(journal: Journal) -> None:
    changes = tuple(change("license", "4", "0", of=str(9_000_000_000 + n)) for n in range(9))
    begun(journal, changes=changes)
    flickr = Flickr(photos={one.photo_id: UnreachableError("it is down") for one in changes})
    one = runner(Sending(), flickr, journal, concurrency=2)
    assert said(one.run) == (
        UnreachableError,
        "Flickr does not answer",
        "Run the same command again later: it resumes where it stopped.",
    )
    assert len([asked for asked in flickr.asked if asked[0] == "photos"]) >= 3


def test_what_cannot_be_read_back_keeps_the_run_open(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), UnreachableError("x")]})
    assert said(runner(Sending(), flickr, journal).run) == (
        UnreachableError,
        "1 change could not be read back: that it was done is Flickr's word only",
        "Run the same command again to read them back.",
    )
    assert states(journal) == [("done", "", None)]


def test_an_error_of_flickr_fails_its_change_alone(journal: Journal) -> None:
    begun(journal, changes=(LICENSE, change("license", "4", "0", of=OTHER)))
    flickr = Flickr(photos={ID: info(), OTHER: [info(OTHER), info(OTHER, license="0")]})
    client = Sending(**{f"of{ID}": [CallError("m", 3, "x")]})
    runner(client, flickr, journal).run()
    assert states(journal) == [
        ("failed", "Flickr says its licence cannot be changed", None),
        ("done", "", True),
    ]


def test_a_reading_that_is_refused_leaves_what_was_sent_open(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    flickr = Flickr(photos={ID: [info(), CallError("m", 2, "refused")]})
    client = Sending(**{f"of{ID}": [CallError("m", 3, "x")]})
    assert said(runner(client, flickr, journal, concurrency=4).run)[1] == (
        "Flickr did not carry out 1 of the changes, for one of them because:"
        f" the outcome of a call is unknown: {CallError('m', 2, 'refused').message}"
    )
    assert states(journal) == [("sent", "", None)]


def test_what_flickr_answered_is_kept_for_the_way_back(journal: Journal) -> None:
    begun(journal, changes=(change("add-tag", UNTAGGED, TAGGED),))
    tags: dict[str, Any] = {"tags": {"tag": [{"id": TAG_ID, "_content": "nocv"}]}}
    flickr = Flickr(photos={ID: [info(), info(**tags)]})
    added = {"tags": {"tag": [{"full_tag_id": TAG_ID, "_content": "nocv"}]}}
    runner(Sending(**{f"of{ID}": [added]}), flickr, journal).run()
    assert journal.records("run-1")[0].answer == {"tag_id": TAG_ID, "clean": "nocv"}
    begun(journal, "run-1b", changes=(change("add-tag", UNTAGGED, TAGGED, of=OTHER),))
    tagged: dict[str, Any] = {"tags": {"tag": [{"id": f"1-{OTHER}-2", "_content": "nocv"}]}}
    silent = Flickr(photos={OTHER: [info(OTHER), info(OTHER, **tagged)]})
    again = Runner(
        cast("WriteTransport", Sending()), reader(silent), journal, "run-1b", concurrency=1, retry=Retry(1)
    )
    again.run()
    assert journal.records("run-1b")[0].answer == {"tag_id": f"1-{OTHER}-2", "clean": "nocv"}


def test_a_call_of_before_whose_photo_cannot_be_read_stays_open(journal: Journal) -> None:
    private = [change("privacy", "public", "private", of=one) for one in (ID, OTHER)]
    begun(journal, changes=tuple(private))
    for number in (0, 1):
        journal.sent("run-1", number, {})
    refused = CallError("flickr.photos.getPerms", 2, "refused")
    told: dict[str, Any] = {
        "photos": {one.photo_id: info(one.photo_id) for one in private},
        "perms": {one.photo_id: refused for one in private},
    }
    assert said(runner(Sending(), Flickr(**told), journal, concurrency=4).run)[1] == (
        "Flickr did not carry out 2 of the changes, for one of them because:"
        f" the outcome of a call is unknown: {refused.message}"
    )
    assert states(journal) == [("sent", "", None)] * 2
    assert said(runner(Sending(), Flickr(**told), journal).run) == (
        UnreachableError,
        f"the outcome of a call is unknown: {refused.message}",
        refused.hint,
    )


def test_a_reading_that_is_refused_before_any_call_fails_the_change(journal: Journal) -> None:
    begun(journal, changes=(change("privacy", "public", "private"),))
    flickr = Flickr(photos={ID: info()}, perms={ID: CallError("m", 2, "refused")})
    runner(Sending(), flickr, journal).run()
    assert states(journal) == [("failed", "Flickr: refused (error 2)", None)]


def test_a_spent_budget_ends_the_run_at_once(journal: Journal) -> None:
    begun(journal, changes=(LICENSE,))
    for flickr, client in (
        (Flickr(photos={ID: BudgetSpentError("spent")}), Sending()),
        (Flickr(photos={ID: info()}), Sending(**{f"of{ID}": [BudgetSpentError("spent")]})),
    ):
        with pytest.raises(BudgetSpentError):
            runner(client, flickr, journal).run()


def test_an_undo_that_is_no_longer_the_runs_sends_nothing(journal: Journal) -> None:
    begun(journal, "run-0", changes=(LICENSE,))
    begun(journal, changes=(BACK,), undoes="run-0")
    client = Sending()
    runner(client, Flickr(photos={ID: info(license="0")}), journal).run()
    assert client.sent == []
    assert states(journal) == [("drifted", "left alone: run-0 did not change it", None)]


def test_a_pacer_hands_out_so_many_turns_and_waits_as_told() -> None:
    now = [0.0]
    pacer = Pacer(4, clock=lambda: now[0])
    assert (pacer.allowed, pacer._wait()) == (4, 0)
    pacer.slow_down(5.0)
    assert (pacer.allowed, pacer._wait()) == (2, 5.0)
    pacer.slow_down(2.0)
    assert pacer._wait() == 5.0
    now[0] = 1.0
    pacer.slow_down(0.0)
    assert pacer.allowed == 2
    now[0] = 4.5
    assert pacer._wait() == 0.5
    now[0] = 5.0
    assert pacer._wait() == 0
    with pacer.slot(), pacer.slot():
        assert pacer._wait() is None
    assert pacer._wait() == 0
    pacer.went_well()
    assert pacer.allowed == 2
    pacer.went_well()
    pacer.went_well()
    assert pacer.allowed == 3


# -- the store -----------------------------------------------------------------------------------------------


def test_the_store_learns_of_a_run_what_was_not_read_back(conn: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = AccountStore(conn)
    photos = [photo(ID), photo(OTHER, as_of=5000.0)]
    store.save(Account(NSID), photos, taken_at=10.0, source="api", complete=True, full=True)
    journal = Journal(conn, clock=lambda: 2000.0)
    changes = (
        *(LICENSE, change("add-tag", UNTAGGED, TAGGED), HIDE),
        *(change("license", "4", "0", of=one) for one in (OTHER, "9000000009")),
    )
    begun(journal, changes=changes)
    for number in range(5):
        journal.settle("run-1", number, Outcome("done"))
    # A computer whose clock stands at 1970 tells nothing of how old the facts in the store are.
    monkeypatch.setattr("auditor.clock.wall", lambda: 0.0)
    catch_up(conn)
    found = {one.id: one for one in store.photos(NSID)}
    assert found == {ID: photo(ID, license_id="0", tags=("nocv",)), OTHER: photo(OTHER)}
    assert (found[ID].as_of, found[OTHER].as_of) == (2000.0, 5000.0)
    assert [summary.not_read_back for summary in journal.runs()] == [5]
    assert runs_text(journal.runs()).endswith(": 5 done, 5 not read back")
    journal.finish("run-1")
    store.update(NSID, [photo(ID)], 7000.0)
    catch_up(conn)
    assert store.photos(NSID)[0].license_id == "4"
    assert [summary.not_read_back for summary in journal.runs()] == [0]


def test_a_run_that_was_abandoned_with_nothing_unread_does_not_read_the_account(
    conn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every command: with 200,000 photos that took 23 seconds."""
    begun(Journal(conn))
    monkeypatch.setattr(AccountStore, "photos", None)
    catch_up(conn)


def test_a_new_run_is_begun_after_the_checks_and_an_old_one_goes_on(
    conn: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.outside.Outside.token", lambda _, size: "ab" * size)
    flickr = Flickr(pages=[[]], pro=1)
    monkeypatch.setattr("auditor.mitigation.running.run.ReadApi", lambda _: flickr)
    context = RunContext(cast("Any", None), journal, AccountStore(conn), now=lambda: NOW)
    run = start(PLAN, context)
    assert (run.run_id, run.plan_id) == ("run-20261121-120000-ababab", PLAN.plan_id)
    assert flickr.asked == [("person", NSID)]
    flickr.asked.clear()
    assert start(PLAN, context) == run
    assert flickr.asked == [("person", NSID)]
    flickr.told["may"] = "read"
    with pytest.raises(NotAllowedError):
        start(PLAN, context)
    flickr.told["nsid"] = "99000002@N07"
    with pytest.raises(RefusedError):
        start(PLAN, context)


def test_a_run_is_carried_out_with_what_its_context_has(
    conn: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Recorded:
        def __init__(self, *given: Any, **options: Any) -> None:
            made.append((given, options))

        def run(self) -> None:
            made.append("run")

    monkeypatch.setattr("auditor.mitigation.running.run.Runner", Recorded)
    monkeypatch.setattr("auditor.clock.wall", lambda: 6000.0)
    store, client, retry = AccountStore(conn), cast("Any", object()), Retry(2)
    context = RunContext(client, journal, store, concurrency=3, retry=retry, progress=Watched())
    carry_out(RUN, context)
    ((transport, one, kept_in, run_id), options), ran = made
    assert (transport, kept_in, run_id, ran) == (client, journal, "run-1", "run")
    assert one._api._transport is client
    keep = options.pop("keep")
    assert options == {"concurrency": 3, "retry": retry, "progress": context.progress}
    keep([photo()])
    assert store.photos(NSID) == []
    made.clear()
    known = photo(OTHER, date_upload=7)
    store.save(Account(NSID), [known], taken_at=10.0, source="api", complete=True, full=True)
    carry_out(RUN, context)
    (_, one, *_), options = made[0]
    assert one._uploads == {OTHER: 7}
    options["keep"]([])
    options["keep"]([photo()])
    assert [(kept.id, kept.as_of) for kept in store.photos(NSID)] == [(ID, 6000.0), (OTHER, 10.0)]
