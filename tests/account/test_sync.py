"""Pulling the account.

Whole, cheap when nothing changed, honest when Flickr loses rows, and never half stored.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor import database
from auditor.account.store import AccountStore
from auditor.account.sync import FULL_EVERY, SyncResult, sync
from auditor.errors import AuditorError
from auditor.flickr.api import ReadApi
from auditor.flickr.budget import CallBudget
from auditor.flickr.privacy import Privacy
from auditor.flickr.transport import Credentials, Retry, Transport
from auditor.sandbox import Sandbox, make_account

NOW = time.time()
"""The sandbox checks the time of signed calls, so the pulls begin at its time."""
Pull = Callable[..., SyncResult]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(make_account(1100, hostile=True)) as box:
        yield box
        assert box.errors == [], box.errors[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccountStore]:
    conn = database.connect(tmp_path / "a.sqlite3")
    yield AccountStore(conn)
    conn.close()


@pytest.fixture
def pull(box: Sandbox, store: AccountStore, tmp_path: Path) -> Iterator[Pull]:
    budget = CallBudget(tmp_path / "a.sqlite3", box.key, 3600, wait=False)
    token = box.issue_token("read")
    transports: list[Transport] = []

    def pull(*, now: float = NOW, **options: Any) -> SyncResult:
        transports.append(
            Transport(
                Credentials(box.key, box.secret, *token), budget, base_url=box.url, retry=Retry(3, 0.01, 0.01)
            )
        )
        return sync(ReadApi(transports[-1]), store, now=now, **options)

    yield pull
    for transport in transports:
        transport.close()
    budget.close()


def ids(store: AccountStore, box: Sandbox) -> set[str]:
    return {photo.id for photo in store.photos(box.account.me.nsid)}


def test_the_first_sync_gets_every_photo_as_it_is(box: Sandbox, store: AccountStore, pull: Pull) -> None:
    result = pull()
    assert (result.photos, result.added, result.complete, result.full) == (1100, 1100, True, True)
    assert result.calls == 3 + 3
    for photo in store.photos(box.account.me.nsid):
        there = box.account.photos[photo.id]
        assert photo.title == there.title
        assert photo.license_id == there.license
        assert photo.privacy == there.privacy
        assert set(photo.tags) == set(there.tags) - {""}  # lists cannot show a tag without text
        assert (photo.server, photo.secret, photo.media) == (there.server, there.secret, there.media)


def test_what_only_an_export_told_is_no_change(box: Sandbox, store: AccountStore, pull: Pull) -> None:
    pull()
    nsid = box.account.me.nsid
    (account, photos) = (store.account(nsid), store.photos(nsid))
    assert account is not None
    told = [replace(photo, albums=("72157600000000001",)) for photo in photos]
    store.save(account, told, taken_at=NOW, source="export", complete=True, full=True)
    again = pull(full=True)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert {photo.albums for photo in store.photos(nsid)} == {("72157600000000001",)}


def test_an_unchanged_account_costs_three_calls(pull: Pull) -> None:
    pull()
    result = pull(now=NOW + 60)
    assert (result.added, result.changed, result.removed, result.calls) == (0, 0, 0, 3)
    assert not result.full


def test_what_a_bulk_edit_touched_is_listed_once_and_not_by_every_later_sync(
    box: Sandbox, store: AccountStore, pull: Pull
) -> None:
    for photo in box.account.own_photos():
        photo.lastupdate = int(NOW) - 10
    pull()
    assert pull(now=NOW + 60).calls == 3
    changed = box.account.own_photos()[-1]
    box.account.set_license(changed, "0" if changed.license != "0" else "4")
    assert (
        pull(now=NOW + 120).changed,
        {p.license_id for p in store.photos(box.account.me.nsid) if p.id == changed.id},
    ) == (
        1,
        {changed.license},
    )


def test_a_change_made_while_the_last_sync_ran_is_found_behind_those_that_it_saw(
    box: Sandbox, store: AccountStore, pull: Pull
) -> None:
    photos = box.account.own_photos()
    for photo in photos:
        photo.lastupdate = int(NOW) + 30
    pull()
    missed = photos[-1]
    missed.title, missed.lastupdate = "read before its change", int(NOW) + 20
    assert pull(now=NOW + 60).changed == 1


def test_a_new_path_alias_is_known_after_the_next_sync(box: Sandbox, pull: Pull) -> None:
    pull()
    box.account.me.path_alias = "a-new-alias"
    result = pull(now=NOW + 60)
    assert (result.account.path_alias, result.full) == ("a-new-alias", False)


def test_only_what_changed_is_pulled(box: Sandbox, store: AccountStore, pull: Pull) -> None:
    pull()
    changed = box.account.own_photos()[7]
    box.account.set_license(changed, "0" if changed.license != "0" else "4")
    result = pull(now=NOW + 200)
    assert (result.changed, result.full) == (1, False)
    stored = {photo.id: photo for photo in store.photos(box.account.me.nsid)}
    assert stored[changed.id].license_id == changed.license


def test_a_deletion_shows_in_the_count_and_leads_to_a_full_listing(
    box: Sandbox, store: AccountStore, pull: Pull
) -> None:
    pull()
    deleted = box.account.own_photos()[3]
    box.account.delete(deleted)
    result = pull(now=NOW + 60)
    assert (result.removed, result.full, result.photos) == (1, True, 1099)
    assert deleted.id not in ids(store, box)
    assert store.gone_ids(box.account.me.nsid) == {deleted.id}


@pytest.mark.parametrize(
    ("options", "later"),
    [({"full": True}, 60.0), ({}, float(FULL_EVERY))],
    ids=["--full", "after seven days"],
)
def test_a_full_listing_finds_a_privacy_change_that_recently_updated_does_not_tell(
    box: Sandbox, store: AccountStore, pull: Pull, options: dict[str, Any], later: float
) -> None:
    box.account.rules.privacy_bumps_lastupdate = False
    pull()
    photo = next(photo for photo in box.account.own_photos() if photo.is_public)
    box.account.set_privacy(photo, Privacy.PRIVATE)
    result = pull(now=NOW + later, **options)
    assert result.full
    assert result.changed == 1
    assert {p.privacy for p in store.photos(box.account.me.nsid) if p.id == photo.id} == {Privacy.PRIVATE}


def test_a_secret_from_before_a_privacy_change_is_kept(box: Sandbox, store: AccountStore, pull: Pull) -> None:
    pull()
    photo = next(photo for photo in box.account.own_photos() if photo.is_public)
    before = photo.secret
    box.account.set_privacy(photo, Privacy.PRIVATE)
    assert photo.secret != before
    pull(now=NOW + 60, full=True)
    known = {
        address.secret for address in store.addresses(box.account.me.nsid) if address.photo_id == photo.id
    }
    assert known == {before, photo.secret}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "short-pages", "value": 7},
        {"kind": "double-rows", "value": 3},
        {"kind": "shifted-rows", "value": 2},
        {"kind": "shifted-rows", "value": -2, "count": 3},
        {"kind": "total-text"},
    ],
    ids=str,
)
def test_odd_paging_loses_and_doubles_nothing(
    box: Sandbox, store: AccountStore, pull: Pull, fault: dict[str, Any]
) -> None:
    box.faults.add(**fault)
    result = pull()
    assert result.complete
    assert ids(store, box) == {photo.id for photo in box.account.own_photos()}


@pytest.mark.parametrize(
    ("fault", "counts"),
    [
        ({"kind": "lost-rows", "value": 2}, (1100, 1100)),
        ({"kind": "counts-off", "value": 5}, (1100, 1105)),
        ({"kind": "total-off", "value": 5}, (1105, 1100)),
    ],
    ids=str,
)
def test_a_listing_that_lacks_photos_is_called_incomplete_with_both_counts(
    box: Sandbox, pull: Pull, fault: dict[str, Any], counts: tuple[int, int]
) -> None:
    box.faults.add(**fault)
    result = pull()
    assert not result.complete
    assert (result.total, result.counted) == counts


def test_an_incomplete_listing_proves_no_deletion(box: Sandbox, store: AccountStore, pull: Pull) -> None:
    pull()
    box.faults.add("lost-rows", value=50)
    result = pull(now=NOW + 60, full=True)
    assert not result.complete
    assert result.removed == 0
    assert ids(store, box) == {photo.id for photo in box.account.own_photos()}


@pytest.mark.parametrize("kind", ["502", "revoked", "cut"])
def test_a_sync_that_breaks_off_leaves_the_last_good_snapshot(
    box: Sandbox, store: AccountStore, pull: Pull, kind: str
) -> None:
    pull()
    before = (store.snapshot(), store.photos(box.account.me.nsid))
    for photo in box.account.own_photos():
        photo.title = "changed"
    box.faults.add(kind, methods=["flickr.people.getPhotos"], after=1)
    with pytest.raises(AuditorError):
        pull(now=NOW + 60, full=True)
    assert (store.snapshot(), store.photos(box.account.me.nsid)) == before


def test_another_account_in_the_same_home_is_listed_in_full(
    box: Sandbox, store: AccountStore, pull: Pull
) -> None:
    pull()
    box.account.me.nsid = "99000009@N01"
    for photo in list(box.account.photos.values()):
        if photo.owner == "99000001@N07":
            photo.owner = "99000009@N01"
    result = pull(now=NOW + 60)
    assert result.full
    assert result.account.nsid == "99000009@N01"
    assert result.added == 1100


def test_twelve_thousand_photos_take_one_call_for_each_500_and_three_more(
    tmp_path: Path, store: AccountStore
) -> None:
    with Sandbox(make_account(12_000)) as box:
        budget = CallBudget(tmp_path / "a.sqlite3", box.key, 3600, wait=False)
        transport = Transport(Credentials(box.key, box.secret, *box.issue_token()), budget, base_url=box.url)
        result = sync(ReadApi(transport), store, now=NOW)
        assert (result.photos, result.complete, result.calls) == (12_000, True, 24 + 3)
        # Large accounts are to practise on too: with uploads dated tomorrow every sync would list all of it.
        changed = box.account.own_photos()[5_000]
        box.account.set_title(changed, "renamed")
        again = sync(ReadApi(transport), store, now=NOW + 60)
        assert (again.full, again.changed, again.complete) == (False, 1, True)
        transport.close()
        budget.close()
