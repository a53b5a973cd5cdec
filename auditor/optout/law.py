"""On what ground a letter asks, who may use it, by when it must be answered, and what follows if it is not.

Sources: Regulation (EU) 2016/679 and the UK GDPR, Articles 12, 15, 17, 19, 21, 77 and 78; Illinois Biometric
Information Privacy Act, 740 ILCS 14; California Civil Code 1798.105, 1798.110, 1798.130 and 1798.199.45. None
of this is legal advice, and the letters say so.

Terms are date arithmetic:

===========  =================================  ==============================  ==========================
ground       answer                             extended, if said in time       complaint or last notice
===========  =================================  ==============================  ==========================
gdpr         1 month (Art. 12(3))               3 months in all (Art. 12(3))    3 months (Art. 78(2))
uk-gdpr      the same                           the same                        the same
ccpa         45 days (1798.130(a)(2))           90 days in all                  no term; ask after 90 days
bipa, none   no term; ask again after 30 days   60 days                         no term; 30 days
===========  =================================  ==============================  ==========================

A month ends on the day with the same number, or on the month's last day where it has none; a last day that is
a Saturday or Sunday moves to Monday (Regulation 1182/71, Article 3; the Information Commissioner's Office
counts the same way). Public holidays differ by country and are not known here: a deadline may be a day or two
later than this says, never earlier. Reminders and replies set no term of their own: 14 days are given.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from auditor.errors import RefusedError

CCPA_DAYS = 45
ASK_AGAIN_DAYS = 30
REMINDER_DAYS = 14
CCPA_COMPLAINT_DAYS = 90
_SATURDAY = 5


class Ground(StrEnum):
    """Why the publisher should act: a law, or courtesy."""

    NONE = "none"
    GDPR = "gdpr"
    UK_GDPR = "uk-gdpr"
    BIPA = "bipa"
    CCPA = "ccpa"


class Role(StrEnum):
    """Who asks: a person shown in a photo has other rights than its photographer."""

    PHOTOGRAPHER = "photographer"
    SUBJECT = "subject"
    GUARDIAN = "guardian"


class Escalation(StrEnum):
    """The next lawful step against a publisher that does not answer or refuses."""

    AUTHORITY = "authority"
    """A complaint to a public authority."""
    NOTICE = "notice"
    """No authority is in charge: a last notice to the publisher, before a court."""
    NOTHING = "nothing"
    """A courtesy claims no right, so nobody can be asked to enforce it."""


EVERYBODY = frozenset(Role)
PERSON_SHOWN = frozenset({Role.SUBJECT, Role.GUARDIAN})


@dataclass(frozen=True, slots=True)
class Law:
    """A ground as users meet it."""

    roles: frozenset[Role]
    """Who may ask on this ground."""
    applies: str
    """When it applies: facts about the sender that only the sender knows, so they are told before sending."""
    escalation: Escalation
    escalation_note: str
    """What the next lawful step is, in one sentence."""
    refusal: str = ""
    """Why the other roles may not."""


LAWS = {
    Ground.NONE: Law(
        EVERYBODY,
        "Everybody can send it; it claims no right.",
        Escalation.NOTHING,
        "a courteous request claims no right, so no authority can enforce it",
    ),
    Ground.GDPR: Law(
        EVERYBODY,
        "The GDPR applies when the publisher sits in the EU or EEA, or offers you something there or watches"
        " what people do there.",
        Escalation.AUTHORITY,
        "a complaint to the data protection authority where you live or work, or where the publisher sits"
        " (Article 77)",
    ),
    Ground.UK_GDPR: Law(
        EVERYBODY,
        "The UK GDPR applies when the publisher sits in the United Kingdom, or offers you something there or"
        " watches what people do there.",
        Escalation.AUTHORITY,
        "a complaint to the Information Commissioner's Office (ICO; Article 77 UK GDPR)",
    ),
    Ground.BIPA: Law(
        PERSON_SHOWN,
        "BIPA protects people in Illinois against private companies, not against state universities and"
        " other public bodies. The letter says that the person shown lives in Illinois.",
        Escalation.NOTICE,
        "no authority enforces the Act; it gives the person a right of action in court (740 ILCS 14/20)",
        refusal="the Illinois Biometric Information Privacy Act (740 ILCS 14) gives its rights to the person"
        " whose face was measured, not to the photographer",
    ),
    Ground.CCPA: Law(
        EVERYBODY,
        "The CCPA binds larger companies that do business in California, not universities or non-profits."
        " The letter says that you (or the child) live in California.",
        Escalation.AUTHORITY,
        "a complaint to the California Privacy Protection Agency or to the Attorney General",
    ),
}


def law(ground: Ground, role: Role) -> Law:
    """The law of `ground`. Errors: `RefusedError`, with the alternatives, where it gives `role` no right."""
    found = LAWS[ground]
    if role in found.roles:
        return found
    others = ", ".join(f"--ground {other}" for other in Ground if role in LAWS[other].roles)
    roles = " or ".join(f"--as {other}" for other in Role if other in found.roles)
    raise RefusedError(
        f"--ground {ground} does not go with --as {role}: {found.refusal}",
        hint=f"A {role} can use {others}. If the photos show you or your child: {roles}, with --link.",
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for an answer."""

    day: date
    legal: bool
    """False: no law sets a term; it is the day on which to ask again."""


def answer_due(ground: Ground, received: date, *, extended: bool = False) -> Deadline:
    """The deadline of a request that was received on `received`; `extended` once, as the law allows."""
    match ground:
        case Ground.GDPR | Ground.UK_GDPR:
            return Deadline(_not_on_weekend(months_after(received, 3 if extended else 1)), legal=True)
        case Ground.CCPA:
            return Deadline(received + timedelta(days=CCPA_DAYS * (1 + extended)), legal=True)
        case Ground.BIPA | Ground.NONE:
            return Deadline(received + timedelta(days=ASK_AGAIN_DAYS * (1 + extended)), legal=False)


def reminder_due(sent: date) -> Deadline:
    """By when a reminder or a reply asks for an answer; the law's own term is over, or was met."""
    return Deadline(sent + timedelta(days=REMINDER_DAYS), legal=False)


def complaint_due(ground: Ground, received: date) -> Deadline:
    """By when an authority must say how a complaint stands, or a last notice asks for an answer."""
    match ground:
        case Ground.GDPR | Ground.UK_GDPR:
            return Deadline(_not_on_weekend(months_after(received, 3)), legal=True)
        case Ground.CCPA:
            return Deadline(received + timedelta(days=CCPA_COMPLAINT_DAYS), legal=False)
        case Ground.BIPA | Ground.NONE:
            return Deadline(received + timedelta(days=ASK_AGAIN_DAYS), legal=False)


def months_after(day: date, months: int) -> date:
    """The day with the same number `months` later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _not_on_weekend(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day
