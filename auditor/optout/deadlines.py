"""By when a publisher must answer: date arithmetic and nothing else.

GDPR and UK GDPR: "within one month of receipt of the request" (Article 12(3)). A month ends on the day with
the same number, or on the month's last day where it has none; a last day that is a Saturday or Sunday moves
to Monday (Regulation 1182/71, Article 3; the Information Commissioner's Office counts the same way). Public
holidays differ by country and are not known here: a deadline may be a day or two later than this says, never
earlier. California: 45 calendar days of receipt (Civil Code 1798.130(a)(2)). Illinois and courtesy know no
term, so there is a reminder.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from auditor.optout.law import Ground

CCPA_DAYS = 45
REMINDER_DAYS = 30
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for an answer."""

    day: date
    legal: bool
    """False: no law sets a term; it is the day on which to ask again."""


def deadline(ground: Ground, received: date) -> Deadline:
    """The deadline of a letter that was received on `received`."""
    if ground in {Ground.GDPR, Ground.UK_GDPR}:
        return Deadline(_not_on_weekend(one_month_after(received)), legal=True)
    if ground is Ground.CCPA:
        return Deadline(received + timedelta(days=CCPA_DAYS), legal=True)
    return Deadline(received + timedelta(days=REMINDER_DAYS), legal=False)


def one_month_after(day: date) -> date:
    """The day with the same number in the next month, or that month's last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _not_on_weekend(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day
