"""The public functions for notebooks."""

from pathlib import Path

import pytest

import auditor
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.database import connect
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
from auditor.errors import NotSyncedError
from auditor.flickr.privacy import Privacy


@pytest.fixture
def home(tmp_path: Path) -> Path:
    conn = connect(tmp_path / "auditor.sqlite3")
    photos = [
        Photo("22222", "Café", "4", Privacy.PUBLIC, original_secret="0123456789"),
        Photo("33333", "x", "0", Privacy.PRIVATE),
    ]
    AccountStore(conn).save(
        Account("99000001@N07"), photos, taken_at=1.0, source="api", complete=True, full=True
    )
    conn.close()
    listing = tmp_path / "list.json"
    listing.write_text('{"path": ["990/99000001@N07/22222_0.jpg"]}')
    build(tmp_path / "indexes", "megaface", [listing], formats=select(["megaface-list"]))
    return tmp_path


def test_photos_are_a_frame_without_the_originals_secret(home: Path) -> None:
    frame = auditor.photos(home)
    assert list(frame.index) == ["22222", "33333"]
    assert frame.loc["22222", "privacy"] == "public"
    assert "original_secret" not in frame.columns


def test_exposures_can_be_counted_by_dataset(home: Path) -> None:
    frame = auditor.exposures(home)
    assert frame.groupby("dataset").size().to_dict() == {"megaface": 1}
    assert list(frame["photo_id"]) == ["22222"]


def test_a_home_without_account_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotSyncedError):
        auditor.photos(tmp_path)
