"""From what is wanted to changes: each wish ends in a change or in the reason why there is none."""

from typing import Any

import pytest

from auditor.account.photo import Photo
from auditor.flickr.api import Pool
from auditor.flickr.privacy import Privacy
from auditor.mitigation.kinds.base import GONE, FlickrFacts
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.kinds.safety_level import LEVELS
from auditor.mitigation.planning.planner import draft
from auditor.mitigation.planning.policy import Actions, Selection


def photo(photo_id: int = 9000000001, **fields: Any) -> Photo:
    known = {"title": "", "license_id": "4", "privacy": Privacy.PUBLIC, "tags": ("street",)} | fields
    return Photo(id=str(photo_id), **known)


def drafted(wanted: Actions, one: Photo, facts: FlickrFacts | None = None) -> tuple[list[str], list[str]]:
    selection = Selection({one.id: wanted}, (), ())
    changes, skipped = draft(selection, {one.id: one}, facts or FlickrFacts.unknown())
    return [change.mitigation for change in changes], [skip.reason for skip in skipped]


LIMIT = "has 75 tags, Flickr's limit"
FULL = tuple(f"tag{number}" for number in range(75))
IN_A_GROUP = FlickrFacts({"9000000001": (Pool("99100001@N20", "Faces"),)}, {}, frozenset())
IN_NONE = FlickrFacts({"9000000001": ()}, {}, frozenset())
DELETED = FlickrFacts({}, {}, frozenset({"9000000001"}))
ONLY_NEW = FlickrFacts(
    {},
    {"4": frozenset({"0", "4", "11"}), "0": frozenset({"0", "11"})},
    frozenset(),
    asked=frozenset({"9000000001"}),
)


@pytest.mark.parametrize(
    ("wanted", "one", "facts", "changes", "reasons"),
    [
        (Actions(add_tags=frozenset({"no_cv"})), photo(), None, ["add-tag"], []),
        (Actions(add_tags=frozenset({"no_cv"})), photo(tags=("nocv",)), None, [], ["already tagged no_cv"]),
        (Actions(add_tags=frozenset({"no_cv"})), photo(tags=FULL), None, [], [LIMIT]),
        (Actions(add_tags=frozenset({"a", "b"})), photo(tags=FULL[1:]), None, ["add-tag"], [LIMIT]),
        (Actions(license="0"), photo(license_id="0"), None, [], ["already All Rights Reserved"]),
        (Actions(license="0"), photo(license_id="99"), None, ["license"], []),
        (
            Actions(license="0"),
            photo(license_id=""),
            None,
            [],
            ["its present licence is not known: run sync"],
        ),
        (Actions(license="12"), photo(), ONLY_NEW, [], ["Flickr does not offer CC BY-SA 4.0 for it"]),
        (Actions(privacy=Privacy.PRIVATE), photo(), None, ["privacy"], []),
        (Actions(privacy=Privacy.FRIENDS), photo(privacy=Privacy.FRIENDS), None, [], ["already friends"]),
        (
            Actions(privacy=Privacy.FRIENDS),
            photo(privacy=Privacy.PRIVATE),
            None,
            [],
            ["private now: friends would open it to more people"],
        ),
        (Actions(privacy=Privacy.PUBLIC), photo(privacy=Privacy.PRIVATE), None, ["privacy"], []),
        (Actions(hide=True), photo(), None, ["hide"], []),
        (Actions(leave_groups=True), photo(), IN_A_GROUP, ["leave-group"], []),
        (Actions(leave_groups=True), photo(), IN_NONE, [], ["in no group"]),
        (
            Actions(
                add_tags=frozenset({"no_cv"}),
                license="0",
                privacy=Privacy.PRIVATE,
                hide=True,
                leave_groups=True,
            ),
            photo(),
            IN_A_GROUP,
            ["add-tag", "license", "hide", "leave-group", "privacy"],
            [],
        ),
        (Actions(hide=True), photo(), DELETED, [], [GONE]),
    ],
)
def test_every_wanted_mitigation_ends_in_a_change_or_a_reason(
    wanted: Actions, one: Photo, facts: FlickrFacts | None, changes: list[str], reasons: list[str]
) -> None:
    assert drafted(wanted, one, facts) == (changes, reasons)


def test_nothing_unknown_is_called_already_so() -> None:
    """Of every kind that can be asked for, and whatever is asked."""
    unknown = photo(license_id=None, privacy=None, safety_level=None, tags=())
    asked: dict[str, list[Any]] = {
        "add_tags": [frozenset({"no_cv"})],
        "license": ["0", "4"],
        "privacy": list(Privacy),
        "hide": [True],
        "safety_level": list(LEVELS),
        "leave_groups": [True],
    }
    assert asked.keys() == ASKED.keys()
    for key, values in asked.items():
        for value in values:
            selection = Selection({unknown.id: Actions(**{key: value})}, (), ())
            changes, skipped = draft(selection, {unknown.id: unknown}, FlickrFacts.unknown())
            assert not any(skip.already or "already" in skip.reason for skip in skipped), key
            assert len(changes) + len(skipped) == 1, key


def test_a_licence_that_will_not_come_back_is_said_before() -> None:
    selection = Selection({"9000000001": Actions(license="0")}, (), ())
    ((found,), _) = draft(selection, {"9000000001": photo()}, ONLY_NEW)
    assert (found.reversible, "CC BY 4.0" in found.note) == ("no", True)
    ((unknown,), _) = draft(selection, {"9000000001": photo()}, FlickrFacts.unknown())
    assert unknown.reversible == "partly"
    ((commons,), _) = draft(selection, {"9000000001": photo(license_id="7")}, FlickrFacts.unknown())
    assert (commons.reversible, "Commons" in commons.note) == ("no", True)


def test_members_of_groups_still_see_a_private_photo() -> None:
    stays = draft(
        Selection({"9000000001": Actions(privacy=Privacy.PRIVATE)}, (), ()),
        {"9000000001": photo()},
        IN_A_GROUP,
    )
    assert "Faces" in stays[0][0].note
