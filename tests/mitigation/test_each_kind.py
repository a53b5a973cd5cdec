"""Each kind of change, whole: what is planned, sent, undone, said and kept, with every word of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from auditor.account.photo import Account, Photo
from auditor.errors import CallError, UsageError
from auditor.flickr import licenses
from auditor.flickr.api import Pool
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change, ChangeRecord, Outcome, Skip
from auditor.mitigation.kinds.base import UNREADABLE, FlickrFacts, Permissions, PhotoState, PlanContext
from auditor.mitigation.kinds.license import grants_more
from auditor.mitigation.kinds.registry import ASKED, MITIGATIONS, WRITE_METHODS, describe
from auditor.mitigation.planning.policy import Actions
from tests.errors_read_well import said

ID = "9000000001"
UNTAGGED = {"tag": "no_cv", "present": False}
TAGGED = {"tag": "no_cv", "present": True}
TAG_ID = f"98000001-{ID}-320"
FACES = Pool("99100001@N20", "Faces")
IN = {"group_id": FACES.group_id, "title": "Faces", "member": True}
OUT = {**IN, "member": False}
NOTHING = FlickrFacts.unknown()


def photo(photo_id: str = ID, **fields: Any) -> Photo:
    known: dict[str, Any] = {"title": "", "license_id": "4", "privacy": Privacy.PUBLIC}
    return Photo(id=photo_id, **(known | fields))


def seen(**told: Any) -> PhotoState:
    extra = {name: told.pop(name) for name in ("groups", "permissions", "tag_ids") if name in told}
    return PhotoState(photo(**told), 0.0, **extra)


def facts(*groups: Pool, **available: set[str]) -> FlickrFacts:
    offered = {key.removeprefix("of"): frozenset(value) for key, value in available.items()}
    return FlickrFacts({ID: groups}, offered, frozenset(), asked=frozenset({ID}))


def change(
    kind: str, before: Any, after: Any, reversible: Any = "yes", note: str = "", **details: str
) -> Change:
    return Change(ID, kind, before, after, reversible, note, details)


# -- what the words of an option mean ------------------------------------------------------------------------

CODES = ", ".join(entry.code for entry in licenses.LICENSES.values() if entry.settable)


@pytest.mark.parametrize(
    ("key", "text", "meaning"),
    [
        ("add_tags", "  no   cv ", "no cv"),
        ("license", "CC BY 2.0", "4"),
        ("privacy", "friends-family", Privacy.FRIENDS_FAMILY),
        ("safety_level", "moderate", "moderate"),
    ],
)
def test_a_word_means_what_it_says(key: str, text: str, meaning: object) -> None:
    assert ASKED[key].parse(text) == meaning


@pytest.mark.parametrize(
    ("key", "text", "message", "hint"),
    [
        ("license", "free", "Flickr has no licence 'free'", f"Choose one of: {CODES}."),
        (
            "license",
            "7",
            "No known copyright restrictions is for members of The Commons; Flickr's API does not set it",
            "Choose another licence.",
        ),
        (
            "privacy",
            "secret",
            "'secret' is not a privacy setting",
            "Choose one of: public, friends, family, friends-family, private.",
        ),
        (
            "safety_level",
            "Safe",
            "'Safe' is not a safety level",
            "Choose one of: safe, moderate, restricted.",
        ),
        (
            "add_tags",
            "!",
            "the tag '!' holds no letter or digit",
            "Flickr compares letters and digits only.",
        ),
    ],
)
def test_a_word_that_means_nothing_is_answered_with_those_that_do(
    key: str, text: str, message: str, hint: str
) -> None:
    assert said(lambda: ASKED[key].parse(text)) == (UsageError, message, hint)


@pytest.mark.parametrize(
    ("key", "one", "other", "both"),
    [
        ("license", "4", "0", "0"),
        ("license", "4", "3", "3"),
        ("license", "4", "1", "1"),
        ("license", "99", "4", "4"),
        ("license", "11", "4", "4"),
        ("license", "6", "2", "2"),
        ("license", "5", "4", "5"),
        ("privacy", Privacy.FRIENDS, Privacy.FAMILY, Privacy.PRIVATE),
        ("safety_level", "moderate", "safe", "moderate"),
        ("add_tags", frozenset({"no_cv", "b"}), frozenset({"NoCV", "a"}), frozenset({"NoCV", "a", "b"})),
        ("hide", True, True, True),
    ],
)
def test_of_two_wishes_the_stricter_is_taken(key: str, one: Any, other: Any, both: Any) -> None:
    assert ASKED[key].stricter(one, other) == both
    assert ASKED[key].stricter(other, one) == both


@pytest.mark.parametrize(
    ("after", "before", "more"),
    [
        ("4", "0", True),
        ("0", "4", False),
        ("1", "2", False),
        ("2", "1", True),
        ("3", "2", False),
        ("6", "4", False),
        ("4", "6", True),
        ("5", "4", False),
        ("4", "5", True),
        ("99", "4", False),
        ("0", "99", False),
        ("11", "4", False),
    ],
)
def test_what_a_licence_allows_beyond_another(after: str, before: str, *, more: bool) -> None:
    assert grants_more(after, before) is more


# -- plans ---------------------------------------------------------------------------------------------------

LOST = "links and faves of people shut out do not come back"
BACK = "not known whether Flickr would set CC BY 2.0 again"
COMES_BACK = "undo adds it back where the group's rules allow"


@pytest.mark.parametrize(
    ("key", "wanted", "one", "known", "planned"),
    [
        ("add_tags", frozenset({"no_cv"}), photo(), NOTHING, [change("add-tag", UNTAGGED, TAGGED)]),
        (
            "add_tags",
            frozenset({"no_cv"}),
            photo(tags=("nocv",)),
            NOTHING,
            [Skip(ID, "already tagged no_cv", "add-tag", already=True)],
        ),
        (
            "add_tags",
            frozenset({"a", "b"}),
            photo(tags=tuple(map(str, range(74)))),
            NOTHING,
            [
                change("add-tag", {"tag": "a", "present": False}, {"tag": "a", "present": True}),
                Skip(ID, "has 75 tags, Flickr's limit", "add-tag"),
            ],
        ),
        ("license", "0", photo(), NOTHING, [change("license", "4", "0", "partly", BACK)]),
        ("license", "0", photo(), facts(of4={"0", "4"}), [change("license", "4", "0", "yes")]),
        ("license", "0", photo(), facts(of0={"4"}, of4={"0"}), [change("license", "4", "0", "yes")]),
        (
            "license",
            "0",
            photo(),
            facts(of0={"0"}, of4={"0", "4"}),
            [
                change(
                    "license", "4", "0", "no", "Flickr no longer offers CC BY 2.0; the nearest is CC BY 4.0"
                )
            ],
        ),
        (
            "license",
            "0",
            photo(license_id="9"),
            facts(of0={"0"}),
            [change("license", "9", "0", "no", "Flickr no longer offers Public Domain Dedication (CC0)")],
        ),
        (
            "license",
            "0",
            photo(license_id="7"),
            facts(of7={"0", "7"}),
            [
                change(
                    "license",
                    "7",
                    "0",
                    "no",
                    "No known copyright restrictions is for members of The Commons and cannot be set again",
                )
            ],
        ),
        (
            "license",
            "2",
            photo(),
            facts(of4={"0"}),
            [Skip(ID, "Flickr does not offer CC BY-NC 2.0 for it; the nearest is CC BY-NC 4.0", "license")],
        ),
        ("license", "4", photo(), NOTHING, [Skip(ID, "already CC BY 2.0", "license", already=True)]),
        (
            "license",
            "0",
            photo(license_id=None),
            NOTHING,
            [Skip(ID, "its present licence is not known: run sync", "license")],
        ),
        (
            "license",
            "0",
            photo(license_id="x"),
            NOTHING,
            [Skip(ID, "its present licence is not known: run sync", "license")],
        ),
        (
            "privacy",
            Privacy.PRIVATE,
            photo(),
            NOTHING,
            [change("privacy", "public", "private", "partly", LOST)],
        ),
        (
            "privacy",
            Privacy.PRIVATE,
            photo(),
            facts(FACES, Pool("1@N20", "")),
            [
                change(
                    "privacy",
                    "public",
                    "private",
                    "partly",
                    f"{LOST}; still visible to the members of its groups: Faces, 1@N20",
                )
            ],
        ),
        (
            "privacy",
            Privacy.PUBLIC,
            photo(privacy=Privacy.PRIVATE),
            facts(FACES),
            [change("privacy", "private", "public")],
        ),
        (
            "privacy",
            Privacy.FAMILY,
            photo(privacy=Privacy.FRIENDS),
            NOTHING,
            [Skip(ID, "friends now: family would open it to more people", "privacy")],
        ),
        (
            "privacy",
            Privacy.PUBLIC,
            photo(),
            NOTHING,
            [Skip(ID, "already public", "privacy", already=True)],
        ),
        (
            "privacy",
            Privacy.PUBLIC,
            photo(privacy=None),
            NOTHING,
            [Skip(ID, "who may see it now is not known: run sync", "privacy")],
        ),
        (
            "hide",
            True,
            photo(),
            NOTHING,
            [change("hide", None, True, "partly", "Flickr does not say whether it was hidden before")],
        ),
        (
            "safety_level",
            "restricted",
            photo(safety_level=0),
            NOTHING,
            [change("safety-level", "safe", "restricted")],
        ),
        (
            "safety_level",
            "moderate",
            photo(safety_level=1),
            NOTHING,
            [Skip(ID, "already moderate", "safety-level", already=True)],
        ),
        *(
            (
                "safety_level",
                "safe",
                photo(safety_level=level),
                NOTHING,
                [Skip(ID, "its safety level is not known: run sync", "safety-level")],
            )
            for level in (None, 3, -1)
        ),
        (
            "leave_groups",
            True,
            photo(),
            facts(FACES, Pool("1@N20", "")),
            [
                change("leave-group", IN, OUT, "partly", COMES_BACK),
                change(
                    "leave-group",
                    {"group_id": "1@N20", "title": "", "member": True},
                    {"group_id": "1@N20", "title": "", "member": False},
                    "partly",
                    COMES_BACK,
                ),
            ],
        ),
        ("leave_groups", True, photo(), facts(), [Skip(ID, "in no group", "leave-group")]),
        (
            "leave_groups",
            True,
            photo(),
            NOTHING,
            [
                Skip(
                    ID,
                    "its groups are not known: they are asked for when you are logged in",
                    "leave-group",
                )
            ],
        ),
    ],
)
def test_a_wish_becomes_changes_or_reasons(
    key: str, wanted: Any, one: Photo, known: FlickrFacts, planned: list[Change | Skip]
) -> None:
    assert list(ASKED[key].plan(one, wanted, known, {key})) == planned


def test_a_photo_that_leaves_its_groups_is_not_said_to_stay_visible_to_them() -> None:
    (planned,) = ASKED["privacy"].plan(photo(), Privacy.PRIVATE, facts(FACES), {"privacy", "leave_groups"})
    assert planned == change("privacy", "public", "private", "partly", LOST)


@pytest.mark.parametrize(
    ("key", "wanted", "one", "asks"),
    [
        ("privacy", Privacy.PRIVATE, photo(), True),
        ("privacy", Privacy.PUBLIC, photo(), False),
        ("privacy", Privacy.PRIVATE, photo(privacy=None), False),
        ("leave_groups", True, photo(), True),
        ("license", "0", photo(), False),
        ("hide", True, photo(), False),
    ],
)
def test_groups_are_asked_for_where_they_matter(key: str, wanted: Any, one: Photo, *, asks: bool) -> None:
    assert ASKED[key].asks_groups(one, wanted) is asks


def test_a_refusal_is_known_only_where_flickr_was_asked() -> None:
    kind = MITIGATIONS["license"]
    to = change("license", "4", "0")
    assert kind.refusal(to, NOTHING) is None
    assert kind.refusal(to, facts(of4={"0"})) == ""
    assert kind.refusal(to, facts(of4={"1"})) == "Flickr does not offer All Rights Reserved for it"
    assert MITIGATIONS["hide"].refusal(change("hide", None, True), NOTHING) == ""


# -- warnings ------------------------------------------------------------------------------------------------

PAGE = "https://www.flickrhelp.com/hc/en-us/articles/4404078163732"


def warned(kind: str, changes: Sequence[Change], known: FlickrFacts = NOTHING) -> list[str]:
    context = PlanContext(Account("99000001@N07"), {}, changes, known)
    return list(MITIGATIONS[kind].warnings(context))


def numbered(kind: str, ways: Sequence[tuple[Any, Any]], reversible: Any = "yes") -> list[Change]:
    return [Change(str(n), kind, before, after, reversible) for n, (before, after) in enumerate(ways, 1)]


COPIES = "a new licence does not reach copies that were already taken; the history of licences is public"
FEWER = (
    "{} will be seen by fewer people: their links change for good, and the faves of people who are shut out"
    f" are lost; undo brings back neither ({PAGE})"
)
UNKNOWN = "the groups of {} are not known: log in and plan again"
STAYS = (
    "{} will stay visible to the members of the groups they are in: take them out of their groups too"
    " (--leave-groups) to prevent that"
)


@pytest.mark.parametrize(
    ("kind", "changes", "known", "lines"),
    [
        ("license", numbered("hide", [(None, True)]), NOTHING, []),
        ("license", numbered("license", [("4", "0")]), NOTHING, [COPIES]),
        (
            "license",
            numbered("license", [("4", "0"), ("0", "4"), ("0", "1")]),
            NOTHING,
            [COPIES, "2 photos will allow more than now; whoever takes a copy keeps that right"],
        ),
        (
            "license",
            numbered("license", [("4", "0")], "no"),
            NOTHING,
            [COPIES, "the licence of 1 photo cannot be set back; their notes say why"],
        ),
        (
            "privacy",
            numbered("privacy", [("public", "private"), ("public", "friends")]),
            NOTHING,
            [FEWER.format("2 photos"), UNKNOWN.format("2 photos")],
        ),
        (
            "privacy",
            numbered("privacy", [("public", "private")]),
            FlickrFacts({"1": (FACES,)}, {}, frozenset()),
            [FEWER.format("1 photo"), STAYS.format("1 photo")],
        ),
        (
            "privacy",
            [*numbered("privacy", [("public", "private")]), *numbered("leave-group", [(IN, OUT)])],
            FlickrFacts({"1": (FACES,)}, {}, frozenset()),
            [FEWER.format("1 photo")],
        ),
        (
            "privacy",
            numbered("privacy", [("public", "private")]),
            FlickrFacts({"1": ()}, {}, frozenset()),
            [FEWER.format("1 photo")],
        ),
        (
            "privacy",
            numbered("privacy", [("private", "public")]),
            NOTHING,
            ["1 photo will be PUBLIC that is not now"],
        ),
        (
            "privacy",
            numbered("privacy", [("private", "public")] * 2),
            NOTHING,
            ["2 photos will be PUBLIC that are not now"],
        ),
        ("privacy", numbered("license", [("4", "0")]), NOTHING, []),
        (
            "hide",
            numbered("hide", [(None, True)] * 2),
            NOTHING,
            [
                "Flickr does not show whether 2 photos had been hidden before: undo leaves them hidden,"
                " unless you type: flickr-auditor undo RUN --unhide"
            ],
        ),
        ("hide", numbered("unhide", [(True, False)]), NOTHING, []),
        ("add-tag", numbered("add-tag", [(UNTAGGED, TAGGED)]), NOTHING, []),
    ],
)
def test_what_to_know_before_a_plan_is_applied(
    kind: str, changes: list[Change], known: FlickrFacts, lines: list[str]
) -> None:
    assert warned(kind, changes, known) == lines


# -- running -------------------------------------------------------------------------------------------------

PERMISSIONS = Permissions("1", "2")


@pytest.mark.parametrize(
    ("to", "state", "method", "params"),
    [
        (
            change("add-tag", UNTAGGED, TAGGED),
            seen(),
            "flickr.photos.addTags",
            {"photo_id": ID, "tags": "no_cv"},
        ),
        (
            change("add-tag", {"tag": "a b", "present": False}, {"tag": "a b", "present": True}),
            seen(),
            "flickr.photos.addTags",
            {"photo_id": ID, "tags": '"a b"'},
        ),
        (
            change("remove-tag", TAGGED, UNTAGGED, tag_id=TAG_ID),
            seen(),
            "flickr.photos.removeTag",
            {"tag_id": TAG_ID},
        ),
        (
            change("license", "4", "0"),
            seen(),
            "flickr.photos.licenses.setLicense",
            {"photo_id": ID, "license_id": "0"},
        ),
        (
            change("privacy", "public", "friends"),
            seen(permissions=PERMISSIONS),
            "flickr.photos.setPerms",
            {
                "photo_id": ID,
                "is_public": "0",
                "is_friend": "1",
                "is_family": "0",
                "perm_comment": "1",
                "perm_addmeta": "2",
            },
        ),
        (
            change("privacy", "private", "public", perm_comment="3", perm_addmeta="0"),
            seen(permissions=PERMISSIONS),
            "flickr.photos.setPerms",
            {
                "photo_id": ID,
                "is_public": "1",
                "is_friend": "0",
                "is_family": "0",
                "perm_comment": "3",
                "perm_addmeta": "0",
            },
        ),
        (change("hide", None, True), seen(), "flickr.photos.setSafetyLevel", {"photo_id": ID, "hidden": "1"}),
        (
            change("unhide", True, False),
            seen(),
            "flickr.photos.setSafetyLevel",
            {"photo_id": ID, "hidden": "0"},
        ),
        *(
            (
                change("safety-level", "x", level),
                seen(),
                "flickr.photos.setSafetyLevel",
                {"photo_id": ID, "safety_level": written},
            )
            for level, written in (("safe", "1"), ("moderate", "2"), ("restricted", "3"))
        ),
        (
            change("leave-group", IN, OUT),
            seen(),
            "flickr.groups.pools.remove",
            {"photo_id": ID, "group_id": FACES.group_id},
        ),
        (
            change("join-group", OUT, IN),
            seen(),
            "flickr.groups.pools.add",
            {"photo_id": ID, "group_id": FACES.group_id},
        ),
    ],
)
def test_a_change_is_one_call(to: Change, state: PhotoState, method: str, params: dict[str, str]) -> None:
    kind = MITIGATIONS[to.mitigation]
    call = kind.request(to, state)
    assert (call.method, call.params) == (method, params)
    assert kind.methods == {method} <= WRITE_METHODS


def record(done: Change, **told: Any) -> ChangeRecord:
    return ChangeRecord(0, done, "done", **told)


@pytest.mark.parametrize(
    ("done", "inverse"),
    [
        (
            record(change("add-tag", UNTAGGED, TAGGED), answer={"tag_id": TAG_ID, "clean": "nocv", "x": "y"}),
            change("remove-tag", TAGGED, UNTAGGED, tag_id=TAG_ID, clean="nocv"),
        ),
        (
            record(change("add-tag", UNTAGGED, TAGGED), answer={"clean": "nocv"}),
            "the id of the tag that was added is not known; remove it on flickr.com",
        ),
        (record(change("remove-tag", TAGGED, UNTAGGED)), change("add-tag", UNTAGGED, TAGGED)),
        (record(change("license", "4", "0")), change("license", "0", "4")),
        (
            record(change("license", "7", "0")),
            "No known copyright restrictions cannot be set through Flickr's API",
        ),
        (
            record(
                change("privacy", "public", "private", "partly"),
                before_image={"permcomment": 3, "permaddmeta": "2", "title": "x"},
            ),
            change(
                "privacy",
                "private",
                "public",
                "yes",
                "who may see it comes back; links and lost faves do not",
                perm_comment="3",
                perm_addmeta="2",
            ),
        ),
        (record(change("privacy", "private", "public")), change("privacy", "public", "private")),
        (
            record(change("hide", None, True, "partly")),
            change("unhide", True, False, "yes", "Flickr does not say whether it was hidden before"),
        ),
        (record(change("unhide", True, False)), change("hide", None, True, "partly")),
        (record(change("safety-level", "safe", "restricted")), change("safety-level", "restricted", "safe")),
        (
            record(change("leave-group", IN, OUT, "partly")),
            change("join-group", OUT, IN, "yes", "the group's moderators may have to let it in"),
        ),
        (record(change("join-group", OUT, IN)), change("leave-group", IN, OUT, "partly")),
    ],
)
def test_the_way_back_of_each_change(done: ChangeRecord, inverse: Change | str) -> None:
    assert MITIGATIONS[done.change.mitigation].inverse(done) == inverse


@pytest.mark.parametrize(
    ("done", "before", "after"),
    [
        (record(change("add-tag", UNTAGGED, TAGGED)), photo(tags=("a",)), photo(tags=("a", "nocv"))),
        (
            record(change("add-tag", UNTAGGED, TAGGED), answer={"clean": "x"}),
            photo(tags=("a", "x", "b")),
            photo(tags=("a", "b", "x")),
        ),
        (record(change("remove-tag", TAGGED, UNTAGGED)), photo(tags=("nocv", "a")), photo(tags=("a",))),
        (record(change("license", "4", "0")), photo(), photo(license_id="0")),
        (record(change("privacy", "public", "friends")), photo(), photo(privacy=Privacy.FRIENDS)),
        (record(change("safety-level", "safe", "restricted")), photo(), photo(safety_level=2)),
        (record(change("hide", None, True)), photo(), photo()),
        (record(change("leave-group", IN, OUT)), photo(), photo()),
    ],
)
def test_the_store_learns_what_was_done(done: ChangeRecord, before: Photo, after: Photo) -> None:
    assert MITIGATIONS[done.change.mitigation].applied(before, done) == after


@pytest.mark.parametrize(
    ("to", "state", "observed"),
    [
        (change("add-tag", UNTAGGED, TAGGED), seen(), UNTAGGED),
        (change("add-tag", UNTAGGED, TAGGED), seen(tags=("nocv",)), TAGGED),
        (change("add-tag", UNTAGGED, TAGGED, clean="x"), seen(tags=("nocv",)), UNTAGGED),
        (change("add-tag", UNTAGGED, TAGGED, clean="x"), seen(tags=("x",)), TAGGED),
        (change("remove-tag", TAGGED, UNTAGGED, tag_id=TAG_ID), seen(tag_ids={"other": TAG_ID}), TAGGED),
        (change("remove-tag", TAGGED, UNTAGGED, tag_id=TAG_ID), seen(tag_ids={"other": "1"}), UNTAGGED),
        (change("safety-level", "safe", "restricted"), seen(safety_level=2), "restricted"),
        (change("safety-level", "safe", "restricted"), seen(safety_level=None), UNREADABLE),
        (change("safety-level", "safe", "restricted"), seen(safety_level=3), UNREADABLE),
        (change("privacy", "public", "private"), seen(privacy=Privacy.FAMILY), "family"),
        (change("leave-group", IN, OUT), seen(groups=frozenset({FACES.group_id})), IN),
        (change("leave-group", IN, OUT), seen(groups=frozenset({"1@N20"})), OUT),
    ],
)
def test_what_is_seen_has_the_form_of_the_plan(to: Change, state: PhotoState, observed: Any) -> None:
    assert MITIGATIONS[to.mitigation].observed(to, state) == observed


def test_a_privacy_that_was_not_read_is_not_compared() -> None:
    with pytest.raises(ValueError, match=r"^who may see the photo must be read before it is compared$"):
        MITIGATIONS["privacy"].observed(change("privacy", "public", "private"), seen(privacy=None))


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        (change("safety-level", "safe", "restricted"), None),
        (change("safety-level", "safe", "safe"), "no two safety levels"),
        (change("safety-level", "safe", "x"), "no two safety levels"),
        (change("unhide", True, False), None),
        (change("unhide", None, False), "before must be True and after False"),
        (change("unhide", True, True), "before must be True and after False"),
        (change("hide", None, True), None),
        (change("license", "4", "0"), None),
        (change("license", "4", 0), "a licence is given by Flickr's id"),
        (change("privacy", "public", "private", perm_comment="0", perm_addmeta="3"), None),
        (change("privacy", "public", "public"), "before and after must be two kinds of privacy"),
        (change("privacy", "x", "public"), "before and after must be two kinds of privacy"),
        (change("privacy", "public", "private", x="0"), "the permissions to restore are not readable"),
        (
            change("privacy", "public", "private", perm_comment="4"),
            "the permissions to restore are not readable",
        ),
        (change("remove-tag", TAGGED, UNTAGGED, tag_id=TAG_ID), None),
        (
            change("remove-tag", UNTAGGED, TAGGED, tag_id=TAG_ID),
            "before and after do not fit together",
        ),
        (
            change("remove-tag", TAGGED, UNTAGGED),
            "the id of the tag is missing or of another photo",
        ),
        (
            change("remove-tag", TAGGED, UNTAGGED, tag_id=f"1-{ID}-2" + "3" * 90),
            "the id of the tag is missing or of another photo",
        ),
        (change("add-tag", UNTAGGED, {**TAGGED, "tag": "x"}), "before and after do not fit together"),
        (change("add-tag", UNTAGGED, "x"), "the tag '' holds no letter or digit"),
    ],
)
def test_a_change_has_to_make_sense(to: Change, problem: str | None) -> None:
    assert MITIGATIONS[to.mitigation].problem(to) == problem


@pytest.mark.parametrize(
    ("to", "state", "evidence"),
    [
        (
            change("add-tag", UNTAGGED, TAGGED),
            seen(tag_ids={"x": f"1-{ID}-1", "nocv": TAG_ID}),
            {"tag_id": TAG_ID, "clean": "nocv"},
        ),
        (change("add-tag", UNTAGGED, TAGGED), seen(tag_ids={"nocv": "1-2-3"}), {}),
        (change("add-tag", UNTAGGED, TAGGED), seen(tag_ids={"x": TAG_ID}), {}),
        (change("add-tag", UNTAGGED, TAGGED), seen(), {}),
        (change("privacy", "public", "private"), seen(secret="aa"), {"secret": "aa"}),
        (change("privacy", "public", "private"), seen(), {}),
        (change("license", "4", "0"), seen(secret="aa"), {}),
    ],
)
def test_a_reading_tells_what_undo_needs(to: Change, state: PhotoState, evidence: dict[str, str]) -> None:
    assert MITIGATIONS[to.mitigation].evidence(to, state) == evidence


OTHER_TAG = {"_content": "x", "raw": "x", "full_tag_id": f"1-{ID}-9"}


@pytest.mark.parametrize(
    ("to", "answer", "outcome"),
    [
        (
            change("privacy", "public", "private"),
            {"photoid": {"_content": ID, "secret": "aa"}},
            Outcome("done", answer={"secret": "aa"}),
        ),
        (change("privacy", "public", "private"), {"photoid": {"_content": ID}}, Outcome("done")),
        (change("privacy", "public", "private"), {}, Outcome("done")),
        (change("license", "4", "0"), {}, Outcome("done")),
        # Of several tags ours is the one that is spelt so; a single one is ours however it is spelt.
        (
            change("add-tag", UNTAGGED, TAGGED),
            {"tags": {"tag": [OTHER_TAG, {"_content": "nocv", "full_tag_id": TAG_ID}]}},
            Outcome("done", answer={"tag_id": TAG_ID, "clean": "nocv"}),
        ),
        (
            change("add-tag", UNTAGGED, TAGGED),
            {"tags": {"tag": [OTHER_TAG, {"raw": "No CV", "full_tag_id": TAG_ID}]}},
            Outcome("done", answer={"tag_id": TAG_ID}),
        ),
        (
            change("add-tag", UNTAGGED, TAGGED),
            {"tags": {"tag": [OTHER_TAG, OTHER_TAG]}},
            Outcome("done", answer=None),
        ),
        (
            change("add-tag", UNTAGGED, TAGGED),
            {"tags": {"tag": [OTHER_TAG]}},
            Outcome("done", answer={"tag_id": f"1-{ID}-9", "clean": "x"}),
        ),
        (
            change("add-tag", UNTAGGED, TAGGED),
            {"tags": {"tag": [{"_content": "nocv", "full_tag_id": "1-2-3", "id": TAG_ID}]}},
            Outcome("done", answer={"tag_id": TAG_ID, "clean": "nocv"}),
        ),
    ],
)
def test_an_ok_of_flickr_tells_what_it_tells(to: Change, answer: Any, outcome: Outcome) -> None:
    assert MITIGATIONS[to.mitigation].answered(to, answer) == outcome


def test_errors_say_what_they_mean_where_flickrs_words_would_not() -> None:
    assert MITIGATIONS["add-tag"].refused(
        change("add-tag", UNTAGGED, TAGGED), CallError("m", 3, "odd")
    ) == Outcome("failed", "Flickr: odd (error 3)")
    refused = MITIGATIONS["license"].refused(change("license", "0", "2"), CallError("m", 4, "x"))
    assert refused == Outcome("failed", "Flickr no longer offers CC BY-NC 2.0; the nearest is CC BY-NC 4.0")


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "words", "brief"),
    [
        (change("add-tag", UNTAGGED, TAGGED), "add tag no_cv", "add tag no_cv"),
        (change("remove-tag", TAGGED, UNTAGGED), "remove tag no_cv", "remove tag no_cv"),
        (
            change("license", "4", "0"),
            "licence: CC BY 2.0 → All Rights Reserved",
            "CC BY 2.0 → All Rights Reserved",
        ),
        (
            change("privacy", "public", "private"),
            "visible to: public → private",
            "visible to: public → private",
        ),
        (change("hide", None, True), "hide from public searches", "hide from public searches"),
        (
            change("unhide", True, False),
            "show in public searches again",
            "show in public searches again",
        ),
        (
            change("safety-level", "safe", "restricted"),
            "safety level: safe → restricted",
            "safety level: safe → restricted",
        ),
        # A plan of elsewhere may give another title to the group that its id names.
        (
            change("leave-group", IN, OUT),
            f"leave group Faces ({FACES.group_id})",
            f"leave group Faces ({FACES.group_id})",
        ),
    ],
)
def test_a_change_in_words(to: Change, words: str, brief: str) -> None:
    assert (describe(to), MITIGATIONS[to.mitigation].brief(to)) == (words, brief)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("add-tag", TAGGED, "tagged"),
        ("add-tag", UNTAGGED, "not tagged"),
        ("add-tag", "x", "not tagged"),
        ("license", "4", "CC BY 2.0"),
        ("license", None, "no licence given"),
        ("license", "", "no licence given"),
        ("privacy", "public", "public"),
        ("leave-group", IN, "in the group"),
        ("leave-group", OUT, "not in the group"),
        ("leave-group", None, "not in the group"),
    ],
)
def test_a_state_in_words(kind: str, value: Any, words: str) -> None:
    assert MITIGATIONS[kind].show(value) == words


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("add-tag", TAGGED, {**TAGGED, "tag": "NoCV"}, True),
        ("add-tag", TAGGED, UNTAGGED, False),
        ("leave-group", IN, {**IN, "title": "New title"}, True),
        ("leave-group", IN, OUT, False),
        ("license", "4", "4", True),
        ("license", "4", "0", False),
    ],
)
def test_two_states_of_one_subject_are_compared_by_what_they_say(
    kind: str, one: Any, other: Any, *, same: bool
) -> None:
    assert MITIGATIONS[kind].same(one, other) is same


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        (change("add-tag", UNTAGGED, {**TAGGED, "tag": "No CV"}), "tag:nocv"),
        (change("remove-tag", TAGGED, UNTAGGED), "tag:nocv"),
        (change("license", "4", "0"), "license"),
        (change("privacy", "public", "private"), "privacy"),
        (change("hide", None, True), "hidden"),
        (change("unhide", True, False), "hidden"),
        (change("safety-level", "safe", "restricted"), "safety_level"),
        (change("leave-group", IN, OUT), "group:99100001@N20"),
        (change("join-group", OUT, IN), "group:99100001@N20"),
    ],
)
def test_a_change_and_its_way_back_are_about_the_same_thing(to: Change, subject: str) -> None:
    assert MITIGATIONS[to.mitigation].subject(to) == subject


def test_kinds_go_from_the_gentle_to_the_lasting() -> None:
    assert list(MITIGATIONS) == [
        *("add-tag", "remove-tag", "license", "hide", "safety-level", "unhide", "leave-group", "privacy"),
        "join-group",
    ]
    assert list(ASKED) == ["add_tags", "license", "hide", "safety_level", "leave_groups", "privacy"]


# -- wishes --------------------------------------------------------------------------------------------------


def test_words_of_options_become_wishes() -> None:
    words = {
        "add_tags": ["no_cv", "b"],
        "license": ["CC BY 2.0", "all-rights-reserved"],
        "privacy": [],
        "hide": ["x"],
        "safety_level": ["safe"],
    }
    assert Actions.asked(words) == Actions(
        add_tags=frozenset({"no_cv", "b"}), license="0", hide=True, safety_level="safe"
    )
    assert Actions.asked({}) == Actions()
    assert not Actions(hide=False, add_tags=frozenset())


def test_wishes_are_compared_by_what_they_ask() -> None:
    one, other = Actions(license="0", hide=True), Actions(hide=True, license="0")
    assert (one, hash(one), len(one), list(one)) == (other, hash(other), 2, ["hide", "license"])
    assert repr(one) == "Actions(hide=True, license='0')"
    assert one | Actions(license="4", privacy=Privacy.FAMILY) == Actions(
        hide=True, license="0", privacy=Privacy.FAMILY
    )
