"""The plan file: it says what it said, or it is refused."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.account import upload_defaults
from auditor.account.photo import Account, Limits, Photo
from auditor.errors import RefusedError, UsageError
from auditor.flickr.api import Pool
from auditor.flickr.privacy import Privacy
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.base import GONE, FlickrFacts, Whole
from auditor.mitigation.kinds.registry import ASKED
from auditor.mitigation.kinds.safety_level import LEVELS
from auditor.mitigation.planning import preflight
from auditor.mitigation.planning.plan import Plan, digest, load, to_json
from auditor.mitigation.planning.planner import draft
from auditor.mitigation.planning.policy import Actions, Selection

NOW = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=UTC)
TAG: dict[str, str | bool] = {"tag": "no_cv", "present": False}
CHANGES = (
    Change("9000000001", "add-tag", TAG, {**TAG, "present": True}, "yes"),
    Change("9000000001", "license", "4", "0", "no", "note"),
    Change("9000000001", "hide", None, True, "partly"),
    Change("9000000002", "privacy", "public", "private", "partly", details={"perm_comment": "3"}),
)
PLAN = Plan("plan-20261121-120000-abcdef", "99000001@N07", NOW, 3, NOW, CHANGES)


def written(table: object, folder: Path) -> Path:
    path = folder / "plan.json"
    path.write_text(table if isinstance(table, str) else json.dumps(table))
    return path


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    assert load(written(to_json(PLAN), tmp_path)) == PLAN
    # What `show --format json` printed is the plan too, whatever its state was.
    assert load(written(to_json(PLAN, "spent"), tmp_path)) == PLAN


def rehashed(table: dict[str, Any]) -> dict[str, Any]:
    """As somebody would who knows how the hash is made."""
    import hashlib

    content = {key: value for key, value in table.items() if key not in {"state", "sha256"}}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return {**table, "sha256": hashlib.sha256(canonical.encode()).hexdigest()}


def change(**fields: Any) -> dict[str, Any]:
    table = to_json(PLAN)
    table["changes"] = [{**table["changes"][0], **fields}]
    return rehashed(table)


@pytest.mark.parametrize(
    "table",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        {**to_json(PLAN), "account": {"nsid": "99000002@N07"}},
        {**to_json(PLAN), "changes": to_json(PLAN)["changes"][1:]},
        {**to_json(PLAN), "extra": 1},
        {**to_json(PLAN), "schema_version": 0},
        rehashed({**to_json(PLAN), "account": {"nsid": "somebody"}}),
        rehashed({**to_json(PLAN), "created_at": "2026-11-21T12:00:00"}),
        rehashed({**to_json(PLAN), "changes": to_json(PLAN)["changes"] * 2}),
        change(photo_id="../../etc/passwd"),
        change(mitigation="delete"),
        change(reversible="perhaps"),
        change(after={**TAG, "present": False}),
        change(after={"tag": 'a "b', "present": True}),
        change(mitigation="license", before="4", after="4"),
        change(mitigation="license", before="4", after="free"),
        change(mitigation="privacy", before="public", after="secret"),
        change(mitigation="privacy", before="public", after="private", details={"is_public": "1"}),
        change(mitigation="privacy", before="public", after="private", details={"perm_comment": "9"}),
        change(mitigation="hide", before=None, after=False),
        change(mitigation="leave-group", before=TAG, after=TAG),
        change(
            mitigation="remove-tag", before={**TAG, "present": True}, after=TAG, details={"tag_id": "1-2-3"}
        ),
    ],
)
def test_a_plan_that_was_edited_or_makes_no_sense_is_refused(table: object, tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        load(written(table, tmp_path))


def test_a_plan_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load(tmp_path / "plan.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from(sorted(to_json(PLAN))), value=json_values, rehash=st.booleans())
def test_reading_a_plan_trusts_nothing(
    key: str, value: Any, rehash: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = {**to_json(PLAN), key: value}
    path = written(rehashed(table) if rehash else table, tmp_path_factory.mktemp("plan"))
    with contextlib.suppress(RefusedError):
        assert digest(load(path)) == json.loads(path.read_text())["sha256"]


# -- from what is wanted to changes --------------------------------------------------------------------------


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
ONLY_NEW = FlickrFacts({}, {"4": frozenset({"0", "4", "11"}), "0": frozenset({"0", "11"})}, frozenset())


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


# -- the account as a whole ----------------------------------------------------------------------------------

FREE = Account("99000001@N07", is_pro=False, limits=Limits(1200, 1000, "above_limit"))


def to_private(number: int) -> list[Change]:
    return [Change(str(9000000000 + n), "privacy", "public", "private", "partly") for n in range(number)]


@pytest.mark.parametrize(
    ("account", "now", "more", "refused"),
    [
        (FREE, 0, 50, False),
        (FREE, 0, 51, True),
        (FREE, 49, 1, False),
        (FREE, 49, 2, True),
        (FREE, 80, 0, False),
        (FREE, 80, 1, True),
        (replace(FREE, is_pro=True), 0, 500, False),
        (replace(FREE, is_pro=None), 0, 500, False),
    ],
)
def test_the_limit_of_a_free_account(account: Account, now: int, more: int, refused: bool) -> None:
    if refused:
        with pytest.raises(RefusedError) as error:
            preflight.check_limits(account, now, to_private(more))
        assert f"would hold {now + more}" in error.value.message
        assert "--hide-from-search" in error.value.hint
    else:
        preflight.check_limits(account, now, to_private(more))


@pytest.mark.parametrize(
    ("changes", "photos", "cap", "refused"),
    [
        (500, 100, None, False),
        (501, 100, None, True),
        (900, 4000, None, False),
        (2, 4000, 1, True),
        (1, 1, 1, False),
    ],
)
def test_the_cap(changes: int, photos: int, cap: int | None, refused: bool) -> None:
    if refused:
        with pytest.raises(RefusedError, match="the limit is"):
            preflight.check_cap(changes, photos, cap)
    else:
        preflight.check_cap(changes, photos, cap)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("9000000001", "privacy", "public", "private", "partly"), "faves"),
        (Change("9000000001", "privacy", "public", "private", "partly"), "protection from deletion"),
        (Change("9000000001", "privacy", "private", "public", "yes"), "will be PUBLIC"),
        (Change("9000000001", "license", "4", "0", "no"), "protection from deletion"),
        (Change("9000000001", "license", "4", "0", "no"), "cannot be set back"),
        (Change("9000000001", "license", "0", "4", "yes"), "allow more than now"),
        (Change("9000000001", "license", "4", "0", "yes"), "copies that were already taken"),
        (Change("9000000001", "hide", None, True, "partly"), "--unhide"),
    ],
)
def test_what_is_lost_is_said_before(change: Change, words: str) -> None:
    lines = preflight.warnings(Whole(FREE, {"9000000001": photo()}, [change], FlickrFacts.unknown()))
    assert any(words in line for line in lines), lines


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (FREE, True),
        (replace(FREE, is_pro=True), False),
        (replace(FREE, is_pro=None), False),
        (replace(FREE, limits=Limits(900, 1000, "")), False),
    ],
    ids=["over", "pro", "not-told", "within"],
)
def test_only_a_free_account_over_its_limit_loses_a_protection(account: Account, said: bool) -> None:
    gone = Change("9000000001", "license", "4", "0", "no")
    kept = Change("9000000001", "license", "4", "12", "no")
    for change, loses in ((gone, True), (kept, False)):
        whole = Whole(account, {"9000000001": photo()}, [change], FlickrFacts.unknown())
        lines = preflight.warnings(whole)
        assert any("protection from deletion" in line for line in lines) == (said and loses)


@pytest.mark.parametrize(
    ("changes", "used", "calls", "minutes"),
    [(0, 0, 0, 0), (700, 0, 710, 1), (700, 3600, 710, 61), (10_000, 0, 10_046, 128)],
)
def test_the_estimate(changes: int, used: int, calls: int, minutes: int) -> None:
    tags = [
        Change(str(9000000000 + n), "add-tag", TAG, {**TAG, "present": True}, "yes") for n in range(changes)
    ]
    found = preflight.estimate(tags, photos=changes, calls_per_hour=3600, used=used, concurrency=8)
    assert (found.calls, found.minutes) == (calls, minutes)


@pytest.mark.parametrize(
    ("defaults", "good"),
    [
        ({}, [False] * 4),
        (
            {
                "privacy": "1",
                "hidden": "0",
                "default_license": "CC BY 4.0",
                "who_can_download_photos": "anyone",
            },
            [False] * 4,
        ),
        (
            {"privacy": "5", "hidden": "1", "default_license": "All Rights Reserved"},
            [True, True, True, False],
        ),
        ({"privacy": "9", "hidden": "x", "default_license": "a new one"}, [False] * 4),
    ],
)
def test_no_default_is_called_good_unless_it_was_read(defaults: dict[str, str], good: list[bool]) -> None:
    found = upload_defaults.advise(defaults)
    assert [entry.good for entry in found] == good
    for entry in found:
        assert ("flickr.com/account/privacy" in str(entry)) is not entry.good
