"""On what ground a letter asks, who may use it, and when its law applies.

Sources: Regulation (EU) 2016/679 and the UK GDPR, Articles 12, 17, 19, 21 and 77; Illinois Biometric
Information Privacy Act, 740 ILCS 14; California Civil Code 1798.105 and 1798.130. None of this is legal
advice, and the letters say so.
"""

from dataclasses import dataclass
from enum import StrEnum

from auditor.errors import RefusedError


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


EVERYBODY = frozenset(Role)
PERSON_SHOWN = frozenset({Role.SUBJECT, Role.GUARDIAN})


@dataclass(frozen=True, slots=True)
class Law:
    """A ground as users meet it."""

    roles: frozenset[Role]
    """Who may ask on this ground."""
    applies: str
    """When it applies: facts about the sender that only the sender knows, so they are told before sending."""
    refusal: str = ""
    """Why the other roles may not."""


LAWS = {
    Ground.NONE: Law(EVERYBODY, "Everybody can send it; it claims no right."),
    Ground.GDPR: Law(
        EVERYBODY,
        "The GDPR applies when the publisher sits in the EU or EEA, or offers you something there or watches"
        " what people do there.",
    ),
    Ground.UK_GDPR: Law(
        EVERYBODY,
        "The UK GDPR applies when the publisher sits in the United Kingdom, or offers you something there or"
        " watches what people do there.",
    ),
    Ground.BIPA: Law(
        PERSON_SHOWN,
        "BIPA protects people in Illinois against private companies, not against state universities and"
        " other public bodies. The letter says that the person shown lives in Illinois.",
        "the Illinois Biometric Information Privacy Act (740 ILCS 14) gives its rights to the person whose"
        " face was measured, not to the photographer",
    ),
    Ground.CCPA: Law(
        EVERYBODY,
        "The CCPA binds larger companies that do business in California, not universities or non-profits."
        " The letter says that you (or the child) live in California.",
    ),
}


def law(ground: Ground, role: Role) -> Law:
    """The law of `ground`. Raises `RefusedError`, with the alternatives, where it gives `role` no right."""
    found = LAWS[ground]
    if role in found.roles:
        return found
    others = ", ".join(f"--ground {other}" for other in Ground if role in LAWS[other].roles)
    roles = " or ".join(f"--as {other}" for other in Role if other in found.roles)
    raise RefusedError(
        f"--ground {ground} does not go with --as {role}: {found.refusal}",
        hint=f"A {role} can use {others}. If the photos show you or your child: {roles}, with --link.",
    )
