"""The folder of an index: written, replaced and removed so that nothing of anybody else's is touched.

The folder may hold more than the index: a publisher's file that was put there, or whatever the user likes. So
the only files that are ever removed are data files that a manifest names, and the workshops of builds. A
workshop is a folder ``.build-<id>`` in it; the manifests it holds name what its build wrote or was about to
replace, so that the next one can clear up after ``kill -9`` too.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from auditor.datasets import duck
from auditor.datasets.index import manifest
from auditor.datasets.index.local import names, no_index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.provenance import Provenance
from auditor.errors import RefusedError, StorageError, WrongFileError
from auditor.files import fsync_path, private_dir, storage_errors
from auditor.lock import index_lock
from auditor.names import dataset_name, inside
from auditor.outside import world
from auditor.progress import SILENT, Progress
from auditor.text import count

_WORKSHOP: Final = re.compile(r"\.build-[0-9a-f]{16}")
_REPLACED: Final = "replaced.json"
SHARDS: Final = ".shards"
"""Folder of finished shards of an index that several workers build."""


@contextmanager
def workshop(indexes: Path, name: str) -> Iterator[Path]:
    """A place for the unfinished files of the index `name`, which no other process changes meanwhile.

    Errors: `RefusedError` where the index's folder is a link, for what it leads to is not this home's to
    change, or when another process has it; `StorageError`.
    """
    # Absolute, for Arrow takes a relative path for an address or a home folder: s3:, file:, ~.
    folder = inside(private_dir(indexes).absolute(), name, "a dataset")
    if folder.is_symlink():
        raise RefusedError(
            f"{folder} is a link, so its index belongs elsewhere",
            hint=f"flickr-auditor datasets remove {name} removes the link and nothing behind it. To keep all"
            " indexes in another place, set folder in [index] of the settings.",
        )
    with index_lock(indexes, name), duck.storage_errors(name), storage_errors(folder):
        _sweep(private_dir(folder))
        try:
            yield _new_workshop(folder)
        finally:
            _sweep(folder)
            if not any(folder.iterdir()):
                folder.rmdir()


def commit(work: Path, new: Manifest, progress: Progress = SILENT) -> None:
    """Make `new`, whose data files lie in the workshop `work`, the index; in one step, come what may.

    Data files of the old one that are in a store, where others may read them, stay; `progress` is told where.
    """
    folder = work.parent
    old = current(folder)
    if (folder / manifest.NAME).exists():
        shutil.copyfile(folder / manifest.NAME, work / _REPLACED)
    new.write(work)
    for file in new.files if not new.store else ():
        (work / file.name).rename(folder / file.name)
    fsync_path(folder)
    new.write(folder)
    if old and old.store and old.store != new.store:
        progress.say(f"The data files of the old index, which others may use, are still at {old.store}.")


def refuse_loss(folder: Path, new: Manifest) -> None:
    """Errors: `RefusedError` when `new` has less than half of the records of the index in `folder`.

    A wrong file would otherwise take the place of the right one, and say "not found" from then on.
    """
    old = current(folder)
    if old and new.records * 2 < old.records:
        raise RefusedError(
            f"the index of {new.dataset} has {_holds(old)}, and the new one would have {_holds(new)}",
            hint="Nothing was changed. --replace puts the new one in its place.",
        )


def refuse_foreign(folder: Path, new: Manifest) -> None:
    """Errors: `RefusedError` when the index in `folder` was built here; `new` is somebody else's."""
    old = current(folder)
    if old and old.provenance is not Provenance.PACK:
        raise RefusedError(
            f"the index of {new.dataset} that is here ({old.provenance.words}) has {_holds(old)},"
            f" and the pack has {_holds(new)}",
            hint="Nothing was changed. --replace puts the pack's in its place.",
        )


def _holds(manifest: Manifest) -> str:
    return f"{count(manifest.records, 'record')} of {count(manifest.photos, 'photo')}"


def current(folder: Path) -> Manifest | None:
    """The manifest of the index in `folder`; None where there is none that can be read."""
    try:
        return manifest.read(folder)
    except (WrongFileError, StorageError):
        return None


def remove(indexes: Path, name: str) -> tuple[str, ...]:
    """Remove the index of `name`, and its folder unless something else is in it.

    Gives the names of what is left there. Of a link only the link goes, for what it leads to may be the index
    of another home. Errors: `UsageError` when there is no such index.
    """
    name = dataset_name(name)
    folder = inside(indexes, name, "a dataset")
    if name not in names(indexes):
        raise no_index(name)
    with index_lock(indexes, name), storage_errors(folder):
        if folder.is_symlink():
            folder.unlink()
            return ()
        # From here on there is no index, whatever is left.
        (folder / manifest.NAME).rename(_new_workshop(folder) / _REPLACED)
        _sweep(folder)
        shutil.rmtree(folder / SHARDS, ignore_errors=True)
        left = tuple(sorted(entry.name for entry in folder.iterdir()))
        if not left:
            folder.rmdir()
    return left


def _new_workshop(folder: Path) -> Path:
    return private_dir(folder / f".build-{world().token(8)}")


def _sweep(folder: Path) -> None:
    """Remove the workshops, and the data files that their manifests name and the index does not count."""
    counted = manifest.data_files(folder / manifest.NAME)
    for work in folder.iterdir():
        if not _WORKSHOP.fullmatch(work.name) or work.is_symlink() or not work.is_dir():
            continue
        for described in (work / manifest.NAME, work / _REPLACED):
            for name in manifest.data_files(described) - counted:
                if not (folder / name).is_symlink():
                    (folder / name).unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)
