"""Whether an index on disk still is what its build wrote."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.datasets.index import manifest
from auditor.datasets.index.manifest import DataFile
from auditor.errors import StorageError
from auditor.files import digest


def problems(folder: Path) -> list[str]:
    """What is wrong with the index in `folder`, a sentence each; empty when nothing is.

    Errors: `WrongFileError` when there is no index at all.
    """
    folder = folder.absolute()  # see `auditor.datasets.index.folder.workshop`
    try:
        described = manifest.read(folder)
    except StorageError as error:
        return [error.message]
    return [problem for file in described.files for problem in _file_problems(folder / file.name, file)]


def _file_problems(path: Path, file: DataFile) -> list[str]:
    if not path.is_file():
        return [f"{file.name} is missing"]
    if path.stat().st_size != file.bytes or digest(path) != file.sha256:
        return [f"{file.name} was changed: its size or SHA-256 is not that of the build"]
    try:
        return _content_problems(path, file)
    except (pa.ArrowException, OSError) as error:
        return [f"{file.name} cannot be read: {error}"]


def _content_problems(path: Path, file: DataFile) -> list[str]:
    """Rows and order, which the checksum says nothing about in an index that came from elsewhere."""
    column = "nsid" if file.key == "owner" else file.key
    found = []
    with pq.ParquetFile(path) as table:
        if table.metadata.num_rows != file.rows:
            found.append(f"{file.name} holds {table.metadata.num_rows} records instead of {file.rows}")
        last = None
        for batch in table.iter_batches(columns=[column]):
            values = batch.column(0).drop_null().to_numpy(zero_copy_only=False)
            if last is not None:
                values = np.concatenate((last, values))
            if (values[1:] < values[:-1]).any():
                found.append(f"{file.name} is not sorted by {column}")
                break
            last = values[-1:]
    return found
