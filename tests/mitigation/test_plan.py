"""The plan file: it says what it said, or it is refused."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import RefusedError, UsageError
from auditor.mitigation.change import Change
from auditor.mitigation.planning.plan import Plan, digest, is_stale, load, to_json

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


SENSELESS = "is not readable as a plan (photo 9000000001: "


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "is not readable as a plan"),
        ("[]", "has the format of another version of flickr-auditor"),
        ("{}", "has the format of another version of flickr-auditor"),
        ("[" * 100_000, "is not readable as a plan"),
        ({**to_json(PLAN), "schema_version": 0}, "has the format of another version of flickr-auditor"),
        ({**to_json(PLAN), "account": {"nsid": "99000002@N07"}}, "was changed after it was made"),
        ({**to_json(PLAN), "changes": to_json(PLAN)["changes"][1:]}, "was changed after it was made"),
        ({**to_json(PLAN), "extra": 1}, "was changed after it was made"),
        (rehashed({**to_json(PLAN), "plan_id": "../plan"}), "is not readable as a plan (no id)"),
        (rehashed({**to_json(PLAN), "account": {"nsid": "x"}}), "is not readable as a plan (no account)"),
        (
            rehashed({**to_json(PLAN), "created_at": "2026-11-21T12:00:00"}),
            "is not readable as a plan (a time without its zone)",
        ),
        (
            rehashed({**to_json(PLAN), "changes": to_json(PLAN)["changes"] * 2}),
            "is not readable as a plan (photo 9000000001 has two changes of tag:nocv)",
        ),
        (
            change(photo_id="../../etc/passwd"),
            "is not readable as a plan (no photo id: '../../etc/passwd')",
        ),
        (change(mitigation="delete"), "is not readable as a plan (no such mitigation: 'delete')"),
        (change(reversible="perhaps"), "is not readable as a plan (reversible must be yes, partly or no)"),
        (change(after={**TAG, "present": False}), SENSELESS + "before and after do not fit together)"),
        (change(after={"tag": 'a "b', "present": True}), SENSELESS + "the tag 'a \"b' holds a double quote)"),
        (change(mitigation="license", before="4", after="4"), SENSELESS + "nothing would change)"),
        (
            change(mitigation="license", before="4", after="free"),
            SENSELESS + "a licence is given by Flickr's id)",
        ),
        (
            change(mitigation="license", before=4, after="0"),
            SENSELESS + "a licence is given by Flickr's id)",
        ),
        (
            change(mitigation="privacy", before="public", after="secret"),
            SENSELESS + "before and after must be two kinds of privacy)",
        ),
        (
            change(mitigation="privacy", before="public", after="private", details={"is_public": "1"}),
            SENSELESS + "the permissions to restore are not readable)",
        ),
        (
            change(mitigation="privacy", before="public", after="private", details={"perm_comment": "9"}),
            SENSELESS + "the permissions to restore are not readable)",
        ),
        (
            change(mitigation="hide", before=None, after=False),
            SENSELESS + "before must be None and after True)",
        ),
        (
            change(mitigation="leave-group", before=TAG, after=TAG),
            SENSELESS + "the id of the group is missing)",
        ),
        (
            change(
                mitigation="remove-tag",
                before={**TAG, "present": True},
                after=TAG,
                details={"tag_id": "1-2-3"},
            ),
            SENSELESS + "the id of the tag is missing or of another photo)",
        ),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[-60:],
)
def test_a_plan_that_was_edited_or_makes_no_sense_is_refused(
    table: object, says: str, tmp_path: Path
) -> None:
    path = written(table, tmp_path)
    with pytest.raises(RefusedError) as error:
        load(path)
    assert error.value.message == f"{path} {says}"
    assert error.value.hint == "Make a new plan: flickr-auditor plan …"


def test_a_plan_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path / "plan.json")
    assert "last for the newest" in error.value.hint


@pytest.mark.parametrize(
    ("age", "stale"),
    [
        (timedelta(), False),
        (timedelta(days=7), False),
        (timedelta(days=7, seconds=1), True),
        (-timedelta(days=1), False),
        (-timedelta(days=1, seconds=1), True),
    ],
)
def test_a_plan_is_stale_after_seven_days_and_when_it_comes_from_the_future(
    age: timedelta, stale: bool
) -> None:
    assert is_stale(PLAN, PLAN.snapshot_at + age) is stale


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
