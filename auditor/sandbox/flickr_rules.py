"""Flickr's rules for tags, licences and privacy, as recorded answers show them.

They are written here a second time, apart from `auditor.flickr`, and must stay so: a rule that client and
sandbox shared would be wrong on both sides at once, and every test would stay green. (Only addresses are
shared.) `tests/sandbox/test_rules.py` holds them against recorded answers and checks the imports.
"""

import re
from dataclasses import dataclass
from typing import Final

MAX_TAGS: Final = 75
"""Tags on one photo. Beyond it addTags answers 2, and "the whole request is ignored"."""

_MACHINE = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*=")


def clean_tag(raw: str) -> str:
    """The form by which Flickr compares tags: ``Old_Harbour Museum`` is kept as ``oldharbourmuseum``.

    The 379 distinct pairs that the Flickr Foundation recorded, and the 73 of Flickr4Java, keep letters and
    digits of any script and nothing else. A machine tag keeps its ``namespace:predicate=`` and cleans the
    value, of which nothing may be left: ``camera:note=!`` is kept as ``camera:note=``.
    """
    lowered = raw.strip().lower()
    head = _MACHINE.match(lowered)
    kept = head.group() if head else ""
    return kept + "".join(sign for sign in lowered[len(kept) :] if sign.isalnum())


def is_machine_tag(clean: str) -> bool:
    """Whether the clean form is ``namespace:predicate=value``."""
    return _MACHINE.match(clean) is not None


PRIVACY: Final = {
    "public": (True, False, False),
    "friends": (False, True, False),
    "family": (False, False, True),
    "friends-family": (False, True, True),
    "private": (False, False, False),
}
"""Who may see a photo: (ispublic, isfriend, isfamily) as they read back. Sent 1, 1, 1 they read 1, 0, 0."""


def circles(privacy: str) -> frozenset[str]:
    """The circles of people who see a photo of this privacy, besides its owner."""
    everybody = ("strangers", "friends", "family")
    public, friend, family = PRIVACY[privacy]
    return frozenset(
        name
        for name, seen in zip(everybody, (public, public or friend, public or family), strict=True)
        if seen
    )


@dataclass(frozen=True, slots=True)
class License:
    """A row of ``flickr.photos.licenses.getInfo``, and the name that the licence history has for it."""

    id: str
    name: str
    url: str
    name_in_history: str = ""


_CC = "https://creativecommons.org"

LICENSES: Final = {
    entry.id: entry
    # In Flickr's order of 2025-06-19, which is not by id. The history kept the names of before that day.
    for entry in (
        License(
            "0",
            "All Rights Reserved",
            "https://www.flickrhelp.com/hc/en-us/articles/10710266545556-Using-Flickr-images-shared-by-other-members",
        ),
        License("4", "CC BY 2.0", f"{_CC}/licenses/by/2.0/", "Attribution License"),
        License("6", "CC BY-ND 2.0", f"{_CC}/licenses/by-nd/2.0/", "Attribution-NoDerivs License"),
        License(
            "3",
            "CC BY-NC-ND 2.0",
            f"{_CC}/licenses/by-nc-nd/2.0/",
            "Attribution-NonCommercial-NoDerivs License",
        ),
        License("2", "CC BY-NC 2.0", f"{_CC}/licenses/by-nc/2.0/", "Attribution-NonCommercial License"),
        License(
            "1",
            "CC BY-NC-SA 2.0",
            f"{_CC}/licenses/by-nc-sa/2.0/",
            "Attribution-NonCommercial-ShareAlike License",
        ),
        License("5", "CC BY-SA 2.0", f"{_CC}/licenses/by-sa/2.0/", "Attribution-ShareAlike License"),
        License("7", "No known copyright restrictions", "https://www.flickr.com/commons/usage/"),
        License("8", "United States Government Work", "https://www.usa.gov/government-copyright"),
        License("9", "Public Domain Dedication (CC0)", f"{_CC}/publicdomain/zero/1.0/"),
        License("10", "Public Domain Mark", f"{_CC}/publicdomain/mark/1.0/"),
        License("11", "CC BY 4.0", f"{_CC}/licenses/by/4.0/"),
        License("12", "CC BY-SA 4.0", f"{_CC}/licenses/by-sa/4.0/"),
        License("13", "CC BY-ND 4.0", f"{_CC}/licenses/by-nd/4.0/"),
        License("14", "CC BY-NC 4.0", f"{_CC}/licenses/by-nc/4.0/"),
        License("15", "CC BY-NC-SA 4.0", f"{_CC}/licenses/by-nc-sa/4.0/"),
        License("16", "CC BY-NC-ND 4.0", f"{_CC}/licenses/by-nc-nd/4.0/"),
    )
}
"""Every licence, by id."""
