"""Arrow as used here: without pandas, for building an index needs none of it."""

import sys
from threading import get_ident
from typing import NamedTuple

import pyarrow as pa


def spare_pandas() -> None:
    """Keep Arrow from importing pandas, as it does at its first array: 0.3 s and 50 MiB for nothing.

    It looks once; what needs pandas of it later imports it all the same.
    """
    if "pandas" in sys.modules:
        return
    hidden = _Hidden("pandas", get_ident())
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(hidden)


class _Hidden(NamedTuple):
    """A finder for which a module is missing, in one thread."""

    module: str
    thread: int

    def find_spec(self, name: str, path: object, target: object = None) -> None:  # noqa: ARG002 - as called
        if name == self.module and get_ident() == self.thread:
            raise ModuleNotFoundError(f"{name} is not needed", name=name)
