from collections.abc import Callable

import pytest

from auditor.sandbox import Sandbox
from auditor.sandbox.methods import METHODS
from auditor.sandbox.records import Photo

from .conftest import Client


@pytest.fixture
def photo(box: Sandbox) -> Photo:
    """A public photo without tags, always all rights reserved, in no group."""
    photo = box.account.own_photos()[0]
    photo.privacy = "public"
    photo.license, photo.license_history = "0", []
    photo.tags.clear()
    photo.lastupdate = 1
    for pool in box.account.pools:
        pool.photos = [each for each in pool.photos if each != photo.id]
    return photo


@pytest.mark.parametrize(
    ("tags", "clean"),
    [
        ("no_cv", ["nocv"]),
        ('no_cv "two words" x', ["nocv", "twowords", "x"]),
        ("a,b", ["ab"]),  # commas do not separate
        ('"a, b"', ["ab"]),
        ("No_CV NOCV", ["nocv"]),
        ("geo:lat=49.5", ["geo:lat=495"]),
        ("  ", []),
    ],
)
def test_tags_are_split_at_spaces_and_kept_once(
    client: Client, photo: Photo, tags: str, clean: list[str]
) -> None:
    added = client.call("photos.addTags", photo_id=photo.id, tags=tags)["tags"]["tag"]
    assert [tag["_content"] for tag in added] == clean == list(photo.tags)
    again = client.call("photos.addTags", photo_id=photo.id, tags=tags)
    assert again == {"tags": {"tag": []}, "stat": "ok"}


def test_a_tag_that_is_there_under_another_spelling_is_left_alone(
    box: Sandbox, client: Client, photo: Photo
) -> None:
    box.account.add_tags(photo, ["No CV"], box.account.me.nsid)
    answer = client.call("photos.addTags", photo_id=photo.id, tags="no_cv")
    assert answer["tags"]["tag"] == []
    assert photo.tags["nocv"].raw == "No CV"
    assert not box.log[-1].effective


def test_a_tag_is_removed_by_its_full_id_once(box: Sandbox, client: Client, photo: Photo) -> None:
    tag = client.call("photos.addTags", photo_id=photo.id, tags="no_cv")["tags"]["tag"][0]
    info = client.call("photos.getInfo", photo_id=photo.id)["photo"]["tags"]["tag"][0]
    assert info["id"] == tag["full_tag_id"] == f"98000001-{photo.id}-{tag['id']}"
    gone = {"stat": "fail", "code": 1, "message": "Tag not found"}
    assert client.call("photos.removeTag", tag_id=tag["id"]) == gone
    assert client.call("photos.removeTag", tag_id=tag["full_tag_id"]) == {"stat": "ok"}
    assert client.call("photos.removeTag", tag_id=tag["full_tag_id"]) == gone
    assert [served.effective for served in box.log if served.method == "flickr.photos.removeTag"] == [
        False,
        True,
        False,
    ]


def test_over_75_tags_the_whole_request_is_ignored(box: Sandbox, client: Client, photo: Photo) -> None:
    box.account.add_tags(photo, [f"t{n}" for n in range(74)], box.account.me.nsid)
    answer = client.call("photos.addTags", photo_id=photo.id, tags="one two")
    assert answer == {"stat": "fail", "code": 2, "message": "Maximum number of tags reached"}
    assert len(photo.tags) == 74
    # One that is there already does not count.
    assert len(client.call("photos.addTags", photo_id=photo.id, tags="one t3")["tags"]["tag"]) == 1


@pytest.mark.parametrize("flags", ["000", "010", "001", "011", "100", "111"])
def test_privacy_is_set_and_read_back_everywhere(client: Client, photo: Photo, flags: str) -> None:
    before = photo.secret
    sent = dict(zip(("is_public", "is_friend", "is_family"), flags, strict=True))
    answer = client.call("photos.setPerms", photo_id=photo.id, **sent, perm_comment="1", perm_addmeta="0")
    # A public photo reads back as neither friends' nor family's.
    read = {"ispublic": 1, "isfriend": 0, "isfamily": 0}
    if flags[0] == "0":
        read = dict(zip(read, map(int, flags), strict=True))
    assert client.call("photos.getInfo", photo_id=photo.id)["photo"]["visibility"] == read
    perms = client.call("photos.getPerms", photo_id=photo.id)["perms"]
    assert perms == {"id": photo.id, **read, "permcomment": 1, "permaddmeta": 0, "permprint": 0}
    assert answer["photoid"]["_content"] == photo.id
    assert (answer["photoid"]["secret"] == before) is (flags[0] == "1")


def test_left_out_comment_permissions_follow_the_rule(box: Sandbox, client: Client, photo: Photo) -> None:
    photo.permcomment, photo.permaddmeta = 1, 1
    flags = {"is_public": "1", "is_friend": "0", "is_family": "0"}
    client.call("photos.setPerms", photo_id=photo.id, **flags)
    assert (photo.permcomment, photo.permaddmeta) == (1, 1)
    assert not box.log[-1].effective
    box.account.rules.omitted_perms_kept = False
    client.call("photos.setPerms", photo_id=photo.id, **flags)
    assert (photo.permcomment, photo.permaddmeta) == (3, 0)


def test_a_licence_change_is_dated_and_in_the_history(box: Sandbox, client: Client, photo: Photo) -> None:
    unchanged = client.call("photos.licenses.getLicenseHistory", photo_id=photo.id)["license_history"]
    assert len(unchanged) == 1
    assert (unchanged[0]["new_license"], unchanged[0]["date_change"]) == ("", photo.uploaded)
    assert client.call("photos.licenses.setLicense", photo_id=photo.id, license_id="11") == {"stat": "ok"}
    change = client.call("photos.licenses.getLicenseHistory", photo_id=photo.id)["license_history"][0]
    assert change["new_license_url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert (change["old_license"], change["new_license"]) == ("All Rights Reserved", "CC BY 4.0")
    assert change["date_change"] == photo.lastupdate > 1
    # The same again is no error and no change.
    assert client.call("photos.licenses.setLicense", photo_id=photo.id, license_id="11") == {"stat": "ok"}
    assert [served.effective for served in box.log if served.writes] == [True, False]


def test_the_old_cc_licences_may_not_come_back(box: Sandbox, client: Client, photo: Photo) -> None:
    box.account.rules.old_cc_settable = False
    photo.license = "4"

    def available() -> set[str]:
        listed = client.call("photos.licenses.getAvailable", photo_id=photo.id)["available_licenses"]
        return {each["id"] for each in listed["license"]}

    # The present one is no exception: that is how a careful program learns that it would not come back.
    assert not available() & {"1", "2", "3", "4", "5", "6", "7"}
    assert client.call("photos.licenses.setLicense", photo_id=photo.id, license_id="4") == {"stat": "ok"}
    client.call("photos.licenses.setLicense", photo_id=photo.id, license_id="0")
    answer = client.call("photos.licenses.setLicense", photo_id=photo.id, license_id="4")
    assert answer == {"stat": "fail", "code": 4, "message": "License not available"}


def test_hiding_cannot_be_read_back(box: Sandbox, client: Client, photo: Photo) -> None:
    photo.hidden = False
    photo.safety_level = 0
    before = client.call("photos.getInfo", photo_id=photo.id)["photo"]
    assert client.call("photos.setSafetyLevel", photo_id=photo.id, hidden="1") == {"stat": "ok"}
    after = client.call("photos.getInfo", photo_id=photo.id)["photo"]
    assert photo.hidden
    before["dates"] = after["dates"]
    assert after == before
    # Written 1 to 3, read 0 to 2.
    client.call("photos.setSafetyLevel", photo_id=photo.id, safety_level="3")
    assert client.call("photos.getInfo", photo_id=photo.id)["photo"]["safety_level"] == "2"


def test_a_photo_leaves_a_group_and_comes_back(box: Sandbox, client: Client, photo: Photo) -> None:
    pool = box.account.pools[0]
    args = {"photo_id": photo.id, "group_id": pool.id}
    assert client.call("groups.pools.add", **args) == {"stat": "ok"}
    assert client.call("groups.pools.add", **args)["code"] == 3
    listed = client.call("photos.getAllContexts", photo_id=photo.id)["pool"]
    assert [each["id"] for each in listed] == [pool.id]
    assert client.call("groups.pools.remove", **args) == {"stat": "ok"}
    assert client.call("groups.pools.remove", **args)["code"] == 2
    pool.moderated = True
    assert [client.call("groups.pools.add", **args)["code"] for _ in range(2)] == [6, 7]
    pool.full = True
    assert client.call("groups.pools.add", **args)["code"] == 10


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("photos.addTags", {"photo_id": "1"}, 1),
        ("photos.removeTag", {}, 1),
        ("photos.licenses.setLicense", {"license_id": "99"}, 2),
        ("photos.licenses.setLicense", {}, 2),
        ("photos.licenses.setLicense", {"license_id": "7"}, 4),
        ("photos.licenses.setLicense", {"license_id": "8"}, 4),
        ("photos.licenses.setLicense", {"photo_id": "8000000000", "license_id": "0"}, 1),
        ("photos.setPerms", {}, 2),
        ("photos.setPerms", {"is_public": "False", "is_friend": "0", "is_family": "0"}, 2),
        (
            "photos.setPerms",
            {"is_public": "0", "is_friend": "0", "is_family": "0", "perm_comment": "4"},
            2,
        ),
        ("photos.addTags", {"photo_id": "8000000000", "tags": "no_cv"}, 1),
        ("photos.setSafetyLevel", {}, 2),
        ("photos.setSafetyLevel", {"safety_level": "0"}, 2),
        ("photos.setSafetyLevel", {"hidden": "yes"}, 2),
        ("photos.setSafetyLevel", {"photo_id": "8000000000", "hidden": "1"}, 1),
        ("groups.pools.add", {"group_id": "1@N01"}, 2),
        ("groups.pools.remove", {"group_id": "1@N01"}, 1),
    ],
)
def test_a_refused_write_changes_nothing(
    box: Sandbox, client: Client, photo: Photo, method: str, args: dict[str, str], code: int
) -> None:
    before = box.state()
    assert client.call(method, **{"photo_id": photo.id, **args})["code"] == code
    assert box.state() == before
    assert box.log[-1].writes
    assert not box.log[-1].effective


@pytest.mark.parametrize("method", sorted(name for name, method in METHODS.items() if method.writes))
def test_a_write_needs_write_permission_and_a_post(
    box: Sandbox, client: Client, login: Callable[[str], Client], method: str
) -> None:
    before = box.state()
    name = method.removeprefix("flickr.")
    assert login("read").call(name)["code"] == 99
    assert client.get(name).status_code == 405
    assert box.state() == before


def test_a_free_account_cannot_hold_unsafe_photos(box: Sandbox, client: Client, photo: Photo) -> None:
    box.account.me.is_pro = False
    answer = client.call("photos.setSafetyLevel", photo_id=photo.id, safety_level="2")
    assert (answer["code"], photo.safety_level) == (4, 0)
