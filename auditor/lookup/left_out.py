"""People who do not want to be found in a look-up, and the list in which they stand."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.errors import UsageError
from auditor.flickr.target import classify
from auditor.target_lists import read_list
from auditor.text import plain

_ALIAS: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_LIKE_NSID: Final = re.compile(r"[0-9]+n?[0-9]*", re.IGNORECASE)
"""What is left of an NSID without its @, or of a number that is no photo id."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People and photos that are not to be found."""

    nsids: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    photo_ids: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """How many they are."""
        return len(self.nsids) + len(self.aliases) + len(self.photo_ids)


NOBODY: Final = LeftOut()


def left_out_in(path: Path) -> LeftOut:
    """Whom a list names. Errors: `UsageError` for a line that names nobody: they would be published."""
    nsids, aliases, photos = set(), set(), set()
    for entry in read_list(path):
        target = classify(entry.text)
        if target.photo:
            photos.add(target.photo.photo_id)
        elif target.owner and target.owner.nsid:
            nsids.add(target.owner.nsid)
        elif target.owner and target.owner.path_alias:
            aliases.add(target.owner.path_alias.lower())
        elif _ALIAS.fullmatch(entry.text) and not _LIKE_NSID.fullmatch(entry.text):
            aliases.add(entry.text.lower())
        else:
            raise UsageError(
                f"line {entry.line} of {path.name} names no person or photo to leave out:"
                f" {plain(entry.text, 80)}",
                hint="Give an NSID, an alias, or the link of a profile or a photo.",
            )
    return LeftOut(frozenset(nsids), frozenset(aliases), frozenset(photos))
