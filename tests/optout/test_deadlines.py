"""Deadlines are right across month ends, leap years and weekends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.optout.law import (
    Deadline,
    Ground,
    answer_due,
    complaint_due,
    months_after,
    reminder_due,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2199, 12, 31))
MONTHLY = (Ground.GDPR, Ground.UK_GDPR)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-05", "2026-04-06"),  # 5 April is a Sunday
        ("2026-03-16", "2026-04-16"),
        ("2027-01-31", "2027-03-01"),  # 28 February is a Sunday
        ("2024-01-31", "2024-02-29"),
        ("2023-01-31", "2023-02-28"),
        ("2026-03-31", "2026-04-30"),
        ("2026-10-31", "2026-11-30"),
        ("2026-12-31", "2027-02-01"),  # 31 January is a Sunday
        ("2026-12-15", "2027-01-15"),
        ("2026-06-04", "2026-07-06"),  # 4 July is a Saturday
    ],
)
@pytest.mark.parametrize("ground", MONTHLY)
def test_a_month_ends_on_the_same_day_or_the_last_and_never_on_a_weekend(
    ground: Ground, received: str, due: str
) -> None:
    result = answer_due(ground, date.fromisoformat(received))
    assert (result.day.isoformat(), result.legal) == (due, True)


@pytest.mark.parametrize(
    ("ground", "days", "legal"), [(Ground.CCPA, 45, True), (Ground.BIPA, 30, False), (Ground.NONE, 30, False)]
)
@given(received=DAYS)
def test_other_grounds_count_days(ground: Ground, days: int, legal: bool, received: date) -> None:
    result = answer_due(ground, received)
    assert (result.day - received, result.legal) == (timedelta(days=days), legal)


@given(received=DAYS)
def test_a_month_is_never_skipped_and_never_shortened_but_by_the_calendar(received: date) -> None:
    after = months_after(received, 1)
    assert (after.year * 12 + after.month) - (received.year * 12 + received.month) == 1
    assert after.day == received.day or (after + timedelta(days=1)).day == 1


@given(received=DAYS)
def test_the_weekend_moves_a_deadline_by_two_days_at_most(received: date) -> None:
    due = answer_due(Ground.GDPR, received).day
    assert due.weekday() < 5
    assert timedelta(0) <= due - months_after(received, 1) <= timedelta(days=2)


@given(one=DAYS, other=DAYS)
def test_a_later_receipt_never_means_an_earlier_deadline(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert answer_due(Ground.GDPR, first).day <= answer_due(Ground.GDPR, second).day


@pytest.mark.parametrize(
    ("ground", "received", "extended", "legal"),
    [
        (Ground.GDPR, "2026-01-15", "2026-04-15", True),
        (Ground.UK_GDPR, "2026-01-31", "2026-04-30", True),
        (Ground.GDPR, "2026-02-16", "2026-05-18", True),  # 16 May is a Saturday
        (Ground.GDPR, "2026-11-30", "2027-03-01", True),  # 28 February is a Sunday
        (Ground.CCPA, "2026-01-15", "2026-04-15", True),
        (Ground.BIPA, "2026-01-15", "2026-03-16", False),
        (Ground.NONE, "2026-01-15", "2026-03-16", False),
    ],
)
def test_an_extended_term_counts_from_the_first_day_too(
    ground: Ground, received: str, extended: str, legal: bool
) -> None:
    found = answer_due(ground, date.fromisoformat(received), extended=True)
    assert found == Deadline(date.fromisoformat(extended), legal)


@pytest.mark.parametrize(
    ("ground", "received", "due", "legal"),
    [
        (Ground.GDPR, "2026-01-15", "2026-04-15", True),
        (Ground.UK_GDPR, "2026-02-15", "2026-05-15", True),
        (Ground.GDPR, "2026-02-17", "2026-05-18", True),  # 17 May is a Sunday
        (Ground.CCPA, "2026-01-15", "2026-04-15", False),
        (Ground.BIPA, "2026-01-15", "2026-02-14", False),
        (Ground.NONE, "2026-01-15", "2026-02-14", False),
    ],
)
def test_an_authority_has_three_months_and_others_no_term(
    ground: Ground, received: str, due: str, legal: bool
) -> None:
    assert complaint_due(ground, date.fromisoformat(received)) == Deadline(date.fromisoformat(due), legal)


@given(sent=DAYS)
def test_a_reminder_gives_two_weeks_and_claims_no_term(sent: date) -> None:
    assert reminder_due(sent) == Deadline(sent + timedelta(days=14), legal=False)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2026-12-01", 12, "2027-12-01"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_are_counted_over_the_turn_of_the_year(day: str, months: int, after: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)
