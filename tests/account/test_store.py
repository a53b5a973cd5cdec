"""What the store of the account keeps, and whose word it takes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import database
from auditor.account.export_files import Location
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore, StoredPhotos
from auditor.errors import NotSyncedError
from auditor.flickr.privacy import Privacy
from auditor.flickr.urls import StaticAddress

NSID = "99000001@N07"
ANN = Account(NSID, "Ann Example", "annexample")
PHOTO = Photo("9000000001", "One", "4", Privacy.PUBLIC, secret="0a1b2c3d4e", server="5050", farm=6)
OTHER = Photo("9000000002", "Two", "0", Privacy.PRIVATE, secret="1a1b2c3d4e", server="5050")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccountStore]:
    conn = database.connect(tmp_path / "a.sqlite3")
    yield AccountStore(conn)
    conn.close()


def listed(store: AccountStore, *photos: Photo, at: float) -> None:
    """A whole listing by Flickr at `at`."""
    store.save(ANN, photos, taken_at=at, source="api", complete=True, full=True)


def test_before_the_first_pull_there_is_no_account(store: AccountStore) -> None:
    with pytest.raises(NotSyncedError, match=r"^there is no account in this home yet$") as none:
        store.required_snapshot()
    assert none.value.hint == (
        "Run: flickr-auditor sync (without an API key: flickr-auditor sync --export PATH)"
    )
    assert store.account(NSID) is None
    listed(store, PHOTO, at=100.0)
    assert store.account(NSID) == ANN
    with pytest.raises(NotSyncedError, match=r"^the account 99000002@N07 is not in this home$") as another:
        store.required_snapshot("99000002@N07")
    assert another.value.hint.startswith(f"It holds {NSID}. Run: flickr-auditor sync")


def test_every_address_that_a_photo_ever_had_is_kept(store: AccountStore) -> None:
    listed(store, PHOTO, OTHER, at=100.0)
    listed(store, replace(PHOTO, secret="ffffffffff"), at=200.0)
    assert set(store.addresses(NSID)) == {
        StaticAddress("9000000001", "5050", 6, "0a1b2c3d4e"),
        StaticAddress("9000000001", "5050", 6, "ffffffffff"),
        StaticAddress("9000000002", "5050", None, "1a1b2c3d4e"),
    }
    assert store.gone_ids(NSID) == {"9000000002"}


def test_a_photo_read_by_itself_is_there_whatever_an_older_listing_said(store: AccountStore) -> None:
    listed(store, PHOTO, at=100.0)
    store.update(NSID, [OTHER], 90.0)  # the clock went back since
    assert {photo.id for photo in store.photos(NSID)} == {"9000000001", "9000000002"}
    assert store.gone_ids(NSID) == set()


def test_where_the_originals_of_an_export_lie_is_remembered(store: AccountStore) -> None:
    listed(store, PHOTO, at=100.0)
    assert not store.has_originals(NSID)
    in_zip, loose = Location(Path("/exports/part1.zip"), "data/one.jpg"), Location(Path("/exports/two.jpg"))
    store.save_originals(NSID, {"9000000001": Location(Path("/old.jpg")), "9000000002": loose})
    store.save_originals(NSID, {"9000000001": in_zip})
    assert store.has_originals(NSID)
    assert (store.original(NSID, "9000000001"), store.original(NSID, "9000000002")) == (in_zip, loose)
    assert store.original(NSID, "9000000003") is None
    assert store.original("99000002@N07", "9000000001") is None


def test_photos_that_are_read_when_they_are_asked_for_are_those_of_today(store: AccountStore) -> None:
    video = replace(PHOTO, id="9000000003", media="video", original_secret="9f9f9f9f9f")
    listed(store, PHOTO, OTHER, video, at=100.0)
    listed(store, PHOTO, video, at=200.0)
    photos = StoredPhotos(store, NSID)
    assert sorted(photos.keys()) == [("9000000001", None, None), ("9000000003", "video", "9f9f9f9f9f")]
    assert list(photos) == store.photos(NSID)
    assert [photo.id for photo in photos.among({"9000000002", "9000000003"})] == ["9000000003"]
    listed(store, OTHER, at=300.0)
    assert [photo.id for photo in photos] == ["9000000002"]
