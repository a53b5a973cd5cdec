"""Plans and what leads to them, whole: the file, the selection, the limits, and what Flickr was asked."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database
from auditor.account.photo import Account, Limits, Photo
from auditor.account.store import AccountStore, Snapshot
from auditor.datasets.index.local import LocalIndexes
from auditor.datasets.match_keys import MatchKey
from auditor.errors import AuditorError, CallError, ConfigurationError, RefusedError, UsageError
from auditor.flickr.api import Login, Page, Pool, ReadApi
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change, Skip
from auditor.mitigation.kinds.base import FlickrFacts, PlanContext
from auditor.mitigation.planning import policy_file, preflight
from auditor.mitigation.planning.build_plan import PlanRequest, make_plan
from auditor.mitigation.planning.flickr_facts import (
    album_members,
    check_account,
    gather,
    offered_licenses,
)
from auditor.mitigation.planning.plan import Plan, digest, load, new_id, to_json
from auditor.mitigation.planning.plan_store import PlanStore
from auditor.mitigation.planning.planner import Budget, make, with_estimate
from auditor.mitigation.planning.policy import (
    ANY,
    Actions,
    Context,
    Except,
    Match,
    Policy,
    Selection,
    album_named,
    conditions,
    select,
)
from tests.audit.memory import Memory, group
from tests.errors_read_well import said
from tests.mitigation.test_plan import CHANGES, PLAN, rehashed, written
from tests.watched import Watched

NSID = "99000001@N07"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIMITS = "https://www.flickrhelp.com/hc/en-us/articles/13690320471060"


def photo(number: int = 1, **told: Any) -> Photo:
    known: dict[str, Any] = {"title": "", "license_id": "4", "privacy": Privacy.PUBLIC}
    return Photo(id=str(9_000_000_000 + number), **(known | told))


ONE, TWO = photo(1), photo(2)


# -- the file ------------------------------------------------------------------------------------------------

FULL = replace(
    PLAN,
    changes=CHANGES,
    skipped=(Skip("11", "why", "license"), Skip("12", "because")),
    warnings=("w",),
    advice=("a",),
    estimated_calls=3,
    estimated_minutes=4,
    undoes="run-1",
)


def test_a_plan_is_written_as_the_schema_says(tmp_path: Path) -> None:
    table = to_json(FULL)
    assert table == {
        "schema_version": 1,
        "plan_id": "plan-20261121-120000-abcdef",
        "account": {"nsid": NSID},
        "created_at": "2026-11-21T12:00:00.000005+00:00",
        "snapshot": {"id": 3, "taken_at": "2026-11-21T12:00:00.000005+00:00"},
        "undoes": "run-1",
        "changes": [
            {
                "photo_id": change.photo_id,
                "mitigation": change.mitigation,
                "before": change.before,
                "after": change.after,
                "reversible": change.reversible,
                "note": change.note,
                "details": dict(change.details),
            }
            for change in CHANGES
        ],
        "skipped": [
            {"photo_id": "11", "mitigation": "license", "reason": "why"},
            {"photo_id": "12", "mitigation": None, "reason": "because"},
        ],
        "warnings": ["w"],
        "advice": ["a"],
        "calls": {"estimated": 3, "minutes": 4},
        "state": "ready",
        "sha256": digest(FULL),
    }
    assert rehashed(table) == table
    assert load(written(table, tmp_path)) == FULL
    undo = replace(FULL, snapshot_id=None, undoes=None)
    assert load(written(to_json(undo), tmp_path)) == undo
    assert FULL.photos == 2


def test_a_time_of_another_zone_is_the_same_time(tmp_path: Path) -> None:
    table = {**to_json(PLAN), "created_at": "2026-11-21T13:00:00.000005+01:00"}
    kind, message, _ = said(lambda: load(written(rehashed(table), tmp_path)))
    assert (kind, message.endswith("was changed after it was made")) == (RefusedError, True)


def test_a_plan_that_is_too_large_or_not_there_says_what_to_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = "Give the file or the id that `flickr-auditor plan` printed, or last for the newest."
    path = tmp_path / "plan.json"
    assert said(lambda: load(path)) == (
        UsageError,
        f"cannot read {path}: No such file or directory",
        hint,
    )
    written(to_json(PLAN), tmp_path)
    monkeypatch.setattr("auditor.mitigation.planning.plan._LARGEST_FILE", path.stat().st_size)
    assert load(path) == PLAN
    monkeypatch.setattr("auditor.mitigation.planning.plan._LARGEST_FILE", path.stat().st_size - 1)
    assert said(lambda: load(path))[0] is UsageError


def test_ids_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.outside.Outside.token", lambda _, size: "ab" * size)
    assert new_id("undo", NOW) == "undo-20261121-120000-ababab"


# -- the store of plans --------------------------------------------------------------------------------------


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[PlanStore]:
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        yield PlanStore(conn, tmp_path / "plans")


def test_a_plan_is_kept_as_text_and_remembered_by_its_hash(plans: PlanStore, tmp_path: Path) -> None:
    path = plans.write(PLAN)
    assert path.read_text() == json.dumps(to_json(PLAN), indent=1) + "\n"
    assert (tmp_path / "plans").stat().st_mode & 0o777 == 0o700
    other = replace(PLAN, plan_id="plan-2")
    out = plans.write(other, tmp_path / "out.json")
    rows = plans._conn.execute("SELECT plan_id, nsid, sha256, created_at, path, foreign_made FROM plan")
    assert [tuple(row) for row in rows] == [
        (PLAN.plan_id, NSID, digest(PLAN), PLAN.created_at.isoformat(), None, 0),
        ("plan-2", NSID, digest(other), PLAN.created_at.isoformat(), str(out), 0),
    ]


def test_a_foreign_plan_never_takes_the_place_of_ours(plans: PlanStore) -> None:
    plans.write(PLAN)
    edited = replace(PLAN, changes=PLAN.changes[:2], undoes="run-1")
    accepted = plans.accept(edited)
    name = f"{PLAN.plan_id}-{digest(edited)[:12]}"
    assert accepted == replace(edited, plan_id=name, undoes=None)
    assert plans.load("last") == PLAN
    assert said(lambda: plans.load(name))[0] is UsageError
    long = replace(PLAN, plan_id="p" * 90)
    plans.remember(long)
    other = replace(long, changes=())
    assert plans.accept(other).plan_id == f"{'p' * 80}-{digest(other)[:12]}"


# -- the selection -------------------------------------------------------------------------------------------

TAG, HIDE = Actions(add_tags=frozenset({"no_cv"})), Actions(hide=True)
TODAY = date(2026, 11, 21)


def selected(
    photos: Sequence[Photo],
    *policies: Policy,
    narrow: Match = Match(),  # noqa: B008
    exceptions: Sequence[Except] = (),
    context: Context = Context(),  # noqa: B008
) -> Selection:
    return select(photos, policies, narrow=narrow, exceptions=exceptions, context=context, today=TODAY)


def test_every_photo_that_is_named_or_matched_is_accounted_for() -> None:
    three = photo(3, tags=("a",))
    found = selected(
        [ONE, TWO, three],
        Policy("all", Match(), TAG),
        Policy("some", Match(tags=frozenset({"a"})), HIDE),
        narrow=Match(ids=frozenset({ONE.id, three.id, "100", "9"})),
        exceptions=[Except(frozenset({ONE.id}), "sold", TODAY)],
    )
    assert found == Selection(
        {three.id: TAG | HIDE},
        (
            Skip(ONE.id, "excepted: sold"),
            Skip("9", "not in the account as last synced"),
            Skip("100", "not in the account as last synced"),
        ),
        (),
    )
    assert selected([ONE], Policy("x", Match(ids=frozenset({"7"})), TAG)).skipped == (
        Skip("7", "not in the account as last synced"),
    )


@pytest.mark.parametrize(
    ("told", "match", "holds"),
    [
        ({"date_taken": "2007-12-24 23:59:59"}, Match(taken_before=date(2007, 12, 25)), True),
        ({"date_taken": "2007-12-24 00:00:00"}, Match(taken_before=date(2007, 12, 24)), False),
        ({"date_taken": "2007-12-24"}, Match(taken_after=date(2007, 12, 24)), True),
        ({"date_taken": None}, Match(taken_after=date(1, 1, 1)), False),
        ({"date_upload": 86_400}, Match(uploaded_after=date(1970, 1, 2)), True),
        ({"date_upload": 86_399}, Match(uploaded_after=date(1970, 1, 2)), False),
        ({"date_upload": 86_400}, Match(uploaded_before=date(1970, 1, 2)), False),
        ({"date_upload": 10**15}, Match(uploaded_after=date(1, 1, 1)), False),
        ({"date_upload": None}, Match(uploaded_before=date(9999, 1, 1)), False),
        ({"date_upload": 0}, Match(uploaded_before=date(9999, 1, 1)), True),
    ],
)
def test_days_begin_and_end_where_they_do(told: dict[str, Any], match: Match, *, holds: bool) -> None:
    one = photo(**told)
    assert bool(selected([one], Policy("p", match, TAG)).wanted) is holds


@pytest.mark.parametrize(
    ("match", "datasets", "holds"),
    [
        (Match(face_datasets_only=True), {"ffhq"}, True),
        (Match(face_datasets_only=True), {"coco"}, False),
        (Match(face_datasets_only=True), set(), False),
        (Match(exposed_in=frozenset({ANY})), set(), False),
        (Match(exposed_in=frozenset({ANY, "x"})), {"coco"}, True),
        (Match(exposed_in=frozenset({"coco", "x"})), {"coco"}, True),
        (Match(exposed_in=frozenset({"x"})), {"coco"}, False),
        (Match(exposed_in=frozenset({ANY}), face_datasets_only=True), {"coco"}, False),
        (Match(exposed_in=frozenset({"ffhq"}), face_datasets_only=True), {"ffhq", "coco"}, True),
    ],
)
def test_exposures_select_by_their_datasets(match: Match, datasets: set[str], *, holds: bool) -> None:
    context = Context({ONE.id: frozenset(datasets)}, frozenset({"ffhq"}))
    assert bool(selected([ONE], Policy("p", match, TAG), context=context).wanted) is holds
    assert match.needs_exposures
    assert not Match(privacy=frozenset({Privacy.PUBLIC})).needs_exposures


def test_what_selects_less_than_it_seems_is_said() -> None:
    undated = [photo(1, date_taken="0000-00-00"), photo(2, date_taken="2020-01-01")]
    ended = Except(frozenset({ONE.id, TWO.id}), "sold", date(2026, 11, 20))
    absent = Except(frozenset(map(str, range(100, 106))), "not mine")
    found = selected(
        undated,
        Policy("p", Match(tags=frozenset({"b", "a"}), taken_before=date(2021, 1, 1)), TAG),
        narrow=Match(ids=frozenset()),
        exceptions=[ended, absent, Except(frozenset(), "nothing"), Except(frozenset({"7", ONE.id}), "x")],
    )
    assert found.warnings == (
        "1 photos have no usable date of taking, so no condition on it holds for them",
        "no photo has the tag a, so it selects none",
        "no photo has the tag b, so it selects none",
        "the list of photos to choose from names none",
        f"the exception of {ONE.id}, {TWO.id} (sold) ended on 2026-11-20",
        "NOT IN THIS ACCOUNT as last synced: 6 photos to be left out (not mine), so check what you meant:"
        " 100, 101, 102, 103, 104 …",
        "NO PHOTO IS EXCEPTED: the list is empty (nothing)",
        "NOT IN THIS ACCOUNT as last synced: 1 photo to be left out (x), so check what you meant: 7",
    )
    assert selected(undated, Policy("p", Match(taken_after=TODAY), TAG)).warnings == found.warnings[:1]
    five = Except(frozenset(map(str, range(100, 105))), "y")
    (line,) = selected([ONE], Policy("p", Match(), TAG), exceptions=[five]).warnings
    assert line.endswith("100, 101, 102, 103, 104")


def test_an_album_is_named_by_title_id_or_link() -> None:
    assert album_named(" Best of ") == "Best of"
    assert album_named("https://www.flickr.com/photos/ann/sets/721") == "721"
    assert album_named("FLICKR.com//photos/ann/albums/722/with/1") == "722"
    assert conditions() == {
        *("exposed_in", "face_datasets_only", "privacy", "license_allows", "tags", "albums", "taken_after"),
        *("taken_before", "uploaded_after", "uploaded_before", "ids", "not_ids"),
    }
    assert bool(Match(tags=frozenset({"a"})))
    assert not Match()


EXAMPLE = "config.example.toml shows every setting."


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"reason": "x"}, "[[except]] 2 needs ids and a reason"),
        ({"id": "11"}, "[[except]] 2 needs ids and a reason"),
        ({"id": "11", "reason": " "}, "[[except]] 2 needs ids and a reason"),
        ({"id": "11", "reason": 7}, "[[except]] 2 needs ids and a reason"),
        (
            {"id": "11", "reasons": "x"},
            "[[except]] 2: unknown setting 'reasons'; known here: id, ids, reason, until",
        ),
        ({"id": {}, "reason": "x"}, "[[except]] 2: id must be text or a list of texts"),
        ({"ids": 1.5, "reason": "x"}, "[[except]] 2: ids must be text or a list of texts"),
    ],
)
def test_an_exception_that_is_none_says_where(table: dict[str, Any], message: str) -> None:
    first = {"id": 11, "reason": "x"}
    assert said(lambda: policy_file.exceptions([first, table])) == (ConfigurationError, message, EXAMPLE)


def test_an_exception_names_its_photos_in_every_way() -> None:
    tables: list[dict[str, Any]] = [
        {"id": 11, "ids": ["12", "https://flic.kr/p/4, 9900000013"], "reason": " x ", "until": "2027-01-02"},
        {"ids": "14 15", "reason": "y"},
    ]
    assert policy_file.exceptions(tables) == (
        Except(frozenset({"11", "12", "3", "9900000013"}), "x", date(2027, 1, 2)),
        Except(frozenset({"14", "15"}), "y"),
    )
    kind, message, hint = said(lambda: policy_file.exceptions([{"id": 11, "reason": "x", "until": "soon"}]))
    assert (kind, message, hint) == (
        ConfigurationError,
        "[[except]] 1: until: 'soon' is not a date",
        "Write it like 2013-05-01.",
    )


def test_two_policies_of_one_name_and_the_place_of_a_nameless_one() -> None:
    table = {"name": "p", "actions": {"hide": True}}
    assert said(lambda: policy_file.policies([table, table]))[1] == "two policies are named 'p'"
    assert said(lambda: policy_file.policies([table, {"actions": {}}]))[1] == "[[policy]] 2 has no name"
    assert list(policy_file.policies([table, {**table, "name": "q"}])) == ["p", "q"]


# -- limits --------------------------------------------------------------------------------------------------

FREE = Account(NSID, is_pro=False, limits=Limits(1200, 1000, ""))


def private(number: int, before: str = "public", after: str = "private") -> list[Change]:
    return [Change(photo(n).id, "privacy", before, after, "partly") for n in range(1, number + 1)]


def test_the_refusal_of_a_free_account_has_its_numbers() -> None:
    def refusal(non_public: int, **more: Any) -> tuple[type[AuditorError], str, str]:
        return said(lambda: preflight.check_limits(FREE, non_public, private(11), **more))

    how = (
        "Choose at most {} photos, or make others public first. Or keep them public, and hide them from"
        " search, tag them no_cv or reserve all rights (--hide-from-search, --add-tag no_cv, --license"
        f" all-rights-reserved). Flickr Pro has no such limit ({LIMITS})."
    )
    what = (
        "a free account may hold 50 non-public items, and Flickr may delete any beyond that; yours holds {}"
        " ({}) and would hold {}"
    )
    assert refusal(40) == (RefusedError, what.format(40, "as last synced", 51), how.format(10))
    assert refusal(60, facts="now") == (RefusedError, what.format(60, "now", 71), how.format(0))
    preflight.check_limits(FREE, 39, private(11))
    preflight.check_limits(FREE, 60, private(1, "private", "public"))
    preflight.check_limits(FREE, 60, private(11, "friends"))


def test_the_cap_has_its_numbers_and_the_way_around_it() -> None:
    assert said(lambda: preflight.check_cap(1501, 6000, None)) == (
        RefusedError,
        "the plan has 1,501 changes, and the limit is 1,500",
        "Look at it with `flickr-auditor show`; if you want it, add --max-changes 1501.",
    )
    assert (preflight.cap_of(2003), preflight.cap_of(2004), preflight.cap_of(0)) == (500, 501, 500)


@pytest.mark.parametrize(
    ("changes", "more", "calls", "minutes"),
    [
        (private(1), {}, 1 + 2 + 1 + 6, 0),
        (private(3), {"photos": 3}, 3 + 2 + 3 + 6, 0),
        (private(3), {"photos": 1001}, 3 + 6 + 3 + 6, 0),
        (private(3), {"photos": 1000}, 3 + 4 + 3 + 6, 0),
        (
            [Change(ONE.id, "leave-group", None, None, "partly")] * 2,
            {"photos": 1},
            2 + 2 + 2 + 6,
            0,
        ),
        (private(1), {"used": 90}, 10, 0),
        (private(1), {"used": 91}, 10, 60),
        (private(1), {"calls_per_hour": 5}, 10, 60),
        (private(1), {"calls_per_hour": 3}, 10, 180),
        (private(200), {"photos": 200, "calls_per_hour": 9999, "concurrency": 1}, 408, 3),
        (private(200), {"photos": 200, "calls_per_hour": 9999, "concurrency": 4}, 408, 1),
        ([], {"used": 500}, 0, 0),
    ],
)
def test_what_a_plan_costs(changes: Sequence[Change], more: dict[str, int], calls: int, minutes: int) -> None:
    given = {"photos": 9999, "calls_per_hour": 100, "used": 0, "concurrency": 8} | more
    assert preflight.estimate(changes, **given) == preflight.Estimate(calls, minutes)


def lines(account: Account, changes: Sequence[Change], *photos: Photo) -> list[str]:
    context = PlanContext(account, {one.id: one for one in photos}, changes, FlickrFacts.unknown())
    return list(preflight.warnings(context))


NOT_TOLD = (
    "if this is a free account it may hold 50 non-public items only; this plan passes that, and apply asks"
    f" Flickr, and goes on only for Pro ({LIMITS})"
)


@pytest.mark.parametrize(
    ("pro", "hidden", "more", "told"),
    [
        (None, 49, 2, True),
        (None, 49, 1, False),
        (None, 60, 1, True),
        (False, 60, 1, False),
        (True, 60, 1, False),
    ],
)
def test_an_account_that_may_be_free_is_warned(
    *, pro: bool | None, hidden: int, more: int, told: bool
) -> None:
    photos = [photo(100 + n, privacy=Privacy.PRIVATE if n % 2 else None) for n in range(hidden)]
    found = lines(Account(NSID, is_pro=pro), private(more), *photos, photo(500))
    assert (NOT_TOLD in found) is told
    opening = lines(Account(NSID, is_pro=pro), private(1, "private", "public"), *photos)
    assert NOT_TOLD not in opening


def loses(number: str) -> str:
    return (
        f"your free account holds more than 1,000 items; {number} will lose the protection from deletion that"
        f" public, freely licensed photos have ({LIMITS})"
    )


@pytest.mark.parametrize(
    ("one", "change", "told"),
    [
        (ONE, Change(ONE.id, "privacy", "public", "private", "yes"), True),
        (ONE, Change(ONE.id, "privacy", "public", "public", "yes"), False),
        (ONE, Change(ONE.id, "license", "4", "0", "yes"), True),
        (ONE, Change(ONE.id, "license", "4", "1", "yes"), False),
        (ONE, Change(ONE.id, "hide", None, after=True, reversible="yes"), False),
        (photo(license_id="0"), Change(ONE.id, "privacy", "public", "private", "yes"), False),
        (photo(privacy=Privacy.FRIENDS), Change(ONE.id, "license", "4", "0", "yes"), False),
        (photo(privacy=None), Change(ONE.id, "license", "4", "0", "yes"), False),
        (TWO, Change(ONE.id, "license", "4", "0", "yes"), False),
    ],
)
def test_who_loses_a_protection_is_told(one: Photo, change: Change, *, told: bool) -> None:
    assert (loses("1 photo") in lines(FREE, [change], one)) is told


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(1001, 1000), True),
        (Limits(1000, 1000), False),
        (Limits(1001, None), True),
        (Limits(1000, None), False),
        (Limits(None, 1), True),
        (Limits(None, 2), False),
        (Limits(None, None), False),
    ],
)
def test_a_protection_matters_to_an_account_over_its_limit(limits: Limits, *, told: bool) -> None:
    account = replace(FREE, limits=limits)
    found = lines(account, [*private(1), *private(1)], ONE, TWO)
    assert (loses("1 photo") in found) is told


# -- what only Flickr tells ----------------------------------------------------------------------------------


class Flickr:
    """Answers about groups, licences and albums; keeps what it was asked."""

    def __init__(self, **told: Any) -> None:
        self.told = {"pools": {}, "licenses": {}, "photos": {}, "albums": {}, "members": {}} | told
        self.asked: list[Any] = []

    def _give(self, what: str, key: str) -> Any:
        self.asked.append((what, key))
        found = self.told[what].get(key, ())
        if isinstance(found, Exception):
            raise found
        return found

    def login(self) -> Login:
        return Login(self.told.get("nsid", NSID), "Ann", "ann")

    def person(self, nsid: str) -> dict[str, Any]:
        self.asked.append(("person", nsid))
        return {"nsid": nsid, "ispro": 0, "upload_count": 7, "upload_limit": 1000}

    def preference(self, name: str) -> dict[str, Any]:
        return {"privacy": 5, "hidden": 0}

    def pools(self, photo_id: str) -> Any:
        return self._give("pools", photo_id)

    def photo(self, photo_id: str) -> Any:
        return self._give("photos", photo_id)

    def available_licenses(self, photo_id: str) -> Any:
        return self._give("licenses", photo_id)

    def albums(self) -> Any:
        return self.told["albums"]

    def album_photos(self, album_id: str, owner: str) -> Iterator[Page]:
        self.asked.append((album_id, owner))
        for number, ids in enumerate(self.told["members"][album_id], 1):
            yield Page(number, 9, self.told.get("total"), tuple({"id": one} for one in ids))


def reading(flickr: Flickr) -> ReadApi:
    return cast("ReadApi", flickr)


GONE = CallError("m", 1, "Photo not found")


def test_groups_and_licences_are_asked_for_as_far_as_the_plan_needs_them() -> None:
    three, four, five = photo(3), photo(4, license_id="0"), photo(5, license_id=None)
    flickr = Flickr(
        pools={
            ONE.id: (Pool("99100001@N20", "a\nb" + "x" * 200), Pool("x", "no group")),
            TWO.id: GONE,
            three.id: GONE,
        },
        photos={TWO.id: GONE},
        licenses={ONE.id: frozenset({"0", "4"}), four.id: CallError("m", 9, "x")},
    )
    wanted = {
        ONE.id: Actions(privacy=Privacy.PRIVATE, license="0"),
        TWO.id: Actions(leave_groups=True),
        three.id: Actions(leave_groups=True),
        four.id: Actions(license="0"),
        five.id: Actions(license="0"),
    }
    watched = Watched()
    found = gather(reading(flickr), wanted, [ONE, TWO, three, four, five], progress=watched)
    assert found == FlickrFacts(
        {ONE.id: (Pool("99100001@N20", "a b" + "x" * 96 + "…"),)},
        {"4": frozenset({"0", "4"})},
        frozenset({TWO.id}),
        asked=frozenset({ONE.id, four.id}),
    )
    assert flickr.asked == [
        ("pools", ONE.id),
        ("pools", TWO.id),
        ("photos", TWO.id),
        ("pools", three.id),
        ("photos", three.id),
        ("licenses", four.id),
        ("licenses", ONE.id),
    ]
    assert watched.told == [("Asking for groups", 3, "photos"), 1, 1, 1]


def test_where_no_licence_changes_flickr_is_not_asked_about_any() -> None:
    flickr = Flickr()
    wanted = {ONE.id: Actions(license="4"), TWO.id: Actions(hide=True)}
    assert gather(reading(flickr), wanted, [ONE, TWO]) == FlickrFacts.unknown()
    assert flickr.asked == []
    assert offered_licenses(reading(Flickr(licenses={"1": frozenset()})), {"4": "1"}) == {}


@pytest.mark.parametrize(
    "told",
    [
        {"pools": {ONE.id: CallError("m", 2, "x")}},
        {"pools": {ONE.id: GONE}, "photos": {ONE.id: CallError("m", 2, "x")}},
    ],
)
def test_another_error_of_flickr_is_no_gone_photo(told: dict[str, Any]) -> None:
    with pytest.raises(CallError) as caught:
        gather(reading(Flickr(**told)), {ONE.id: Actions(leave_groups=True)}, [ONE])
    assert caught.value.code == 2


def test_a_plan_of_another_account_is_refused_with_both_names() -> None:
    assert check_account(reading(Flickr()), NSID) == Login(NSID, "Ann", "ann")
    assert said(lambda: check_account(reading(Flickr(nsid="99000002@N07")), NSID)) == (
        RefusedError,
        f"this is about the account {NSID}, and you are logged in as 99000002@N07",
        "Log in as the right one, or use another --home for another account.",
    )


def test_members_of_albums_have_ids_and_titles() -> None:
    flickr = Flickr(
        albums={"1": "Best", "2": "Worst", "3": "Other"},
        members={"1": [["11", "12"], ["13"]], "2": [["11"]], "3": [["14"]]},
    )
    best = frozenset({"1", "Best"})
    members = {"11": best | {"2", "Worst"}, "12": best, "13": best}
    assert album_members(reading(flickr), NSID, {"Best", "2"}) == (members, [])
    assert flickr.asked == [("1", NSID), ("2", NSID)]
    flickr.told["total"] = 3
    short = (
        "Flickr listed only 1 of 3 photos of the album Worst: the others are not chosen, so plan again later"
    )
    assert album_members(reading(flickr), NSID, {"Best", "2"}) == (members, [short])


# -- the planner ---------------------------------------------------------------------------------------------

TAKEN = NOW.timestamp() - 60
SNAPSHOT = Snapshot(3, NSID, TAKEN, TAKEN, "api", complete=True, photos=2)
BUDGET = Budget(100, 91, 8)


def made(selection: Selection, *photos: Photo, snapshot: Snapshot = SNAPSHOT, **more: Any) -> Plan:
    given: dict[str, Any] = {"facts": FlickrFacts.unknown(), "now": NOW, "budget": BUDGET} | more
    account = given.pop("account", Account(NSID))
    return make(account, photos, snapshot, selection, given.pop("facts"), **given)


def test_a_plan_has_all_that_was_selected_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.outside.Outside.token", lambda _, size: "ab" * size)
    selection = Selection(
        {TWO.id: Actions(hide=True, add_tags=frozenset({"no_cv"})), ONE.id: Actions(license="4")},
        (Skip("9", "not here"),),
        ("selected",),
    )
    plan = made(selection, ONE, TWO, warnings=["first"], advice=["advice"])
    state: dict[str, str | bool] = {"tag": "no_cv", "present": False}
    assert plan == Plan(
        plan_id="plan-20261121-120000-ababab",
        nsid=NSID,
        created_at=NOW,
        snapshot_id=3,
        snapshot_at=datetime.fromtimestamp(TAKEN, UTC),
        changes=(
            Change(TWO.id, "add-tag", state, {**state, "present": True}, "yes"),
            Change(TWO.id, "hide", None, True, "partly", "Flickr does not say whether it was hidden before"),
        ),
        skipped=(Skip("9", "not here"), Skip(ONE.id, "already CC BY 2.0", "license", already=True)),
        warnings=(
            "first",
            "selected",
            "Flickr does not show whether 1 photo had been hidden before: undo leaves them hidden, unless you"
            " type: flickr-auditor undo RUN --unhide",
        ),
        advice=("advice",),
        estimated_calls=10,
        estimated_minutes=60,
    )
    assert with_estimate(plan, 2, replace(BUDGET, used=0)) == replace(plan, estimated_minutes=0)


def test_a_photo_that_is_gone_is_left_out_of_a_plan() -> None:
    gone = FlickrFacts({}, {}, frozenset({ONE.id}))
    plan = made(Selection({ONE.id: Actions(hide=True)}, (), ()), ONE, facts=gone)
    assert (plan.changes, plan.skipped) == ((), (Skip(ONE.id, "gone: the photo is no longer on Flickr"),))


def test_a_plan_over_a_free_accounts_limit_is_not_made() -> None:
    hidden = [photo(100 + n, privacy=Privacy.PRIVATE) for n in range(50)]
    wanted = Selection({ONE.id: Actions(privacy=Privacy.PRIVATE)}, (), ())
    with pytest.raises(RefusedError, match="yours holds 50"):
        made(wanted, ONE, *hidden, account=FREE)


def test_a_plan_over_the_limit_of_an_account_that_may_be_free_says_so() -> None:
    hidden = [photo(100 + n, privacy=Privacy.PRIVATE) for n in range(50)]
    wanted = Selection({ONE.id: Actions(privacy=Privacy.PRIVATE)}, (), ())
    assert NOT_TOLD in made(wanted, ONE, *hidden, account=replace(FREE, is_pro=None)).warnings


WEEK = 7 * 24 * 3600


@pytest.mark.parametrize(
    ("snapshot", "warnings"),
    [
        (
            replace(SNAPSHOT, complete=False),
            ("the last sync or export was incomplete: photos it missed are not in this plan",),
        ),
        (replace(SNAPSHOT, taken_at=NOW.timestamp() - WEEK), ()),
        (
            replace(SNAPSHOT, taken_at=NOW.timestamp() - WEEK - 1),
            (
                "the last sync is of 2026-11-14, over 7 days ago, so this plan cannot be applied: run"
                " flickr-auditor sync, and plan again",
            ),
        ),
        (
            replace(SNAPSHOT, source="export", taken_at=0.0),
            (
                "the data export is of 1970-01-01, over 7 days ago, so this plan cannot be applied: run"
                " flickr-auditor sync, and plan again",
            ),
        ),
    ],
)
def test_what_limits_a_plan_is_said(snapshot: Snapshot, warnings: tuple[str, ...]) -> None:
    assert made(Selection({}, (), ()), ONE, snapshot=snapshot).warnings == warnings


@pytest.mark.parametrize(
    ("told", "snapshot", "reason"),
    [
        ({}, SNAPSHOT, "already CC BY 2.0"),
        ({"as_of": NOW.timestamp() - WEEK}, SNAPSHOT, "already CC BY 2.0"),
        ({"as_of": NOW.timestamp() - WEEK - 1}, SNAPSHOT, "already CC BY 2.0 on 2026-11-14, not known now"),
        ({}, replace(SNAPSHOT, taken_at=0.0), "already CC BY 2.0 on 1970-01-01, not known now"),
        ({"as_of": NOW.timestamp()}, replace(SNAPSHOT, taken_at=0.0), "already CC BY 2.0"),
    ],
)
def test_what_was_so_long_ago_is_not_said_to_be_so_now(
    told: dict[str, Any], snapshot: Snapshot, reason: str
) -> None:
    plan = made(Selection({ONE.id: Actions(license="4")}, (), ()), photo(**told), snapshot=snapshot)
    assert [skip.reason for skip in plan.skipped] == [reason]
    other = made(Selection({}, (Skip(ONE.id, "x"),), ()), photo(**told), snapshot=snapshot)
    assert other.skipped == (Skip(ONE.id, "x"),)


# -- from a home ---------------------------------------------------------------------------------------------


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Any]:
    """A home with an account of three photos, the second in an album."""
    with closing(database.connect(tmp_path / "a.sqlite3")) as conn:
        AccountStore(conn).save(
            Account(NSID, is_pro=True),
            [ONE, replace(TWO, albums=("721",)), photo(3, albums=("722",))],
            taken_at=TAKEN,
            source="export",
            complete=True,
            full=True,
            albums={"721": "Best"},
        )
        yield conn


def planned(conn: Any, tmp_path: Path, *policies: Policy, api: Any = None, **more: Any) -> Plan:
    request = PlanRequest(policies, **{key: more.pop(key) for key in ("narrow", "exceptions") if key in more})
    given: dict[str, Any] = {"now": NOW, "budget": Budget(3600, 0, 2)} | more
    return make_plan(request, conn, tmp_path / "indexes", api, **given)


ALONE = "not logged in, so Flickr was not asked about limits, licences and groups"


def test_without_a_login_a_plan_rests_on_the_home_alone(conn: Any, tmp_path: Path) -> None:
    albums = Match(albums=frozenset({"Best", "722", "None"}))
    plan = planned(
        conn,
        tmp_path,
        Policy("p", albums, Actions(hide=True)),
        exceptions=[Except(frozenset({TWO.id}), "sold", NOW.astimezone().date())],
    )
    assert [change.photo_id for change in plan.changes] == [photo(3).id]
    assert plan.skipped == (Skip(TWO.id, "excepted: sold"),)
    assert plan.warnings[:2] == ("no photo is in an album named None, so it selects none", ALONE)
    assert [line.partition(":")[0] for line in plan.advice] == [
        "New uploads, who may see them",
        "New uploads, hidden from public searches",
        "New uploads, the licence",
        "New uploads, who may download them",
    ]
    assert (plan.nsid, plan.created_at, plan.snapshot_id) == (NSID, NOW, 1)


def test_with_a_login_flickr_tells_limits_defaults_groups_and_albums(conn: Any, tmp_path: Path) -> None:
    flickr = Flickr(
        albums={"9": "Best"},
        members={"9": [[ONE.id]]},
        pools={ONE.id: (Pool("99100001@N20", "Faces"),)},
    )
    watched = Watched()
    policy = Policy("p", Match(albums=frozenset({"Best"})), Actions(privacy=Privacy.PRIVATE))
    plan = planned(conn, tmp_path, policy, api=reading(flickr), nsid=NSID, progress=watched)
    assert [change.photo_id for change in plan.changes] == [ONE.id]
    assert "Faces" in plan.changes[0].note
    assert ALONE not in plan.warnings
    assert "New uploads, who may see them: private" in plan.advice
    assert ("person", NSID) in flickr.asked
    assert watched.told == [("Asking for groups", 1, "photos"), 1]
    stored = cast("Account", AccountStore(conn).account(NSID))
    assert stored.defaults == {"privacy": "5"} | ({"hidden": "0"} if "hidden" in stored.defaults else {})
    hidden = [photo(100 + n, privacy=Privacy.PRIVATE) for n in range(51)]
    AccountStore(conn).update(NSID, hidden, TAKEN)
    with pytest.raises(RefusedError, match="a free account"):
        planned(conn, tmp_path, policy, api=reading(flickr))
    with pytest.raises(RefusedError, match="you are logged in as"):
        planned(conn, tmp_path, policy, api=reading(Flickr(nsid="99000002@N07")))


@pytest.mark.parametrize(
    ("match", "message"),
    [
        (Match(exposed_in=frozenset({ANY})), "there is no local index, so no photo is known to be exposed"),
        (Match(face_datasets_only=True), "there is no local index, so no photo is known to be exposed"),
        (
            Match(exposed_in=frozenset({"ffhq", "coco", ANY})),
            "there is no local index of coco, ffhq, so no photo is known to be exposed",
        ),
    ],
)
def test_a_dataset_without_an_index_is_no_good_news(
    conn: Any, tmp_path: Path, match: Match, message: str
) -> None:
    for narrow, own in ((match, Match()), (Match(), match)):
        policy = Policy("p", own, Actions(hide=True))
        assert said(lambda policy=policy, narrow=narrow: planned(conn, tmp_path, policy, narrow=narrow)) == (  # type: ignore[misc]
            UsageError,
            message,
            "See: flickr-auditor datasets list, and add one with: flickr-auditor datasets add NAME FILE",
        )


def test_a_damaged_index_is_told_beside_what_the_others_say(
    conn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Memory("mine", {MatchKey.PHOTO_ID: [group(ONE.id), group(photo(3).id)]})
    faces = Memory("ffhq", {MatchKey.PHOTO_ID: [group(ONE.id)]})
    opened = LocalIndexes(cast("Any", (mine, faces)), {"torn": "it is cut"})
    monkeypatch.setattr("auditor.mitigation.planning.build_plan.open_indexes", lambda _: opened)
    watched = Watched()
    policy = Policy("p", Match(exposed_in=frozenset({ANY}), face_datasets_only=True), Actions(hide=True))
    plan = planned(conn, tmp_path, policy, progress=watched)
    assert [change.photo_id for change in plan.changes] == [ONE.id]
    assert plan.warnings[0] == ("photos in torn are not known: its local index cannot be read (it is cut)")
    assert watched.told == [("Matching", 2, "indexes"), 1, 1]
    every = planned(conn, tmp_path, Policy("p", Match(exposed_in=frozenset({"mine"})), Actions(hide=True)))
    assert len(every.changes) == 2
