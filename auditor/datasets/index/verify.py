"""Whether an index on disk still is what its build wrote."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auditor.datasets.index import manifest
from auditor.datasets.index.manifest import DataFile, Manifest, Value
from auditor.datasets.store import fetch
from auditor.errors import ConfigurationError, StorageError, UsageError
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
    if described.store:
        return [problem for file in described.files for problem in _problems_elsewhere(described, file)]
    return [
        problem
        for file in described.files
        for problem in _file_problems(folder / file.name, file, described.constant)
    ]


def _problems_elsewhere(described: Manifest, file: DataFile) -> list[str]:
    """As `_file_problems`, of a file that is on another computer: it is copied here to be read."""
    with tempfile.TemporaryDirectory(prefix="flickr-auditor-") as here:
        try:
            copy = fetch(f"{described.store}/{file.name}", Path(here))
            return _file_problems(copy, file, described.constant)
        except UsageError:
            return [f"{file.name} is missing at {described.store}"]
        except (StorageError, ConfigurationError) as error:  # one out of reach costs the others nothing
            return [error.message]


def _file_problems(path: Path, file: DataFile, constant: Mapping[str, Value]) -> list[str]:
    if not path.is_file():
        return [f"{file.name} is missing"]
    if path.stat().st_size != file.bytes or digest(path) != file.sha256:
        return [f"{file.name} was changed: its size or SHA-256 is not that of the build"]
    try:
        return _content_problems(path, file) + _constant_problems(path, file, constant)
    except (pa.ArrowException, OSError) as error:
        return [f"{file.name} cannot be read: {error}"]


def _content_problems(path: Path, file: DataFile) -> list[str]:
    """Rows and order, which the checksum says nothing about in an index that came from elsewhere."""
    column = file.key
    if file.key == "owner":  # sorted by NSID, then by alias
        column = "alias" if isinstance(file.first, str) else "nsid"
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


def _constant_problems(path: Path, file: DataFile, constant: Mapping[str, Value]) -> list[str]:
    """Values that are not those that all records have by the manifest: look-ups believe it."""
    found = []
    with pq.ParquetFile(path) as table:
        for column in sorted({*constant} & {*table.schema_arrow.names}):
            parts = (batch.column(0) for batch in table.iter_batches(columns=[column]))
            if not all(_all_are(constant[column], values) for values in parts):
                found.append(f"{file.name} has other values of {column} than the manifest says")
    return found


def _all_are(value: Value, values: pa.Array) -> bool:
    if value is None:
        return bool(values.null_count == len(values))
    return values.null_count == 0 and bool(pc.all(pc.equal(values, value), min_count=0).as_py())
