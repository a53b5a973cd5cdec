"""Lists of photos that people make for `plan`: ids and links, several on a line where they like."""

from pathlib import Path

from auditor.errors import UsageError
from auditor.mitigation.planning.policy_file import photo_id
from auditor.target_lists import read_list


def read_photo_list(path: Path) -> frozenset[str]:
    """The photo ids in a file. Errors: `UsageError` naming the line of what is neither an id nor a link.

    All or nothing: one link that was not understood could be the photo that must not be touched.
    """
    found = set()
    for entry in read_list(path):
        try:
            found.add(photo_id(entry.text))
        except UsageError as error:
            raise UsageError(f"{path}, line {entry.line}: {error.message}", hint=error.hint) from None
    return frozenset(found)
