"""What the account's next uploads will get. Flickr lets nobody set these by API, so the page is named.

No default is called safe unless it was read: what was not told is said to be not known.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.errors import CallError
from auditor.flickr import licenses
from auditor.flickr.parse import integer, text
from auditor.text import plain

if TYPE_CHECKING:
    from auditor.flickr.api import ReadApi

SETTINGS_PAGE: Final = "https://www.flickr.com/account/privacy"
"""Privacy & Permissions, with the defaults for new uploads; all of them are set there."""

_PRIVACIES: Final = {1: "public", 2: "friends", 3: "family", 4: "friends-family", 5: "private"}
_YES_NO: Final = {0: "no", 1: "yes"}
# "anyone" is the only word of an export that was seen; these would be the strict ones.
_NOBODY: Final = frozenset({"only you", "you", "nobody", "no one"})


@dataclass(frozen=True, slots=True)
class Advice:
    """One default for new uploads."""

    setting: str
    value: str | None
    """None: Flickr or the export did not tell."""
    good: bool
    """It was read and is as recommended."""
    recommended: str

    def __str__(self) -> str:
        value = plain(self.value, 60) if self.value else "not known"
        advice = "" if self.good else f"; recommended: {self.recommended} (set it at {SETTINGS_PAGE})"
        return f"New uploads, {self.setting}: {value}{advice}"


def read_defaults(api: "ReadApi") -> dict[str, str]:
    """The defaults that the API tells (`flickr.prefs.*`), by name; what it leaves out is left out here too.

    Errors: those of the calls.
    """
    found = {}
    for key, method in (("privacy", "getPrivacy"), ("hidden", "getHidden")):
        with contextlib.suppress(CallError):
            found[key] = text(api.preference(method).get(key))
    return {key: value for key, value in found.items() if value}


def advise(defaults: Mapping[str, str]) -> tuple[Advice, ...]:
    """Advice from what is known of the defaults, by `read_defaults` or from a data export."""
    privacy, hidden = integer(defaults.get("privacy")), integer(defaults.get("hidden"))
    license_name, download = defaults.get("default_license"), defaults.get("who_can_download_photos")
    known = licenses.find(license_name) if license_name else None
    return (
        Advice(
            "who may see them",
            None if privacy is None else _PRIVACIES.get(privacy, f"unknown ({privacy})"),
            privacy in _PRIVACIES and privacy != 1,
            "private until you have looked at them",
        ),
        Advice(
            "hidden from public searches",
            None if hidden is None else _YES_NO.get(hidden, f"unknown ({hidden})"),
            hidden == 1,
            "yes",
        ),
        Advice("the licence", license_name, known is not None and known.id == "0", "All Rights Reserved"),
        Advice(
            "who may download them",
            download,
            (download or "").strip().lower() in _NOBODY,
            "only you",
        ),
    )
