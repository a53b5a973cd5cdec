"""The licence of a day in the past: only where Flickr's history says it without a gap."""

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from auditor import database
from auditor.account.license_history import Held, fetch, held, kept, never_changed, periods
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.audit.license_facts import license_facts, license_then, span
from auditor.datasets import catalogue
from auditor.errors import BudgetSpentError, CallError
from auditor.flickr.api import ReadApi
from auditor.flickr.licenses import LicenseChange
from auditor.flickr.privacy import Privacy

RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "xml_vcr_2023_2025"
DAY = 86_400


def at(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY + 3600


INITIAL = (LicenseChange(at("2009-09-23"), "CC BY 2.0", ""),)
CHANGED = (
    LicenseChange(at("2015-03-02"), "CC BY 2.0", "CC BY-NC 2.0"),
    LicenseChange(at("2020-01-01"), "CC BY-NC 2.0", "All Rights Reserved"),
)
GAP = (CHANGED[0], LicenseChange(at("2020-01-01"), "CC BY-SA 2.0", "All Rights Reserved"))


@pytest.mark.parametrize(
    ("changes", "first", "last", "name"),
    [
        (CHANGED, "2014-03-02", "2014-03-02", "CC BY 2.0"),
        (CHANGED, "2016-01-01", "2016-12-31", "CC BY-NC 2.0"),
        (CHANGED, "2021-01-01", "2021-01-01", "All Rights Reserved"),
        (CHANGED, "2015-01-01", "2015-12-31", None),  # it changed within
        (CHANGED, "2015-03-02", "2015-03-02", None),  # two licences on that day
        (tuple(reversed(CHANGED)), "2016-01-01", "2016-01-01", "CC BY-NC 2.0"),
        (GAP, "2016-01-01", "2016-01-01", None),  # the entries contradict each other
        (GAP, "2014-01-01", "2014-01-01", "CC BY 2.0"),
        (INITIAL, "2014-01-01", "2014-01-01", "CC BY 2.0"),
        (INITIAL, "2008-01-01", "2008-01-01", None),  # before the upload
        ((), "2014-01-01", "2014-01-01", None),
    ],
)
def test_a_licence_is_told_only_where_the_history_has_one(
    changes: tuple[LicenseChange, ...], first: str, last: str, name: str | None
) -> None:
    assert held(periods(changes), date.fromisoformat(first), date.fromisoformat(last)) == name


def test_a_dataset_gets_the_licence_of_its_own_time_or_none() -> None:
    coco, megaface = catalogue.get("coco"), catalogue.get("megaface")
    assert span("2013-11") == (date(2013, 11, 1), date(2013, 11, 30))
    assert span("2012") == (date(2012, 1, 1), date(2012, 12, 31))
    then = license_then(periods(CHANGED), coco)
    assert then is not None
    assert (then.license, then.day, then.unchanged) == ("CC BY 2.0", date(2013, 11, 30), False)
    assert license_then(periods(CHANGED), megaface) is None  # nobody said when it recorded its photos
    always = license_then(periods(INITIAL), megaface)
    assert always is not None
    assert (always.unchanged, always.day) == (True, date(2009, 9, 23))
    assert never_changed(periods(CHANGED)) is None


class Flickr:
    """Answers with `answers` by photo id, and counts."""

    def __init__(self, answers: dict[str, object], calls: int = 99) -> None:
        self.answers, self.left, self.asked = answers, calls, list[str]()

    def read(self, method: str, *, photo_id: str) -> object:
        assert method == "flickr.photos.licenses.getLicenseHistory"
        if not self.left:
            raise BudgetSpentError("spent")
        self.left -= 1
        self.asked.append(photo_id)
        if photo_id not in self.answers:
            raise CallError(method, 1, "Photo not found")
        return {"license_history": self.answers[photo_id]}


def rows_of(xml: str) -> list[dict[str, str]]:
    """The entries of a recorded answer as JSON gives them."""
    xml = " ".join(xml.split())
    return [
        dict(re.findall(r'(\w+)="([^"]*)"', entry)) for entry in re.findall(r"<license_history [^>]*?>", xml)
    ]


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("initial_license", ["No known copyright restrictions"]),
        ("single_license_change", ["CC BY 2.0", "CC BY-SA 2.0"]),
        ("changed_license", ["All Rights Reserved", "Public Domain Mark", "No known copyright restrictions"]),
    ],
)
def test_recorded_answers_are_read(name: str, expected: list[str]) -> None:
    text = (RECORDED / f"TestGetLicenseHistory.test_photo_with_{name}.yml").read_text()
    api = ReadApi(Flickr({"1": rows_of(text)}))  # type: ignore[arg-type]
    found = periods(api.license_history("1"))
    assert [period.license for period in found] == expected
    assert (found[0].since is None) is (len(expected) > 1)


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    """A home with the photos 1, 2 and 3, all CC BY 2.0."""
    conn = database.connect(tmp_path / "auditor.sqlite3")
    photos = [Photo(photo_id, "", "4", Privacy.PUBLIC, last_update=500) for photo_id in "123"]
    AccountStore(conn).save(
        Account("99000001@N07"), photos, taken_at=900.0, source="api", complete=True, full=True
    )
    return conn


def test_histories_are_asked_for_once_and_as_far_as_the_calls_reach(conn: sqlite3.Connection) -> None:
    entry = {"date_change": "1253741816", "old_license": "Attribution License", "new_license": ""}
    flickr = Flickr({"1": [entry], "3": entry}, calls=2)
    api = ReadApi(flickr)  # type: ignore[arg-type]
    first = fetch(api, conn, ["3", "1", "2"], now=1000.0)
    assert (first.asked, first.unknown, first.left) == (2, 1, 1)
    flickr.left = 99
    second = fetch(api, conn, ["3", "1", "2"], now=2000.0)
    assert (flickr.asked, second.left) == (["1", "2", "2", "3"], 0)
    assert kept(conn, ["1", "3", "9"])["3"] == (Held("CC BY 2.0", date(2009, 9, 23), None),)


UNCHANGED = [{"date_change": "1253741816", "old_license": "Attribution License", "new_license": ""}]


@pytest.mark.parametrize(
    ("told", "good"),
    [
        ({}, True),
        ({"license_id": "0"}, False),  # changed by this program, and not read back yet
        ({"license_id": None}, False),
        ({"last_update": 2000}, False),
        ({"last_update": None, "as_of": 2000.0}, False),  # of an export, which tells no updates
        ({"last_update": None, "as_of": 900.0}, True),
    ],
)
def test_a_history_says_what_was_until_it_was_asked_for_and_is_asked_for_again_once_the_photo_changed(
    conn: sqlite3.Connection, told: dict[str, object], good: bool
) -> None:
    flickr = Flickr({"3": UNCHANGED})
    api = ReadApi(flickr)  # type: ignore[arg-type]
    fetch(api, conn, ["3"], now=1000.0)
    for column, value in told.items():
        conn.execute(f"UPDATE photo SET {column} = ? WHERE id = 3", (value,))
    asked = None if good else date(1970, 1, 1)
    assert kept(conn, ["3"]) == {"3": (Held("CC BY 2.0", date(2009, 9, 23), None, asked),)}
    fetch(api, conn, ["3"], now=3000.0)
    assert flickr.asked == (["3"] if good else ["3", "3"])


def test_a_history_asked_for_by_a_clock_that_was_ahead_is_asked_for_again(conn: sqlite3.Connection) -> None:
    flickr = Flickr({"3": UNCHANGED})
    api = ReadApi(flickr)  # type: ignore[arg-type]
    fetch(api, conn, ["3"], now=9000.0)
    assert kept(conn, ["3"], now=1000.0) == {}
    fetch(api, conn, ["3"], now=1000.0)
    assert flickr.asked == ["3", "3"]
    assert kept(conn, ["3"], now=1000.0)


def test_only_a_photo_that_flickr_does_not_find_counts_as_unknown(conn: sqlite3.Connection) -> None:
    class Down:
        def read(self, method: str, **_: str) -> object:
            raise CallError(method, 100, "Invalid API Key")

    with pytest.raises(CallError, match="Invalid API Key"):
        fetch(ReadApi(Down()), conn, ["3"], now=1000.0)  # type: ignore[arg-type]


def test_an_outdated_history_still_tells_of_earlier_days_and_never_that_nothing_changed() -> None:
    outdated = (Held("CC BY 2.0", date(2009, 9, 23), None, known_until=date(2026, 1, 5)),)
    assert held(outdated, date(2013, 11, 1), date(2013, 11, 30)) == "CC BY 2.0"
    assert held(outdated, date(2026, 1, 1), date(2026, 1, 31)) is None
    assert never_changed(outdated) is None
    assert str(license_facts(outdated, ())) == "CC BY 2.0 since 2009-09-23 at least until 2026-01-05"
