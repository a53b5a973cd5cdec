"""The one place where a name that somebody gave becomes a file or folder.

``datasets remove /home/ada`` once deleted that folder, and ``datasets remove ..`` the whole home: joined to
a folder as a path, a name can lead anywhere. So whatever takes the name of a thing of ours (a dataset, a
plan, a run, a case, the pack in a registry) asks here, and gets a place right inside the folder or an error.
"""

import re
from pathlib import Path
from typing import Final

from auditor.errors import UsageError
from auditor.text import plain

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A dataset's name."""

MAX_LENGTH: Final = 120
"""File systems take 255 bytes, and what is made of a name adds an ending or a number to it."""

_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
# On Windows these are devices in every folder, with any ending: nul.json is no file there.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_name(text: str) -> bool:
    """Whether `text` names one file or folder on any system: no path, no device, nothing hidden."""
    return (
        _NAME.fullmatch(text) is not None
        and not text.endswith(".")
        and len(text) <= MAX_LENGTH
        and not _DEVICE.fullmatch(text)
    )


def inside(folder: Path, name: str, what: str) -> Path:
    """The file or folder called `name` directly in `folder`.

    `what` says whose name it is, for the message: "a plan". Errors: `UsageError` for what is no name.
    """
    if not is_name(name):
        raise no_name(name, what)
    return folder / name


def dataset_name(text: str) -> str:
    """The name of a dataset as it is filed: in lower case. Errors: `UsageError` for what can be none."""
    name = text.strip().lower()
    if not (SLUG.fullmatch(name) and is_name(name)):
        raise no_name(
            text, "a dataset", "Names are letters, digits and single hyphens: datasets list shows all."
        )
    return name


def no_name(text: str, what: str, hint: str = "Give the name alone, not a path.") -> UsageError:
    """The error for a `text` that cannot be the name of `what`."""
    return UsageError(f'"{plain(text, 60)}" cannot be the name of {what}', hint=hint)
