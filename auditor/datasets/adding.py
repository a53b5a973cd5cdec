"""Build the index of a dataset of the catalogue from files that somebody has."""

from collections.abc import Sequence
from pathlib import Path

from auditor.datasets import catalogue, duck
from auditor.datasets.index.build import build
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.readers import select
from auditor.errors import UsageError
from auditor.progress import SILENT, Progress


def add_files(
    indexes: Path,
    name: str,
    files: Sequence[Path],
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Manifest:
    """The index of the dataset `name`, from its publisher's files. Errors: `UsageError`, those of `build`."""
    if not name:
        raise UsageError("it was not said which dataset the file is of", hint="Choose one.")
    card = catalogue.get(name)
    return build(
        indexes,
        card.name,
        files,
        formats=select(card.formats),
        card=card,
        memory_limit=memory_limit,
        progress=progress,
    )
