"""One photo, three shapes: a value means the same wherever it came from, and what is unknown is None."""

import json
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from auditor import database
from auditor.account.photo import Account, Photo, photo_from_info, photo_from_row, tag_ids
from auditor.account.store import AccountStore
from auditor.flickr.privacy import Privacy

ROW: dict[str, Any] = {
    "id": "52931686549",
    "secret": "0a1b2c3d4e",
    "server": "65535",
    "farm": 66,
    "title": "DSC04707",
    "ispublic": 1,
    "isfriend": 0,
    "isfamily": 0,
    "license": "4",
    "media": "photo",
    "safety_level": "0",
    "datetaken": "2023-05-06 10:00:00",
    "datetakenunknown": "0",
}
INFO: dict[str, Any] = {
    "id": "52931686549",
    "title": {"_content": "DSC04707"},
    "license": "4",
    "media": "photo",
    "safety_level": "0",
    "visibility": {"ispublic": 1, "isfriend": 0, "isfamily": 0},
    "dates": {"taken": "2023-05-06 10:00:00", "takenunknown": "0", "posted": "1683370000"},
}


def row(**changes: object) -> Photo:
    photo = photo_from_row(ROW | changes)
    assert isinstance(photo, Photo)
    return photo


def info(**changes: object) -> Photo:
    photo = photo_from_info(INFO | changes)
    assert isinstance(photo, Photo)
    return photo


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({}, "privacy", Privacy.PUBLIC),
        ({"ispublic": "1", "isfriend": "?"}, "privacy", Privacy.PUBLIC),
        ({"ispublic": 0, "isfriend": "1", "isfamily": True}, "privacy", Privacy.FRIENDS_FAMILY),
        ({"ispublic": "", "isfriend": False}, "privacy", None),
        ({"ispublic": False, "isfriend": False}, "privacy", Privacy.PRIVATE),
        ({"datetakenunknown": ""}, "date_taken", None),
        ({"ispublic": 2}, "privacy", None),
        ({"ispublic": None}, "privacy", None),
        ({"ispublic": 0, "isfriend": "circle"}, "privacy", None),
        ({"license": "99"}, "license_id", "99"),
        ({"license": None}, "license_id", None),
        ({"media": "hologram"}, "media", None),
        ({"safety_level": "7"}, "safety_level", None),
        ({"safety_level": "2"}, "safety_level", 2),
        ({}, "date_taken", "2023-05-06 10:00:00"),
        # Flickr then shows the time of the upload as that of taking.
        ({"datetakenunknown": "1"}, "date_taken", None),
    ],
)
def test_a_row_says_what_it_says_and_no_more(
    changes: dict[str, Any], attribute: str, expected: object
) -> None:
    assert getattr(row(**changes), attribute) == expected


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({}, "privacy", Privacy.PUBLIC),
        ({"visibility": {"ispublic": 0, "isfriend": 1, "isfamily": 0}}, "privacy", Privacy.FRIENDS),
        ({"visibility": {"ispublic": 0}}, "privacy", None),
        ({"visibility": None}, "privacy", None),
        ({}, "date_taken", "2023-05-06 10:00:00"),
        ({"dates": {"taken": "2023-05-06 10:00:00", "takenunknown": 1}}, "date_taken", None),
        ({}, "date_upload", 1683370000),
        ({"dateuploaded": "1683370001"}, "date_upload", 1683370001),
        ({"license": None}, "license_id", None),
        ({"media": "hologram"}, "media", None),
        ({"tags": {"tag": [{"id": "1-2-3", "raw": "No CV", "_content": "nocv"}]}}, "tags", ("nocv",)),
        ({"tags": {"tag": [{"id": "1-2-3", "raw": "No CV"}]}}, "tags", ("nocv",)),
        ({"tags": {"tag": [{"id": "1", "_content": "geo:lat=5"}]}}, "machine_tags", ("geo:lat=5",)),
    ],
)
def test_a_single_reading_too(changes: dict[str, Any], attribute: str, expected: object) -> None:
    assert getattr(info(**changes), attribute) == expected


def test_a_recorded_single_reading_tells_all_that_a_row_tells(shared: Path) -> None:
    recorded = json.loads((shared / "recorded/json_2023_2026/photos.getInfo.json").read_text())["photo"]
    photo = photo_from_info(recorded)
    assert isinstance(photo, Photo)
    assert (photo.date_taken, photo.date_upload, photo.last_update) == (
        "2023-06-08 08:17:50",
        1687404528,
        1687412385,
    )
    assert (photo.license_id, photo.privacy, photo.safety_level, photo.views) == ("0", Privacy.PUBLIC, 0, 112)
    assert (photo.original_secret, photo.original_format) == (recorded["originalsecret"], "jpg")
    assert set(photo.tags) == set(tag_ids(recorded))


def test_a_database_of_before_forgets_what_it_only_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as conn:
        for script in sorted(resources.files(database).iterdir(), key=lambda entry: entry.name):
            if script.name.endswith(".sql") and script.name < "0007":
                conn.executescript(script.read_text())
        conn.execute("PRAGMA user_version = 6")
        conn.execute("INSERT INTO account VALUES ('45450001@N03', 'Ida', NULL, NULL, '{}', '{}')")
        conn.execute("INSERT INTO snapshot VALUES (1, '45450001@N03', 1.8e9, 1.8e9, 'export', 1, 1)")
        conn.execute(
            "INSERT INTO photo (nsid, id, title, original_secret, license_id, privacy, tags, machine_tags,"
            " albums, date_upload, media)"
            " VALUES ('45450001@N03', 11, 'x', 'abc', '', 'public', 'a b', '', '[]', 1500000000, 'photo')"
        )
        conn.commit()
    with closing(database.connect(path)) as conn:
        store = AccountStore(conn)
        # It was loaded in 2027, but nobody knows when it was made: after its last upload.
        assert store.required_snapshot().taken_at == 1.5e9
        (photo,) = store.photos("45450001@N03")
    assert (photo.license_id, photo.albums, photo.tags, photo.original_secret) == (
        None,
        None,
        ("a", "b"),
        "abc",
    )
    assert photo.as_of == 1.5e9


def test_what_is_kept_of_a_photo_is_read_back_field_by_field(tmp_path: Path) -> None:
    """The store gives the fields in their order: one put between them made every plan fail."""
    kept = Photo(
        *("9000000001", "a title", "4", Privacy.PUBLIC, "0a1b2c3d4e", "65535", 66),
        tags=("nocv", "sky"),
        machine_tags=("a:b=c",),
        albums=("7", "8"),
        date_upload=1_700_000_000,
        date_taken="2023-11-01 12:00:00",
        last_update=1_700_000_001,
        media="photo",
        safety_level=1,
        views=3,
    )
    with closing(database.connect(tmp_path / "auditor.sqlite3")) as conn:
        store = AccountStore(conn)
        store.save(Account("1@N01", "Ida"), [kept], taken_at=1.7e9, source="api", complete=True, full=True)
        assert store.photos("1@N01") == [kept]
