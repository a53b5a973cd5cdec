"""What a pull or a load says that it did, whole; what the store then has; and what Flickr was asked."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database
from auditor.account.data_export import load, save_export
from auditor.account.license_history import Fetched, Held, fetch, held, kept, never_changed, periods
from auditor.account.photo import Account, Limits, Photo
from auditor.account.store import AccountStore, Snapshot
from auditor.account.sync import FULL_EVERY, OVERLAP, SyncResult, sync
from auditor.account.upload_defaults import Advice, advise, read_defaults
from auditor.errors import BudgetSpentError, CallError, RefusedError
from auditor.flickr.api import Login, Page, ReadApi
from auditor.flickr.licenses import LicenseChange
from auditor.flickr.privacy import Privacy
from auditor.text import iso
from tests.account.test_takeout import PROFILE, files, folder, zipped
from tests.account.test_takeout import photo as exported
from tests.watched import Watched

NSID = "99000001@N07"
NOW = 1_800_000_000.0
ANN = Account(NSID, "Ann", "annexample", is_pro=True)


def row(number: int, **told: object) -> dict[str, Any]:
    public = {"ispublic": 1, "isfriend": 0, "isfamily": 0}
    return {"id": str(number), "title": "", "license": "4", "tags": "", "lastupdate": "5", **public, **told}


def stored(number: int, **told: Any) -> Photo:
    return Photo(str(number), "", "4", Privacy.PUBLIC, last_update=5, **told)


class Flickr:
    """An account of these rows, newest first; keeps what it was asked."""

    def __init__(self, *rows: dict[str, Any], total: int | None = None, counted: int | None = None) -> None:
        self.rows = rows
        self.total = len(rows) if total is None else total
        self.counted = len(rows) if counted is None else counted
        self.who = Login(NSID, "Ann", "annexample")
        self.asked: list[Any] = []
        self.per_page = 2

    @property
    def calls(self) -> int:
        return len(self.asked)

    def login(self) -> Login:
        self.asked.append("login")
        return self.who

    def person(self, nsid: str) -> dict[str, Any]:
        self.asked.append(("person", nsid))
        return {"nsid": nsid, "ispro": 1, "username": "Ann", "path_alias": self.who.path_alias}

    def count(self, until: int) -> int | None:
        self.asked.append(("count", until))
        return self.counted

    def own_photos(self, *, at_once: int = 1) -> Iterator[Page]:
        self.asked.append(("all", at_once))
        yield from self._pages(self.rows)

    def updated_since(self, moment: int) -> Iterator[Page]:
        self.asked.append(("since", moment))
        changed = [one for one in self.rows if int(one["lastupdate"] or moment) >= moment]
        yield from self._pages(changed)

    def _pages(self, rows: Sequence[dict[str, Any]]) -> Iterator[Page]:
        for start in range(0, max(len(rows), 1), self.per_page):
            self.asked.append("page")
            yield Page(start + 1, 9, self.total, tuple(rows[start : start + self.per_page]))


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(database.connect(tmp_path / "home" / "a.sqlite3")) as conn:
        yield conn


@pytest.fixture
def store(conn: sqlite3.Connection) -> AccountStore:
    return AccountStore(conn)


def pull(store: AccountStore, flickr: Flickr, **options: Any) -> SyncResult:
    return sync(cast("ReadApi", flickr), store, **({"now": NOW} | options))


# -- from Flickr ---------------------------------------------------------------------------------------------


def test_a_first_pull_lists_all_and_says_so(store: AccountStore) -> None:
    flickr, watched = Flickr(row(13), row(12), row(11)), Watched()
    result = pull(store, flickr, progress=watched)
    assert result == SyncResult(
        account=ANN,
        source="api",
        photos=3,
        added=3,
        changed=0,
        removed=0,
        complete=True,
        calls=6,
        full=True,
        listed=3,
        total=3,
        counted=3,
        as_of=NOW,
    )
    assert sorted(map(str, flickr.asked)) == sorted(
        map(str, ["login", ("person", NSID), ("all", 8), "page", "page", ("count", int(NOW))])
    )
    assert watched.told == [("Listing photos", None, "photos"), 2, 1]
    assert store.photos(NSID) == [stored(number) for number in (11, 12, 13)]
    assert store.snapshot(NSID) == Snapshot(1, NSID, NOW, NOW, "api", complete=True, photos=3)


def test_a_later_full_pull_counts_what_came_what_changed_and_what_went(store: AccountStore) -> None:
    pull(store, Flickr(row(13), row(12), row(11)))
    flickr = Flickr(row(14), row(13), row(12, title="new"), {"id": "x", "ispublic": 1}, total=4, counted=3)
    result = pull(store, flickr, full=True, now=NOW + 9)
    assert result == SyncResult(
        account=ANN,
        source="api",
        photos=4,
        added=1,
        changed=1,
        removed=0,
        complete=False,
        calls=6,
        full=True,
        skipped={"no photo id": 1},
        listed=3,
        total=4,
        counted=3,
        as_of=NOW + 9,
    )
    result = pull(store, Flickr(row(14), row(13)), full=True, now=NOW + 10)
    assert (result.complete, result.removed, result.photos) == (True, 2, 2)
    assert store.gone_ids(NSID) == {"11", "12"}


def test_a_later_pull_asks_for_what_changed_since_and_an_hour_before(store: AccountStore) -> None:
    pull(store, Flickr(row(13, lastupdate=int(NOW) + 2), row(12), row(11)))
    later = int(NOW) + 20
    flickr = Flickr(
        row(14, lastupdate=later),
        row(12, title="new", lastupdate=later),
        row(13, lastupdate=int(NOW) + 2),
        row(11),
    )
    flickr.per_page = 9
    watched = Watched()
    result = pull(store, flickr, now=NOW + 30, progress=watched)
    assert result == SyncResult(
        account=ANN,
        source="api",
        photos=4,
        added=1,
        changed=1,
        removed=0,
        complete=True,
        calls=4,
        full=False,
        counted=4,
        as_of=NOW + 30,
    )
    assert flickr.asked == ["login", ("since", int(NOW) - OVERLAP), "page", ("count", int(NOW) + 30)]
    assert watched.told == [("Listing photos", None, "photos"), 3]
    snapshot = store.required_snapshot(NSID)
    assert (snapshot.taken_at, snapshot.full_at, snapshot.photos) == (NOW + 30, NOW, 4)
    assert [photo.title for photo in store.photos(NSID)] == ["", "new", "", ""]


@pytest.mark.parametrize(("told", "since"), [(int(NOW) - 900, int(NOW) - 900), (None, int(NOW) + 7200)])
def test_a_clock_that_was_ahead_hides_no_change_from_a_later_pull(
    store: AccountStore, told: int | None, since: int
) -> None:
    rows = [row(12), row(11)]
    for one in rows:
        one["lastupdate"] = told
    flickr = Flickr(*rows)
    pull(store, flickr, now=NOW + 7200)
    pull(store, flickr, now=NOW + 10_000)
    assert ("since", since - OVERLAP) in flickr.asked


@pytest.mark.parametrize(
    ("finished_at", "state", "verified", "answered_at", "full"),
    [
        (None, "done", None, NOW + 5, True),
        (None, "done", None, NOW - 5, False),  # all was listed since
        (None, "done", 1, NOW + 5, False),
        (None, "failed", None, NOW + 5, False),
        (NOW + 9, "done", None, NOW + 5, False),
    ],
)
def test_all_is_listed_after_a_run_that_broke_off_before_it_read_back_what_it_changed(
    store: AccountStore,
    conn: sqlite3.Connection,
    finished_at: float | None,
    state: str,
    verified: int | None,
    answered_at: float,
    full: bool,
) -> None:
    """A change that Flickr answered "ok" to and did not make is no update that Flickr would list."""
    flickr = Flickr(row(11, lastupdate=int(NOW) - 100), row(12))
    pull(store, flickr)
    conn.execute("INSERT INTO run VALUES ('run', 'plan', ?, NULL, ?, ?)", (NSID, NOW, finished_at))
    conn.execute(
        "INSERT INTO change (run_id, number, photo_id, mitigation, subject, before, after, details,"
        " reversible, note, state, verified, answered_at)"
        " VALUES ('run', 0, 12, 'license', 'license', '\"4\"', '\"0\"', '{}', 'yes', '', ?, ?, ?)",
        (state, verified, answered_at),
    )
    store.believe(NSID, [replace(stored(12), license_id="0", as_of=NOW + 5)])
    result = pull(store, flickr, now=NOW + 60)
    assert (result.full, store.photos(NSID)[1].license_id) == (full, "4" if full else "0")


def test_what_the_last_pull_stored_ends_the_listing(store: AccountStore) -> None:
    before = int(NOW) - 10
    flickr = Flickr(*(row(number, lastupdate=before) for number in (14, 13, 12, 11)))
    pull(store, flickr)
    flickr.asked.clear()
    assert pull(store, flickr, now=NOW + 5).changed == 0
    assert flickr.asked.count("page") == 1
    for changes in ({"lastupdate": int(NOW)}, {"title": "new", "lastupdate": before}):
        flickr.rows = (row(14, lastupdate=before), row(13, **changes), *flickr.rows[2:])
        flickr.asked.clear()
        pull(store, flickr, now=NOW + 5)
        assert flickr.asked.count("page") == 2


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        (Login(NSID, "Ann", "annexample"), False),
        (Login(NSID, "Ann", None), False),
        (Login(NSID, "Anna", "annexample"), True),
        (Login(NSID, "Ann", "another"), True),
    ],
)
def test_a_member_is_asked_about_when_the_login_tells_another_name(
    store: AccountStore, who: Login, *, asked: bool
) -> None:
    flickr = Flickr(row(11))
    pull(store, flickr)
    flickr.asked.clear()
    flickr.who = who
    result = pull(store, flickr, now=NOW + 5)
    assert (("person", NSID) in flickr.asked) is asked
    assert result.account.path_alias == (who.path_alias or "annexample")


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "export"},
        {"complete": False},
        {"taken_at": NOW + 31},
        {"taken_at": NOW + 30 - FULL_EVERY},
    ],
)
def test_only_a_whole_listing_of_this_week_is_updated(store: AccountStore, changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {"taken_at": NOW, "source": "api", "complete": True} | changes
    store.save(ANN, [stored(11)], full=True, **given)
    assert pull(store, Flickr(row(11)), now=NOW + 30).full


def test_a_listing_of_this_week_is_updated_to_its_last_second(store: AccountStore) -> None:
    store.save(ANN, [stored(11)], taken_at=NOW, source="api", complete=True, full=True)
    assert not pull(store, Flickr(row(11)), now=NOW).full
    store.save(ANN, [stored(11)], taken_at=NOW, source="api", complete=True, full=True)
    assert not pull(store, Flickr(row(11)), now=NOW + FULL_EVERY - 1).full


@pytest.mark.parametrize(
    "flickr",
    [
        Flickr(row(11), counted=2),
        Flickr(row(12, lastupdate=int(NOW), tags=None), row(11), counted=2),
        Flickr({"id": "x", "lastupdate": str(int(NOW))}, row(11), counted=1),
    ],
)
def test_what_an_update_leaves_open_is_listed_in_full(store: AccountStore, flickr: Flickr) -> None:
    pull(store, Flickr(row(11)))
    for one in flickr.rows:
        if one.get("tags", "") is None:
            one["tags"] = ["no text"]
    assert pull(store, flickr, now=NOW + 5).full


def test_the_wrong_login_is_refused_with_a_way_on(store: AccountStore) -> None:
    flickr = Flickr(row(11))
    with pytest.raises(RefusedError) as caught:
        pull(store, flickr, expected="99000002@N07")
    assert caught.value.message == f"you are logged in as {NSID}, and named the account 99000002@N07"
    assert caught.value.hint == "Log in to that account, or leave --account out."
    assert flickr.asked == ["login"]


# -- from an export ------------------------------------------------------------------------------------------


def test_loading_an_export_says_what_it_did(store: AccountStore, tmp_path: Path) -> None:
    first = load(folder(tmp_path / "1", files(exported("11"), exported("12"), exported("13"))), now=NOW)
    save_export(store, first)
    changed = [exported("11"), exported("12", privacy="only you"), exported("14")]
    contents = files(*changed, account_profile=PROFILE | {"pro_user": "yes"}) | {"photo_15.json": b""}
    second = load(zipped(tmp_path / "2" / "x_part1.zip", contents), now=NOW)
    assert save_export(store, second) == SyncResult(
        account=replace(second.account, is_pro=True),
        source="export",
        photos=4,
        added=1,
        changed=1,
        removed=0,
        complete=False,
        calls=0,
        full=True,
        skipped={"empty": 1},
        listed=3,
        incomplete=(
            "1 file could not be used",
            "1 photo that is known here is not in this export: deleted since, or a part of the export is"
            " missing; what is known stays, as only a sync with Flickr can tell",
        ),
        as_of=second.made_at,
        dated=True,
    )
    snapshot = store.required_snapshot()
    assert (snapshot.source, snapshot.complete, snapshot.dated, snapshot.taken_at) == (
        "export",
        False,
        True,
        second.made_at,
    )
    third = load(zipped(tmp_path / "3" / "x_part1.zip", files(exported("11")), day=2), now=NOW)
    result = save_export(store, third)
    assert (result.photos, result.removed, result.complete) == (4, 0, False)
    assert [reason.partition(":")[0] for reason in result.incomplete] == [
        "3 photos that are known here are not in this export"
    ]


def test_an_older_export_says_how_old_and_what_stays(store: AccountStore, tmp_path: Path) -> None:
    store.save(ANN, [stored(11)], taken_at=NOW, source="api", complete=True, full=True)
    older = load(zipped(tmp_path / "x_part1.zip", files(exported("12"))), now=NOW)
    result = save_export(store, older)
    assert result.incomplete == (
        "it is older than what is stored: made 2024-06-01, and what is stored is of 2027-01-15; what is"
        " newer stays",
    )
    assert (result.complete, result.account.username) == (False, "Ann")


def test_reading_an_export_is_shown_file_by_file(tmp_path: Path) -> None:
    watched = Watched()
    load(folder(tmp_path, files(exported("11"))), now=NOW, progress=watched)
    assert watched.told == [("Reading the export", None, "files"), 1, 1]


def test_words_and_fields_that_nobody_knows_are_counted_the_most_frequent_by_name(tmp_path: Path) -> None:
    photos = [exported(str(number), safety=f"word {min(number, 14)}") for number in range(11, 17)]
    photos[0] |= {"new_a": 1, "new_b": 1}
    photos[1] |= {"new_a": 1}
    others = {f"z{number}.json": b"{}" for number in range(4)}
    export = load(folder(tmp_path, files(*photos) | others), now=NOW)
    assert export.warnings == (
        'the safety level of 3 photos ("word 14") and 1 photo ("word 11") and 1 photo ("word 12") and 1 photo'
        " (other words) is not known",
        'fields of unknown meaning were not read: 2 photos ("new_a") and 1 photo ("new_b")',
        "4 files of unknown kind were not read: z0.json, z1.json, z2.json, …",
    )
    long = load(folder(tmp_path / "x", files(exported(privacy="p" * 101, license="l" * 101))), now=NOW)
    shown = "x" * 59
    assert [line.partition("(")[2][:61] for line in long.warnings] == [
        f'"{shown}…'.replace("x", letter) for letter in "lp"
    ]
    three = load(folder(tmp_path / "y", files(exported()) | dict(list(others.items())[:3])), now=NOW)
    assert three.warnings == ("3 files of unknown kind were not read: z0.json, z1.json, z2.json",)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({}, "2019-05-02"),
        ({"comments": [{"date": "2020-01-02 00:00:00"}]}, "2020-01-02"),
        ({"tags": [{"tag": "a", "date_create": "2020-01-03 00:00:00"}]}, "2020-01-03"),
        ({"date_imported": "2020-01-04 00:00:00"}, "2020-01-04"),
        ({"date_taken": "2020-01-05 00:00:00"}, "2019-05-02"),
        ({"comments": [{"date": "2099-01-02 00:00:00"}]}, "2019-05-02"),
    ],
)
def test_copies_are_as_old_as_the_newest_date_that_flickr_wrote_into_them(
    tmp_path: Path, changes: dict[str, Any], day: str
) -> None:
    export = load(folder(tmp_path, files(exported(**changes))), now=NOW)
    assert (iso(export.made_at)[:10], export.dated) == (day, False)


def test_dates_of_albums_and_of_joining_tell_too(tmp_path: Path) -> None:
    created, updated = {"created": "1578009600"}, {"last_updated": 1578096000}
    told: list[tuple[dict[str, Any], str]] = [
        ({"albums": {"albums": [{"id": "1", "photos": [], **created}]}}, "2020-01-03"),
        ({"albums": {"albums": [{"id": "1", "photos": [], **updated}]}}, "2020-01-04"),
        ({"account_profile": PROFILE | {"join_date": "2020-01-05 00:00:00"}}, "2020-01-05"),
    ]
    for number, (others, day) in enumerate(told):
        export = load(folder(tmp_path / str(number), files(exported(), **others)), now=NOW)
        assert iso(export.made_at)[:10] == day


def test_rows_that_are_no_photos_are_counted_by_reason(store: AccountStore) -> None:
    rows = [{"id": "x"}, {"id": "y"}, {"id": "12"}]
    result = pull(store, Flickr(row(11), *rows, total=4, counted=4))
    assert result.skipped == {"no photo id": 2, "no privacy": 1}


# -- the store -----------------------------------------------------------------------------------------------

PHOTO = Photo("11", "One", "4", Privacy.PUBLIC, secret="0a1b2c3d4e", server="5050", farm=6, media="photo")


def save(store: AccountStore, account: Account, *photos: Photo, at: float, **how: Any) -> Snapshot:
    given: dict[str, Any] = {"source": "api", "complete": True, "full": True} | how
    return store.save(account, photos, taken_at=at, **given)


def test_of_an_account_the_newest_word_counts_and_what_only_another_told_stays(store: AccountStore) -> None:
    told = Account(
        NSID, "Ann", "first", is_pro=True, limits=Limits(7, 1000, "below"), defaults={"privacy": "1"}
    )
    older = Account(
        NSID, "Old", "older", is_pro=False, limits=Limits(5), defaults={"hidden": "1", "privacy": "5"}
    )
    newer = Account(NSID, "Anna", None, limits=Limits(upload_count=9), defaults={"privacy": "2"})
    save(store, told, at=100.0)
    save(store, older, at=50.0, source="export")
    assert store.account(NSID) == replace(told, defaults={"hidden": "1", "privacy": "1"})
    save(store, newer, at=200.0)
    assert store.account(NSID) == Account(
        NSID,
        "Anna",
        None,
        is_pro=True,
        limits=Limits(9, 1000, ""),
        defaults={"hidden": "1", "privacy": "2"},
    )
    assert store.aliases(NSID) == ("first", "older")
    given = store.save_defaults(replace(newer, defaults={"a": "b"}), {"privacy": "3"})
    assert given.defaults == {"a": "b", "privacy": "3"}
    assert cast("Account", store.account(NSID)).defaults == {"hidden": "1", "privacy": "3"}


def test_two_accounts_of_a_home_are_kept_apart(store: AccountStore) -> None:
    other = Account("99000002@N07")
    save(store, ANN, PHOTO, at=100.0)
    save(store, other, replace(PHOTO, id="22"), at=100.0, source="export", complete=False, dated=False)
    assert store.accounts() == ["99000002@N07", NSID]
    assert store.snapshot() == Snapshot(
        2, "99000002@N07", 100.0, 100.0, "export", complete=False, photos=1, dated=False
    )
    assert store.snapshot(NSID) == Snapshot(1, NSID, 100.0, 100.0, "api", complete=True, photos=1)
    assert store.account("99000002@N07") == other
    assert [photo.id for photo in store.photos(NSID)] == ["11"]
    save(store, ANN, at=200.0)
    assert store.accounts() == [NSID, "99000002@N07"]
    assert store.gone_ids("99000002@N07") == set()
    assert [photo.id for photo in store.photos("99000002@N07")] == ["22"]


def test_the_snapshot_that_counts_is_the_newest_and_the_full_one_before_it_is_remembered(
    store: AccountStore,
) -> None:
    assert save(store, ANN, PHOTO, at=100.0, full=False).full_at == 100.0
    assert save(store, ANN, PHOTO, at=200.0, full=False).full_at == 100.0
    assert save(store, ANN, PHOTO, at=300.0).full_at == 300.0
    before = save(store, ANN, PHOTO, at=50.0, source="export", dated=False)
    assert before == Snapshot(4, NSID, 300.0, 300.0, "api", complete=True, photos=1)
    assert save(store, ANN, PHOTO, at=300.0, source="export").source == "export"


def test_only_a_full_and_complete_listing_makes_photos_gone(store: AccountStore) -> None:
    save(store, ANN, PHOTO, replace(PHOTO, id="12"), at=100.0)
    for how in ({"full": False}, {"complete": False}):
        save(store, ANN, PHOTO, at=200.0, **how)
        assert store.gone_ids(NSID) == set()
    save(store, ANN, PHOTO, at=200.0)
    assert store.gone_ids(NSID) == {"12"}
    store.update(NSID, [replace(PHOTO, id="12")], 300.0)
    assert store.gone_ids(NSID) == set()
    assert store.changed_at(NSID) == 300.0
    assert store.changed_at("99000002@N07") == 0.0


def test_the_secret_of_an_original_is_the_newest_that_was_told(store: AccountStore) -> None:
    def original() -> str | None:
        return store.photos(NSID)[0].original_secret

    save(store, ANN, replace(PHOTO, original_secret="first", as_of=100.0), at=100.0)
    save(store, ANN, replace(PHOTO, original_secret="older", as_of=50.0), at=100.0, source="export")
    assert original() == "first"
    save(store, ANN, PHOTO, at=200.0)
    assert original() == "first"
    save(store, ANN, replace(PHOTO, original_secret="newer"), at=300.0)
    assert original() == "newer"


def test_titles_of_albums_are_the_newest(store: AccountStore) -> None:
    save(store, ANN, at=100.0, albums={"1": "One", "2": "Two"})
    save(store, ANN, at=50.0, source="export", albums={"1": "Old", "3": "Three"})
    save(store, ANN, at=200.0, albums={"2": "Second"})
    assert store.albums(NSID) == {"1": "One", "2": "Second", "3": "Three"}
    assert store.albums("99000002@N07") == {}


# -- licence histories ---------------------------------------------------------------------------------------

DAY = 86_400


def change(day: int, old: str, new: str) -> LicenseChange:
    return LicenseChange(day * DAY, old, new)


def on(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([], ()),
        ([change(9, "A", "")], (Held("A", on(9), None),)),
        ([change(9, "A", "B")], (Held("A", None, on(9)), Held("B", on(9), None))),
        (
            [change(12, "B", "C"), change(9, "A", "B")],
            (Held("A", None, on(9)), Held("B", on(9), on(12)), Held("C", on(12), None)),
        ),
        (
            [change(9, "A", "B"), change(12, "X", "C"), change(15, "C", "")],
            (Held("A", None, on(9)), Held("C", on(12), on(15))),
        ),
    ],
)
def test_licences_follow_on_one_another(changes: list[LicenseChange], found: tuple[Held, ...]) -> None:
    assert periods(changes) == found
    assert never_changed(found) == (found[0] if len(changes) == 1 and not changes[0].new else None)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [(8, 8, "A"), (8, 9, None), (9, 10, None), (10, 11, "B"), (10, 12, None), (12, 13, None), (13, 99, "C")],
)
def test_on_the_day_of_a_change_no_licence_is_told(first: int, last: int, name: str | None) -> None:
    assert held(periods([change(9, "A", "B"), change(12, "B", "C")]), on(first), on(last)) == name


class Histories:
    """Answers with `answers` by photo id."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def license_history(self, photo_id: str) -> tuple[LicenseChange, ...]:
        self.asked.append(photo_id)
        answer = self.answers[photo_id]
        if isinstance(answer, Exception):
            raise answer
        return cast("tuple[LicenseChange, ...]", answer)


def test_histories_are_asked_for_by_id_until_the_calls_are_spent(conn: sqlite3.Connection) -> None:
    found = (change(9, "CC BY-SA 2.0", "CC BY 2.0"),)
    save(AccountStore(conn), ANN, stored(9), stored(100), at=NOW - 1)
    flickr = Histories(
        {"9": found, "11": CallError("m", 1, "x"), "100": (), "200": BudgetSpentError("spent"), "300": found}
    )
    watched = Watched()
    api = cast("ReadApi", flickr)
    asked = fetch(api, conn, ["100", "11", "9", "200", "300", "9"], now=NOW, progress=watched)
    assert asked == Fetched(asked=3, unknown=1, left=2)
    assert flickr.asked == ["9", "11", "100", "200"]
    assert watched.told == [("Reading licence histories", 5, ""), 1, 1, 1]
    assert [tuple(line) for line in conn.execute("SELECT * FROM license_history ORDER BY photo_id")] == [
        (9, NOW, json.dumps([[9 * DAY, "CC BY-SA 2.0", "CC BY 2.0"]])),
        (100, NOW, "[]"),
    ]
    assert kept(conn, ["9", "11"], now=NOW) == {"9": periods(found)}
    assert kept(conn, ["100"], now=NOW) == {"100": ()}


def test_a_history_is_asked_for_again_after_a_month(conn: sqlite3.Connection) -> None:
    flickr = Histories({"9": ()})
    save(AccountStore(conn), ANN, stored(9), at=NOW - 1)
    for later, calls in ((0, 1), (30 * DAY - 1, 1), (30 * DAY, 2)):
        asked = fetch(cast("ReadApi", flickr), conn, ["9"], now=NOW + later)
        assert len(flickr.asked) == calls
        assert asked.left == 0


# -- defaults for new uploads --------------------------------------------------------------------------------


def test_defaults_are_read_one_by_one_and_one_that_fails_is_left_out() -> None:
    asked: list[str] = []

    class Api:
        def preference(self, name: str) -> dict[str, Any]:
            asked.append(name)
            if name == "getHidden":
                raise CallError("m", 1, "x")
            return {"privacy": {"_content": 5}, "hidden": 1}

    assert read_defaults(cast("ReadApi", Api())) == {"privacy": "5"}
    assert asked == ["getPrivacy", "getHidden"]

    class Empty:
        def preference(self, name: str) -> dict[str, Any]:
            return {"hidden": 0} if name == "getHidden" else {}

    assert read_defaults(cast("ReadApi", Empty())) == {"hidden": "0"}


@pytest.mark.parametrize(
    ("privacy", "value", "good"),
    [
        ("1", "public", False),
        ("2", "friends", True),
        ("3", "family", True),
        ("4", "friends-family", True),
        ("5", "private", True),
        ("6", "unknown (6)", False),
        ("0", "unknown (0)", False),
    ],
)
def test_each_privacy_of_new_uploads_is_named(privacy: str, value: str, *, good: bool) -> None:
    (first, *_) = advise({"privacy": privacy})
    assert first == Advice("who may see them", value, good, "private until you have looked at them")


@pytest.mark.parametrize("who", ["only you", " You", "NOBODY", "no one"])
def test_only_words_for_nobody_are_good(who: str) -> None:
    *_, last = advise({"who_can_download_photos": who})
    assert last == Advice("who may download them", who, good=True, recommended="only you")
