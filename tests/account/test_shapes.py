"""Each of Flickr's three shapes of a photo, and its answer about a member, read whole: field by field."""

from dataclasses import asdict
from typing import Any

import pytest

from auditor.account.photo import (
    Account,
    Limits,
    Photo,
    account_from_person,
    album_id,
    photo_from_export,
    photo_from_info,
    photo_from_row,
    tag_ids,
    unix_time,
)
from auditor.flickr.api import Login
from auditor.flickr.privacy import Privacy

ROW: dict[str, Any] = {
    "id": "11",
    "secret": "0a1b2c3d4e",
    "server": "65535",
    "farm": 66,
    "title": "Hour",
    "ispublic": 0,
    "isfriend": 1,
    "isfamily": 0,
    "license": "4",
    "tags": "nocv geo:lat=5",
    "machine_tags": "geo:lat=5 a:b=c",
    "dateupload": "1500000000",
    "datetaken": "2017-07-14 02:40:00",
    "datetakenunknown": "0",
    "lastupdate": "1600000000",
    "originalsecret": "f0f1f2f3f4",
    "originalformat": "png",
    "media": "video",
    "safety_level": "1",
    "views": "12",
}
INFO: dict[str, Any] = {
    name: ROW[name]
    for name in (
        *("secret", "server", "farm", "license", "originalsecret"),
        *("originalformat", "media", "safety_level", "views"),
    )
} | {
    "id": "11",
    "title": {"_content": "Hour"},
    "visibility": {"ispublic": 0, "isfriend": 1, "isfamily": 0},
    "dateuploaded": "1500000000",
    "dates": {"taken": "2017-07-14 02:40:00", "takenunknown": "0", "lastupdate": "1600000000"},
    "tags": {"tag": [{"id": "1", "_content": "nocv"}, {"id": "2", "raw": "Geo:Lat=5"}]},
}
READ = Photo(
    id="11",
    title="Hour",
    license_id="4",
    privacy=Privacy.FRIENDS,
    secret="0a1b2c3d4e",
    server="65535",
    farm=66,
    original_secret="f0f1f2f3f4",
    original_format="png",
    tags=("nocv", "geo:lat=5"),
    machine_tags=("geo:lat=5",),
    date_upload=1_500_000_000,
    date_taken="2017-07-14 02:40:00",
    last_update=1_600_000_000,
    media="video",
    safety_level=1,
    views=12,
    as_of=5.0,
)
BARE = Photo("11", "", None, None)


def whole(photo: Photo | str) -> dict[str, Any]:
    """All fields, those too that are not compared."""
    assert isinstance(photo, Photo)
    return asdict(photo)


def test_all_that_a_row_tells_is_read() -> None:
    expected = whole(READ) | {"machine_tags": ("geo:lat=5", "a:b=c")}
    assert whole(photo_from_row(ROW, 5.0)) == expected
    bare = {"id": "11", "ispublic": None}
    assert whole(photo_from_row(bare)) == whole(BARE) | {"tags_told": False}


def test_all_that_a_single_reading_tells_is_read() -> None:
    assert whole(photo_from_info(INFO, 5.0)) == whole(READ)
    assert whole(photo_from_info({"id": "11"})) == whole(BARE) | {"tags_told": False}
    for tags, told in (({"tag": []}, True), ({}, True), ({"tag": "x"}, False), ("", False), (None, False)):
        assert whole(photo_from_info({"id": "11", "tags": tags}))["tags_told"] is told
    posted = INFO | {"dateuploaded": "", "dates": {"posted": "7", "taken": "", "takenunknown": "1"}}
    found = whole(photo_from_info(posted))
    assert (found["date_upload"], found["date_taken"], found["last_update"]) == (7, None, None)


def test_a_photo_has_a_page() -> None:
    assert READ.url("99000001@N07") == "https://www.flickr.com/photos/99000001@N07/11/"


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (lambda: photo_from_row({"ispublic": 1}), "no photo id"),
        (lambda: photo_from_row({"id": "0", "ispublic": 1}), "no photo id"),
        (lambda: photo_from_row({"id": "11"}), "no privacy"),
        (lambda: photo_from_info({"id": "x"}), "no photo id"),
        (lambda: photo_from_export({}), "no photo id"),
    ],
)
def test_what_is_no_photo_says_why(read: Any, reason: str) -> None:
    assert read() == reason


@pytest.mark.parametrize(
    ("told", "tags"),
    [
        ({"tags": ""}, ()),
        ({"tags": None}, ()),
        ({"tags": "a b"}, ("a", "b")),
        ({"tags": 7}, ("7",)),
        ({"tags": {"_content": "a b"}}, ("a", "b")),
        ({"tags": {"_content": None}}, ()),
        ({"tags": {}}, None),
        ({"tags": ["a"]}, None),
        ({"tags": False}, None),
        ({}, None),
    ],
)
def test_a_row_that_says_nothing_of_tags_is_not_one_without_any(
    told: dict[str, Any], tags: tuple[str, ...] | None
) -> None:
    photo = photo_from_row({"id": "11", "ispublic": 1, **told})
    assert isinstance(photo, Photo)
    assert (photo.tags, photo.tags_told) == (tags or (), tags is not None)


def test_tags_have_their_ids_under_flickrs_clean_form() -> None:
    tags = [
        {"id": "1", "raw": "No CV", "_content": "nocv"},
        {"id": "2", "raw": "Old Mill"},
        {"id": "3", "raw": "!", "_content": ""},
        {"_content": "x"},
    ]
    assert tag_ids({"tags": {"tag": tags}}) == {"nocv": "1", "oldmill": "2", "x": ""}
    assert tag_ids({}) == {}


EXPORTED: dict[str, Any] = {
    "id": "11",
    "name": "CafÃ©",
    "count_views": "12",
    "date_taken": "2017-07-14 02:40:00",
    "date_imported": "2017-07-14 02:40:00",
    "license": "CC BY 2.0",
    "privacy": "friends",
    "safety": " Moderate ",
    "original": "https://farm6.staticflickr.com/65535/11_f0f1f2f3f4_o.PNG",
    "albums": [{"id": "7", "title": "x"}, {"id": "8"}, {"id": "7"}, "9", 10, None],
    "tags": [{"tag": "No CV"}, {"tag": "geo:lat=5"}, "nocv", 7],
}


def test_all_that_an_export_tells_is_read() -> None:
    assert whole(photo_from_export(EXPORTED)) == whole(
        Photo(
            id="11",
            title="Café",
            license_id="4",
            privacy=Privacy.FRIENDS,
            server="65535",
            farm=6,
            original_secret="f0f1f2f3f4",
            original_format="png",
            tags=("nocv", "geo:lat=5", "7"),
            machine_tags=("geo:lat=5",),
            albums=("7", "8", "9", "10"),
            date_upload=1_500_000_000,
            date_taken="2017-07-14 02:40:00",
            media="photo",
            safety_level=1,
            views=12,
        )
    )
    assert whole(photo_from_export({"id": "11"})) == whole(BARE)


LIVE = "https://live.staticflickr.com"


@pytest.mark.parametrize(
    ("address", "secret", "original", "kind", "media"),
    [
        (f"{LIVE}/5/11_f0f1f2f3f4_o.jpg", None, "f0f1f2f3f4", "jpg", "photo"),
        (f"{LIVE}/5/11_f0f1f2f3f4_b.jpg?x=1", "f0f1f2f3f4", None, "jpg", "photo"),
        (f"{LIVE}/5/11_f0f1f2f3f4_o.mov", None, "f0f1f2f3f4", "mov", "video"),
        (f"{LIVE}/5/11_f0f1f2f3f4_o.xyz", None, "f0f1f2f3f4", "xyz", None),
        (f"{LIVE}/video/11/f0f1f2f3f4/orig", None, "f0f1f2f3f4", None, "video"),
        ("https://www.flickr.com/photos/ann/11/play/orig/f0f1f2f3f4/", None, "f0f1f2f3f4", None, "video"),
        ("https://www.flickr.com/photos/ann/11/", None, None, None, None),
        (f"{LIVE}/5/12_f0f1f2f3f4_o.jpg", None, None, None, None),
    ],
)
def test_the_address_of_an_original_tells_its_secret_and_what_it_is(
    address: str, secret: str | None, original: str | None, kind: str | None, media: str | None
) -> None:
    photo = photo_from_export({"id": "11", "original": address})
    assert isinstance(photo, Photo)
    told = (photo.secret, photo.original_secret, photo.original_format, photo.media)
    assert told == (secret, original, kind, media)


def test_an_address_longer_than_any_is_none() -> None:
    address = f"{LIVE}/5/11_f0f1f2f3f4_o.jpg"
    for length, read in ((500, True), (501, False)):
        photo = photo_from_export({"id": "11", "original": " " * (length - len(address)) + address})
        assert isinstance(photo, Photo)
        assert (photo.original_format == "jpg") is read


@pytest.mark.parametrize(
    ("album", "found"),
    [
        ({"id": "7"}, "7"),
        ({"id": 7}, "7"),
        ("7", "7"),
        ({"title": "7"}, ""),
        ("x", ""),
        ("٣", ""),
        (None, ""),
    ],
)
def test_the_id_of_an_album_is_a_number(album: object, found: str) -> None:
    assert album_id(album) == found


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2017-07-14 02:40:00", 1_500_000_000),
        ("2017-07-14T04:40:00+02:00", 1_500_000_000),
        ("2017-07-14", 1_499_990_400),
        ("0000-00-00 00:00:00", None),
        ("", None),
    ],
)
def test_a_date_without_a_zone_is_of_utc(date: str, moment: int | None) -> None:
    assert unix_time(date) == moment


LOGIN = Login("99000001@N07", "ann", "ann-alias")
NO_FLAGS: tuple[Any, ...] = (None, "", "yes", 2, [])


@pytest.mark.parametrize(
    ("person", "account"),
    [
        (
            {
                "username": {"_content": "Ann"},
                "path_alias": "new-alias",
                "ispro": "1",
                "upload_count": "7",
                "upload_limit": 1000,
                "upload_limit_status": "below_limit",
            },
            Account("99000001@N07", "Ann", "new-alias", is_pro=True, limits=Limits(7, 1000, "below_limit")),
        ),
        ({"path_alias": None, "ispro": 0}, Account("99000001@N07", "ann", "ann-alias", is_pro=False)),
        ({"ispro": False}, Account("99000001@N07", "ann", "ann-alias", is_pro=False)),
        ({"ispro": True}, Account("99000001@N07", "ann", "ann-alias", is_pro=True)),
        ({"ispro": {"_content": "false"}}, Account("99000001@N07", "ann", "ann-alias", is_pro=False)),
        ({}, Account("99000001@N07", "ann", "ann-alias")),
        *(({"ispro": odd}, Account("99000001@N07", "ann", "ann-alias")) for odd in NO_FLAGS),
    ],
)
def test_a_member_is_who_flickr_says_and_else_who_logged_in(person: dict[str, Any], account: Account) -> None:
    assert account_from_person(LOGIN, person) == account
