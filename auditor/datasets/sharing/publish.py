"""A folder that any web server can serve: packs of local indexes, and ``registry.json`` that lists them."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from auditor.datasets.index.local import no_index
from auditor.datasets.sharing import pack, registry
from auditor.datasets.sharing.registry import Entry
from auditor.errors import RefusedError
from auditor.files import storage_errors, write_atomic
from auditor.progress import SILENT, Progress
from auditor.version import VERSION

_READABLE: Final = 0o644
"""Not private: the web server runs as somebody else."""


def publish(
    indexes: Path, names: Sequence[str], folder: Path, *, now: datetime, progress: Progress = SILENT
) -> tuple[Entry, ...]:
    """Write the packs of `names` and then the registry to `folder`, making it when it is missing.

    A pack's name holds the start of its sha256, so whoever reads the old registry meanwhile gets the old
    packs; those are removed once the new registry is there. Other files in the folder are left alone.
    Errors: `UsageError` without anything to publish, and as `pack.export`.
    """
    if not names:
        raise no_index(to="publish")
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        before = _packs_of(folder)
        entries = []
        with progress.task("Packing", total=len(names), unit="indexes") as task:
            for name in dict.fromkeys(names):
                entries.append(_publish_one(indexes, name, folder))
                task.advance()
        text = registry.to_json(entries, generated_at=now.isoformat(timespec="seconds"), tool_version=VERSION)
        write_atomic(folder / registry.NAME, text, mode=_READABLE)
        for file in before - {entry.file for entry in entries}:
            (folder / file).unlink(missing_ok=True)
    return tuple(entries)


def _publish_one(indexes: Path, name: str, folder: Path) -> Entry:
    packed = pack.export(indexes, name, folder / f".{name}.{os.getpid()}.zip", mode=_READABLE)
    file = f"{name}-{packed.sha256[:16]}.zip"
    packed.path.replace(folder / file)
    told = packed.manifest
    return Entry(
        dataset=name,
        file=file,
        bytes=packed.bytes,
        sha256=packed.sha256,
        built_at=told.built_at,
        records=told.records,
        photos=told.photos,
        match_keys=told.match_keys,
    )


def _packs_of(folder: Path) -> set[str]:
    """The packs that the registry now in `folder` lists: plain names, so nothing outside it."""
    path = folder / registry.NAME
    if not path.exists():
        return set()
    try:
        return {entry.file for entry in registry.parse(path.read_bytes())}
    except RefusedError as error:
        raise RefusedError(error.message, hint=f"Choose another folder, or move {path} away.") from error
