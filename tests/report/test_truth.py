"""What limits an audit is said at the top of every format, and a limited result never looks green."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from auditor.account.photo import Account
from auditor.audit.result import AuditResult, ExposedPhoto, Since
from auditor.report import render_audit
from auditor.report.audit.view import audit_view

from .test_report import (
    EMPTY,
    FOR_PEOPLE,
    GONE,
    NOTHING_INDEXED,
    RESULT,
    closed_schema,
    exposure,
    index,
    photo,
)

OWN = replace(index("my-list", "my-list", "general"), own_list=True)
LIMITS: dict[str, tuple[dict[str, Any], str]] = {
    "incomplete": ({"complete": False}, "not the whole account"),
    "no photos": ({"photos": 0}, "The account holds no photo"),
    "old": ({"snapshot_at": "2019-01-02T03:04:05+00:00"}, "as it was on 2019-01-02, 2,860 days ago"),
    "undated": (
        {"snapshot_at": "2019-01-02T03:04:05+00:00", "dated": False},
        "a data export that does not say when it was made (2019-01-02 or later)",
    ),
    "one dataset": ({"only": ("ffhq",)}, "Only ffhq was looked in"),
    "nothing new": ({"since": Since("last", 176, 3)}, "Only new results since the last audit"),
}
FUTURE = {"snapshot_at": "2027-01-02T03:04:05+00:00"}
NOTHING_NEW = replace(EMPTY, since=Since("last", 176, 3))


def words(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("format_", FOR_PEOPLE)
@pytest.mark.parametrize("result", [EMPTY, RESULT], ids=["empty", "full"])
@pytest.mark.parametrize("limit", LIMITS)
def test_what_limits_a_result_is_said_before_anything_else(
    limit: str, result: AuditResult, format_: str
) -> None:
    changes, expected = LIMITS[limit]
    text = words(render_audit(replace(result, **changes), format_))
    assert expected in text
    for later in ("Checked", "Not checked", "What to do now", "Your photos in datasets"):
        assert later not in text or text.index(expected) < text.index(later)


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_limited_is_never_green(limit: str) -> None:
    assert audit_view(replace(EMPTY, **LIMITS[limit][0])).tone == "neutral"


def test_only_a_whole_and_fresh_result_that_found_nothing_is_calm() -> None:
    assert audit_view(EMPTY).tone == "calm"
    assert audit_view(RESULT).tone == "alarm"
    assert audit_view(NOTHING_INDEXED).tone == "neutral"


@pytest.mark.parametrize("format_", FOR_PEOPLE)
@pytest.mark.parametrize("limit", ["incomplete", "old", "of an export", "of the future"])
def test_only_a_whole_and_fresh_listing_proves_that_a_photo_is_gone(limit: str, format_: str) -> None:
    others = {"of the future": FUTURE, "of an export": {"source": "export"}}
    changes = others.get(limit) or LIMITS[limit][0]
    proven = words(render_audit(RESULT, format_))
    assert "1 more photo, no longer in your account" in proven
    text = words(render_audit(replace(RESULT, **changes), format_))
    assert "1 more photo, not in your account as it was loaded" in text
    assert "Listed under your name, but not in your account as it was loaded" in text
    assert "no longer in your account" not in text


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_nothing_new_is_said_beside_all_that_there_is(format_: str) -> None:
    text = words(render_audit(NOTHING_NEW, format_))
    assert "Nothing new since the last audit in the 4 datasets that were checked" in text
    assert "in all, 176 of your 1,200 photos are exposed" in text
    assert "None of your" not in text


def test_nothing_new_in_lists_of_ones_own_names_no_dataset() -> None:
    text = audit_view(replace(NOTHING_NEW, indexes=(OWN,))).headline
    assert text.startswith("Nothing new since the last audit in your own lists; in all, 176")


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_what_is_new_is_said_beside_all_that_there_is(format_: str) -> None:
    result = replace(RESULT, exposed=RESULT.exposed[:1], since=Since("2026-10-01", 176, 3))
    text = words(render_audit(result, format_))
    assert "1 photo with something new since 2026-10-01" in text
    assert "176 of your 1,200 photos are exposed" in text


def test_json_says_what_limits_it() -> None:
    result = replace(RESULT, complete=False, since=Since("last", 176, 3))
    data = json.loads(render_audit(result, "json"))
    jsonschema.validate(data, closed_schema("audit"))
    assert data["complete"] is False
    assert data["since"] == {"what": "last", "total_exposed": 176, "total_gone": 3}


@pytest.mark.parametrize("format_", [*FOR_PEOPLE, "json"])
def test_every_format_names_whose_account_it_is(format_: str) -> None:
    for account in (Account("99000001@N07", "Ada"), Account("99000001@N07")):
        assert "99000001@N07" in render_audit(replace(EMPTY, account=account), format_)


def test_a_csv_names_the_account_in_every_row() -> None:
    rows = list(csv.DictReader(io.StringIO(render_audit(RESULT, "csv"))))
    assert rows
    assert {row["account"] for row in rows} == {"99000001@N07"}


# -- lists of the user's own ---------------------------------------------------------------------------------


def owned(*exposed: ExposedPhoto) -> AuditResult:
    return replace(EMPTY, indexes=(*EMPTY.indexes, OWN), exposed=exposed)


IN_BOTH = ExposedPhoto(photo(1, "x"), (exposure("ffhq"), exposure("my-list")))
IN_LIST = ExposedPhoto(photo(2, "x"), (exposure("my-list"),))


@pytest.mark.parametrize("format_", FOR_PEOPLE)
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (owned(IN_BOTH, IN_LIST), "1 of your 1,200 photos is in 1 dataset"),
        (owned(IN_LIST), "None of your 1,200 photos was found in the 4 datasets that were checked"),
        (replace(owned(IN_LIST), indexes=(OWN,)), "1 of your 1,200 photos is in your own lists"),
        (replace(owned(), indexes=(OWN,)), "no published dataset was checked"),
    ],
)
def test_a_list_of_ones_own_is_no_dataset_of_a_publisher(
    result: AuditResult, expected: str, format_: str
) -> None:
    text = words(render_audit(result, format_))
    assert expected in text
    assert ("in your own lists: no publisher vouches for these" in text) == bool(result.exposed)
    assert "your own list" in text


def test_photos_only_in_lists_of_ones_own_are_a_kind_of_their_own() -> None:
    page = render_audit(owned(IN_BOTH, IN_LIST), "html")
    assert "In datasets of faces <b>1</b>" in page
    assert "Only in lists of your own <b>1</b>" in page
    assert "In other datasets <b>" not in page
    assert "Of 2 exposed photos, 1 of them only in lists of your own." in page
    assert "only in lists of your own" not in render_audit(RESULT, "html")


# -- what nobody knows ---------------------------------------------------------------------------------------


def test_what_is_not_known_is_null_in_json_and_named_for_people() -> None:
    unknown = photo(1, "x", license_id=None, privacy=None, date_taken=None, date_upload=1_600_000_000)
    result = replace(EMPTY, exposed=(ExposedPhoto(unknown, (exposure("ffhq"),)),), gone=GONE)
    data = json.loads(render_audit(result, "json"))
    jsonschema.validate(data, closed_schema("audit"))
    (told,) = data["photos"]
    assert (told["license"], told["license_name"], told["privacy"], told["taken"]) == (None, None, None, None)
    assert told["uploaded"] == "2020-09-13T12:26:40+00:00"
    assert data["summary"]["by_license"] == {"unknown": 1}
    for format_ in FOR_PEOPLE:
        text = render_audit(result, format_)
        assert "unknown licence" in text
        assert "privacy unknown" in text


# -- tables --------------------------------------------------------------------------------------------------


def test_only_a_terminal_gets_a_cut_table() -> None:
    many = tuple(ExposedPhoto(photo(number, "x"), (exposure("ffhq"),)) for number in range(1, 81))
    result = replace(RESULT, exposed=many, gone=())
    assert render_audit(result, "table").count("/photos/99000001@N07/") == 80
    on_terminal = render_audit(result, "table", columns=100)
    assert on_terminal.count("/photos/99000001@N07/") == 50
    assert "and 30 more photos" in on_terminal
