"""The local indexes as the commands use them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.cli.output import note
from auditor.cli.session import Session
from auditor.errors import StorageError, UsageError

if TYPE_CHECKING:
    from auditor.datasets.index.lookup import Index


def open_indexes(session: Session, only: Sequence[str] = ()) -> tuple[list["Index"], dict[str, str]]:
    """The readable indexes (all, or those of `only`) and, for the damaged ones, why they cannot be read.

    Errors: `UsageError` when `only` names a dataset that is neither in the catalogue nor here.
    """
    from auditor.datasets import catalogue
    from auditor.datasets.index import lookup

    folder = session.settings.indexes
    present = lookup.names(folder)
    for name in only:
        if name not in present:
            catalogue.get(name)
            raise UsageError(
                f"there is no local index of {name}", hint=f"See: flickr-auditor datasets info {name}"
            )
    indexes, damaged = [], {}
    for name in present:
        if only and name not in only:
            continue
        try:
            indexes.append(lookup.Index.open(folder / name))
        except StorageError as error:
            damaged[name] = error.message
            note(f"Warning: the index of {name} is left out: {error.message}.")
    return indexes, damaged
