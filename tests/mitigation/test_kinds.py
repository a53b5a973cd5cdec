"""Each kind of change: how it compares with what is seen, and what Flickr's answers and errors mean to it."""

from typing import Any

import pytest

from auditor.account.photo import Photo
from auditor.errors import CallError
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change, Outcome
from auditor.mitigation.kinds.add_tag import AddTag
from auditor.mitigation.kinds.base import Permissions, PhotoState
from auditor.mitigation.kinds.privacy import SetPrivacy
from auditor.mitigation.kinds.registry import MITIGATIONS
from auditor.mitigation.running.compare import compare
from tests.mitigation.test_plan import CHANGES

GROUP: dict[str, str | bool] = {"group_id": "99100001@N20", "title": "Faces", "member": True}
OUT: dict[str, str | bool] = {**GROUP, "member": False}
UNTAGGED = {"tag": "no_cv", "present": False}
TAGGED = {"tag": "no_cv", "present": True}


def seen(**fields: Any) -> PhotoState:
    extra = {key: fields.pop(key) for key in ("groups", "permissions", "tag_ids") if key in fields}
    known = {"id": "9000000001", "title": "", "license_id": "4", "privacy": Privacy.PUBLIC} | fields
    return PhotoState(Photo(**known), 0.0, **extra)


@pytest.mark.parametrize(
    ("mitigation", "before", "after", "photo", "state"),
    [
        ("add-tag", UNTAGGED, TAGGED, seen(), None),
        ("add-tag", UNTAGGED, TAGGED, seen(tags=("nocv",)), "already"),
        ("remove-tag", TAGGED, UNTAGGED, seen(tags=("nocv",)), None),
        ("remove-tag", TAGGED, UNTAGGED, seen(), "already"),
        ("license", "4", "0", seen(), None),
        ("license", "4", "0", seen(license_id="0"), "already"),
        ("license", "4", "0", seen(license_id="11"), "drifted"),
        ("privacy", "public", "private", seen(), None),
        ("privacy", "public", "private", seen(privacy=Privacy.PRIVATE), "already"),
        ("privacy", "public", "private", seen(privacy=Privacy.FRIENDS), "drifted"),
        ("hide", None, True, seen(), None),
        ("unhide", True, False, seen(), None),
        ("leave-group", GROUP, OUT, seen(groups=frozenset({"99100001@N20"})), None),
        ("leave-group", GROUP, OUT, seen(groups=frozenset()), "already"),
        ("join-group", OUT, GROUP, seen(groups=frozenset()), None),
        ("license", "4", "0", None, "drifted"),
    ],
)
def test_drift(mitigation: str, before: Any, after: Any, photo: PhotoState | None, state: str | None) -> None:
    outcome = compare(Change("9000000001", mitigation, before, after, "yes"), photo)
    assert (outcome.state if outcome else None) == state


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"tags": {"tag": []}}, Outcome("already", "somebody tagged it just now")),
        (
            {
                "tags": {
                    "tag": [{"raw": "no_cv", "full_tag_id": "98000001-9000000001-320", "_content": "nocv"}]
                }
            },
            Outcome("done", answer={"tag_id": "98000001-9000000001-320", "clean": "nocv"}),
        ),
        # One tag is an object in some of Flickr's answers, and the documentation knows no answer at all.
        (
            {"tags": {"tag": {"raw": "no_cv", "full_tag_id": "98000001-9000000001-320"}}},
            Outcome("done", answer={"tag_id": "98000001-9000000001-320"}),
        ),
        # Other forms that nobody recorded: the clean form only, the full id under the other name, a short id.
        (
            {"tags": {"tag": [{"_content": "nocv", "id": "98000001-9000000001-320"}]}},
            Outcome("done", answer={"tag_id": "98000001-9000000001-320", "clean": "nocv"}),
        ),
        ({"tags": {"tag": [{"raw": "no_cv", "id": "320"}]}}, Outcome("done", answer=None)),
        ({"tags": {"tag": [{"raw": "no_cv", "full_tag_id": "1-2-3"}]}}, Outcome("done", answer=None)),
        ({"stat": "ok"}, Outcome("done", answer=None)),
    ],
)
def test_what_the_answer_to_a_new_tag_tells(answer: dict[str, Any], outcome: Outcome) -> None:
    assert AddTag().answered(CHANGES[0], answer) == outcome


def _failed(reason: str) -> Outcome:
    return Outcome("failed", reason)


_GONE = Outcome("drifted", "gone: the photo is no longer on Flickr")


@pytest.mark.parametrize(
    ("mitigation", "code", "outcome"),
    [
        ("add-tag", 1, _GONE),
        ("add-tag", 2, _failed("has 75 tags, Flickr's limit")),
        ("remove-tag", 1, Outcome("already", "the tag was gone")),
        ("remove-tag", 2, _failed("Flickr: text (error 2)")),
        ("license", 1, _GONE),
        ("license", 2, _failed("Flickr does not know the licence All Rights Reserved")),
        ("license", 3, _failed("Flickr says its licence cannot be changed")),
        ("license", 4, _failed("Flickr no longer offers All Rights Reserved")),
        ("privacy", 1, _GONE),
        ("privacy", 2, _failed("Flickr: text (error 2)")),
        ("hide", 1, _GONE),
        ("hide", 3, _failed("Flickr: text (error 3)")),
        ("unhide", 1, _GONE),
        ("safety-level", 1, _GONE),
        ("safety-level", 3, _failed("Flickr: text (error 3)")),
        ("safety-level", 4, _failed("Flickr does not let you choose this level")),
        ("leave-group", 1, Outcome("already", "the group no longer exists")),
        ("leave-group", 2, Outcome("already", "it was not in the group")),
        ("leave-group", 3, _failed("Flickr does not let you take it out of this group")),
        ("join-group", 1, _GONE),
        ("join-group", 2, _failed("the group no longer exists")),
        ("join-group", 3, Outcome("already", "it is in the group")),
        ("join-group", 5, _failed("Flickr: text (error 5)")),
        ("join-group", 6, Outcome("done", "it waits for the group's moderators", {"queued": "yes"})),
        ("join-group", 7, Outcome("done", "it waits for the group's moderators", {"queued": "yes"})),
        ("join-group", 8, _failed("Flickr: text (error 8)")),
        ("join-group", 10, _failed("the group's pool is full")),
        *[(name, 116, _failed("Flickr: text (error 116)")) for name in sorted(MITIGATIONS)],
    ],
    ids=str,
)
def test_what_an_error_code_means_depends_on_the_method(mitigation: str, code: int, outcome: Outcome) -> None:
    change = {
        "add-tag": CHANGES[0],
        "license": CHANGES[1],
        "leave-group": Change("9000000001", "leave-group", GROUP, OUT, "partly"),
        "join-group": Change("9000000001", "join-group", OUT, GROUP, "yes"),
    }.get(mitigation, CHANGES[3])
    assert MITIGATIONS[mitigation].refused(change, CallError("flickr.x", code, "text")) == outcome


@pytest.mark.parametrize("code", [3, 4])
def test_where_an_old_licence_is_refused_its_new_form_is_named(code: int) -> None:
    back = Change("9000000001", "license", "0", "2", "yes")
    outcome = MITIGATIONS["license"].refused(back, CallError("flickr.x", code, "text"))
    assert outcome.reason.endswith("; the nearest is CC BY-NC 4.0")


def test_an_error_without_words_says_that_there_are_none() -> None:
    outcome = MITIGATIONS["privacy"].refused(CHANGES[3], CallError("flickr.x", 9, ""))
    assert outcome == _failed("Flickr: no reason given (error 9)")


def test_privacy_is_never_set_without_the_permissions() -> None:
    with pytest.raises(ValueError, match="permissions must be read"):
        SetPrivacy().request(CHANGES[3], seen())
    call = SetPrivacy().request(CHANGES[3], seen(permissions=Permissions("0", "2")))
    assert call.params == {
        "photo_id": "9000000001",
        "is_public": "0",
        "is_friend": "0",
        "is_family": "0",
        "perm_comment": "3",
        "perm_addmeta": "2",
    }


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (GROUP, OUT, None),
        (OUT, GROUP, "before and after do not fit together"),
        (GROUP, {**OUT, "title": "Other"}, "before and after do not fit together"),
        ({**GROUP, "group_id": "99100002@N20"}, OUT, "before and after do not fit together"),
        (GROUP, {**OUT, "group_id": "x"}, "the id of the group is missing"),
        (GROUP, "x", "the id of the group is missing"),
        (GROUP, None, "the id of the group is missing"),
    ],
)
def test_a_change_of_groups_has_to_make_sense(before: Any, after: Any, says: str | None) -> None:
    leave, join = MITIGATIONS["leave-group"], MITIGATIONS["join-group"]
    assert leave.problem(Change("9000000001", "leave-group", before, after, "partly")) == says
    if says is None:
        assert join.problem(Change("9000000001", "join-group", after, before, "yes")) is None


def test_a_group_is_named_by_its_title_or_else_by_its_id() -> None:
    nameless_in, nameless_out = ({**entry, "title": ""} for entry in (GROUP, OUT))
    for kind, before, after, said in (
        ("leave-group", GROUP, OUT, "leave group Faces (99100001@N20)"),
        ("join-group", OUT, GROUP, "back into group Faces (99100001@N20)"),
        ("leave-group", nameless_in, nameless_out, "leave group 99100001@N20"),
        ("join-group", nameless_out, nameless_in, "back into group 99100001@N20"),
    ):
        assert MITIGATIONS[kind].describe(Change("9000000001", kind, before, after, "yes")) == said
