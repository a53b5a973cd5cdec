"""The local indexes as the commands use them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import note
from auditor.cli.session import Session

if TYPE_CHECKING:
    from auditor.datasets.index.local import LocalIndexes
    from auditor.datasets.index.manifest import Manifest

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The dataset's name, as in `datasets list`.")
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Even if the new index has fewer than half of the records of the old one, or a pack would"
        " replace an index that you built.",
    ),
]


def open_indexes(session: Session, only: Sequence[str] = (), *, elsewhere: bool = False) -> "LocalIndexes":
    """The indexes of this home (see `local.open_indexes`); a note says which are damaged."""
    from auditor.datasets.index import local

    indexes = local.open_indexes(session.settings.indexes, only, elsewhere=elsewhere)
    for name, reason in indexes.damaged.items():
        note(f"Warning: the index of {name} is left out: {reason}.")
    return indexes


def manifests(session: Session) -> "dict[str, Manifest]":
    """The manifests of the readable indexes by name."""
    return {index.name: index.manifest for index in open_indexes(session).readable}


def note_missing_parents(session: Session, names: Sequence[str]) -> None:
    """Say which index is needed too, where those of `names` name photos by the numbers of another dataset."""
    from auditor.audit.coverage import lacks_parent
    from auditor.datasets import catalogue

    here = {index.name: index for index in open_indexes(session).readable}
    for name in names:
        if name in here and (lacking := lacks_parent(here[name], here, catalogue.load())):
            note(f"{name}: {lacking}.")
