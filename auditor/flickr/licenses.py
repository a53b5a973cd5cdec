"""Flickr's licences: the table, and which licence a name, code or address of any age means.

The table is Flickr's answer to ``flickr.photos.licenses.getInfo`` of 2025-06-19, the day after "Creative
Commons 4.0 Has Arrived on Flickr" (blog.flickr.net). It will not stay complete: an id that Flickr adds later
is shown as it is, never an error. Two things follow from that day:

- Until then Flickr knew Creative Commons 2.0 only, so a licence name without a version means 2.0.
- "All new CC licenses are version 4.0": Flickr may refuse to set a 2.0 licence again; `twin_4_0` names the
  new one.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class License:
    """One licence of Flickr; what it allows is None where we do not know the licence."""

    id: str
    name: str
    """Flickr's name of today, e.g. ``CC BY-NC 2.0``."""
    url: str
    code: str
    """The name for command lines and file names, e.g. ``cc-by-nc-2.0``."""
    allows_reuse: bool | None
    """Others may republish the photo on the licence's terms, without asking."""
    commercial: bool | None
    derivatives: bool | None
    share_alike: bool | None

    @property
    def free(self) -> bool:
        """Freely licensed: while public, the photo is not deleted over a free account's 1,000 items."""
        return self.allows_reuse is True

    @property
    def settable(self) -> bool:
        """Members may set it. Of 7, for The Commons only, setLicense says "7 is not a valid argument"."""
        return self.id != "7"


@dataclass(frozen=True, slots=True)
class LicenseChange:
    """One entry of a photo's licence history."""

    at: int
    """Unix time."""
    old: str
    """Name of the licence before; of one that Flickr no longer has, in its words."""
    new: str
    """Name of the licence after; "" in the one entry of a photo whose licence never changed."""


ALL_RIGHTS_RESERVED: Final = "0"


def _creative_commons(license_id: str, elements: str, version: str) -> License:
    """The licence made of `elements`, e.g. ``by-nc-sa``."""
    return License(
        id=license_id,
        name=f"CC {elements.upper()} {version}",
        url=f"https://creativecommons.org/licenses/{elements}/{version}/",
        code=f"cc-{elements}-{version}",
        allows_reuse=True,
        commercial="nc" not in elements,
        derivatives="nd" not in elements,
        share_alike="sa" in elements,
    )


def _unrestricted(license_id: str, name: str, url: str, code: str) -> License:
    return License(
        license_id, name, url, code, allows_reuse=True, commercial=True, derivatives=True, share_alike=False
    )


# The ids of 4.0 are not in the order of those of 2.0: {"id":"4","name":"CC BY 2.0"}, {"id":"11","name":"CC BY
# 4.0"}.
_ELEMENTS_2_0: Final = {"1": "by-nc-sa", "2": "by-nc", "3": "by-nc-nd", "4": "by", "5": "by-sa", "6": "by-nd"}
_ELEMENTS_4_0: Final = {
    "11": "by",
    "12": "by-sa",
    "13": "by-nd",
    "14": "by-nc",
    "15": "by-nc-sa",
    "16": "by-nc-nd",
}

LICENSES: Final[dict[str, License]] = {
    entry.id: entry
    for entry in (
        License(
            id=ALL_RIGHTS_RESERVED,
            name="All Rights Reserved",
            url="https://www.flickrhelp.com/hc/en-us/articles/"
            "10710266545556-Using-Flickr-images-shared-by-other-members",
            code="all-rights-reserved",
            allows_reuse=False,
            commercial=False,
            derivatives=False,
            share_alike=False,
        ),
        *(_creative_commons(license_id, elements, "2.0") for license_id, elements in _ELEMENTS_2_0.items()),
        _unrestricted(
            "7",
            "No known copyright restrictions",
            "https://www.flickr.com/commons/usage/",
            "no-known-copyright",
        ),
        _unrestricted(
            "8",
            "United States Government Work",
            "https://www.usa.gov/government-copyright",
            "us-government-work",
        ),
        _unrestricted(
            "9",
            "Public Domain Dedication (CC0)",
            "https://creativecommons.org/publicdomain/zero/1.0/",
            "cc0",
        ),
        _unrestricted(
            "10",
            "Public Domain Mark",
            "https://creativecommons.org/publicdomain/mark/1.0/",
            "public-domain-mark",
        ),
        *(_creative_commons(license_id, elements, "4.0") for license_id, elements in _ELEMENTS_4_0.items()),
    )
}
"""Every licence that Flickr listed on 2025-06-19, by id."""


def get(license_id: str | int | None) -> License:
    """The licence with Flickr's `license_id`; an id we do not know, or none, gives a licence that says so."""
    if license_id is None:
        return License("", "unknown licence", "", "unknown", None, None, None, None)
    # getInfo's table was recorded with "id":"0" in 2015 and "id":0 in 2023; photos have text.
    known = LICENSES.get(str(license_id))
    if known is not None:
        return known
    name = f"Unknown license {license_id}"
    return License(str(license_id), name, "", f"unknown-{license_id}", None, None, None, None)


def find(text: str) -> License | None:
    """The licence that `text` means: an id, code, address, or a name of any age; None when none of Flickr's.

    A Creative Commons version that Flickr never had (1.0, 2.5, 3.0) or a national version is another licence.
    """
    license_id = _KEYS.get(normalise_key(text))
    return None if license_id is None else LICENSES[license_id]


def twin_4_0(license_id: str) -> str | None:
    """The id of the 4.0 licence with the elements of 2.0 licence `license_id`; None when there is none."""
    elements = _ELEMENTS_2_0.get(license_id)
    return next((twin for twin, other in _ELEMENTS_4_0.items() if other == elements), None)


_ADDRESS = re.compile(r"(?:https?:)?//|(?:[a-z0-9-]+\.)+[a-z]+/")
_ADDRESS_HEAD = re.compile(r"^(?:https?:)?(?://)?(?:www\.)?")
_ADDRESS_TAIL = re.compile(r"(?:[?#].*)?$", re.DOTALL)
_DEED = re.compile(r"/+(?:deed|legalcode)(?:\.[a-z_-]+)?$")
_SHORT_NAME = re.compile(r"(?!^)\(cc[^)]*\)")  # "Attribution 2.0 Generic (CC BY 2.0)" says it twice
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*")
_ELEMENT_WORDS: Final = (
    (re.compile(r"\battribution\b"), "by"),
    (re.compile(r"\bnon-?commercial\b"), "nc"),
    (re.compile(r"\bshare-?alike\b"), "sa"),
    (re.compile(r"\bno-?deriv(?:s|ative|atives)?(?:-works?)?\b"), "nd"),
)
_FILLERS: Final = frozenset(
    {"cc", "creative", "commons", "generic", "international", "licence", "license", "universal", "unported"}
)


def normalise_key(text: str) -> str:
    """`text` without what does not tell licences apart: case, scheme, ``www.``, deed page, filler words.

    ``Attribution-NonCommercial License`` becomes ``by-nc``, ``CC BY 4.0`` ``by-4.0``, and an address
    ``creativecommons.org/licenses/by/2.0``.
    """
    text = text.strip().lower()
    if _ADDRESS.match(text):
        address = _ADDRESS_TAIL.sub("", _ADDRESS_HEAD.sub("", text)).rstrip("/")
        return _DEED.sub("", address)
    if not re.search("[a-z]", text):
        return text  # an id, or something like -1 and 4.0, which must not become one
    text = _SHORT_NAME.sub("", text)
    name = "-".join(word for word in _WORD.findall(text) if word not in _FILLERS)
    for pattern, element in _ELEMENT_WORDS:
        name = pattern.sub(element, name)
    return name


# Names and addresses of other years, beside those that follow from the table. Flickr itself mixes them: a
# month before its table said "CC BY 2.0", histories of licences still said "Attribution License".
_OTHER_NAMES: Final = {
    "0": ("None", "None (All rights reserved)"),
    "7": ("No known copyright", "http://flickr.com/commons/usage/"),
    "8": ("US Government Work", "U.S. Government Work", "http://www.usa.gov/copyright.shtml"),
    "9": ("CC0 1.0", "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication"),
    "10": ("Public Domain Mark 1.0", "PDM", "PDM 1.0"),
}


def _all_keys() -> dict[str, str]:
    names = [
        (text, entry.id)
        for entry in LICENSES.values()
        for text in (entry.id, entry.name, entry.code, entry.url, *_OTHER_NAMES.get(entry.id, ()))
    ]
    names += [(elements, license_id) for license_id, elements in _ELEMENTS_2_0.items()]
    return {normalise_key(text): license_id for text, license_id in names}


_KEYS: Final = _all_keys()
