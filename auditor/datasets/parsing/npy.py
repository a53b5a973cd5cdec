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
        for row in np.atleast_1d(array):
            yield dict(zip(names, map(_plain, row.tolist()), strict=True)) if names else _plain(row.tolist())


def _plain(value: Any) -> Any:
    """The value with text for bytes, in lists too."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.decode(errors="replace") if isinstance(value, bytes) else value
