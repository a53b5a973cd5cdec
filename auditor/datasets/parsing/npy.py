"""NumPy files: arrays of texts and numbers, without reading them into memory whole.

An array of Python objects is stored as a pickle, and opening a pickle runs whatever program is in it: such a
file is refused.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from auditor.datasets.parsing.sources import Source
from auditor.errors import WrongFileError

MAGIC = b"\x93NUMPY"
_MAX_HEADER = 10_000


def rows(source: Source) -> Iterator[Any]:
    """What the array holds along its first axis: a text or number, a list of them, or a dict of named ones.

    Raises `WrongFileError` for an array of Python objects and for a file that is cut short.
    """
    with source.file() as path:
        try:
            array = np.lib.format.open_memmap(path, mode="r", max_header_size=_MAX_HEADER)
        except ValueError as error:
            raise WrongFileError(
                f"{source.label} is a NumPy file of Python objects, or cut short",
                hint="Such a file can run programs when it is opened. Get a list of names as text instead.",
            ) from error
        names = array.dtype.names
        short = {name for name in names or () if _is_short(array.dtype[name])}
        kind = np.float32 if _is_short(array.dtype) else None
        for row in np.atleast_1d(array):
            if names:
                values = zip(names, row.tolist(), strict=True)
                yield {name: _plain(value, np.float32 if name in short else None) for name, value in values}
            else:
                yield _plain(row.tolist(), kind)


def _is_short(kind: np.dtype[Any]) -> bool:
    """Whether its numbers are too short for photo ids, and were rounded; Python's own would not tell."""
    return kind.base.kind == "f" and kind.base.itemsize < np.dtype(float).itemsize


def _plain(value: Any, number: type[np.float32] | None) -> Any:
    """The value with text for bytes, in lists too, and rounded numbers as such."""
    if isinstance(value, list):
        return [_plain(inner, number) for inner in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if number is None else number(value)
