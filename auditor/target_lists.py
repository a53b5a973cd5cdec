"""Lists that people make: of photos and people, one or more a line, for `check --from` and `plan --ids`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from auditor.files import names_file
from auditor.flickr.target import Target, classify, is_formatted_number
from auditor.flickr.urls import hides_photos, page_url, parse_photos
from auditor.text import pasted
from auditor.text_files import read_text

MAX_BYTES: Final = 200_000_000
"""Of a list: some two million links."""

_BETWEEN: Final = re.compile(r"""\s+|[,;|](?=["'\s]|https?://|\d)""")
_LIKE_ADDRESS: Final = re.compile(r"://|flickr|flic\.kr|@n\d|^\d{7,}$", re.IGNORECASE)
"""Beside a link a short number counts something, or is the year in a title."""
_LISTED_ID: Final = re.compile(
    r"""\s*(?:[-*•]\s|[0-9]{1,4}[.)]\s|(?:photo[ _]?)?id\s*[:=])?
    \s*["'=]*([1-9][0-9]{6,18})["']*\s*(?:[\t,;|].*)?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""An id as the first field of a row, in a list with bullets or numbers, or as spreadsheets guard it."""
_COLUMNS: Final = frozenset(
    {"id", "ids", "photo", "photos", "photo_id", "photo_ids", "photoid", "photo_url", "url", "urls"}
    | {"link", "links", "address", "nsid", "owner", "user", "username", "title", "name", "file", "filename"}
    | {"license", "description", "date", "tags"}
)
"""What the first line of a table is made of: its columns' names, and nobody's."""
_ADDRESSES: Final = frozenset({"photo", "photo_id", "nsid", "profile"})


@dataclass(frozen=True, slots=True)
class ListItem:
    """One thing in a list."""

    line: int
    """Its line in the file, from 1."""
    text: str


def read_list(path: Path) -> tuple[ListItem, ...]:
    """The links, ids and names in a file; see `entries`. Errors: `UsageError`, as for `read_text`."""
    return tuple(entries(read_text(path, MAX_BYTES)))


def entries(text: str) -> Iterator[ListItem]:
    """What each line of a list names.

    ``#`` at the start of a line or after a space begins a comment (a link may hold one). All links on a line
    count, and the ids beside them; other words beside a link are a title or the like.
    """
    for number, line in enumerate(text.splitlines(), 1):
        for word in targets_in(line):
            yield ListItem(number, word)


def target_of(text: str) -> Target:
    """What `text` names; a file here or a table's head is no name of a person, and is asked of nobody."""
    target = classify(text)
    if target.kind != "username":
        return target
    words = set(re.findall(r"\w+", text.casefold()))
    if words and words <= _COLUMNS:
        found = "this looks like names of columns"
    elif names_file(text):
        found = "there is a file of this name here"
    else:
        return target
    return replace(
        target, kind="unreadable", reason=f"{found}; for a member of Flickr: flickr.com/people/NAME"
    )


def targets_in(line: str) -> list[str]:
    """The links, ids and names that a line holds."""
    line = re.split(r"(?:^|\s)#", line, maxsplit=1)[0]
    content = pasted(line).strip(",;")
    if not content:
        return []
    if is_formatted_number(content):
        return [content]
    words = [link for word in _BETWEEN.split(content) for link in _links(pasted(word))]
    if hides_photos(content) and not any(map(hides_photos, words)):
        return [content]  # a name with spaces in an address: its first word is somebody else's
    kinds = {classify(word).kind for word in words}
    if len(words) > 1 and kinds == {"photo_id"}:
        return words
    if len(words) > 1 and kinds & (_ADDRESSES - {"photo_id"}):
        return [word for word in words if _LIKE_ADDRESS.search(word)]
    if listed := _LISTED_ID.fullmatch(line):
        return [listed[1]]
    return [content]


def _links(word: str) -> list[str]:
    """The word; or each link where several stand in it without anything between."""
    photos = parse_photos(word)
    if len(photos) > 1:
        return [page_url(photo.photo_id, photo.nsid or photo.path_alias) for photo in photos]
    return [word] if word else []
