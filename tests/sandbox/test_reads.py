from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.sandbox import Sandbox
from auditor.sandbox.flickr_rules import PRIVACY
from auditor.sandbox.methods import METHODS
from auditor.sandbox.records import Photo

from .conftest import Client

EXTRAS = "license,tags,machine_tags,date_upload,date_taken,last_update,original_format,media,views,path_alias"


def own(box: Sandbox, **fields: Any) -> Photo:
    """The newest own photo with these fields."""
    return next(
        photo
        for photo in box.account.own_photos()
        if all(getattr(photo, name) == value for name, value in fields.items())
    )


def photo_lists(box: Sandbox) -> list[list[str]]:
    """The photo ids of each album and each group."""
    albums = [album.photos for album in box.account.albums]
    return albums + [pool.photos for pool in box.account.pools]


@pytest.mark.parametrize(
    ("args", "page", "pages", "rows"),
    [
        ({}, 1, 1, 60),
        ({"per_page": "25"}, 1, 3, 25),
        ({"per_page": "25", "page": "3"}, 3, 3, 10),
        ({"per_page": "25", "page": "4"}, 3, 3, 10),  # beyond the end: the last page again
        ({"per_page": "25", "page": "0"}, 1, 3, 25),
        ({"per_page": "25", "page": "x"}, 1, 3, 25),
        ({"per_page": "9999"}, 1, 1, 60),
        ({"min_upload_date": "9999999999"}, 1, 0, 0),
    ],
)
def test_pages(client: Client, args: dict[str, str], page: int, pages: int, rows: int) -> None:
    photos = client.call("people.getPhotos", user_id="me", safe_search="3", **args)["photos"]
    assert (photos["page"], photos["pages"], len(photos["photo"])) == (page, pages, rows)


def test_rows_come_newest_upload_first_and_carry_the_extras_asked_for(box: Sandbox, client: Client) -> None:
    rows = client.call("people.getPhotos", user_id="me", safe_search="3", extras=EXTRAS)["photos"]["photo"]
    assert [row["id"] for row in rows] == [photo.id for photo in box.account.own_photos()]
    for row in rows:
        photo = box.account.photos[row["id"]]
        assert row["tags"].split() == [tag for tag in photo.tags if tag]
        assert row["license"] == photo.license
        assert row["title"] == photo.title
        assert row["pathalias"] == "sandy-practice"
        assert row["originalsecret"] == photo.original_secret
    bare = client.call("people.getPhotos", user_id="me", per_page="1")["photos"]["photo"][0]
    assert not bare.keys() & {"tags", "license", "pathalias", "originalsecret"}


@pytest.mark.parametrize("alias", [None, ""])
def test_people_without_an_alias(box: Sandbox, client: Client, alias: str | None) -> None:
    box.account.me.path_alias = alias
    row = client.call("people.getPhotos", user_id="me", extras="path_alias")["photos"]["photo"][0]
    assert row["pathalias"] == alias
    person = client.call("people.getInfo", user_id="me")["person"]
    assert person["path_alias"] == alias
    assert person["photosurl"]["_content"] == "https://www.flickr.com/photos/99000001@N07/"


def test_ones_own_unsafe_photos_are_listed_only_on_request(box: Sandbox, client: Client) -> None:
    unsafe = {photo.id for photo in box.account.own_photos() if photo.safety_level}
    assert unsafe
    seen = {row["id"] for row in client.call("people.getPhotos", user_id="me")["photos"]["photo"]}
    assert not seen & unsafe
    box.account.rules.unsafe_hidden_from_owner = False
    seen = {row["id"] for row in client.call("people.getPhotos", user_id="me")["photos"]["photo"]}
    assert seen > unsafe


def test_a_stranger_opens_an_unsafe_photo_but_finds_it_in_no_list(
    box: Sandbox, login: Callable[[str], Client]
) -> None:
    unsafe = own(box, is_public=True)
    unsafe.safety_level = 2
    stranger = login("none")
    listed = stranger.call("people.getPhotos", user_id=unsafe.owner, safe_search="3")["photos"]["photo"]
    assert unsafe.id not in {row["id"] for row in listed}
    assert stranger.call("photos.getInfo", photo_id=unsafe.id)["photo"]["safety_level"] == "2"


@pytest.mark.parametrize("privacy_filter", ["1", "2", "3", "4", "5"])
def test_the_privacy_filter_splits_the_account(box: Sandbox, client: Client, privacy_filter: str) -> None:
    for photo, privacy in zip(box.account.own_photos(), PRIVACY, strict=False):
        photo.privacy = privacy
    answer = client.call("people.getPhotos", user_id="me", safe_search="3", privacy_filter=privacy_filter)
    flags = {(row["ispublic"], row["isfriend"], row["isfamily"]) for row in answer["photos"]["photo"]}
    wanted = {"1": (1, 0, 0), "2": (0, 1, 0), "3": (0, 0, 1), "4": (0, 1, 1), "5": (0, 0, 0)}
    assert flags == {wanted[privacy_filter]}


def test_strangers_see_public_photos_only_and_no_original(
    box: Sandbox, login: Callable[[str], Client]
) -> None:
    stranger = login("none")
    me = box.account.me.nsid
    rows = stranger.call("people.getPhotos", user_id=me, extras="original_format")["photos"]["photo"]
    assert rows
    assert all(row["ispublic"] == 1 and "originalsecret" not in row for row in rows)
    private = own(box, is_public=False)
    answer = stranger.call("photos.getInfo", photo_id=private.id)
    assert answer == {"stat": "fail", "code": 1, "message": f'Photo "{private.id}" not found (invalid ID)'}
    # Who has the secret sees it: that is why old pairs of id and secret matter.
    opened = stranger.call("photos.getInfo", photo_id=private.id, secret=private.secret)
    assert opened["photo"]["title"]["_content"] == private.title
    assert "permissions" not in opened["photo"]


FAILURES = [
    ("nonsense", {}, 112, 'Method "flickr.nonsense" not found'),
    ("photos.setTags", {}, 112, 'Method "flickr.photos.setTags" not found'),
    ("people.getPhotos", {}, 1, "Required arguments missing"),
    ("people.getPhotos", {"user_id": "99999999@N01"}, 2, "Unknown user"),
    ("people.getInfo", {"user_id": "99999999@N01"}, 1, "User not found"),
    ("people.getInfo", {"user_id": "99000004@N05"}, 5, "User deleted"),
    ("people.findByUsername", {"username": "nobody"}, 1, "User not found"),
    ("urls.lookupUser", {"url": "https://www.flickr.com/photos/nobody/"}, 1, "User not found"),
    ("photos.getInfo", {"photo_id": "1"}, 1, 'Photo "1" not found (invalid ID)'),
    ("photos.getPerms", {"photo_id": "8000000000"}, 1, "Photo not found"),
    ("photos.recentlyUpdated", {}, 1, "Required argument missing"),
    ("photos.recentlyUpdated", {"min_date": "soon"}, 2, "Not a valid date"),
    ("photos.getCounts", {}, 1, "No dates specified"),
    ("photosets.getPhotos", {"photoset_id": "1"}, 1, "Photoset not found"),
    ("photosets.getList", {"user_id": "x"}, 1, "User not found"),
    ("photos.licenses.getAvailable", {"photo_id": "1"}, 1, "Photo not found"),
    ("photos.licenses.getAvailable", {"photo_id": "9000000000", "owner_id": "x"}, 2, "User not found"),
    ("photos.licenses.getLicenseHistory", {"photo_id": "1"}, 1, "Photo not found"),
    ("test.login", {"format": "soap"}, 111, 'Format "soap" not found'),
]


@pytest.mark.parametrize(("method", "args", "code", "message"), FAILURES)
def test_failures(client: Client, method: str, args: dict[str, str], code: int, message: str) -> None:
    reply = client.post(method, **args)
    assert reply.status_code == 200
    if args.get("format") == "soap":
        assert f'code="{code}"' in reply.text
    else:
        assert reply.json() == {"stat": "fail", "code": code, "message": message}
        assert reply.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("people.findByUsername", {"username": "sandy practice"}),
        ("urls.lookupUser", {"url": "https://www.flickr.com/photos/Sandy-Practice/"}),
        ("urls.lookupUser", {"url": "https://www.flickr.com/people/99000001@N07/"}),
    ],
)
def test_a_person_is_found(login: Callable[[str], Client], method: str, args: dict[str, str]) -> None:
    assert login("none").call(method, **args)["user"]["id"] == "99000001@N07"


def test_counts_and_changes_cover_the_whole_account(box: Sandbox, client: Client) -> None:
    counts = client.call("photos.getCounts", dates="100,1740000000")["photocounts"]["photocount"]
    assert counts == [{"count": "60", "fromdate": "100", "todate": "1740000000"}]
    moment = max(photo.lastupdate for photo in box.account.own_photos()) + 1
    changed = box.account.own_photos()[7]
    box.account.set_license(changed, "16" if changed.license != "16" else "0")
    rows = client.call("photos.recentlyUpdated", min_date=str(moment), extras="last_update")["photos"][
        "photo"
    ]
    assert [row["id"] for row in rows] == [changed.id]
    assert int(rows[0]["lastupdate"]) >= moment


def test_keys_are_missing_when_a_photo_is_in_no_album_and_no_group(box: Sandbox, client: Client) -> None:
    for ids in photo_lists(box):
        ids.clear()
    assert client.call("photos.getAllContexts", photo_id=box.account.own_photos()[0].id) == {"stat": "ok"}


def test_a_free_account_has_a_limit(box: Sandbox, client: Client) -> None:
    assert "upload_limit" not in client.call("people.getInfo", user_id="me")["person"]
    box.account.me.is_pro = False
    person = client.call("people.getInfo", user_id="me")["person"]
    assert (person["ispro"], person["upload_count"], person["upload_limit"]) == (0, 60, 1000)
    assert person["upload_limit_status"] == "below_limit"


def test_albums_list_their_photos_in_order(box: Sandbox, client: Client) -> None:
    album = box.account.albums[1]
    listed = client.call("photosets.getList")["photosets"]["photoset"]
    assert {each["id"] for each in listed} == {each.id for each in box.account.albums}
    photos = client.call("photosets.getPhotos", photoset_id=album.id, per_page="500")["photoset"]
    assert [row["id"] for row in photos["photo"]] == album.photos


def test_a_listing_tells_and_filters_by_what_a_picture_is(box: Sandbox, client: Client) -> None:
    shots = {photo.id for photo in box.account.own_photos() if photo.content_type == 1}
    rows = client.call(
        "people.getPhotos", user_id="me", safe_search="3", content_types="1", extras="content_type"
    )["photos"]["photo"]
    assert {row["id"] for row in rows} == shots != set()
    assert {row["content_type"] for row in rows} == {"1"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("getPrivacy", "privacy"),
        ("getHidden", "hidden"),
        ("getSafetyLevel", "safety_level"),
    ],
)
def test_the_settings_for_new_uploads_can_be_read(box: Sandbox, client: Client, name: str, key: str) -> None:
    box.account.prefs[key] = 3
    assert client.call(f"prefs.{name}")["person"][key] == "3"


def test_the_other_formats(client: Client) -> None:
    login = '<user id="99000001@N07" path_alias="sandy-practice"><username>Sandy Practice</username></user>'
    assert login in client.post("test.login", format="rest").text
    assert client.post("test.login", nojsoncallback="").text.startswith('jsonFlickrApi({"user"')


_NAMES = ["photo_id", "user_id", "page", "per_page", "extras", "dates", "min_date", "min_upload_date", "url"]
_NAMES += ["tags", "tag_id", "license_id", "safety_level", "group_id", "photoset_id", "min_taken_date"]
_VALUES = st.sampled_from(["9000000137", "me", "-1", "0", "9" * 5000, "1,2", "0000-00-00", "license,url_o"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(_NAMES), _VALUES | st.text()))
def test_no_arguments_break_a_method(box: Sandbox, client: Client, method: str, args: dict[str, str]) -> None:
    answer = client.call(method.removeprefix("flickr."), **args)
    assert answer["stat"] == "ok" or isinstance(answer["code"], int)
    assert box.errors == []


def test_places_and_originals_are_told_to_who_may_know_them(
    box: Sandbox, login: Callable[[str], Client]
) -> None:
    placed, bare, *_ = (photo for photo in box.account.own_photos() if photo.is_public)
    placed.location = {"latitude": "52.5", "longitude": "13.4", "accuracy": "16"}
    bare.location, bare.original_secret = None, ""
    args = {"user_id": box.account.me.nsid, "safe_search": "3", "extras": "geo,url_o"}

    def rows(perms: str) -> dict[str, dict[str, Any]]:
        listed = login(perms).call("people.getPhotos", **args)["photos"]["photo"]
        return {row["id"]: row for row in listed}

    own_rows = rows("read")
    assert (own_rows[placed.id]["latitude"], own_rows[placed.id]["geo_is_public"]) == ("52.5", 1)
    assert (own_rows[bare.id]["latitude"], "geo_is_public" in own_rows[bare.id]) == (0, False)
    assert placed.original_secret in own_rows[placed.id]["url_o"]
    assert "url_o" not in own_rows[bare.id]
    assert not any("url_o" in row for row in rows("none").values())
    info = login("read").call("photos.getInfo", photo_id=bare.id)["photo"]
    assert "originalsecret" not in info


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("people.getPhotos", {"user_id": "me"}, 2),
        ("auth.oauth.checkToken", {}, 98),
        ("people.getInfo", {"user_id": "me"}, 1),
        ("people.getInfo", {"url": "https://www.flickr.com/photos/nobody/"}, 1),
    ],
)
def test_who_is_not_logged_in_is_nobody(
    login: Callable[[str], Client], method: str, args: dict[str, str], code: int
) -> None:
    assert login("none").call(method, **args)["code"] == code


def test_a_member_is_told_by_the_address_too_and_limits_to_nobody_else(
    box: Sandbox, login: Callable[[str], Client]
) -> None:
    args = {"url": "https://www.flickr.com/photos/sandy-practice/"}
    seen = login("none").call("people.getInfo", **args)["person"]
    own = login("read").call("people.getInfo", **args)["person"]
    assert seen["nsid"] == own["nsid"] == box.account.me.nsid
    assert ("views" in seen["photos"], "views" in own["photos"]) == (False, True)


def test_the_albums_of_others_are_none_that_are_public(box: Sandbox, client: Client) -> None:
    other = next(person for person in box.account.others if not person.deleted)
    found = client.call("photosets.getList", user_id=other.nsid)["photosets"]
    assert (found["total"], found["photoset"]) == (0, [])
