"""Sentences that stand where there is something to say, and nowhere else."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from auditor.account.photo import Account, Limits
from auditor.account.sync import SyncResult
from auditor.audit.license_facts import LicenseFacts, LicenseThen
from auditor.audit.result import CheckedTarget, CheckResult, FoundPhoto, Lineage
from auditor.doctor import Check, State
from auditor.flickr.target import classify
from auditor.mitigation.change import Change, ChangeRecord, Skip
from auditor.mitigation.planning.plan import Plan
from auditor.mitigation.running.journal import Run
from auditor.report import render_audit, render_check
from auditor.report.account import whoami_text
from auditor.report.audit.table import MOST_LICENSES, MOST_PHOTOS
from auditor.report.doctor import doctor_text
from auditor.report.plan import named_changes, render_plan
from auditor.report.run import MOST_ITEMS, as_findings, render_run
from auditor.report.sync import sync_text

from .test_report import CHECKED, EXPOSED, FOR_PEOPLE, NSID, RESULT, exposure

ADA = Account(NSID, "ada")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def words(text: str) -> str:
    return " ".join(text.split())


# -- an audit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", FOR_PEOPLE)
def test_where_all_was_checked_nothing_is_said_of_what_was_not(format_: str) -> None:
    assert "Not checked" in render_audit(RESULT, format_)
    assert "Not checked" not in render_audit(replace(RESULT, not_checked=(), lineage=()), format_)


@pytest.mark.parametrize("format_", ["table", "markdown"])
def test_without_a_next_step_there_is_no_heading_for_one(format_: str) -> None:
    nothing = replace(RESULT, exposed=(), gone=(), files=(), originals=None, lineage=(), not_checked=())
    assert "What to do now" in render_audit(RESULT, format_)
    assert "What to do now" not in render_audit(nothing, format_)


@pytest.mark.parametrize(
    ("children", "says", "silent"),
    [
        (("fairface",), "nobody can tell: FairFace.", "not checked here"),
        (("pipa",), "not checked here: PIPA.", "nobody can tell"),
    ],
)
def test_sets_drawn_from_a_dataset_are_named_with_why_they_were_not_checked(
    children: tuple[str, ...], says: str, silent: str
) -> None:
    text = words(render_audit(replace(RESULT, lineage=(Lineage("yfcc100m", 3, children),)), "table"))
    lineage = text.partition("Drawn from the same source")[2].partition("What to do now")[0]
    assert says in lineage
    assert silent not in lineage


def test_licences_that_flickr_told_nothing_of_are_not_known_and_a_terminal_gets_the_first() -> None:
    (shown,) = (item for item in EXPOSED if item.photo.id == "5300000012")
    many = tuple(
        replace(shown, photo=replace(shown.photo, id=str(number))) for number in range(1, MOST_LICENSES + 4)
    )
    asked = replace(RESULT, exposed=many, license_histories={})
    assert "… 3 more: --output FILE or --format json has all" in render_audit(asked, "table", columns=100)
    assert render_audit(asked, "table").count(" / not known / ") == MOST_LICENSES + 3


def test_licences_by_flickrs_history_are_a_list_of_the_markdown_report_whatever_they_are_called() -> None:
    (shown,) = (item for item in EXPOSED if item.photo.id == "5300000012")
    then = LicenseThen("<b>|CC BY", date(2014, 12, 31), unchanged=False)
    facts = LicenseFacts((), {exposure.dataset: then for exposure in shown.exposures})
    told = replace(RESULT, exposed=(shown,), license_histories={shown.photo.id: facts})
    text = render_audit(told, "markdown")
    assert "\n## Licences: recorded by the dataset / by Flickr's own history / today\n\n- 530" in text
    assert r"\<b\>\|CC BY" in text


@pytest.mark.parametrize(
    ("missing", "says"), [(0, "Everything is set up."), (1, "1 of 2 is missing."), (2, "2 of 2 are missing.")]
)
def test_doctor_ends_with_how_much_is_missing(missing: int, says: str) -> None:
    states = [State.MISSING] * missing + [State.OK] * (2 - missing)
    text = doctor_text([Check("login", state, "see there") for state in states])
    assert text.splitlines()[-1] == says


# -- a check -------------------------------------------------------------------------------------------------


def test_a_check_says_where_it_looked_only_in_part_and_what_could_not_be_checked() -> None:
    part = "its records name photos only, so members were looked for in 3 of 9"
    target = CheckedTarget(classify(NSID), (), owner=NSID, in_part={"coco": part, "sbu": part})
    text = words(render_check(replace(CHECKED, targets=(target,)), "table"))
    assert f"looked up in part in coco and sbu: {part}" in text
    assert "Nothing is known of the 4 datasets that could not be checked." in text
    assert "Nothing is known" not in render_check(replace(CHECKED, not_checked=()), "table")


def test_a_terminal_gets_the_first_photos_of_a_member_and_how_to_get_all() -> None:
    found = tuple(FoundPhoto(str(number), exposure("ffhq")) for number in range(1, MOST_PHOTOS + 3))
    result = CheckResult((CheckedTarget(classify(NSID), found, owner=NSID),), RESULT.indexes)
    assert "… and 2 more photos; --format csv or json lists all" in render_check(result, "table", columns=100)
    assert "more photos" not in render_check(result, "table")


# -- the account ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pro", "limits", "says"),
    [
        (False, Limits(7, 1000), "free\nPermission   read\nItems        7 of 1,000\nLimits"),
        (True, Limits(7), "Pro\nPermission   read\nItems        7"),
        (None, Limits(), "unknown\nPermission   read"),
    ],
)
def test_whoami_tells_the_limits_that_flickr_told(pro: bool | None, limits: Limits, says: str) -> None:
    told = whoami_text(replace(ADA, is_pro=pro, limits=limits), "read").partition("Kind         ")[2]
    assert told.startswith(says)
    assert ("50 non-public" in told) is (pro is False)
    assert ("Items" in told) is (limits.upload_count is not None)


@pytest.mark.parametrize(
    ("total", "counted", "complete", "says"),
    [
        (3, 3, True, ""),
        (3, None, True, ""),
        (3, 4, True, "3 in the listing, 4 by upload date. This is not an error"),
        (3, 4, False, "3 in the listing, 4 by upload date. So photos may be missing"),
    ],
)
def test_two_counts_of_flickrs_that_differ_are_told_with_what_that_means(
    total: int, counted: int | None, complete: bool, says: str
) -> None:
    result = SyncResult(
        ADA, "api", 3, 1, 0, 0, complete, calls=5, full=True, total=total, counted=counted, skipped={"odd": 2}
    )
    text = sync_text(result)
    assert "3 photos of ada: 1 added, 0 changed, 0 removed (5 calls to Flickr)" in text
    assert "Skipped 2 rows: odd" in text
    assert says in text
    assert ("two ways" in text) is bool(says)


# -- plans and runs ------------------------------------------------------------------------------------------


def license_change(number: int, before: str = "4") -> Change:
    return Change(str(9_000_000_000 + number), "license", before, "0", "yes")


def test_a_question_about_many_kinds_of_change_names_the_most_frequent() -> None:
    changes = [
        *(license_change(number) for number in range(3)),
        license_change(3, "5"),
        license_change(4, "6"),
    ]
    first, last = named_changes(changes, most=1)
    assert first.startswith("3 photos: ")
    assert last == "… and 2 other kinds of change"
    assert len(named_changes(changes, most=3)) == 3


@pytest.mark.parametrize(
    ("fields", "headings"),
    [
        ({}, ["## Photo by photo"]),
        ({"warnings": ("careful",)}, ["## Before you apply it", "## Photo by photo"]),
        ({"skipped": (Skip("9000000009", "a <b> reason"),)}, ["## Photo by photo", "## Left out"]),
        ({"changes": (), "skipped": (Skip("9000000009", "x"),)}, ["## Left out"]),
    ],
)
def test_a_plan_in_markdown_has_no_heading_over_nothing(
    fields: dict[str, object], headings: list[str]
) -> None:
    plan = Plan("plan-20261121-120000-abcdef", NSID, NOW, 3, NOW, (license_change(1),))
    text = render_plan(replace(plan, **fields), "markdown")  # type: ignore[arg-type]
    assert [line for line in text.splitlines() if line.startswith("## ")] == headings
    assert "<b>" not in text


def test_a_run_says_what_is_not_as_wanted_and_a_terminal_gets_the_first() -> None:
    run = Run("run-1", "plan-1", NSID, None, 0.0, 1.0)
    kept = ChangeRecord(1, license_change(1), "done", verified=True)
    others = [
        ChangeRecord(number, license_change(number), "done", observed="4", verified=False)
        for number in range(2, MOST_ITEMS + 4)
    ]
    text = render_run(run, as_findings([kept, *others]), "table", calls=9, columns=200)
    assert text.count("mismatched") == MOST_ITEMS
    assert "… and 2 more changes. To see all, add --output run.txt" in text
    assert f"1 read back as wanted, {len(others)} NOT as wanted; 9 calls to Flickr" in text
    fine = render_run(run, as_findings([kept]), "table", calls=1)
    assert "1 read back as wanted; 1 call to Flickr" in fine
