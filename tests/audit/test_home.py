"""The audit of a home, and a check of single targets in one: what is handed on to whom."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import clock, database
from auditor.account.license_history import fetch
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.audit import run
from auditor.audit.audit import AccountState
from auditor.audit.check import check, check_home, unanswered
from auditor.audit.coverage import nothing_searched
from auditor.audit.originals import Originals
from auditor.audit.result import CheckedTarget, CheckResult, NotChecked, Why
from auditor.audit.run import account_state, audit_home, with_license_histories
from auditor.datasets.index.local import LocalIndexes
from auditor.datasets.index.lookup import Group
from auditor.datasets.match_keys import MatchKey
from auditor.errors import NotSyncedError, UnreachableError, UsageError
from auditor.flickr.api import ReadApi
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.flickr.urls import StaticAddress
from auditor.lookup.asked import Asked, Consulted
from auditor.progress import Progress
from tests.audit.memory import Memory, group

ME, OTHER = "99000001@N07", "99000002@N07"
TAKEN = 1_700_000_000.0


def photo(photo_id: str, **told: Any) -> Photo:
    return Photo(photo_id, "", "0", Privacy.PUBLIC, **told)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A home with two accounts; the second was pulled last, and that in part."""
    conn = database.connect(tmp_path / "home.sqlite3")
    store = AccountStore(conn)
    everything: dict[str, Any] = {"source": "api", "complete": True, "full": True}
    account = Account(ME, "Lena", "lena-lens")
    old = photo("9", server="1", farm=2, secret="0123456789")
    store.save(replace(account, path_alias="older"), [old, photo("11")], taken_at=TAKEN - 60, **everything)
    store.save(account, [photo("11")], taken_at=TAKEN, **everything)
    others: dict[str, Any] = everything | {"source": "export", "complete": False}
    store.save(Account(OTHER), [photo("22")], taken_at=TAKEN, dated=False, **others)
    yield conn
    conn.close()


def test_an_account_is_audited_as_it_was_stored(conn: sqlite3.Connection) -> None:
    state = account_state(conn, ME)
    assert state == AccountState(
        account=Account(ME, "Lena", "lena-lens"),
        photos=[photo("11")],
        gone_ids=frozenset({"9"}),
        addresses=[StaticAddress("9", "1", 2, "0123456789")],
        aliases=("lena-lens", "older"),
        snapshot_at="2023-11-14T22:13:20+00:00",
        complete=True,
        dated=True,
    )
    last = account_state(conn)
    assert (last.account.nsid, last.complete, last.dated) == (OTHER, False, False)
    assert account_state(conn, ME, []).photos == []
    conn.execute("DELETE FROM account")
    assert account_state(conn, ME).account == Account(ME)
    with pytest.raises(NotSyncedError):
        account_state(conn, "99000003@N07")


def local(*readable: Memory, parents: Sequence[Memory] = (), **damaged: str) -> LocalIndexes:
    return LocalIndexes(cast("Any", readable), damaged, cast("Any", tuple(parents)))


class Remote:
    """Stands for a look-up with indexes of its own; keeps what it was asked for."""

    consulted = Consulted("https://example.org", "2026-01-01", "0" * 64, 1, 0, (), {})
    failure: Any = None

    def __init__(self, *indexes: Memory, **silent: str) -> None:
        self._indexes, self._silent = indexes, silent
        self.asked: list[Any] = []

    def for_account(self, beside: Sequence[str], only: Sequence[str], *, md5s: bool = False) -> Any:
        self.asked.append((beside, only, md5s))
        return self._indexes, self._silent

    def indexes(self, beside: Sequence[str] = ()) -> Any:
        self.asked.append(beside)
        return self._indexes

    def silent(self, beside: Sequence[str] = ()) -> Mapping[str, str]:
        self.asked.append(beside)
        return self._silent


def as_asked(remote: Remote) -> Asked:
    return cast("Asked", remote)


def told(result: Any) -> dict[str, tuple[Why, str]]:
    """What is said of datasets that were looked for and not looked in."""
    wanted = (item for item in result.not_checked if item.why not in {Why.NO_INDEX, Why.NO_KEY, Why.LEFT_OUT})
    return {item.dataset: (item.why, item.reason) for item in wanted}


def test_all_that_is_here_and_all_that_a_look_up_has_is_searched(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "utc", lambda: datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
    mine = Memory("mine", {MatchKey.PHOTO_ID: [group("22")]})
    remote = Remote(Memory("theirs", {MatchKey.PHOTO_ID: [group("22")]}), lost="no answer")
    result = audit_home(conn, local(mine, torn="it is cut"), asked=as_asked(remote))
    assert result.account.nsid == OTHER
    assert result.generated_at == "2026-01-02T03:04:05+00:00"
    assert [index.dataset for index in result.indexes] == ["mine", "theirs"]
    assert [one.dataset for photo in result.exposed for one in photo.exposures] == ["mine", "theirs"]
    assert told(result) == {
        "lost": (Why.UNASKED, "no answer"),
        "torn": (Why.DAMAGED, "its local index cannot be read: it is cut"),
    }
    assert result.lookup == Remote.consulted
    assert (result.only, result.originals) == ((), None)
    assert remote.asked == [(["mine"], (), False)]


def test_a_photo_that_a_sync_misses_during_the_audit_is_no_longer_in_the_account(
    conn: sqlite3.Connection,
) -> None:
    class Meanwhile(Memory):
        def groups(self, *asked: Any, **options: Any) -> Iterator[Group]:
            yield from super().groups(*asked, **options)
            AccountStore(conn).save(
                Account(ME), [photo("12")], taken_at=TAKEN + 60, source="api", complete=True, full=True
            )

    result = audit_home(conn, local(Meanwhile("mine", {MatchKey.PHOTO_ID: [group("11")]})), nsid=ME)
    assert (result.exposed, [found.photo_id for found in result.gone]) == ((), ["11"])


def test_an_audit_can_be_of_another_account_of_some_datasets_and_of_photos_that_were_read(
    conn: sqlite3.Connection,
) -> None:
    parent = Memory("open-images", {MatchKey.PHOTO_ID: [group("11", keys=("T1",))]}, keyed=1)
    child = Memory("open-images-miap", {MatchKey.PARENT_KEY: [group("t1")]})
    remote = Remote()
    result = audit_home(
        conn,
        local(child, parents=[parent]),
        nsid=ME,
        photos=[photo("11"), photo("12")],
        only=["Open-Images-MIAP"],
        asked=as_asked(remote),
    )
    assert (result.account.nsid, result.photos, result.only) == (ME, 2, ("open-images-miap",))
    assert [one.via for photo in result.exposed for one in photo.exposures] == ["open-images"]
    assert {item.why for item in result.not_checked} == {Why.LEFT_OUT, Why.NO_KEY}
    assert remote.asked == [(["open-images-miap"], ("open-images-miap",), False)]
    assert audit_home(conn, local(child, parents=[parent]), nsid=ME).lookup is None


def test_originals_are_read_only_where_an_index_could_match_them(
    conn: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []

    def reading(*given: Any, **options: Any) -> Originals:
        read.append((given, options))
        return Originals("/o", (), ())

    monkeypatch.setattr(run, "read", reading)
    without = Memory("mine", {MatchKey.PHOTO_ID: []})
    assert audit_home(conn, local(without), originals=tmp_path).originals is None
    assert read == []
    watching, remote = Progress(), Remote(Memory("theirs", {MatchKey.CONTENT_MD5: []}))
    result = audit_home(conn, local(without), originals=tmp_path, asked=as_asked(remote), progress=watching)
    assert result.originals is not None
    assert read == [((tmp_path, conn), {"progress": watching})]
    assert remote.asked == [(["mine"], (), True)]
    audit_home(conn, local(without))
    assert len(read) == 1


def test_the_progress_of_matching_is_shown(conn: sqlite3.Connection) -> None:
    labels: list[str] = []

    class Watching(Progress):
        def task(self, label: str, **options: Any) -> Any:
            labels.append(label)
            return super().task(label, **options)

    audit_home(conn, local(Memory("mine", {MatchKey.PHOTO_ID: []})), progress=Watching())
    assert labels == ["Matching"]


def test_licence_histories_are_those_of_exposed_photos_that_were_read(conn: sqlite3.Connection) -> None:
    class Flickr:
        def read(self, _: str, *, photo_id: str) -> Any:
            assert photo_id in {"11", "13"}
            return {"license_history": [{"date_change": 1_253_741_816, "old_license": "Attribution License"}]}

    conn.execute("UPDATE photo SET license_id = '4'")
    fetch(ReadApi(cast("Any", Flickr())), conn, ["11", "13"], now=TAKEN + 1)
    found = Memory("coco", {MatchKey.PHOTO_ID: [group("11"), group("12")]})
    own = Memory("mine", {MatchKey.PHOTO_ID: [group("11")]})
    result = audit_home(conn, local(found, own), nsid=ME, photos=[photo("11"), photo("12"), photo("13")])
    assert result.license_histories is None
    facts = with_license_histories(result, conn).license_histories
    assert facts is not None
    assert {photo_id: (str(one), {*one.then}) for photo_id, one in facts.items()} == {
        "11": ("CC BY 2.0 since 2009-09-23", {"coco"})
    }


# -- a check -------------------------------------------------------------------------------------------------

FAILURE = UnreachableError("it is down")
DOWN = "the look-up did not answer: it is down"


def check_one(indexes: LocalIndexes, remote: Remote | None = None, *targets: str) -> CheckResult:
    given = [classify(target) for target in targets or ("4711",)]
    return check_home(given, indexes, None, as_asked(remote) if remote else None)


def test_a_check_looks_here_and_in_a_look_up() -> None:
    mine = Memory("mine", {MatchKey.PHOTO_ID: [group("4711")]})
    remote = Remote(Memory("theirs", {MatchKey.PHOTO_ID: [group("4711")]}), lost="no answer")
    result = check_one(local(mine, torn="it is cut"), remote)
    assert [item.exposure.dataset for item in result.targets[0].exposures] == ["mine", "theirs"]
    assert [index.dataset for index in result.indexes] == ["mine", "theirs"]
    assert told(result) == {
        "lost": (Why.UNASKED, "no answer"),
        "torn": (Why.DAMAGED, "its local index cannot be read: it is cut"),
    }
    assert result.lookup == Remote.consulted
    assert remote.asked == [["mine"], ["mine"]]
    assert check_one(local(mine)).lookup is None


def test_a_look_up_that_fails_says_nothing_of_its_datasets() -> None:
    mine = Memory("mine", {MatchKey.PHOTO_ID: [group("4711")]})
    remote = Remote(Memory("theirs", {MatchKey.PHOTO_ID: []}))
    remote.failure = FAILURE
    result = check_one(local(mine), remote, "4711", "4712")
    found, lost = result.targets
    assert (len(found.exposures), found.note, found.error) == (1, DOWN, None)
    assert (lost.error, lost.cause) == (DOWN, FAILURE)
    assert [index.dataset for index in result.indexes] == ["mine"]
    assert told(result) == {"theirs": (Why.UNASKED, DOWN)}
    assert result.lookup == Remote.consulted


def test_what_went_unanswered_is_told_of_each_target_and_dataset() -> None:
    indexes = [Memory(name, {MatchKey.PHOTO_ID: [group("4711")]}) for name in ("ffhq", "coco", "mine")]
    before = check([classify("4711"), classify("4712")], indexes, {}, None, damaged={"torn": "it is cut"})
    noted = replace(before.targets[0], note="a note")
    wrong = CheckedTarget(classify("-"), (), error="not readable")
    result = unanswered(
        replace(before, targets=(noted, *before.targets, wrong)), ["ffhq", "mine", "absent"], FAILURE
    )
    assert result == CheckResult(
        (
            replace(noted, note=f"a note; {DOWN}"),
            replace(before.targets[0], note=DOWN),
            replace(before.targets[1], error=DOWN, cause=FAILURE),
            replace(wrong, note=DOWN),
        ),
        (before.indexes[1],),
        (
            NotChecked("ffhq", "ffhq", Why.UNASKED, DOWN, "general"),
            NotChecked("mine", "mine", Why.UNASKED, DOWN, "general"),
            *before.not_checked,
        ),
    )


def missing(dataset: str, why: Why, reason: str) -> NotChecked:
    return NotChecked(dataset, dataset.upper(), why, reason, "general")


def test_where_no_index_answers_each_reason_is_told_once_with_its_datasets() -> None:
    error = nothing_searched(
        [
            missing("a", Why.EMPTY, "it is empty"),
            missing("b", Why.NO_INDEX, "it is not here"),
            missing("c", Why.DAMAGED, "it is\ncut"),
            missing("d", Why.EMPTY, "it is empty"),
            missing("e", Why.NO_KEY, "it has none"),
        ]
    )
    assert error.message == "no index could be searched (a, d: it is empty; c: it is cut)"
    assert error.hint == "See: flickr-auditor datasets info NAME"
    many = nothing_searched([missing(name, Why.EMPTY, "it is empty") for name in "abcdef"])
    assert many.message == "no index could be searched (a, b and 4 more: it is empty)"
    few = nothing_searched([missing(name, Why.EMPTY, "it is empty") for name in "abc"])
    assert few.message == "no index could be searched (a, b, c: it is empty)"
    none = nothing_searched([missing("b", Why.NO_INDEX, "it is not here")])
    assert isinstance(none, UsageError)
    assert none.message == "there is no local index to search"
