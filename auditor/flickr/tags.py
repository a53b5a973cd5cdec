"""Flickr's tags: the clean form by which Flickr compares them, and how to send them.

Flickr keeps two forms of a tag: *raw*, as typed (``no_cv``), and *clean* (``nocv``). Lists of photos hold
the clean forms only, and a photo has a clean tag at most once: ask about tags in clean form.

An accented letter can be written as one sign, or as a letter with an accent after it, as in names of files on
macOS. All forms here are of the first kind (NFC), whoever wrote them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from auditor.errors import UsageError

NO_CV: Final = "no_cv"
"""The tag by which a photographer says: not for computer vision (honoured by NVIDIA's FFHQ)."""

MAX_TAGS: Final = 75
"""Tags a photo can hold; beyond it flickr.photos.addTags answers error 2 and adds none of the tags."""

_MACHINE_TAG = re.compile(r"([a-z][a-z0-9_]*:[a-z][a-z0-9_]*=)(.+)", re.DOTALL)
_NOT_CLEAN = re.compile(r"[\W_]+")


# Compared with 452 pairs of raw and clean tags in recorded answers: "1+1" is "11", "Ferté-Milon"
# "fertémilon", "George_Eastman_House" "georgeeastmanhouse". That "_" goes too is why no_cv is found as
# "nocv".
@lru_cache(maxsize=256)  # one tag is looked for in every photo
def clean(raw: str) -> str:
    """Flickr's clean form of `raw`: lower case, letters and digits of any script only.

    A machine tag keeps its ``namespace:predicate=``; Flickr turns ``geh:maker=Atget, Eugène`` into
    ``geh:maker=atgeteugène``. The result is empty when nothing but punctuation was typed.
    """
    lowered = composed(raw).strip().lower()
    if machine := _MACHINE_TAG.fullmatch(lowered):
        value = _NOT_CLEAN.sub("", machine[2])
        if value:
            return composed(machine[1] + value)
    return composed(_NOT_CLEAN.sub("", lowered))


def composed(tag: str) -> str:
    """`tag` with each accented letter as one sign."""
    return normalize("NFC", tag)


def split_clean(row_tags: str) -> tuple[str, ...]:
    """The clean tags of a list row: ``"tags":"foo vision:night=077"``, or ``""``."""
    return tuple(composed(row_tags).split())


def has_tag(clean_tags: tuple[str, ...] | frozenset[str], raw: str) -> bool:
    """Whether a photo with `clean_tags` already holds `raw`, in whatever spelling."""
    return clean(raw) in clean_tags


def quote_for_add(tags: Iterable[str]) -> str:
    """`tags` (raw) as the one argument that ``flickr.photos.addTags`` takes.

    Spaces separate tags, so a tag with a space stands in double quotes. So does one with a comma: commas do
    not separate today, and quoted it stays whole should they ever.

    Errors: UsageError for a tag that Flickr cannot hold.
    """
    return " ".join(_quoted(tag) for tag in tags)


def _quoted(tag: str) -> str:
    raw = composed(" ".join(tag.split()))
    if '"' in raw:
        raise UsageError(
            f"the tag {tag!r} holds a double quote", hint="Leave the quote out: Flickr drops it."
        )
    if not clean(raw):
        raise UsageError(
            f"the tag {tag!r} holds no letter or digit", hint="Flickr compares letters and digits only."
        )
    return f'"{raw}"' if " " in raw or "," in raw else raw
