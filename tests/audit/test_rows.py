"""The rows of CSV files and DataFrames, value by value."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from auditor.account.license_history import Held, periods
from auditor.account.photo import Account, Photo
from auditor.audit.license_facts import LicenseFacts, LicenseThen, license_facts, license_then, span
from auditor.audit.result import (
    AuditResult,
    CheckedTarget,
    ExposedPhoto,
    Exposure,
    FoundPhoto,
    MatchedFile,
)
from auditor.audit.rows import (
    AUDIT_COLUMNS,
    CHECK_COLUMNS,
    HISTORY_COLUMNS,
    PHOTO_COLUMNS,
    audit_rows,
    check_rows,
)
from auditor.datasets import catalogue
from auditor.datasets.index.lookup import Place
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.flickr.licenses import LicenseChange
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify

NSID = "99000001@N07"
EXPOSURE = Exposure(
    dataset="ffhq",
    match_key=MatchKey.PHOTO_ID,
    record="12",
    records=2,
    source="ffhq.json",
    license_then_id="2",
    license_then="CC BY-NC 2.0",
    links_original=True,
    certainty="published",
    record_key="key",
    places=(Place("ffhq.json", "12", "key"), Place("more.json", "13", None)),
    provenance=Provenance.PACK,
    via="parent",
    via_key="007",
)
PLACE = {
    "dataset": "ffhq",
    "match_key": "photo_id",
    "record": "12",
    "records": 2,
    "source": "ffhq.json",
    "license_then_id": "2",
    "license_then": "CC BY-NC 2.0",
    "links_original": True,
    "certainty": "published",
    "record_key": "key",
    "places": [
        {"source": "ffhq.json", "record": "12", "record_key": "key"},
        {"source": "more.json", "record": "13", "record_key": None},
    ],
    "provenance": "pack",
    "via": "parent",
    "via_key": "007",
}
PHOTO = Photo(
    "11",
    "Hour",
    "4",
    Privacy.FRIENDS,
    tags=("nocv",),
    date_taken="2013-10-06 14:06:41",
    date_upload=1e9,  # type: ignore[arg-type]
)
BARE = Photo("12", "", None, None)
NO_HISTORY = {"license_by_history": None, "license_by_history_day": None, "license_history": None}


def result(**told: Any) -> AuditResult:
    defaults: dict[str, Any] = {"exposed": (), "gone": ()}
    return AuditResult(
        account=Account(NSID),
        generated_at="2026-11-01T09:30:00+00:00",
        snapshot_at="2026-11-01T08:00:00+00:00",
        photos=3,
        indexes=(),
        not_checked=(),
        **(defaults | told),
    )


def test_an_exposed_photo_is_a_row_for_each_dataset() -> None:
    then = LicenseThen("CC BY 2.0", date(2014, 12, 31), unchanged=False)
    facts = LicenseFacts((Held("CC BY 2.0", None, None),), {"ffhq": then})
    rows = list(
        audit_rows(
            result(
                exposed=(ExposedPhoto(PHOTO, (EXPOSURE,)), ExposedPhoto(BARE, (EXPOSURE,))),
                license_histories={"11": facts},
            )
        )
    )
    assert rows == [
        {
            "photo_id": "11",
            "url": f"https://www.flickr.com/photos/{NSID}/11/",
            "title": "Hour",
            "license": "4",
            "license_name": "CC BY 2.0",
            "privacy": "friends",
            "has_no_cv": True,
            "taken": "2013-10-06 14:06:41",
            "uploaded": "2001-09-09T01:46:40+00:00",
            "account": NSID,
            "in_account": True,
            **PLACE,
            "license_by_history": "CC BY 2.0",
            "license_by_history_day": "2014-12-31",
            "license_history": "CC BY 2.0",
        },
        {
            "photo_id": "12",
            "url": f"https://www.flickr.com/photos/{NSID}/12/",
            "title": "",
            "license": None,
            "license_name": None,
            "privacy": None,
            "has_no_cv": False,
            "taken": None,
            "uploaded": None,
            "account": NSID,
            "in_account": True,
            **PLACE,
            **NO_HISTORY,
        },
    ]
    assert {*PHOTO_COLUMNS, *HISTORY_COLUMNS} < rows[0].keys()
    assert {*AUDIT_COLUMNS, *HISTORY_COLUMNS} - {"file"} <= rows[0].keys()


def test_a_history_that_does_not_reach_a_dataset_is_told_all_the_same() -> None:
    facts = LicenseFacts((Held("CC BY 2.0", None, None),), {})
    (row,) = audit_rows(result(exposed=(ExposedPhoto(PHOTO, (EXPOSURE,)),), license_histories={"11": facts}))
    assert {name: row[name] for name in HISTORY_COLUMNS} == NO_HISTORY | {"license_history": "CC BY 2.0"}


def test_what_the_account_lacks_is_a_row_too() -> None:
    rows = list(
        audit_rows(
            result(
                gone=(FoundPhoto("13", EXPOSURE), FoundPhoto(None, EXPOSURE)),
                files=(MatchedFile("/lake.jpg", "0f" * 16, (EXPOSURE,)),),
            )
        )
    )
    elsewhere = {"in_account": False, "account": NSID, **PLACE}
    assert rows == [
        elsewhere | {"photo_id": "13", "url": f"https://www.flickr.com/photos/{NSID}/13/"},
        elsewhere | {"photo_id": None, "url": None},
        elsewhere | {"file": "/lake.jpg"},
    ]


def checked(target: str, *found: FoundPhoto, **told: Any) -> CheckedTarget:
    return CheckedTarget(classify(target), found, **told)


@pytest.mark.parametrize(
    ("target", "rows"),
    [
        (
            checked(NSID, FoundPhoto("11", EXPOSURE), FoundPhoto(None, EXPOSURE), owner=NSID, note="a note"),
            [
                {"photo_id": "11", "url": f"https://www.flickr.com/photos/{NSID}/11/", **PLACE},
                {"photo_id": None, "url": None, **PLACE},
            ],
        ),
        (
            checked("4711", FoundPhoto("4711", EXPOSURE), owner_alias="lena"),
            [{"photo_id": "4711", "url": "https://www.flickr.com/photos/lena/4711/", **PLACE}],
        ),
        (checked("4711", error="why", unanswered={"a": "x", "b": "y"}, in_part={"c": "z", "d": "z"}), [{}]),
        (checked("Some Body"), [{}]),
    ],
)
def test_a_target_is_a_row_for_each_exposure_or_one_without(
    target: CheckedTarget, rows: Sequence[dict[str, Any]]
) -> None:
    known = {
        "target": target.target.text,
        "kind": target.target.kind,
        "photo_id": target.target.photo and target.target.photo.photo_id,
        "owner": target.owner,
        "owner_alias": target.owner_alias,
        "note": target.note,
        "error": target.error,
        "not_checked": "a b" if target.unanswered else "",
        "in_part": "c d" if target.in_part else "",
    }
    found = list(check_rows([target]))
    assert found == [known | row for row in rows]
    assert all(set(known) <= set(CHECK_COLUMNS) for _ in found)


# -- licences by history -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", date(2013, 1, 1), date(2013, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("2013-12", date(2013, 12, 1), date(2013, 12, 31)),
        ("2013-11-26", date(2013, 11, 26), date(2013, 11, 26)),
    ],
)
def test_a_time_as_exact_as_a_card_tells_it_has_a_first_and_a_last_day(
    text: str, first: date, last: date
) -> None:
    assert span(text) == (first, last)


def at(year: int) -> int:
    return int((date(year, 6, 1) - date(1970, 1, 1)).total_seconds())


def test_what_a_history_says_reads_as_a_line() -> None:
    changes = [
        LicenseChange(at(2015), "CC BY 2.0", "CC BY-NC 2.0"),
        LicenseChange(at(2020), "CC BY-NC 2.0", "x"),
    ]
    coco, megaface = catalogue.get("coco"), catalogue.get("megaface")
    facts = license_facts(periods(changes), [coco, megaface])
    assert str(facts) == (
        "CC BY 2.0 until 2015-06-01; CC BY-NC 2.0 since 2015-06-01 until 2020-06-01; x since 2020-06-01"
    )
    assert {name: str(then) for name, then in facts.then.items()} == {"coco": "CC BY 2.0 (on 2013-11-30)"}
    unchanged = license_facts(periods([LicenseChange(at(2009), "CC BY 2.0", "")]), [coco, megaface])
    assert str(unchanged) == "CC BY 2.0 since 2009-06-01"
    assert {name: str(then) for name, then in unchanged.then.items()} == {
        "coco": "CC BY 2.0 (on 2013-11-30)",
        "megaface": "CC BY 2.0 (unchanged since 2009-06-01)",
    }


def test_of_a_photo_uploaded_after_a_dataset_was_made_the_licence_is_that_since_the_upload() -> None:
    then = license_then(periods([LicenseChange(at(2016), "CC BY 2.0", "")]), catalogue.get("coco"))
    assert then == LicenseThen("CC BY 2.0", date(2016, 6, 1), unchanged=True)
    assert license_then([], catalogue.get("coco")) is None
